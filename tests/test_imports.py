"""Imports: whatever people have in their tables comes in once, and what is wrong comes back with a reason."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from scrm_bot import sheets
from scrm_bot.cli.tables import template
from scrm_bot.crm.audit import Entry
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.db import Database
from scrm_bot.imports import cells, run
from scrm_bot.imports.cells import Wrong
from scrm_bot.imports.run import KINDS, CannotImport, Import
from tests.desktop import Desktop, as_csv, counts, migrate

ORDER = ("staff", "customers", "contacts", "leads", "devices", "products", "contracts", "deals")


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
