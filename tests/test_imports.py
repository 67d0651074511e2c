"""Imports: whatever people have in their tables comes in once, rightly, and what is wrong comes back with a reason."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from scrm_bot import schema, sheets
from scrm_bot.cli.tables import template
from scrm_bot.crm.audit import Entry
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.people import Account, Contact, Department, Staff
from scrm_bot.crm.products import Device, Product
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.tickets import Ticket
from scrm_bot.db import Database
from scrm_bot.imports import cells, run
from scrm_bot.imports.cells import Wrong
from scrm_bot.imports.run import KINDS, CannotImport, Import, Tally

NOW = datetime(2026, 3, 18, 9, 40, tzinfo=UTC)
CHANNELS = {"sales": "staff", "ding": "staff", "service": "customers"}
ORDER = ("staff", "customers", "contacts", "leads", "devices", "products", "contracts", "deals")


def migrate(url: str) -> None:
    db = Database(url)
    schema.upgrade(db)
    db.close()


@dataclass
class Desktop:
    """Somebody's folder of tables, and the database that they go into."""

    db: Database
    folder: Path
    bad: list[list[Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def bring(self, entity: str, content: str | bytes | Path, *, dry: bool = False) -> Tally:
        path = content if isinstance(content, Path) else self.folder / "table.csv"
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        self.bad.clear()
        work = Import(self.db, Shape(), CHANNELS, lambda: NOW, dry)
        with sheets.opened(path) as table:
            tally = work.run(entity, table, lambda row: self.bad.append(list(row)), lambda _done: None)
            self.notes = table.notes
        return tally

    def all(self, model: Any) -> list[Any]:
        with self.db.transaction() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def one(self, model: Any) -> Any:
        (row,) = self.all(model)
        return row


def counts(tally: Tally) -> tuple[int, int, int, int]:
    return tally.new, tally.updated, tally.same, tally.bad


@pytest.fixture
def anywhere(fresh_database_url: Callable[..., str], database_kind: str, tmp_path: Path) -> Iterator[Desktop]:
    db = Database(fresh_database_url(database_kind, migrate))
    yield Desktop(db, tmp_path)
    db.close()


@pytest.fixture
def here(fresh_database_url: Callable[..., str], tmp_path: Path) -> Iterator[Desktop]:
    db = Database(fresh_database_url("sqlite", migrate))
    yield Desktop(db, tmp_path)
    db.close()


def as_csv(rows: Any) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue()


# Every entity


def test_every_template_comes_in_as_it_stands_and_the_second_time_changes_nothing(anywhere: Desktop) -> None:
    for entity in ORDER:
        assert counts(anywhere.bring(entity, as_csv(template(entity)))) == (2, 0, 0, 0), anywhere.bad
    entries = anywhere.all(Entry)
    for entity in ORDER:
        assert counts(anywhere.bring(entity, as_csv(template(entity)))) == (0, 0, 2, 0), entity
    assert len(anywhere.all(Entry)) == len(entries)
    assert {(entry.actor, entry.actor_key) for entry in entries} == {("导入", "system")}


@pytest.mark.parametrize("entity", ORDER)
def test_every_title_means_one_column(entity: str) -> None:
    titles = [title for column in KINDS[entity].columns for title in (column.name, *column.titles)]
    assert len(titles) == len(set(titles))


def test_what_a_dry_run_says_comes_true(anywhere: Desktop) -> None:
    table = "name,grade\n华星,A\n恒力,B\n华星,A\n,C\n"
    said = anywhere.bring("customers", table, dry=True)
    assert anywhere.all(Customer) == []
    assert counts(anywhere.bring("customers", table)) == counts(said) == (2, 0, 1, 1)


def test_changed_values_update_and_empty_cells_leave_alone(anywhere: Desktop) -> None:
    anywhere.bring("customers", "name,grade,region,short_names\n华星科技,A,华南,华星\n")
    again = "name,grade,region,short_names\n华星科技,B,,华星;星星\n"
    assert counts(anywhere.bring("customers", again)) == (0, 1, 0, 0)
    customer = anywhere.one(Customer)
    assert (customer.grade, customer.region) == ("B", "华南")
    assert [(n.name, n.short) for n in anywhere.all(CustomerName)] == [
        ("华星科技", False), ("华星", True), ("星星", True),
    ]  # fmt: skip


def test_lines_come_in_by_the_hundreds(here: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "AT_ONCE", 3)
    table = "name,phone\n" + "".join(f"公司{n},1380000{n:04}\n" for n in range(10)) + "公司3,13800000003\n公司4,1\n"
    assert counts(here.bring("customers", table)) == (10, 0, 1, 1)
    assert counts(here.bring("customers", table)) == (0, 0, 11, 1)


def test_two_lines_that_contradict_each_other_are_not_both_right(here: Desktop) -> None:
    assert counts(here.bring("customers", "name,grade\n华星,A\n华星,B\n")) == (1, 0, 0, 1)
    assert here.bad == [["华星", "B", "和第 2 行是同一个客户，内容却不一样"]]


def test_two_imports_at_once_make_no_customer_twice(fresh_database_url: Callable[..., str], database_kind: str,
                                                    tmp_path: Path) -> None:  # fmt: skip
    url = fresh_database_url(database_kind, migrate)
    table = "name\n" + "".join(f"公司{n}\n" for n in range(60))

    def bring(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        desktop = Desktop(Database(url), folder)
        desktop.bring("customers", table)
        desktop.db.close()

    both = [threading.Thread(target=bring, args=(number,)) for number in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    db = Database(url)
    with db.transaction() as session:
        assert session.scalar(select(func.count(Customer.id))) == 60
    db.close()


def test_a_bot_that_was_faster_is_no_reason_to_stop(here: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, failures = Import._attempt, [IntegrityError("", {}, Exception("taken"))]

    def collide(self: Import, *args: Any) -> None:
        attempt(self, *args)
        if failures:
            raise failures.pop()

    monkeypatch.setattr(Import, "_attempt", collide)
    here.bring("customers", "name\n华星\n")
    assert len(here.all(Customer)) == 1


# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_however_it_was_saved(here: Desktop, encoding: str, delimiter: str) -> None:
    table = delimiter.join(("客户名称*", "等级")) + "\r\n" + delimiter.join(("华星（深圳）", "A")) + "\r\n"
    assert counts(here.bring("customers", table.encode(encoding))) == (1, 0, 0, 0)
    assert here.one(Customer).name == "华星（深圳）"


def test_excel_files_are_read_with_their_days_and_numbers(here: Desktop) -> None:
    path = here.folder / "合同.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(1, 0, ["合同编号", "客户", "金额（元）", "签订日期", "到期日期"])
        sheet.write_row(2, 0, [20260001, "华星", 480000])
        sheet.write_datetime(2, 3, datetime(2026, 1, 10), day)
        sheet.write_string(2, 4, "2027年1月9日")
        book.add_worksheet("草稿").write(0, 0, "x")
    here.bring("customers", "name\n华星\n")
    assert counts(here.bring("contracts", path)) == (1, 0, 0, 0), here.bad
    contract = here.one(Contract)
    assert (contract.number, contract.amount, contract.signed_on, contract.expires_on, contract.state) == (
        "20260001", Decimal(480000), date(2026, 1, 10), date(2027, 1, 9), "active",
    )  # fmt: skip
    assert "只读了第一张工作表" in here.notes[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""), ("blank.csv", b"\n\n ,\n"), ("rubbish.csv", b"\x00\x01\x02\xff" * 50),
        ("rubbish.xlsx", b"PK\x03\x04" + bytes(range(256))), ("text.xlsx", b"name\nx\n"),
        ("half.csv", b"name\n\xff\xff\xff"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_said_in_a_sentence(here: Desktop, name: str, content: bytes) -> None:
    path = here.folder / name
    path.write_bytes(content)
    with pytest.raises(sheets.Unreadable, match=name):
        here.bring("customers", path)


def test_unknown_columns_are_named_with_the_nearest_known_one(here: Desktop) -> None:
    assert counts(here.bring("customers", "name,shortnames,id,原因\n华星,星,7,\n")) == (1, 0, 0, 0)
    assert here.notes == ["不认识的列 shortnames 没有导入，是不是 short_names？", "不认识的列 id 没有导入"]


def test_a_table_without_what_is_needed_is_refused_whole(here: Desktop) -> None:
    with pytest.raises(CannotImport, match=r"name（客户名称）.*scrm-bot template customers"):
        here.bring("customers", "grade\nA\n")
    with pytest.raises(CannotImport, match="出现了 2 次"):
        here.bring("customers", "name,客户名称\na,b\n")


def test_bad_rows_come_back_as_they_were_and_come_in_once_mended(here: Desktop) -> None:
    tally = here.bring("customers", "phone,name,备注\n12,华星,x\n13800000000,恒力,y\n")
    assert counts(tally) == (1, 0, 0, 1)
    assert here.bad == [["12", "华星", "x", "电话 12 不对，应是 11 位手机号或带区号的座机"]]
    assert tally.reasons == ["第 2 行：电话 12 不对，应是 11 位手机号或带区号的座机"]
    assert counts(here.bring("customers", f"phone,name,备注,原因\n13800000001,华星,x,{here.bad[0][-1]}\n"))[0] == 1


def test_a_line_with_too_many_cells_comes_back(here: Desktop) -> None:
    here.bring("deals", "customer,title,amount\n华星,空压机,500,000\n")
    assert "少了引号" in here.bad[0][-1]


def test_the_quote_of_a_spreadsheet_is_not_part_of_the_name(here: Desktop) -> None:
    here.bring("customers", "name\n'=1+1 公司\n'引号' 公司\n")
    assert [customer.name for customer in here.all(Customer)] == ["=1+1 公司", "'引号' 公司"]


def test_what_no_database_takes_does_not_come_in(anywhere: Desktop) -> None:
    anywhere.bring("customers", "name,region\n华\u200b星\x07\ufeff, 华\u3000南\u3000\n" + "长" * 201 + ",x\n")
    assert (anywhere.one(Customer).name, anywhere.one(Customer).region) == ("华星", "华 南")
    assert "最多 200 个字" in anywhere.bad[0][-1]


# Cells


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("13800000001", "13800000001"), ("138 0000 0001", "13800000001"), ("+86-138-0000-0001", "13800000001"),
        ("１３８０００００００１", "13800000001"), ("0755-86000000", "075586000000"),
        ("(010)62345678", "01062345678"),
        ("400-800-8820", "4008008820"),
    ],
)  # fmt: skip
def test_phones_become_digits(said: str, digits: str) -> None:
    assert cells.phone(said) == digits


@pytest.mark.parametrize(
    "said", ["12345", "1380000000", "138000000011", "12800000001", "86000000", "张三", "13800000001/13800000002"]
)
def test_what_is_no_phone_is_refused(said: str) -> None:
    with pytest.raises(Wrong):
        cells.phone(said)


@pytest.mark.parametrize(
    ("said", "yuan"),
    [
        ("500000", "500000"),
        ("500,000.50", "500000.50"),
        ("￥1,280,000", "1280000"),
        ("50万", "500000"),
        ("1.5万元", "15000"),
    ],
)
def test_money_is_yuan(said: str, yuan: str) -> None:
    assert cells.money(said) == Decimal(yuan)


@pytest.mark.parametrize("said", ["-5", "5,00", "1e9", "很多", "999999999999", "NaN", "50-60万"])
def test_what_is_no_money_is_refused(said: str) -> None:
    with pytest.raises(Wrong):
        cells.money(said)


@pytest.mark.parametrize("said", ["2026-12-31", "2026/12/31", "2026.12.31", "2026年12月31日", "2026-12-31 00:00:00"])
def test_days_are_read_as_they_are_written(said: str) -> None:
    assert cells.day(said) == date(2026, 12, 31)


@pytest.mark.parametrize("said", ["2026-02-30", "31/12/2026", "明天", "2026-12-31 08:30"])
def test_what_is_no_day_is_refused(said: str) -> None:
    with pytest.raises(Wrong):
        cells.day(said)


def test_roles_and_states_have_two_names_and_a_nearest_one() -> None:
    assert cells.role("Sales_Manager") == cells.role("销售经理") == "sales_manager"
    assert cells.contract_state("履行中") == cells.contract_state("active") == "active"
    with pytest.raises(Wrong, match="engineer"):
        cells.role("enginer")
    with pytest.raises(Wrong, match="履行中"):
        cells.contract_state("履行")


# People


def test_a_manager_may_stand_below_those_who_report_to_them(anywhere: Desktop) -> None:
    table = "name,role,manager,department\n周小明,sales,陈立,销售部/华南组\n陈立,sales_manager,,销售部\n"
    assert counts(anywhere.bring("staff", table)) == (2, 0, 0, 0)
    rep, boss = anywhere.all(Staff)
    assert rep.manager_id == boss.id
    assert {d.path for d in anywhere.all(Department)} == {"销售部", "销售部/华南组"}
    assert counts(anywhere.bring("staff", "name,role,manager\n王芳,director,\n周小明,sales,王芳\n")) == (1, 1, 0, 0)


def test_whoever_reports_to_somebody_refused_is_refused_too(here: Desktop) -> None:
    table = "name,role,manager\n甲,sales,乙\n乙,sales_manager,丙丙\n丁,sales,丁\n戊,sales,\n"
    assert counts(here.bring("staff", table)) == (1, 0, 0, 3)
    reasons = {row[0]: row[-1] for row in here.bad}
    assert reasons == {"甲": "没有叫 乙 的上级", "乙": "没有叫 丙丙 的上级", "丁": "上级不能是自己"}


def test_accounts_are_bound_once_and_only_where_they_belong(anywhere: Desktop) -> None:
    table = "姓名,角色,帐号\n周小明,sales,sales:zhou;ding:$:LWCP:v1\n陈立,sales,sales:zhou\n"
    table += "甲,sales,sale:x\n乙,sales,service:o1\n"
    assert counts(anywhere.bring("staff", table)) == (1, 0, 0, 3)
    assert [row[-1] for row in anywhere.bad] == [
        "账号 sales:zhou 已经是 周小明 的", "没有配置 sale 这个渠道，是不是 sales？", "渠道 service 是客户用的",
    ]  # fmt: skip
    assert {(a.channel, a.user) for a in anywhere.all(Account)} == {("sales", "zhou"), ("ding", "$:LWCP:v1")}
    assert counts(anywhere.bring("staff", table)) == (0, 0, 1, 3)
    assert counts(anywhere.bring("staff", "name,role,accounts\n丙,sales,sales:zhou\n周小明,sales,sales:z2\n")) == (
        0,
        1,
        0,
        1,
    )


def test_a_strangers_account_becomes_the_contacts_with_what_it_filed(anywhere: Desktop) -> None:
    anywhere.bring("customers", "name,short_names\n华星科技,华星\n")
    with anywhere.db.transaction() as session:
        session.add(Account(channel="service", user="o:1", created_at=NOW, seen_at=NOW))
        asked = {"asker_channel": "service", "asker_user": "o:1", "kind": "报修", "priority": "P3", "state": "new"}
        session.add(Ticket(number="T1", text="坏了", created_at=NOW, **asked))
    assert counts(anywhere.bring("contacts", "customer,name,accounts\n华星,王建国,service:o:1\n")) == (1, 0, 0, 0)
    contact = anywhere.one(Contact)
    assert anywhere.one(Account).contact_id == anywhere.one(Ticket).contact_id == contact.id
    assert anywhere.one(Ticket).customer_id == contact.customer_id


def test_contacts_of_one_name_are_told_apart_by_their_phones(anywhere: Desktop) -> None:
    anywhere.bring("customers", "name\n华星\n")
    two = "customer,name,phone,title\n华星,王伟,13800000001,采购\n华星,王伟,13800000002,设备\n"
    assert counts(anywhere.bring("contacts", two)) == (2, 0, 0, 0)
    assert counts(anywhere.bring("contacts", two)) == (0, 0, 2, 0)
    anywhere.bring("contacts", "customer,name\n华星,王伟\n")
    assert "请填电话加以区分" in anywhere.bad[0][-1]


def test_a_new_phone_is_a_changed_contact_not_another_one(here: Desktop) -> None:
    here.bring("customers", "name\n华星\n")
    here.bring("contacts", "customer,name\n华星,王伟\n")
    assert counts(here.bring("contacts", "customer,name,phone\n华星,王伟,13800000001\n")) == (0, 1, 0, 0)
    assert counts(here.bring("contacts", "customer,name,phone\n华星,王伟,13800000002\n")) == (0, 1, 0, 0)
    assert here.one(Contact).phone == "13800000002"


# What people deal with


def test_an_owner_or_customer_that_nobody_is_comes_back_with_the_nearest(here: Desktop) -> None:
    here.bring("staff", "name,role\n周小明,sales\n")
    here.bring("customers", "name,owner\n华星科技,周晓明\n华兴科技,周小明\n")
    assert here.bad == [["华星科技", "周晓明", "没有叫 周晓明 的同事，是不是 周小明？"]]
    here.bring("deals", "customer,title\n华新科技,空压机\n大洋,空压机\n")
    assert [row[-1].partition("，")[2] for row in here.bad] == ["是不是 华兴科技？", "请先导入客户"]


def test_a_customer_is_found_however_its_brackets_were_typed(here: Desktop) -> None:
    here.bring("customers", "name\n恒力（苏州）\n")
    assert counts(here.bring("customers", "name\n恒力(苏州)\n")) == (0, 0, 1, 0)
    assert counts(here.bring("deals", "customer,title\n恒力(苏州),泵站\n")) == (1, 0, 0, 0)
    assert here.one(Customer).name == "恒力（苏州）"


def test_deals_come_in_at_their_stage_and_move_when_it_changes(anywhere: Desktop) -> None:
    anywhere.bring("staff", "name,role\n周小明,sales\n")
    anywhere.bring("customers", "name,owner\n华星,周小明\n")
    anywhere.bring("deals", 'customer,title,amount,stage\n华星,空压机,"500,000",报价谈判\n')
    deal = anywhere.one(Deal)
    assert (deal.stage, deal.kind, deal.amount, deal.closed_at) == ("quote", "open", Decimal(500000), None)
    assert deal.owner_id == anywhere.one(Staff).id
    assert counts(anywhere.bring("deals", "customer,title,stage\n华星,空压机,won\n")) == (0, 1, 0, 0)
    deal = anywhere.one(Deal)
    assert (deal.stage, deal.kind, deal.closed_at, deal.amount) == ("won", "won", NOW, Decimal(500000))
    anywhere.bring("deals", "customer,title,stage\n华星,泵站,报价\n")
    assert "报价谈判" in anywhere.bad[0][-1]


def test_a_contract_keeps_its_customer_and_its_order_of_days(here: Desktop) -> None:
    here.bring("customers", "name\n华星\n恒力\n")
    here.bring("contracts", "customer,number\n华星,HT-1\n")
    assert (here.one(Contract).title, here.one(Contract).state) == ("HT-1", "draft")
    here.bring("contracts", "customer,number,signed_on,expires_on\n恒力,HT-1,,\n华星,HT-2,2026-02-01,2026-01-01\n")
    assert [row[-1] for row in here.bad] == ["合同 HT-1 已经是另一家客户的", "到期日期早于签订日期"]


def test_what_was_taken_back_is_back_after_an_import(here: Desktop) -> None:
    here.bring("products", "name,price\n空压机,68000\n")
    with here.db.transaction() as session:
        session.scalars(select(Product)).one().undone_at = NOW
    assert counts(here.bring("products", "name,price\n空压机,68000\n")) == (0, 1, 0, 0)
    assert here.one(Product).undone_at is None


def test_devices_go_by_their_serial_numbers_else_by_their_names(here: Desktop) -> None:
    here.bring("customers", "name\n华星\n")
    table = "customer,name,serial\n华星,空压机,S1\n华星,空压机,S2\n华星,冷干机,\n"
    assert counts(here.bring("devices", table)) == (3, 0, 0, 0)
    assert counts(here.bring("devices", table)) == (0, 0, 3, 0)
    assert counts(here.bring("devices", "customer,name,serial\n华星,冷干机,S3\n华星,空压机,\n")) == (0, 1, 0, 1)
    assert [d.serial for d in here.all(Device)] == ["S1", "S2", "S3"]


def test_leads_go_by_whom_to_ask_for(here: Desktop) -> None:
    table = "name,contact,phone\n嘉禾,吴经理,13800000001\n嘉禾,赵工,\n嘉禾,,13800000003\n"
    assert counts(here.bring("leads", table)) == (3, 0, 0, 0)
    assert counts(here.bring("leads", table)) == (0, 0, 3, 0)
    assert counts(here.bring("leads", "name,contact,phone\n嘉禾,赵工,13800000002\n")) == (0, 1, 0, 0)
