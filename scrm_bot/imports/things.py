"""Importing what people deal with: customers, leads, deals, contracts, products, devices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.leads import Lead
from scrm_bot.crm.products import Device, Product
from scrm_bot.imports import cells
from scrm_bot.imports.batch import Batch, Column, Draft, Values
from scrm_bot.imports.cells import Wrong, folded, spellings

OWNER = Column("owner", ("负责人", "归属人", "销售", "业务员"), ("周小明", ""), longest=50)
CUSTOMER = Column(
    "customer", ("客户", "客户名称", "公司"), ("华星科技有限公司", "恒力液压（苏州）有限公司"), required=True
)
PHONE = Column("phone", ("电话", "手机", "手机号", "联系电话"), ("0755-86000000", "13900000003"), cells.phone)
REGION = Column("region", ("区域", "地区", "省份"), ("华南", "华东"))
INDUSTRY = Column("industry", ("行业",), ("电子制造", "液压"))
SOURCE = Column("source", ("来源", "客户来源", "线索来源"), ("展会", "老客户介绍"))


class CustomerBatch(Batch):
    """Customers, by their full names, and the short names that they go by."""

    entity, title, model, key = "customers", "客户", Customer, ("name",)
    columns = (
        Column("name", ("客户名称", "客户", "公司名称", "公司", "名称"), CUSTOMER.examples, required=True),
        Column("short_names", ("简称", "别名"), ("华星;华星科技", "恒力"), cells.names, longest=1000),
        INDUSTRY,
        REGION,
        Column("grade", ("等级", "级别", "客户等级"), ("A", "B"), longest=20),
        SOURCE,
        OWNER,
        PHONE,
        Column("latitude", ("纬度",), ("22.543100", ""), cells.latitude),
        Column("longitude", ("经度",), ("113.952900", ""), cells.longitude),
    )

    def prepare(self) -> None:
        """Customers of these names, and what else they are called."""
        asked = self.all("name")
        spelt = {form for words in asked for form in spellings(words)}
        found = self.existing(select(Customer).where(Customer.name.in_(spelt)))
        self.known = {folded(customer.name): customer for customer in reversed(found)}
        rows = self.desk.session.execute(
            select(CustomerName.customer_id, CustomerName.name).where(
                CustomerName.customer_id.in_([customer.id for customer in found])
            )
        )
        self.called: dict[int, set[str]] = {}
        for customer, words in rows:
            self.called.setdefault(customer, set()).add(words)

    def find(self, values: Values) -> Any:
        """By full name."""
        return self.known.get(folded(values["name"]))

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """As they stand; a name that is only spelt otherwise stays."""
        said = super().fields(values, found) | self.colleague(values, "owner")
        return said | ({"name": found.name} if found is not None else {})

    def defaults(self, values: Values) -> dict[str, Any]:
        """Nobody has dealt with it yet."""
        del values
        return {"lifecycle": "新客户"}

    def made(self, row: Customer, values: Values) -> None:
        """Another line may be about the same company."""
        del values
        self.known[folded(row.name)] = row

    def beyond(self, draft: Draft) -> bool:
        """The names by which it is found. They are only added: readers follow their numbers."""
        customer = draft.row
        called = self.called.setdefault(customer.id, set())
        short = [words for words in draft.values.get("short_names", ()) if words not in called | {customer.name}]
        own = [customer.name] if customer.name not in called else []
        self.names += [
            {"customer_id": customer.id, "name": words, "short": words in short, "created_at": self.desk.now}
            for words in (*own, *short)
        ]
        called.update(own, short)
        return bool(short)

    def finish(self) -> None:
        """All names at once: there are more of them than of anything else."""
        self.names: list[Values] = []
        super().finish()
        if self.names:
            self.desk.session.execute(insert(CustomerName), self.names)


class LeadBatch(Batch):
    """Leads, by name and whom to ask for."""

    entity, title, model, key = "leads", "线索", Lead, ("name", "contact", "phone")
    columns = (
        Column("name", ("线索名称", "公司", "公司名称", "名称", "客户名称"), ("嘉禾机械", "东和自动化"), required=True),
        Column("contact", ("联系人", "姓名"), ("吴经理", "赵工"), longest=50),
        PHONE,
        SOURCE,
        REGION,
        INDUSTRY,
        Column("demand", ("需求", "备注", "需求描述"), ("想换两台空压机", "要一份变频器报价"), longest=4000),
        OWNER,
    )

    def prepare(self) -> None:
        """Leads of these names."""
        self.known: dict[str, list[Lead]] = {}
        for lead in self.existing(select(Lead).where(Lead.name.in_(self.all("name")))):
            self.known.setdefault(lead.name, []).append(lead)

    def find(self, values: Values) -> Any:
        """The one with this phone, else this contact, else the one that says neither."""
        contact, phone = values.get("contact"), values.get("phone")
        same = self.known.get(values["name"], [])
        by_phone = [lead for lead in same if phone and lead.phone == phone]
        by_contact = [lead for lead in same if contact and lead.contact == contact and (not phone or self.free(lead))]
        bare = [lead for lead in same if not lead.phone and not lead.contact and self.free(lead)]
        if contact is None and phone is None:
            bare = same
        return next(iter(by_phone or by_contact or bare), None)

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """As they stand."""
        return super().fields(values, found) | self.colleague(values, "owner")

    def defaults(self, values: Values) -> dict[str, Any]:
        """Nobody has called yet."""
        del values
        return {"state": "new"}

    def made(self, row: Lead, values: Values) -> None:
        """Another line may be about the same lead."""
        del values
        self.known.setdefault(row.name, []).append(row)


class DealBatch(Batch):
    """Deals, by customer and title."""

    entity, title, model, key = "deals", "商机", Deal, ("customer", "title")
    columns = (
        CUSTOMER,
        Column("title", ("商机名称", "商机", "标题", "项目", "项目名称"), ("空压机更换", "液压站改造"), required=True),
        Column("amount", ("金额", "预计金额", "商机金额"), ("500,000", "1280000.00"), cells.money),
        Column("stage", ("阶段", "商机阶段"), ("报价谈判", "need")),
        Column("expected_close", ("预计成交日期", "预计签约", "预计成交"), ("2026-12-31", "2027/3/15"), cells.day),
        OWNER,
    )

    def prepare(self) -> None:
        """Customers, and their deals of these titles, open ones first."""
        self.look_up_customers()
        there = {customer.id for customer in self.by_name.values()}
        query = select(Deal).where(Deal.customer_id.in_(there), Deal.title.in_(self.all("title")))
        self.known: dict[tuple[int, str], Deal] = {}
        for deal in sorted(self.existing(query), key=lambda deal: deal.kind != "open"):
            self.known.setdefault((deal.customer_id, deal.title), deal)

    def find(self, values: Values) -> Any:
        """By customer and title."""
        return self.known.get((self.customer(values).id, values["title"]))

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """Whose, for how much, how far."""
        customer = self.customer(values)
        said = super().fields(values, found) | self.colleague(values, "owner") | {"customer_id": customer.id}
        return said | self._stage(values, found)

    def defaults(self, values: Values) -> dict[str, Any]:
        """The customer's owner has it, unless the line names somebody."""
        return {"owner_id": self.customer(values).owner_id}

    def made(self, row: Deal, values: Values) -> None:
        """Another line may be about the same deal."""
        self.known[self.customer(values).id, row.title] = row

    def _stage(self, values: Values, found: Any) -> dict[str, Any]:
        shape = self.desk.shape
        if "stage" not in values and found is not None:
            return {}
        stage = shape.named(values["stage"]) if "stage" in values else shape.first("open")
        if stage is None:
            known = [s.name for s in shape]
            hint = cells.nearest(values["stage"], known) or "，可用的有 " + "、".join(known)
            raise Wrong(f"没有 {values['stage']} 这个阶段{hint}")
        if found is not None and found.stage == stage.key:
            return {"stage": stage.key}
        closed = self.desk.now if stage.closes else None
        return {"stage": stage.key, "kind": stage.kind, "moved_at": self.desk.now, "closed_at": closed}


