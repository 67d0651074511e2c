"""What people have on their screens besides texts: buttons to press and files to open."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

MOST_BYTES = 20 * 2**20


@dataclass(slots=True)
class Card:
    """Words with buttons: label -> what the platform is told when it is pressed. `marked`: shown instead of them."""

    text: str
    buttons: dict[str, str]
    task: str = ""
    marked: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """Something uploaded."""

    name: str
    content: bytes = field(repr=False)


class Screens:
    """By person, or by room."""

    def __init__(self) -> None:
        self.cards: dict[str, list[Card]] = {}
        self.files: dict[str, list[File]] = {}
        self.uploaded: dict[str, File] = {}
        self.called: list[str] = []  # whose name lit up in a group

    def show(self, user: str, card: Card) -> None:
        """One more card."""
        self.cards.setdefault(user, []).append(card)

    def hand(self, user: str, media_id: str) -> None:
        """One more file."""
        self.files.setdefault(user, []).append(self.uploaded[media_id])

    def button(self, user: str, label: str) -> tuple[Card, str]:
        """The latest card with a button that begins so, and what pressing it tells. Raises LookupError."""
        for card in reversed(self.cards.get(user, [])):
            for name, tells in card.buttons.items():
                if name.startswith(label):
                    if card.marked:
                        raise LookupError(f"the card of {user} shows {card.marked!r} and cannot be pressed")
                    return card, tells
        raise LookupError(f"{user} sees no button {label!r}, only {self.cards.get(user)}")

    async def upload(self, request: web.Request, media_id: str) -> bool:
        """Keep the file in the form's field `media`; False if there is none, or if it is too small or too big."""
        reader = await request.multipart()
        part = await reader.next()
        if not isinstance(part, BodyPartReader) or part.name != "media" or not part.filename:
            return False
        content = bytes(await part.read())
        if not 5 < len(content) <= MOST_BYTES:
            return False
        self.uploaded[media_id] = File(part.filename, content)
        return True
