"""The demo as a visitor has it: a server of its own, a browser, and a phone in it to say things into."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect, sync_playwright

HERE = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATIENCE = 15_000  # ms: a busy machine is slow, not broken
expect.set_options(timeout=PATIENCE)
START = "from pathlib import Path; import sys; from scrm_bot.demo import run; run(Path(sys.argv[1]), 0)"


@contextmanager
def running_demo(folder: Path) -> Iterator[str]:
    """A demo in a process of its own on a free port; its address."""
    with (folder.parent / f"{folder.name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(folder)], cwd=HERE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert process.stdout is not None
        with process, process.stdout:
            try:
                yield _address(process.stdout.readline())
            finally:
                process.terminate()
                process.wait(20)


@contextmanager
def running_browser(program: str) -> Iterator[Browser]:
    """Debian's Chromium without a head."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def _address(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found, f"the demo did not say where it is: {line!r}"
    return found[0]


class Phone:
    """One visitor's page. Whatever goes wrong in it is kept in `trouble`."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.trouble = page, list[str]()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("requestfailed", self._on_failure)
        page.on("response", self._on_response)
        page.goto(address)
        expect(self.bubbles.first).to_be_visible()

    def become(self, key: str) -> None:
        """Pick somebody from the list, and wait for their chat."""
        self.page.locator(f".person[data-key={key}]").click()
        expect(self.page.locator(f".person[data-key={key}][aria-current]")).to_be_visible()
        expect(self.bubbles.first).to_be_visible()

    def say(self, text: str) -> None:
        """Type it, press Enter, and wait until the bot is through with it."""
        before = self.page.locator(".me .meta").count()
        self.page.locator("#say").fill(text)
        self.page.locator("#say").press("Enter")
        expect(self.page.locator(".me .meta")).to_have_count(before + 1)

    def hears(self, words: str | re.Pattern[str]) -> None:
        """The last bubble is the bot's and has these words in it."""
        expect(self.page.locator("#log > li").last.locator(".bubble")).to_contain_text(words)
        expect(self.page.locator("#log > li").last).to_have_class(re.compile("bot"))

    def told(self, title: str) -> Locator:
        """The part of the panel with this title."""
        return self.page.locator(".part", has=self.page.get_by_role("heading", name=title))

    def tap(self, label: str) -> None:
        """Press a quick reply under the last bubble."""
        self.page.locator(".choices button", has_text=label).click()

    @property
    def bubbles(self) -> Locator:
        """Everything said in the open chat."""
        return self.page.locator("#log .bubble")

    def badge(self, key: str) -> Locator:
        """How many unread messages somebody has."""
        return self.page.locator(f".person[data-key={key}] .badge")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"console: {message.text}")

    def _on_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that goes lets go of its stream
            self.trouble.append(f"failed: {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.trouble.append(f"{response.status}: {response.url}")