class ContractBatch(Batch):
    """Contracts, by their numbers."""

    entity, title, model, key = "contracts", "合同", Contract, ("number",)
    columns = (
        CUSTOMER,
        Column("number", ("合同编号", "合同号", "编号"), ("HT-2026-001", "HT-2026-002"), required=True, longest=100),
        Column("title", ("合同名称", "名称", "标题"), ("空压机采购合同", "年度维保")),
        Column("amount", ("金额", "合同金额"), ("480000", "60000"), cells.money),
        Column("signed_on", ("签订日期", "签约日期", "签署日期"), ("2026-01-10", "2026/3/1"), cells.day),
        Column("expires_on", ("到期日期", "到期日", "终止日期"), ("2027-01-09", "2027/2/28"), cells.day),
        OWNER,
        Column("state", ("状态", "合同状态"), ("履行中", "active"), cells.contract_state),
    )

    def prepare(self) -> None:
        """Customers, and contracts of these numbers, those included that were taken back once."""
        self.look_up_customers()
        query = select(Contract).where(Contract.number.in_(self.all("number")))
        self.known = {c.number: c for c in self.existing(query.execution_options(with_undone=True))}

    def find(self, values: Values) -> Any:
        """By number."""
        return self.known.get(values["number"])

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """As they stand. A number does not go from one customer to another."""
        customer = self.customer(values)
        if found is not None and found.customer_id != customer.id:
            raise Wrong(f"合同 {values['number']} 已经是另一家客户的")
        signed, expires = values.get("signed_on"), values.get("expires_on")
        if signed and expires and expires < signed:
            raise Wrong("到期日期早于签订日期")
        back = {"undone_at": None} if found is not None else {}
        return super().fields(values, found) | self.colleague(values, "owner") | {"customer_id": customer.id} | back

    def defaults(self, values: Values) -> dict[str, Any]:
        """The customer's owner has it; what was signed is in force."""
        state = "active" if "signed_on" in values else "draft"
        return {"title": values["number"], "owner_id": self.customer(values).owner_id, "state": state}

    def made(self, row: Contract, values: Values) -> None:
        """Another line may be about the same contract."""
        self.known[values["number"]] = row


