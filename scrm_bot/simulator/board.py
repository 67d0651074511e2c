"""Template cards of the simulated 企业微信: what one may hold, and the codes by which one is changed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scrm_bot.simulator.screens import Card
from scrm_bot.simulator.world import World

CODE_LIVES = 72 * 3600.0
TASK = re.compile(r"[0-9A-Za-z_@-]{1,128}")
BAD, BAD_MEDIA, BAD_CODE = 40058, 40007, 42045
KNOWN = {"card_type", "main_title", "sub_title_text", "task_id", "button_list"}


@dataclass(slots=True)
class Code:
    """Good for one change of one card."""

    user: str
    task: str
    until: float
    used: bool = False


class Board:
    """All cards of one app."""

    def __init__(self, world: World, agent_id: int) -> None:
        self.world, self.agent_id = world, agent_id
        self._tasks: set[str] = set()
        self._codes: dict[str, Code] = {}

    def refusal(self, body: Mapping[str, Any]) -> int:
        """Why a message with a card or a file is refused; 0 if it is not."""
        match body.get("msgtype"):
            case "file":
                return 0 if body["file"].get("media_id") in self.world.screens.uploaded else BAD_MEDIA
            case "template_card":
                card = body["template_card"]
                if not is_good(card) or card["task_id"] in self._tasks:
                    return BAD
                self._tasks.add(card["task_id"])
        return 0

    def show(self, user: str, card: Mapping[str, Any]) -> None:
        """It is on somebody's screen."""
        text = "\n".join(filter(None, (card["main_title"]["title"], card.get("sub_title_text"))))
        buttons = {button["text"]: button["key"] for button in card["button_list"]}
        self.world.screens.show(user, Card(text, buttons, card["task_id"]))

    def code(self, user: str, task: str) -> str:
        """A new one."""
        code = secrets.token_hex(16)
        self._codes[code] = Code(user, task, self.world.clock.now() + CODE_LIVES)
        return code

    def mark(self, body: Mapping[str, Any]) -> int:
        """Change a card; the number of what is wrong with the call."""
        code = self._codes.get(str(body.get("response_code")))
        name = body.get("button", {}).get("replace_name")
        if body.get("agentid") != self.agent_id or not isinstance(name, str) or not name:
            return BAD
        if code is None or code.used or code.until < self.world.clock.now() or body.get("userids") != [code.user]:
            return BAD_CODE
        code.used = True
        for card in self.world.screens.cards.get(code.user, []):
            if card.task == code.task:
                card.marked = name
        return 0


def is_good(card: Mapping[str, Any]) -> bool:
    """Within every limit that the documentation names."""
    buttons = card.get("button_list")
    if card.keys() - KNOWN or card.get("card_type") != "button_interaction" or not isinstance(buttons, list):
        return False
    keys = [button.get("key", "") for button in buttons]
    labels = [button.get("text", "") for button in buttons]
    return (
        1 <= len(card.get("main_title", {}).get("title", "")) <= 36
        and len(card.get("sub_title_text", "")) <= 112
        and TASK.fullmatch(card.get("task_id", "")) is not None
        and 1 <= len(buttons) <= 6
        and len(set(keys)) == len(keys)
        and all(1 <= len(key.encode()) <= 1024 for key in keys)
        and all(1 <= len(label) <= 10 for label in labels)
    )
