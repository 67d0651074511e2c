"""Importing people: staff, who name their managers, and contacts at customers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from scrm_bot.crm.people import Contact, Department, Staff
from scrm_bot.imports import cells
from scrm_bot.imports.accounts import Pair
from scrm_bot.imports.batch import Batch, Column, Draft, Outcome, Values
from scrm_bot.imports.cells import Wrong, nearest


class StaffBatch(Batch):
    """All staff of a file: a manager may stand below those who report to them."""

    entity, title, model, key, whole = "staff", "员工", Staff, ("name",), True
    columns = (
        Column("name", ("姓名", "员工姓名", "名字"), ("陈立", "周小明"), required=True, longest=50),
        Column("role", ("角色", "职位", "岗位"), ("sales_manager", "sales"), cells.role, required=True),
        Column("department", ("部门",), ("销售部/华南组", "销售部/华南组")),
        Column("manager", ("上级", "主管", "直属上级"), ("", "陈立")),
        Column("phone", ("电话", "手机", "手机号"), ("13800000001", "13800000002"), cells.phone),
        Column("accounts", ("账号", "帐号"), ("", ""), cells.accounts, longest=2000),
        Column("language", ("语言",), ("", "英文"), cells.language),
    )

    def prepare(self) -> None:
        """Colleagues by name, those included who were taken back once: their names are still theirs."""
        query = select(Staff).where(Staff.name.in_(self.all("name")))
        self.known = {s.name: s for s in self.existing(query.execution_options(with_undone=True))}
        self._examine()
        self._refuse_orphans()

    def attempt(self, draft: Draft) -> None:
        """Unless it was refused already."""
        if not draft.reason:
            super().attempt(draft)

    def find(self, values: Values) -> Any:
        """By name: it is unique among us."""
        return self.known.get(values["name"])

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """As they stand; who was taken back is back."""
        back = {"undone_at": None} if found is not None else {}
        return super().fields(values, found) | back

    def finish(self) -> None:
        """Departments are made of what people belong to."""
        self.desk.session.flush()
        everybody = {draft.row.name: draft.row for draft in self.drafts if draft.row is not None}
        self.staff |= everybody
        paths = {draft.values["department"] for draft in self.drafts if draft.row and "department" in draft.values}
        spelt = {path.rsplit("/", cut)[0] for path in paths for cut in range(path.count("/") + 1)}
        there = set(self.desk.session.scalars(select(Department.path).where(Department.path.in_(spelt))))
        now = self.desk.now
        self.desk.session.add_all(Department(path=path, created_at=now) for path in sorted(spelt - there))
        super().finish()

    def beyond(self, draft: Draft) -> bool:
        """Everybody has a number now: who reports to whom."""
        if "manager" not in draft.values or draft.outcome is Outcome.BAD:
            return False
        boss = self.staff.get(draft.values["manager"])
        if boss is None or draft.row.manager_id == boss.id:
            return False
        draft.row.manager_id = boss.id
        return True

    def _examine(self) -> None:
        """What is wrong with a line by itself, known before anybody is said to report to it."""
        taken: dict[Pair, str] = {}
        for draft in self.drafts:
            name, accounts = draft.values["name"], draft.values.get("accounts", ())
            try:
                self.accounts.check(accounts, self.find(draft.values))
            except Wrong as wrong:
                draft.reason = str(wrong)
            for channel, user in accounts:
                if taken.setdefault((channel, user), name) != name:
                    draft.reason = f"账号 {channel}:{user} 已经是 {taken[channel, user]} 的"

    def _refuse_orphans(self) -> None:
        """Who names a manager that nobody is comes back, and then whoever names them."""
        lost = True
        while lost:
            known = self.staff.keys() | {draft.values["name"] for draft in self.drafts if not draft.reason}
            lost = False
            for draft in self.drafts:
                boss = draft.values.get("manager")
                if draft.reason or boss is None or (boss in known and boss != draft.values["name"]):
                    continue
                own = "上级不能是自己" if boss in known else f"没有叫 {boss} 的上级{nearest(boss, known)}"
                draft.reason, lost = own, True


class ContactBatch(Batch):
    """People at customers. Two of one name are told apart by their phones."""

    entity, title, model, key = "contacts", "联系人", Contact, ("customer", "name", "phone")
    audience = "customers"
    columns = (
        Column("customer", ("客户", "客户名称", "公司"), ("华星科技有限公司", "华星科技有限公司"), required=True),
        Column("name", ("姓名", "联系人", "联系人姓名"), ("王建国", "李芳"), required=True, longest=50),
        Column("title", ("职务", "职位", "称呼"), ("采购总监", "设备主管")),
        Column("phone", ("电话", "手机", "手机号", "联系电话"), ("13900000001", "0755-86000001"), cells.phone),
        Column("accounts", ("账号", "帐号"), ("", ""), cells.accounts, longest=2000),
    )

    def prepare(self) -> None:
        """Customers, and who is known there."""
        self.look_up_customers()
        there = {customer.id for customer in self.by_name.values()}
        query = select(Contact).where(Contact.customer_id.in_(there), Contact.name.in_(self.all("name")))
        self.known: dict[tuple[int, str], list[Contact]] = {}
        for contact in self.existing(query):
            self.known.setdefault((contact.customer_id, contact.name), []).append(contact)
        self.reserved = {id(c) for draft in self.drafts for c in self._called(draft.values) if _same(c, draft.values)}

    def find(self, values: Values) -> Any:
        """The one with this phone; else the one whose phone is new, if that can be only one."""
        self.customer(values)
        called = self._called(values)
        exact = [c for c in called if _same(c, values)]
        if exact or not called:
            return exact[0] if exact else None
        if "phone" not in values:
            if len(called) > 1:
                raise Wrong(f"{values['customer']} 有 {len(called)} 位叫 {values['name']} 的，请填电话加以区分")
            return called[0]
        rest = [c for c in called if id(c) not in self.reserved and self.free(c)]
        return next((c for c in rest if not c.phone), rest[0] if len(rest) == 1 else None)

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """At which customer, and as they stand."""
        return super().fields(values, found) | {"customer_id": self.customer(values).id}

    def made(self, row: Contact, values: Values) -> None:
        """Another line may be about the same person."""
        del values
        self.known.setdefault((row.customer_id, row.name), []).append(row)

    def _called(self, values: Values) -> list[Contact]:
        customer = self.by_name.get(cells.folded(values["customer"]))
        return self.known.get((customer.id, values["name"]), []) if customer else []


def _same(contact: Contact, values: Values) -> bool:
    return bool(contact.phone) and contact.phone == values.get("phone")
