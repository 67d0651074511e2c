"""One private character for each kind of value: a message with its values masked keeps its offsets."""

from __future__ import annotations

import re
from typing import Final

CUSTOMER: Final = "\ue000"
TIME: Final = "\ue001"
PERSON: Final = "\ue002"
AMOUNT: Final = "\ue003"
PERCENT: Final = "\ue004"
DURATION: Final = "\ue005"
PHONE: Final = "\ue006"
REF: Final = "\ue007"
QUANTITY: Final = "\ue008"
PRODUCT: Final = "\ue009"
STAGE: Final = "\ue00a"
REGION: Final = "\ue00b"
COMPANY: Final = "\ue00c"
ANY: Final = re.compile(r"[\ue000-\ue00c]")

# how templates of skills may name what stands there
SLOT_MARKS: Final = {
    "customer": CUSTOMER, "who": PERSON, "person": PERSON, "contact": PERSON, "owner": PERSON, "colleague": PERSON,
    "staff": PERSON, "to": PERSON, "time": TIME, "when": TIME, "day": TIME, "date": TIME, "period": TIME,
    "next_time": TIME,
    "until": TIME, "since": TIME, "due": TIME, "amount": AMOUNT, "money": AMOUNT, "price": AMOUNT, "amount_min": AMOUNT,
    "amount_max": AMOUNT, "percent": PERCENT, "discount": PERCENT, "duration": DURATION, "phone": PHONE, "ref_no": REF,
    "number": REF, "ref": REF, "ticket": REF, "contract": REF, "quantity": QUANTITY, "count": QUANTITY,
    "product": PRODUCT,
    "stage": STAGE, "region": REGION, "new_customer": COMPANY, "company": COMPANY, "unknown_customer": COMPANY,
}  # fmt: skip


def cover(text: str, at: int, length: int, mark: str) -> str:
    """The text with a stretch of it masked, as long as before."""
    return text[:at] + mark * length + text[at + length :]


def is_mark(char: str) -> bool:
    """Whether a character stands for a value."""
    return "\ue000" <= char <= "\ue00c"
