"""The command line: what each command does, what it says when it cannot, and with which code it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from scrm_bot import inbox, outbox, schema
from scrm_bot.app import utc_now
from scrm_bot.cli.commands import commands
from scrm_bot.crm import people
from scrm_bot.crm.people import Account, Contact, Staff
from scrm_bot.db import Base, Database
from scrm_bot.imports.run import KINDS
from scrm_bot.inbox import Incoming
from scrm_bot.message import Address, Kind, Message, Reply
from scrm_bot.outbox import Outgoing

CHANNEL = """
[channels.sales]
kind = "wecom"
audience = "staff"
corp_id = "ww1"
agent_id = 1
secret = "s"
token = "t"
aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
"""


class Office:
    """A folder with scrm.toml, and somebody who types commands."""

    def __init__(self, folder: Path, url: str, more: str = "") -> None:
        self.folder, self.url = folder, url
        self.config = folder / "scrm.toml"
        self.config.write_text(f'[database]\nurl = "{url}"\n[server]\nport = 0\n{more}', encoding="utf-8")

    def run(self, *words: str, stdin: str | bytes = "") -> Result:
        return CliRunner().invoke(commands, [*words, "--config", str(self.config)], input=stdin)

    def does(self, *words: str, stdin: str | bytes = "") -> str:
        """It can be done."""
        result = self.run(*words, stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def cannot(self, *words: str, stdin: str | bytes = "") -> str:
        """It cannot be done: code 1 and a sentence."""
        result = self.run(*words, stdin=stdin)
        assert result.exit_code == 1, result.output
        assert result.stderr.strip()
        assert "Traceback" not in result.output
        return result.stderr

    def misused(self, *words: str) -> str:
        """It is no such command: code 2."""
        result = self.run(*words)
        assert result.exit_code == 2, result.output
        return result.stderr

    def table(self, name: str, content: str) -> str:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    def all(self, model: Any) -> list[Any]:
        db = Database(self.url)
        with db.transaction() as session:
            rows = list(session.scalars(select(model).order_by(model.id)))
        db.close()
        return rows


def migrate(url: str) -> None:
    db = Database(url)
    schema.upgrade(db)
    db.close()


def staffed(url: str) -> None:
    """Two of us, one customer with a contact."""
    migrate(url)
    db = Database(url)
    with db.transaction() as session:
        now = utc_now()
        session.add(Staff(name="周小明", role="sales", created_at=now))
        session.add(Staff(name="陈立", role="sales_manager", created_at=now))
    db.close()


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


# say, chat


def test_what_is_said_is_done_and_answered(office: Office) -> None:
    said = office.does("say", "--as", "周小明", "今天拜访了华星王总，谈了报价")
    assert "华星科技有限公司" in said
    (message,) = office.all(Incoming)
    assert (message.channel, message.sender, message.fate) == ("console", "staff:1", "written")
    (answer,) = office.all(Outgoing)
    assert (answer.state, answer.answers, answer.text.strip()) == ("sent", message.id, said.strip())


def test_a_customer_speaks_as_its_contact(office: Office) -> None:
    office.does("say", "--as", "customer:华星", "空压机坏了，不启动")
    (message,) = office.all(Incoming)
    assert (message.channel, message.sender, message.contact_id) == ("console-customers", "contact:1", 1)
    assert json.loads(office.does("export", "tickets"))["contact"] == "王建国"


def test_a_question_is_answered_in_the_next_call(office: Office) -> None:
    office.does("say", "--as", "周小明", "建个商机，华星科技，空压机更换，50万")
    assert "撤" in office.does("say", "--as", "周小明", "撤销")
    assert office.does("export", "deals") == ""
    assert "undone_at" in office.does("export", "deals", "--all")


def test_whoever_is_not_known_is_asked_for_by_the_nearest_name(office: Office) -> None:
    assert "是不是 周小明？" in office.cannot("say", "--as", "周晓明", "你好")
    assert "恒力 还没有联系人" in office.cannot("say", "--as", "customer:恒力", "坏了")
    assert "没有叫 不存在 的客户" in office.cannot("say", "--as", "customer:不存在", "坏了")
    assert office.all(Incoming) == []


def test_after_say_pushes_go_to_the_phone_again(office: Office) -> None:
    office.does("import", "staff", office.table("s.csv", "name,role,accounts\n周小明,sales,sales:zhou\n"))
    office.does("say", "--as", "周小明", "你好")
    db = Database(office.url)
    with db.transaction() as session:
        places = people.accounts_of(session, session.get_one(Staff, 1))
        assert [place.channel for place in places] == ["sales", "console"]
    db.close()


def test_pushes_for_others_are_left_to_the_relay(office: Office) -> None:
    db = Database(office.url)
    with db.transaction() as session:
        outbox.put(session, Address("sales", "zhou"), Reply("给手机的"), utc_now())
        outbox.put(session, Address("console", "staff:1"), Reply("给终端的"), utc_now())
    db.close()
    said = office.does("say", "--as", "周小明", "你好")
    assert "给终端的" in said
    assert "给手机的" not in said
    assert [row.state for row in office.all(Outgoing)] == ["waiting", "sent", "sent"]


def test_a_chat_goes_on_until_the_input_ends(office: Office) -> None:
    said = office.does("chat", "--as", "周小明", stdin="建个商机，华星科技，空压机更换，50万\n\n撤销\n")
    assert said.count("华星科技") == 2
    assert [message.text for message in office.all(Incoming)] == ["建个商机，华星科技，空压机更换，50万", "撤销"]
    assert office.all(Account)[-1].seen_at is None


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
    assert rows[0] == ["name", "role", "department", "manager", "phone", "accounts"]


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


# ledger, replay


@pytest.fixture
def received(office: Office) -> Iterator[Callable[[timedelta], int]]:
    """A message that came in so long ago and that nobody has answered."""
    db = Database(office.url)

    def receive(ago: timedelta) -> int:
        moment = utc_now() - ago
        with db.transaction() as session:
            message = Message(Address("sales", "zhou"), str(ago), Kind.TEXT, "今天拜访了华星王总", moment)
            return inbox.accept(session, message, moment)[0]

    yield receive
    db.close()


def test_the_ledger_counts_every_message_by_its_fate(office: Office, received: Callable[[timedelta], int]) -> None:
    office.does("say", "--as", "周小明", "今天拜访了华星王总")
    received(timedelta(seconds=5))
    counts = {line.split()[0]: int(line.split()[1]) for line in office.does("ledger").splitlines()}
    assert counts == {
        "written": 1, "answered": 0, "asked": 0, "parked": 0, "ignored": 0, "failed": 0, "open": 1, "total": 2,
    }  # fmt: skip


def test_the_ledger_fails_if_a_message_waits_too_long(office: Office, received: Callable[[timedelta], int]) -> None:
    number = received(timedelta(seconds=61))
    assert f"{number}" in office.cannot("ledger")


def state_of(url: str) -> dict[str, Any]:
    """Everything that the database holds."""
    db = Database(url)
    with db.engine.connect() as connection:
        found = {
            table.name: (
                connection.scalar(select(func.count()).select_from(table)),
                connection.execute(table.select()).all(),
            )
            for table in Base.metadata.sorted_tables
        }
    db.close()
    return found


def test_a_replay_shows_every_step_and_writes_nothing(office: Office) -> None:
    office.does("say", "--as", "周小明", "今天拜访了华星王总，谈了报价")
    before = state_of(office.url)
    shown = office.does("replay", "1")
    assert state_of(office.url) == before
    for words in (
        "今天拜访了华星王总，谈了报价",
        "员工 周小明",
        "log_visit",
        "因为",
        "followups#1",
        "written",
        "现在再来一遍",
    ):
        assert words in shown


def test_a_replay_of_what_never_came_is_a_sentence(office: Office) -> None:
    assert "没有编号 7 的消息" in office.cannot("replay", "7")


def test_a_replay_of_a_bug_says_where_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.does("say", "--as", "周小明", "你好")

    def stumble(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("scrm_bot.turn.greeting.greet", stumble)
    shown = office.does("replay", "1")
    assert "ZeroDivisionError: division by zero" in shown
    assert "turn.py:" in shown
    assert "Traceback" not in shown


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


def test_values_alone_are_read(office: Office) -> None:
    lines = '{"id": 1, "text": "预算35万6", "ref": "2026-03-18T09:40", "want": "amount"}\n'
    assert json.loads(office.does("understand", "--values", stdin=lines)) == {"id": 1, "values": ["356000 CNY"]}


def test_a_line_that_cannot_be_read_is_named(office: Office) -> None:
    assert "line 2" in office.cannot("understand", "--values", stdin='\n{"id": \n')
    assert "UTF-8" in office.cannot("understand", stdin=b'{"id": "\xff"}\n')
    missing = str(office.folder / "none.json")
    assert "none.json" in office.cannot("understand", "--customers", missing)
    assert "不是 JSON" in office.cannot("understand", "--customers", office.table("c.json", "name\n"))


def test_a_contact_can_be_given_an_account_by_say(office: Office) -> None:
    office.does("say", "--as", "customer:华星科技有限公司", "你好")
    assert office.all(Contact)[0].name == "王建国"
    assert [(a.channel, a.user, a.contact_id) for a in office.all(Account)] == [("console-customers", "contact:1", 1)]
