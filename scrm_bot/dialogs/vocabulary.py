"""The company's own words - customers, products, colleagues, stages - kept fresh in the brain's lexicon."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.people import Staff
from scrm_bot.crm.products import Product
from scrm_bot.crm.shape import Shape
from scrm_bot.nlp.lexicon import Lexicon


class Vocabulary:
    """Follows the tables by row number: what is new since last time is added, at the cost of one indexed query."""

    def __init__(self, lexicon: Lexicon, shape: Shape) -> None:
        self.lexicon = lexicon
        self._names = self._products = self._staff = 0
        for number, stage in enumerate(shape):
            lexicon.add_stage(number, stage.name, stage.kind)

    def refresh(self, session: Session) -> None:
        """Learn what was added since."""
        for number, customer, name, alias in session.execute(
            select(CustomerName.id, CustomerName.customer_id, Customer.name, CustomerName.name)
            .join(Customer, Customer.id == CustomerName.customer_id)
            .where(CustomerName.id > self._names)
            .order_by(CustomerName.id)
        ):
            self.lexicon.customers.add(customer, name, () if alias == name else (alias,))
            self._names = number
        for number, name, aliases in _after(session, self._products):
            self.lexicon.add_product(name, aliases)
            self._products = number
        for number, name in session.execute(
            select(Staff.id, Staff.name).where(Staff.id > self._staff).order_by(Staff.id)
        ):
            self.lexicon.add_colleague(name)
            self._staff = number


def _after(session: Session, last: int) -> Iterable[tuple[int, str, list[str]]]:
    query = select(Product.id, Product.name, Product.aliases).where(Product.id > last).order_by(Product.id)
    return [(number, name, list(aliases or [])) for number, name, aliases in session.execute(query)]
