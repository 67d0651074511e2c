"""The company's own words - customers, products, colleagues, stages - kept fresh in the brain's lexicon."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.people import Staff
from scrm_bot.crm.products import Product
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.words import Word
from scrm_bot.dialogs.roster import Roster
from scrm_bot.dialogs.wordbook import Wordbook
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.prepared import Prepared

OVERLAP = 100  # rows
AT_ONCE = 5  # times as many names as are kept are learnt in one turn; more wait for the register
_NAMES: Table = CustomerName.__table__  # type: ignore[assignment]
_CUSTOMERS: Table = Customer.__table__  # type: ignore[assignment]
_PRODUCTS: Table = Product.__table__  # type: ignore[assignment]
_STAFF: Table = Staff.__table__  # type: ignore[assignment]
_WORDS: Table = Word.__table__  # type: ignore[assignment]


class Vocabulary:
    """Follows the tables by row number: what is new since last time is added, at the cost of one indexed query.

    A lower number may be committed after a higher one was read, so the last few are looked at again when there is news.
    A large company's names are not read: they are looked up in the register, and only what is newer is kept here.
    """

    def __init__(self, lexicon: Lexicon, shape: Shape, roster: Roster) -> None:
        self.lexicon, self.roster = lexicon, roster
        self._names = Known(
            select(_NAMES.c.id, _NAMES.c.customer_id, _CUSTOMERS.c.name, _NAMES.c.name).join(
                _CUSTOMERS, _CUSTOMERS.c.id == _NAMES.c.customer_id
            ),
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
        self._mark = -1  # the last name that is in the register
        self._lock = Lock()
        for number, stage in enumerate(shape):
            lexicon.add_stage(number, stage.name, stage.kind)

    def open(self) -> None:
        """Wait for the register, if there is to be one: at start, in no turn."""
        with self._lock:
            if self.roster.is_needed():
                self._rest_on_register(wait=True)

    def refresh(self, session: Session) -> None:
        """Learn what was added since."""
        with self._lock:
            first = self._mark < 0 and self._names.untouched
            names, products, staff, words = self._counted(session)
            while names > self.roster.large + OVERLAP and self._rest_on_register(wait=first):
                names, products, staff, words = self._counted(session)
            if names <= AT_ONCE * self.roster.large or not self.roster.file:
                self._learn(self._names.fresh(session, names))
            for name, aliases in self._products.fresh(session, products):
                self.lexicon.add_product(name, aliases or ())
            for (name,) in self._staff.fresh(session, staff):
                self.lexicon.add_colleague(name)
            for number, whose, text in self._words.fresh(session, words):
                self.wordbook.add(number, whose, text)

    def _counted(self, session: Session) -> tuple[int, int, int, int]:
        tables = (self._names, self._products, self._staff, self._words)
        ((names, products, staff, words),) = self._news.all(
            session, **{f"since_{known.name}": known.looked_from for known in tables}
        )
        return names, products, staff, words

    def _learn(self, rows: Iterable[tuple[Any, ...]]) -> None:
        called: dict[tuple[int, str], list[str]] = {}
        for customer, name, alias in rows:
            called.setdefault((customer, name), []).append(alias)
        for (customer, name), aliases in called.items():
            self.lexicon.customers.call(customer, name, aliases)
        if self.lexicon.customers.kept > self.roster.large:
            self._rest_on_register(wait=False)

    def _rest_on_register(self, *, wait: bool) -> bool:
        """There are too many names to keep. Whether another register was found; if there is none it is made."""
        found = self.roster.read()
        if found is None or found.mark <= self._mark:
            self.roster.make()
            found = self.roster.made() if wait else None
        if found is None or found.mark <= self._mark:
            return False
        self.lexicon.customers.rest_on(found)
        self._mark = found.mark
        self._names.begin_after(found.mark)
        return True


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

    @property
    def untouched(self) -> bool:
        """Whether nothing was read yet."""
        return not self._lately

    def begin_after(self, number: int) -> None:
        """What stands in rows up to this is known from elsewhere; only the last of them are looked at again."""
        self._last, self._seen, self._lately = number, -1, set()

    def fresh(self, session: Session, news: int) -> Iterable[tuple[Any, ...]]:
        """Rows not seen yet, without their number (the first column), if there are other rows than the last time."""
        if news == self._seen:
            return ()
        rows = session.connection().execute(self._query, {f"since_{self.name}": self.looked_from}).all()
        found = [row for row in rows if row[0] not in self._lately]
        self._lately.update(row[0] for row in found)
        self._seen = news
        if found and found[-1][0] > self._last:
            self._last, self._seen = found[-1][0], -1  # another window: counted anew
            self._lately = {one for one in self._lately if one > self._last - OVERLAP}
        return [tuple(row[1:]) for row in found]