class ProductBatch(Batch):
    """Products, by name."""

    entity, title, model, key = "products", "产品", Product, ("name",)
    columns = (
        Column("name", ("产品名称", "产品", "名称"), ("螺杆空压机 GA37", "变频器 V20"), required=True),
        Column("aliases", ("别名", "简称"), ("空压机;GA37", "V20"), cells.names, longest=1000),
        Column("unit", ("单位",), ("台", "台"), longest=20),
        Column("price", ("单价", "价格", "标准价"), ("68000", "2,450.00"), cells.money),
        Column("floor_price", ("底价", "最低价"), ("62000", "2200"), cells.money),
    )

    def prepare(self) -> None:
        """Products of these names, those included that were taken back once."""
        query = select(Product).where(Product.name.in_(self.all("name")))
        self.known = {p.name: p for p in self.existing(query.execution_options(with_undone=True))}

    def find(self, values: Values) -> Any:
        """By name."""
        return self.known.get(values["name"])

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """As they stand."""
        if values.get("floor_price", 0) > values.get("price", values.get("floor_price", 0)):
            raise Wrong("底价高于单价")
        back = {"undone_at": None} if found is not None else {}
        return super().fields(values, found) | back

    def defaults(self, values: Values) -> dict[str, Any]:
        """It goes by its name alone."""
        del values
        return {"aliases": []}

    def made(self, row: Product, values: Values) -> None:
        """Another line may be about the same product."""
        self.known[values["name"]] = row


class DeviceBatch(Batch):
    """Devices at customers, by serial number, else by name."""

    entity, title, model, key = "devices", "设备", Device, ("customer", "serial", "name")
    columns = (
        CUSTOMER,
        Column("name", ("设备名称", "设备", "名称"), ("1 号空压机", "冷干机"), required=True),
        Column("model", ("型号", "规格型号"), ("GA37", "FD100")),
        Column("serial", ("序列号", "出厂编号", "SN"), ("SN20260001", ""), longest=100),
        Column("site", ("安装地点", "位置", "地点"), ("一车间", "二车间")),
        Column("warranty_until", ("质保到期", "保修到期", "质保期至"), ("2027-06-30", "2027/6/30"), cells.day),
        Column("service_until", ("维保到期", "服务到期"), ("2028-06-30", ""), cells.day),
    )

    def prepare(self) -> None:
        """Customers, and what stands there."""
        self.look_up_customers()
        there = {customer.id for customer in self.by_name.values()}
        self.known: dict[int, list[Device]] = {}
        for device in self.existing(select(Device).where(Device.customer_id.in_(there))):
            self.known.setdefault(device.customer_id, []).append(device)

    def find(self, values: Values) -> Any:
        """By serial number; without one, by a name that only one device has."""
        there = self.known.get(self.customer(values).id, [])
        same = [device for device in there if device.name == values["name"]]
        if "serial" in values:
            exact = [device for device in there if device.serial == values["serial"]]
            return next(iter(exact or [d for d in same if not d.serial and self.free(d)]), None)
        nameless = [device for device in same if not device.serial] or same
        if len(nameless) > 1:
            raise Wrong(f"{values['customer']} 有 {len(nameless)} 台 {values['name']}，请填序列号加以区分")
        return nameless[0] if nameless else None

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """Where it stands, and as the line says."""
        return super().fields(values, found) | {"customer_id": self.customer(values).id}

    def made(self, row: Device, values: Values) -> None:
        """Another line may be about the same device."""
        self.known.setdefault(self.customer(values).id, []).append(row)
