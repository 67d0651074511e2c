"""Whoever edits scrm.toml is told every mistake, its line and the right word; and what is right is what holds."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from datetime import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from scrm_bot import settings
from scrm_bot.crm import shape
from scrm_bot.settings import Dingtalk, Secret, Settings, SettingsError, Wechat, Wecom, WecomKf

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECOM = f"""
[channels.sales]
kind = "wecom"
audience = "staff"
corp_id = "ww1"
agent_id = 1000002
secret = {{ env = "WECOM_SECRET" }}
token = "t"
aes_key = "{AES_KEY}"
"""
WECOM_KF = f"""
[channels.care]
kind = "wecom_kf"
corp_id = "ww1"
secret = "kf secret"
token = "t"
aes_key = "{AES_KEY}"
open_kfid = ["wk1", "wk2"]
"""
WECHAT = f"""
[channels.service]
kind = "wechat"
audience = "customers"
app_id = "wx1"
original_id = "gh_1"
secret = {{ file = "secrets/wechat" }}
token = "t"
aes_key = "{AES_KEY}"
"""
DINGTALK = """
[channels.ding]
kind = "dingtalk"
audience = "staff"
client_id = "ding1"
client_secret = "s3cret"
corp_id = "dingcorp1"
"""
STAGES = """
[[stages]]
key = "first"
name = "初谈"
kind = "open"
probability = 20

[[stages]]
key = "won"
name = "成交"
kind = "won"

[[stages]]
key = "lost"
name = "丢单"
kind = "lost"
"""
ENVIRON = {"WECOM_SECRET": "from the environment"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "wechat").write_text("from a file\n")
    return tmp_path


def load(folder: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> Settings:
    (folder / "scrm.toml").write_text(text, encoding="utf-8")
    return settings.load(folder / "scrm.toml", environ)


def problems(folder: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> list[str]:
    """What is wrong with a configuration, without the file's folder."""
    with pytest.raises(SettingsError) as caught:
        load(folder, text, environ)
    return [problem.removeprefix(f"{folder}/scrm.toml:") for problem in caught.value.problems]


def test_an_empty_file_means_the_defaults(folder: Path) -> None:
    got = load(folder, "")
    assert (got.server.host, got.server.port) == ("127.0.0.1", 8080)
    assert got.company.timezone == ZoneInfo("Asia/Shanghai")
    assert got.database.url == f"sqlite:///{folder}/scrm.db"
    assert got.redis.url == ""
    assert got.channels == ()
    assert [stage.name for stage in got.stages] == "初步接洽 需求确认 方案演示 报价谈判 合同签署 赢单 输单".split()


def test_the_defaults_are_those_that_the_crm_has_by_itself() -> None:
    assert [(s.key, s.name, s.kind, s.probability) for s in settings.DEFAULT_STAGES] == [
        (s.key, s.name, s.kind, s.probability) for s in shape.DEFAULT_STAGES
    ]
    rules, crm = settings.Rules(), shape.Shape()
    assert {item.name: getattr(rules, item.name) for item in fields(rules)} == {
        item.name: getattr(crm, item.name) for item in fields(rules)
    }


def test_each_kind_of_channel_is_read_with_its_own_keys(folder: Path) -> None:
    wecom, care, wechat, dingtalk = load(folder, WECOM + WECOM_KF + WECHAT + DINGTALK).channels
    assert isinstance(wecom, Wecom)
    assert (wecom.name, wecom.agent_id, wecom.api_base) == ("sales", 1000002, "https://qyapi.weixin.qq.com")
    assert isinstance(care, WecomKf)
    assert (care.audience, care.open_kfid) == ("customers", ("wk1", "wk2"))
    assert isinstance(wechat, Wechat)
    assert (wechat.original_id, wechat.api_base) == ("gh_1", "https://api.weixin.qq.com")
    assert isinstance(dingtalk, Dingtalk)
    assert (dingtalk.mode, dingtalk.robot_code, dingtalk.api_base) == ("http", "ding1", "https://api.dingtalk.com")


def test_secrets_come_from_the_environment_or_from_a_file_beside_the_configuration(folder: Path) -> None:
    wecom, wechat = load(folder, WECOM + WECHAT).channels
    assert isinstance(wecom, Wecom)
    assert wecom.secret == "from the environment"
    assert isinstance(wechat, Wechat)
    assert wechat.secret == "from a file"


