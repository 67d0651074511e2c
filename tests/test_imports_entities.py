"""Imports, entity by entity: who is the same person, whose account it is, how far a deal has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.people import Account, Contact, Department, Staff
from scrm_bot.crm.products import Device, Product
from scrm_bot.crm.tickets import Ticket
from scrm_bot.db import Database
from tests.desktop import NOW, Desktop, counts, migrate


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


def test_where_a_customer_is_comes_in_as_degrees(anywhere: Desktop) -> None:
    table = "客户名称,纬度,经度\n华星科技,22.5430961,113.952912\n恒力,122.5,113.9\n顺达,,\n云帆,北纬22度,113\n"
    assert counts(anywhere.bring("customers", table)) == (2, 0, 0, 2)
    found, nowhere = anywhere.all(Customer)
    assert (found.latitude, found.longitude) == (22.543096, 113.952912)
    assert (nowhere.latitude, nowhere.longitude) == (None, None)
    assert counts(anywhere.bring("customers", table)) == (0, 0, 2, 2)


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
