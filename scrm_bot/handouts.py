"""Tables to hand out in a chat: written as Excel files into the store, named for whoever saves them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO

from scrm_bot.files.store import Store
from scrm_bot.message import OutFile
from scrm_bot.sheets import Cell, xlsx_rows

_NO_NAME = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')


def hand_out(store: Store, title: str, rows: Sequence[Sequence[Cell]]) -> OutFile:
    """Keep the rows as an Excel file of that title."""
    book = BytesIO()
    with xlsx_rows(book) as write:
        for row in rows:
            write(row)
    name = _NO_NAME.sub("-", title).strip("-")
    return OutFile(f"{name}.xlsx", store.put(book.getvalue()).digest)