def test_no_secret_shows_in_what_is_printed(folder: Path) -> None:
    database = '[database]\nurl = "postgresql://scrm:hush@db/scrm"\n[redis]\nurl = "redis://:hush@cache/0"\n'
    printed = repr(load(folder, database + WECOM + WECHAT + DINGTALK))
    for secret in ("hush", "s3cret", "from the environment", "from a file", AES_KEY):
        assert secret not in printed
    assert repr(Secret()) == "Secret()"


def test_settings_cannot_be_changed(folder: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        load(folder, "").server.port = 1  # type: ignore[misc]


def test_a_missing_environment_variable_is_named(folder: Path) -> None:
    assert problems(folder, WECOM, {}) == ["7: [channels.sales] secret 要读环境变量 WECOM_SECRET，但它没有设置"]


def test_a_missing_secret_file_is_named(folder: Path) -> None:
    (folder / "secrets" / "wechat").unlink()
    assert problems(folder, WECHAT) == ["7: [channels.service] secret 要读文件 secrets/wechat，但它打不开"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[server]\nhost = 'x'\nprot = 80", "3: [server] 不认识 prot，是不是 port？"),
        ("[databse]\nurl = 'sqlite:///x.db'", "1: 不认识 databse，是不是 database？"),
        (WECOM.replace("agent_id", "agentid"), "2: [channels.sales] 缺少 agent_id"),
        (WECOM.replace("agent_id", "agentid"), "6: [channels.sales] 不认识 agentid，是不是 agent_id？"),
        (WECOM.replace("1000002", '"1000002"'), '6: [channels.sales] agent_id 应是整数，现在是 "1000002"'),
        (WECOM.replace("1000002", "true"), "6: [channels.sales] agent_id 应是整数，现在是 true"),
        (WECOM.replace('"staff"', '"stuff"'), '4: [channels.sales] audience 不能是 "stuff"，是不是 staff？'),
        (WECOM.replace('"wecom"', '"weecom"'), '3: [channels.sales] kind 不能是 "weecom"，是不是 wecom？'),
        (
            WECOM.replace('kind = "wecom"', ""),
            "2: [channels.sales] 缺少 kind，可用的有：wecom、wecom_kf、wechat、dingtalk",
        ),
        (WECOM.replace('token = "t"', 'token = ""'), "8: [channels.sales] token 不能是空的"),
        (WECOM.replace(AES_KEY, "short"), "9: [channels.sales] aes_key 应是平台给的 EncodingAESKey，43 个字母或数字"),
        (WECOM.replace("{ env =", "{ envv ="), None),
        (WECOM + 'api_base = "ftp://x"', "10: [channels.sales] api_base 应是 http:// 或 https:// 开头的地址，不带参数"),
        (DINGTALK + 'mode = "webhook"', '8: [channels.ding] mode 不能是 "webhook"，可用的有：http、stream'),
        (WECOM_KF.replace('["wk1", "wk2"]', '"wk1"'), '8: [channels.care] open_kfid 应是列表，现在是 "wk1"'),
        (WECOM_KF.replace('["wk1", "wk2"]', "[]"), "8: [channels.care] open_kfid 至少要有一个"),
        (WECOM_KF + 'audience = "staff"', '9: [channels.care] audience 不能是 "staff"，可用的有：customers'),
        ("[server]\nport = 80800", "2: [server] port 应在 0 到 65535 之间"),
        (
            '[company]\ntimezone = "Asia/Shangai"',
            '2: [company] timezone 没有 "Asia/Shangai" 这个时区，是不是 Asia/Shanghai？',
        ),
        (
            '[database]\nurl = "mysql://x/y"',
            "2: [database] url 应是 sqlite:///文件 或 postgresql://用户:密码@主机/库名",
        ),
        ('[redis]\nurl = "cache:6379"', "2: [redis] url 应是 redis://主机:端口/0，或留空（单进程，不用 Redis）"),
        ('[rules]\nmorning = "8点半"', '2: [rules] morning 应是 "08:30" 这样的时刻，现在是 "8点半"'),
        ("[rules]\nconfirm_amount = -1", "2: [rules] confirm_amount 应是不小于 0 的数，现在是 -1"),
        ("[rules]\nrenewal_days = [30, '7']", '2: [rules] renewal_days 应是整数，现在是 "7"'),
        ("server = 1", "1: [server] 应是一节，不是一个值"),
        ("[channels]\nsales = 1", "2: [channels.sales] 应是一节，不是一个值"),
        ("[stages]\nkey = 'x'", "1: 阶段要用 [[stages]]（两层方括号）一项一项写"),
        (STAGES.replace("probability = 20", ""), "2: [[stages]] 第 1 项 缺少 probability"),
        (STAGES.replace('kind = "lost"', 'kind = "loss"'), '16: [[stages]] 第 3 项 kind 不能是 "loss"，是不是 lost？'),
        (STAGES.replace("丢单", "成交"), "13: [[stages]] 第 3 项的 成交 前面已经有了"),
        (STAGES.replace('"won"\n\n', '"open"\nprobability = 1\n\n'), '14: [[stages]] 里至少要有一项 kind = "won"'),
        ("[server]\nport = 1\nport = 2\n", "3: 这个键写了两次（Cannot overwrite a value）"),
        ("[server]\n\n[server]\n", "3: 这一节写了两次（Cannot declare ('server',) twice）"),
        ("[server]\nport =\nhost = 'x'", "2: TOML 写法有误（Invalid value）"),
        ("[server", "1: TOML 写法有误（Expected ']' at the end of a table declaration）"),
        (
            WECOM.replace(".sales", ".Sales"),
            "2: [channels.Sales] 渠道名要用小写字母、数字、- 和 _，字母开头，console、console-customers 除外",
        ),
        (WECOM.replace(".sales", ".console"), None),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_nearest_right_word(
    folder: Path, text: str, problem: str | None
) -> None:
    found = problems(folder, text)
    assert problem is None or problem in found, found


def test_all_mistakes_are_told_at_once_in_the_files_order(folder: Path) -> None:
    found = problems(folder, "[server]\nport = 'x'\n" + WECOM.replace('token = "t"', "") + "[serve]\n")
    assert [int(problem.split(":")[0]) for problem in found] == [2, 4, 12]


def test_one_account_may_not_be_two_channels(folder: Path) -> None:
    twin = WECOM.replace("[channels.sales]", "[channels.again]")
    assert problems(folder, WECOM + twin) == ["11: [channels.again] 和 [channels.sales] 是同一个账号，只能配置一次"]


@pytest.mark.parametrize(
    "twin",
    [
        WECOM_KF.replace('["wk1", "wk2"]', '["wk3"]'),  # one app has one callback
        WECOM_KF.replace('["wk1", "wk2"]', '["wk3", "wk2"]').replace("kf secret", "another"),
    ],
)
def test_one_customer_service_account_may_not_be_in_two_channels(folder: Path, twin: str) -> None:
    twin = twin.replace("channels.care", "channels.again")
    assert problems(folder, WECOM_KF + twin) == ["10: [channels.again] 和 [channels.care] 是同一个账号，只能配置一次"]
    other = twin.replace("wk2", "wk4").replace("kf secret", "another")
    assert len(load(folder, WECOM_KF + other).channels) == 2


def test_two_apps_of_one_corporation_are_two_channels(folder: Path) -> None:
    other = WECOM.replace("[channels.sales]", "[channels.other]").replace("1000002", "1000003")
    assert len(load(folder, WECOM + other).channels) == 2


def test_lines_are_right_after_strings_over_several_lines_and_inline_tables(folder: Path) -> None:
    text = '[company]\nname = """\n[server]\nport = 1\n"""\n[server]\n# port = 2\n"prot" = 3\n'
    assert problems(folder, text) == ["8: [server] 不认识 prot，是不是 port？"]
    assert problems(folder, "server.prot = 1")[0].startswith("1: ")
    assert problems(folder, "\nserver = { host = 'x', prot = 1 }")[0].startswith("2: ")


def test_a_company_has_its_own_stages_and_rules(folder: Path) -> None:
    rules = "[rules]\nconfirm_amount = 500000\nquiet_from = 22:00:00\nmorning = '9:00'\nrenewal_days = [60]\n"
    got = load(folder, rules + STAGES)
    assert [(s.key, s.kind, s.probability) for s in got.stages] == [
        ("first", "open", 20),
        ("won", "won", 100),
        ("lost", "lost", 0),
    ]
    assert (got.rules.confirm_amount, got.rules.renewal_days) == (Decimal(500000), (60,))
    assert (got.rules.morning, got.rules.quiet_from, got.rules.quiet_until) == (time(9), time(22), time(8))


def test_a_database_elsewhere_is_taken_as_it_is(folder: Path) -> None:
    for url in ("postgresql://u:p@h/n", "sqlite:////srv/scrm.db"):
        assert load(folder, f'[database]\nurl = "{url}"').database.url == url
    environ = {"DATABASE_URL": "postgresql://u:p@h/n"}
    assert load(folder, '[database]\nurl = { env = "DATABASE_URL" }', environ).database.url == "postgresql://u:p@h/n"


def test_a_file_saved_by_notepad_is_read_and_a_gbk_one_refused_with_a_hint(folder: Path) -> None:
    path = folder / "scrm.toml"
    path.write_bytes("\ufeff[company]\r\nname = '示例机电'\r\n".encode())
    assert settings.load(path, {}).company.name == "示例机电"
    path.write_bytes("[company]\nname = '示例机电'\n".encode("gbk"))
    with pytest.raises(SettingsError, match="UTF-8"):
        settings.load(path, {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        settings.load(tmp_path / "nowhere.toml", {})


def test_the_demo_needs_no_file(tmp_path: Path) -> None:
    got = settings.default(tmp_path, port=8081)
    assert got.database.url == f"sqlite:///{tmp_path}/scrm.db"
    assert (got.company.name, got.server.port, got.channels) == ("示例机电", 8081, ())


WHOLE = "[company]\nname = '示例'\n[server]\nport = 1\n" + WECOM + WECOM_KF + WECHAT + DINGTALK + STAGES
VALUES = ["1", "'x'", "true", "1.5", "[]", "{}", "[[1]]", "{ env = 1 }", "2026-01-01", "inf", "08:00:00", "''"]


@given(place=st.integers(0, WHOLE.count(" = ") - 1), value=st.sampled_from(VALUES), cut=st.integers(0, len(WHOLE)))
@example(place=0, value="1", cut=len(WHOLE))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_file_however_wrong_is_answered_with_anything_but_settings_or_sentences(
    folder: Path, place: int, value: str, cut: int
) -> None:
    lines = WHOLE[:cut].splitlines()
    keys = [number for number, line in enumerate(lines) if " = " in line]
    if place < len(keys):
        lines[keys[place]] = lines[keys[place]].split(" = ")[0] + " = " + value
    with contextlib.suppress(SettingsError):
        assert isinstance(load(folder, "\n".join(lines)), Settings)


def test_a_channel_in_stream_mode_is_not_called(tmp_path: Path) -> None:
    file = tmp_path / "scrm.toml"
    keys = 'kind = "dingtalk"\naudience = "staff"\nclient_id = "a"\nclient_secret = "b"\ncorp_id = "c"'
    for mode, called in (("stream", False), ("http", True)):
        file.write_text(f'[channels.ding]\n{keys}\nmode = "{mode}"\n', encoding="utf-8")
        assert [settings.is_called(channel) for channel in settings.load(file, {}).channels] == [called]


def test_files_are_kept_beside_the_configuration_unless_said_otherwise(folder: Path) -> None:
    assert load(folder, "").files.folder == str(folder / "files")
    got = load(folder, '[files]\nfolder = "/var/lib/scrm/files"\nmax_mb = 50\n')
    assert (got.files.folder, got.files.max_mb) == ("/var/lib/scrm/files", 50)
    assert (
        load(folder, "[server]\npublic_url = 'https://crm.example.com/'").server.public_url == "https://crm.example.com"
    )
    assert problems(folder, "[files]\nmax_mb = 0") == ["2: [files] max_mb 应在 1 到 200 之间"]
    assert "http" in problems(folder, "[server]\npublic_url = 'crm.example.com'")[0]
