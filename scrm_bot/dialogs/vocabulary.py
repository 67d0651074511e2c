"""The company's own words - customers, products, colleagues, stages - kept fresh in the brain's lexicon."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.people import Staff
from scrm_bot.crm.products import Product
from scrm_bot.crm.shape import Shape
from scrm_bot.nlp.lexicon import Lexicon

OVERLAP = 100  # rows


class Vocabulary:
    """Follows the tables by row number: what is new since last time is added, at the cost of one indexed query.

    A lower number may be committed after a higher one was read, so the last few are looked at again.
    """

    def __init__(self, lexicon: Lexicon, shape: Shape) -> None:
        self.lexicon = lexicon
        self._names, self._products, self._staff = Known(), Known(), Known()
        for number, stage in enumerate(shape):
            lexicon.add_stage(number, stage.name, stage.kind)

    def refresh(self, session: Session) -> None:
        """Learn what was added since."""
        names = select(CustomerName.id, CustomerName.customer_id, Customer.name, CustomerName.name)
        with_customer = names.join(Customer, Customer.id == CustomerName.customer_id)
        for customer, name, alias in self._names.fresh(session, with_customer, CustomerName.id):
            self.lexicon.customers.add(customer, name, () if alias == name else (alias,))
        products = select(Product.id, Product.name, Product.aliases)
        for name, aliases in self._products.fresh(session, products, Product.id):
            self.lexicon.add_product(name, aliases or ())
        for (name,) in self._staff.fresh(session, select(Staff.id, Staff.name), Staff.id):
            self.lexicon.add_colleague(name)


class Known:
    """How far a table was read, and which of its last rows."""

    def __init__(self) -> None:
        self._last = 0
        self._lately: set[int] = set()

    def fresh(self, session: Session, query: Any, number: Any) -> Iterable[tuple[Any, ...]]:
        """Rows not seen yet, without their number (the first column)."""
        rows = session.execute(query.where(number > self._last - OVERLAP).order_by(number)).all()
        found = [row for row in rows if row[0] not in self._lately]
        self._lately.update(row[0] for row in found)
        if found and found[-1][0] > self._last:
            self._last = found[-1][0]
            self._lately = {one for one in self._lately if one > self._last - OVERLAP}
        return [tuple(row[1:]) for row in found]
