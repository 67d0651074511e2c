"""One transaction's worth of an import: lines of a file become rows of the CRM, or come back with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from sqlalchemy import Select, select

from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.imports.accounts import Accounts
from scrm_bot.imports.cells import Wrong, folded, nearest, spellings, words
from scrm_bot.sheets import Line

Values = dict[str, Any]  # what a line says, by column; what it leaves empty is not in it


class Outcome(Enum):
    """What became of a line."""

    NEW = "新增"
    UPDATED = "更新"
    SAME = "无变化"
    BAD = "有误"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the contract, what people call it, how its cells are read, two examples."""

    name: str
    titles: tuple[str, ...]
    examples: tuple[str, str]
    read: Callable[[str], Any] = words
    required: bool = False
    longest: int = 200


@dataclass(slots=True)
class Draft:
    """One line on its way in."""

    line: Line
    values: Values = field(default_factory=dict)
    outcome: Outcome = Outcome.BAD
    reason: str = ""
    row: Any = None  # what it became


@dataclass
class Ledger:
    """What this run has written: where each thing was said and in which words, and which rows are spoken for."""

    said: dict[int, tuple[int, int]] = field(default_factory=dict)
    claimed: set[int] = field(default_factory=set)
    hints: int = 50  # that may still be looked for


class Batch:
    """Some lines of one entity. Subclasses say what a line means; a line that is wrong writes nothing."""

    entity: ClassVar[str]
    title: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    key: ClassVar[tuple[str, ...]]  # two lines that agree in these are about the same thing
    model: ClassVar[Any]
    audience: ClassVar[str] = "staff"  # of the channels on which its accounts are
    whole: ClassVar[bool] = False  # all lines at once: they refer to each other

    def __init__(self, desk: Desk, channels: Mapping[str, str], drafts: Sequence[Draft], ledger: Ledger) -> None:
        self.desk, self.drafts, self.ledger = desk, drafts, ledger
        self.said: dict[int, tuple[int, int]] = {}
        self.fresh: set[int] = set()  # id() of the rows made here
        self.claimed: set[int] = set()
        named = {pair for draft in drafts for pair in draft.values.get("accounts", ())}
        self.accounts = Accounts(desk, channels, self.audience, named)
        self.staff = {s.name: s for s in desk.session.scalars(select(Staff).where(Staff.active))}
        self.by_name: dict[str, Customer] = {}

    def prepare(self) -> None:
        """Look up, in few questions, what the lines are about."""

    def find(self, values: Values) -> Any:
        """The row that a line is about, if there is one. Raises Wrong."""
        raise NotImplementedError

    def fields(self, values: Values, found: Any) -> dict[str, Any]:
        """What a line says of its row, by the row's columns. Raises Wrong."""
        del found
        columns = self.model.__table__.columns.keys()
        return {key: value for key, value in values.items() if key in columns}

    def defaults(self, values: Values) -> dict[str, Any]:
        """What a new row has where its line says nothing."""
        del values
        return {}

    def made(self, row: Any, values: Values) -> None:
        """A new row was made: later lines may be about it."""

    def beyond(self, draft: Draft) -> bool:
        """Write what is no column of the row; it has its number by now. True if anything was new."""
        del draft
        return False

    def take(self) -> None:
        """Every draft meets its outcome."""
        self.prepare()
        for draft in self.drafts:
            self.attempt(draft)
        self.finish()

    def attempt(self, draft: Draft) -> None:
        """Write it, or note why it cannot be written."""
        try:
            if not self._said_before(draft):
                self.put(draft)
        except Wrong as wrong:
            draft.outcome, draft.reason = Outcome.BAD, str(wrong)

    def put(self, draft: Draft) -> None:
        """One line into one row. Raises Wrong before it changes anything."""
        values, accounts = draft.values, draft.values.get("accounts", ())
        found = self.find(values)
        wanted = self.fields(values, found)
        self.accounts.check(accounts, found)
        if found is None:
            draft.outcome = Outcome.NEW
            found = self.model(**(self.defaults(values) | wanted))
            self.desk.session.add(found)
            self.fresh.add(id(found))
            self.made(found, values)
        else:
            draft.outcome = Outcome.UPDATED if _change(found, wanted) else Outcome.SAME
        draft.row = found
        if self.accounts.promise(accounts, found) and draft.outcome is Outcome.SAME:
            draft.outcome = Outcome.UPDATED
        self.said[_key(self, draft)] = (draft.line.number, _words(draft))

    def finish(self) -> None:
        """Give new rows their numbers, then write what hangs on them."""
        self.desk.session.flush()
        for draft in self.drafts:
            if draft.row is not None and self.beyond(draft) and draft.outcome is Outcome.SAME:
                draft.outcome = Outcome.UPDATED
        self.accounts.bind()
        self.desk.session.flush()
        self.claimed = {draft.row.id for draft in self.drafts if draft.row is not None}

    def committed(self) -> None:
        """What was taken is there to stay."""
        self.ledger.said |= self.said
        self.ledger.claimed |= self.claimed

    def existing(self, query: Select[Any]) -> list[Any]:
        """Rows that are there already, the oldest first."""
        return list(self.desk.session.scalars(query.order_by(self.model.id)))

    def all(self, column: str) -> set[Any]:
        """Every value that the lines have in a column."""
        return {draft.values[column] for draft in self.drafts if column in draft.values}

    def free(self, row: Any) -> bool:
        """Whether no other line of this file is about this row."""
        return id(row) not in self.fresh and row.id not in self.ledger.claimed

    def colleague(self, values: Values, column: str) -> dict[str, int]:
        """`{column}_id` of the colleague that a line names; nothing if it names none."""
        if column not in values:
            return {}
        found = self.staff.get(values[column])
        if found is None:
            raise Wrong(f"没有叫 {values[column]} 的同事{nearest(values[column], self.staff)}")
        return {f"{column}_id": found.id}

    def look_up_customers(self) -> None:
        """Find the customers that the lines name, by full names, else by a short name that only one has."""
        session, asked = self.desk.session, self.all("customer")
        spelt = {form for said in asked for form in spellings(said)}
        query = select(Customer).where(Customer.name.in_(spelt)).order_by(Customer.id.desc())
        self.by_name = {folded(customer.name): customer for customer in session.scalars(query)}
        rest = {said for said in asked if folded(said) not in self.by_name}
        short = select(CustomerName.name, Customer).join(Customer, Customer.id == CustomerName.customer_id)
        several: dict[str, set[Customer]] = {}
        for said, customer in session.execute(short.where(CustomerName.name.in_(rest))):
            several.setdefault(said, set()).add(customer)
        self.by_name |= {folded(said): found.pop() for said, found in several.items() if len(found) == 1}

    def customer(self, values: Values) -> Customer:
        """The customer that a line names."""
        said = values["customer"]
        found = self.by_name.get(folded(said))
        if found is None:
            raise Wrong(f"没有叫 {said} 的客户{self._nearest_customer(said) or '，请先导入客户'}")
        return found

    def _nearest_customer(self, said: str) -> str:
        """The first wrong names get a hint; finding it looks through many customers."""
        self.ledger.hints -= 1
        for start in (said[:2], said[:1]) if self.ledger.hints >= 0 else ():
            query = select(Customer.name).where(Customer.name.startswith(start, autoescape=True)).limit(200)
            if hint := nearest(said, list(self.desk.session.scalars(query))):
                return hint
        return ""

    def _said_before(self, draft: Draft) -> bool:
        """Whether an earlier line said just this. Two that contradict each other cannot both be right."""
        key = _key(self, draft)
        earlier = self.said.get(key) or self.ledger.said.get(key)
        if earlier is None:
            return False
        if earlier[1] != _words(draft):
            raise Wrong(f"和第 {earlier[0]} 行是同一个{self.title}，内容却不一样")
        draft.outcome = Outcome.SAME
        return True


def _key(batch: Batch, draft: Draft) -> int:
    return hash(tuple(str(draft.values.get(column, "")) for column in batch.key))


def _words(draft: Draft) -> int:
    return hash(repr(sorted(draft.values.items())))


def _change(row: Any, wanted: Mapping[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    different = {key: value for key, value in wanted.items() if getattr(row, key) != value}
    for key, value in different.items():
        setattr(row, key, value)
    return bool(different)
