"""The company's own words - customers, products, colleagues, stages - kept fresh in the brain's lexicon."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.people import Staff
from scrm_bot.crm.products import Product
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.words import Word
from scrm_bot.dialogs.wordbook import Wordbook
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.prepared import Prepared

OVERLAP = 100  # rows
_NAMES: Table = CustomerName.__table__  # type: ignore[assignment]
_CUSTOMERS: Table = Customer.__table__  # type: ignore[assignment]
_PRODUCTS: Table = Product.__table__  # type: ignore[assignment]
_STAFF: Table = Staff.__table__  # type: ignore[assignment]
_WORDS: Table = Word.__table__  # type: ignore[assignment]


class Vocabulary:
    """Follows the tables by row number: what is new since last time is added, at the cost of one indexed query.

    A lower number may be committed after a higher one was read, so the last few are looked at again when there is news.
    """

    def __init__(self, lexicon: Lexicon, shape: Shape) -> None:
        self.lexicon = lexicon
        self._names = Known(
            select(_NAMES.c.id, _NAMES.c.customer_id, _CUSTOMERS.c.name, _NAMES.c.name)
            .join(_CUSTOMERS, _CUSTOMERS.c.id == _NAMES.c.customer_id)
            .where(_CUSTOMERS.c.undone_at.is_(None)),
            _NAMES,
        )
        self._products = Known(
            select(_PRODUCTS.c.id, _PRODUCTS.c.name, _PRODUCTS.c.aliases).where(_PRODUCTS.c.undone_at.is_(None)),
            _PRODUCTS,
        )
        self._staff = Known(select(_STAFF.c.id, _STAFF.c.name).where(_STAFF.c.undone_at.is_(None)), _STAFF)
        self.wordbook = Wordbook()
        self._words = Known(select(_WORDS.c.id, _WORDS.c.id.label("number"), _WORDS.c.staff_id, _WORDS.c.text), _WORDS)
        self._news = Prepared(select(self._names.news, self._products.news, self._staff.news, self._words.news))
        for number, stage in enumerate(shape):
            lexicon.add_stage(number, stage.name, stage.kind)

    def refresh(self, session: Session) -> None:
        """Learn what was added since."""
        connection = session.connection()
        tables = (self._names, self._products, self._staff, self._words)
        since = {f"since_{known.name}": known.looked_from for known in tables}
        ((names, products, staff, words),) = self._news.all(session, **since)
        for customer, name, alias in self._names.fresh(connection, names):
            self.lexicon.customers.add(customer, name, () if alias == name else (alias,))
        for name, aliases in self._products.fresh(connection, products):
            self.lexicon.add_product(name, aliases or ())
        for (name,) in self._staff.fresh(connection, staff):
            self.lexicon.add_colleague(name)
        for number, whose, text in self._words.fresh(connection, words):
            self.wordbook.add(number, whose, text)


class Known:
    """How far a table was read, and which of its last rows."""

    def __init__(self, query: Select[Any], table: Table) -> None:
        self.name = table.name
        since = table.c.id > bindparam(f"since_{self.name}")
        self.news = select(func.count()).where(since).scalar_subquery()  # rows looked at again, and new ones
        self._query = query.where(since).order_by(table.c.id)
        self._last, self._seen = 0, -1
        self._lately: set[int] = set()

    @property
    def looked_from(self) -> int:
        """The number after which rows are looked at again."""
        return self._last - OVERLAP

    def fresh(self, connection: Connection, news: int) -> Iterable[tuple[Any, ...]]:
        """Rows not seen yet, without their number (the first column), if there are other rows than the last time."""
        if news == self._seen:
            return ()
        rows = connection.execute(self._query, {f"since_{self.name}": self.looked_from}).all()
        found = [row for row in rows if row[0] not in self._lately]
        self._lately.update(row[0] for row in found)
        self._seen = news
        if found and found[-1][0] > self._last:
            self._last, self._seen = found[-1][0], -1  # another window: counted anew
            self._lately = {one for one in self._lately if one > self._last - OVERLAP}
        return [tuple(row[1:]) for row in found]
