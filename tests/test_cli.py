"""The command line: what each command does, what it says when it cannot, and with which code it ends."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from scrm_bot.cli.commands import commands
from scrm_bot.imports.run import KINDS
from tests.office import CHANNEL, Office, staffed


@pytest.fixture
def office(fresh_database_url: Callable[..., str], tmp_path: Path) -> Office:
    office = Office(tmp_path, fresh_database_url("sqlite", staffed), CHANNEL)
    office.does(
        "import", "customers", office.table("c.csv", "name,short_names,owner\n华星科技有限公司,华星,周小明\n恒力,,\n")
    )
    office.does("import", "contacts", office.table("p.csv", "customer,name\n华星,王建国\n"))
    return office


@pytest.fixture
def anywhere(fresh_database_url: Callable[..., str], database_kind: str, tmp_path: Path) -> Office:
    return Office(tmp_path, fresh_database_url(database_kind))


# migrate, check


def test_a_new_database_is_migrated_checked_and_used(anywhere: Office) -> None:
    assert "scrm-bot migrate" in anywhere.cannot("check")
    assert "scrm-bot migrate" in anywhere.cannot("export", "customers")
    assert "scrm-bot migrate" in anywhere.cannot("say", "--as", "周小明", "你好")
    assert "scrm-bot migrate" in anywhere.cannot("serve")
    anywhere.does("migrate")
    anywhere.does("migrate")
    checked = anywhere.does("check")
    assert "✓ 都好" in checked
    assert all(line.startswith("✓") for line in checked.splitlines())


def test_a_check_names_each_channel_and_no_secret(office: Office) -> None:
    checked = office.does("check")
    assert "sales  wecom，给员工用，回调地址 /hooks/sales" in checked
    assert "abcdefghijklmnop" not in checked


def test_a_check_asks_redis(office: Office, redis_url: str, tmp_path: Path) -> None:
    with_redis = Office(tmp_path, office.url, f'[redis]\nurl = "{redis_url}"\n')
    assert "Redis  有应答" in with_redis.does("check")
    without = Office(tmp_path, office.url, '[redis]\nurl = "redis://127.0.0.1:1/0"\n')
    assert "✗ Redis 连不上" in without.cannot("check")


def test_a_database_that_is_away_is_a_sentence_without_its_password(tmp_path: Path) -> None:
    office = Office(tmp_path, "postgresql://bot:geheim@127.0.0.1:1/scrm")
    for command in (["check"], ["migrate"], ["export", "customers"], ["ledger"], ["serve"], ["say", "--as", "x", "y"]):
        assert "geheim" not in office.cannot(*command)
    assert "127.0.0.1" in office.cannot("check")


def test_a_mistake_in_the_configuration_is_named_with_its_line(office: Office) -> None:
    office.config.write_text('[company]\nname = "x"\n[servr]\nport = 1\n', encoding="utf-8")
    assert "scrm.toml:3: 不认识 servr，是不是 server？" in office.cannot("check")
    office.config.write_text("[company\n", encoding="utf-8")
    assert "scrm.toml:1" in office.cannot("ledger")
    office.config.unlink()
    assert "scrm.toml" in office.cannot("serve")


# import, template, export


def test_an_import_says_what_became_of_the_rows(office: Office) -> None:
    table = office.table("x.csv", "name,phone,备注\n甲公司,13800000001,\n乙公司,12,\n")
    bad = office.folder / "bad.xlsx"
    result = office.run("import", "customers", table, "--bad-rows", str(bad))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "1 行新增，0 行更新，0 行无变化，1 行有误"
    assert "不认识的列 备注" in result.stderr
    assert "第 3 行：电话 12 不对" in result.stderr
    header, row = CalamineWorkbook.from_path(str(bad)).get_sheet_by_index(0).to_python()
    assert header == ["name", "phone", "备注", "原因"]
    assert row[:2] == ["乙公司", "12"]
    office.does("import", "customers", office.table("x.csv", "name\n乙公司\n"), "--bad-rows", str(bad))
    assert not bad.exists()


def test_a_dry_run_writes_nothing(office: Office) -> None:
    table = office.table("x.csv", "name\n甲公司\n")
    assert "试运行，没有写入：1 行新增" in office.does("import", "customers", table, "--dry-run")
    assert "甲公司" not in office.does("export", "customers")


def test_what_cannot_be_imported_is_a_sentence(office: Office) -> None:
    assert "打不开" in office.cannot("import", "customers", str(office.folder / "none.csv"))
    assert "打不开" in office.cannot("import", "customers", str(office.folder))
    assert "是空的" in office.cannot("import", "customers", office.table("e.csv", ""))
    garbage = office.folder / "g.xlsx"
    garbage.write_bytes(bytes(range(256)) * 9)
    assert "g.xlsx" in office.cannot("import", "customers", str(garbage))
    assert "缺少必填的列" in office.cannot("import", "customers", office.table("x.csv", "a,b\n1,2\n"))
    same = office.table("y.csv", "name\nx\n")
    assert "--bad-rows" in office.cannot("import", "customers", same, "--bad-rows", same)


def test_unknown_words_are_wrong_usage(office: Office) -> None:
    assert "customers" in office.misused("import", "customer", "x.csv")
    assert "audit" in office.misused("export", "nothing")
    assert "leads" in office.misused("template", "messages")
    office.misused("export", "customers", "--format", "pdf")
    office.misused("replay", "one")
    office.misused("say", "你好")
    office.misused("dance")


@pytest.mark.parametrize("entity", [*KINDS])
def test_a_template_is_a_header_and_two_rows(office: Office, entity: str) -> None:
    lines = office.does("template", entity).splitlines()
    assert lines[0] == ",".join(column.name for column in KINDS[entity].columns)
    assert len(lines) == 3


def test_a_template_can_be_a_file(office: Office) -> None:
    office.does("template", "staff", "-o", str(office.folder / "员工.xlsx"))
    rows = CalamineWorkbook.from_path(str(office.folder / "员工.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[0] == ["name", "role", "department", "manager", "phone", "accounts", "language"]


def test_an_export_goes_out_in_three_forms(office: Office) -> None:
    first = json.loads(office.does("export", "customers").splitlines()[0])
    assert (first["name"], first["owner"]) == ("华星科技有限公司", "周小明")
    assert office.does("export", "customers", "--format", "csv").splitlines()[0].startswith("id,created_at,name")
    path = office.folder / "客户.xlsx"
    assert office.does("export", "customers", "--format", "xlsx", "-o", str(path)) == ""
    assert len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()) == 3
    office.does("export", "customers", "-o", str(office.folder / "c.jsonl"))
    assert (office.folder / "c.jsonl").read_text(encoding="utf-8") == office.does("export", "customers")
    assert office.does("export", "payments") == office.does("export", "quotes") == ""


def test_an_export_that_cannot_be_written_is_a_sentence(office: Office) -> None:
    assert office.cannot("export", "customers", "-o", str(office.folder / "no" / "x.jsonl"))
    assert office.cannot("export", "customers", "--format", "xlsx", "-o", str(office.folder / "no" / "x.xlsx"))


# understand


def test_understanding_needs_no_configuration_and_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "customers.json").write_text('[{"id": "C1", "name": "深圳华星科技有限公司"}]', encoding="utf-8")
    lines = '{"id": "a", "text": "昨天拜访了华星科技", "ref": "2026-03-18T09:40", "role": "rep"}\n'
    lines += '{"id": "b", "text": "哈哈", "ref": "2026-03-18T09:41"}\n'
    result = CliRunner().invoke(commands, ["understand", "--customers", "customers.json"], input=lines)
    assert result.exit_code == 0, result.stderr
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["id"], first["intent"]) == ("a", "log_visit")
    assert first["slots"]["customer"] == ["深圳华星科技有限公司"]
    assert (second["id"], second["intent"]) == ("b", "none")
    assert [path.name for path in tmp_path.iterdir()] == ["customers.json"]


def test_with_explain_each_line_says_why_and_without_it_nothing_is_changed(office: Office) -> None:
    customers = office.table("customers.json", '[{"id": "C1", "name": "深圳华星科技有限公司"}]')
    said = ("昨天拜访了华星科技", "先别给华星建商机")
    lines = "".join(json.dumps({"id": i, "text": t, "ref": "2026-03-18T09:40"}) + "\n" for i, t in enumerate(said))
    plain = [json.loads(line) for line in office.does("understand", "--customers", customers, stdin=lines).splitlines()]
    told = office.does("understand", "--customers", customers, "--explain", stdin=lines).splitlines()
    why = [json.loads(line).pop("reasons") for line in told]
    assert [{key: value for key, value in json.loads(line).items() if key != "reasons"} for line in told] == plain
    assert why[0][0]["act"] == "log_visit"
    assert "拜访了" in why[0][0]["why"]
    customer = {"slot": "customer", "value": "深圳华星科技有限公司", "words": "华星科技", "at": 5, "why": "这家的叫法"}
    assert customer in why[0]
    assert why[1][0]["instead_of"] == "create_deal"
    assert "先别" in why[1][0]["against"]
    assert {"clause": "先别给华星建商机", "seen": "negation", "words": "先别"} in why[1]


def test_values_alone_are_read(office: Office) -> None:
    lines = '{"id": 1, "text": "预算35万6", "ref": "2026-03-18T09:40", "want": "amount"}\n'
    assert json.loads(office.does("understand", "--values", stdin=lines)) == {"id": 1, "values": ["356000 CNY"]}


def test_a_line_that_cannot_be_read_is_named(office: Office) -> None:
    assert "line 2" in office.cannot("understand", "--values", stdin='\n{"id": \n')
    assert "UTF-8" in office.cannot("understand", stdin=b'{"id": "\xff"}\n')
    missing = str(office.folder / "none.json")
    assert "none.json" in office.cannot("understand", "--customers", missing)
    assert "不是 JSON" in office.cannot("understand", "--customers", office.table("c.json", "name\n"))


def test_a_port_that_is_taken_is_a_sentence(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f'[database]\nurl = "{office.url}"\n[server]\nport = {other.getsockname()[1]}\n'
        office.config.write_text(taken, encoding="utf-8")
        assert "请换 [server] 的 host 或 port" in office.cannot("serve")
