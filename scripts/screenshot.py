"""Takes the README's pictures: docs/demo.png and docs/demo-phone.png, from a demo of its own.

Run `make test` once before (it brings Playwright and Chromium), then `.venv/bin/python scripts/screenshot.py`.
Chinese letters and emoji need fonts, for example Debian's fonts-noto-cjk and fonts-noto-color-emoji.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))  # tests/ is no installed package

from tests.services import chromium_program  # noqa: E402
from tests.web.phone import PATIENCE, Phone, running_browser, running_demo  # noqa: E402

DOCS = HERE / "docs"


def main() -> None:
    """Both pictures."""
    DOCS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder) / "data") as address,
        running_browser(chromium_program()) as browser,
    ):
        _desk(browser, address, DOCS / "demo.png")
        _pocket(browser, address, DOCS / "demo-phone.png")


def _desk(browser: Browser, address: str, file: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    phone = Phone(context.new_page(), address)
    phone.become("wangjg")
    phone.say("我们厂那台X200今天早上开机就报警E07，急，生产停了")
    phone.become("zhouxm")
    phone.say("恒通见了 聊得还行")
    phone.tap("恒通电子(深圳)有限公司")
    phone.hears("恒通电子")
    phone.tap("跳过")
    phone.hears("先不设")
    phone.say("今天拜访了华星王总，对方案认可，就是价格有点高，下周三再报一版")
    _settled(phone)
    phone.page.screenshot(path=file)
    context.close()


def _pocket(browser: Browser, address: str, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", is_mobile=True, has_touch=True, device_scale_factor=2
    )
    phone = Phone(context.new_page(), address)
    phone.become("zhangjg")
    phone.tap("接单")
    phone.hears("已接")
    phone.become("wangjg")
    phone.say("修到哪了")
    _settled(phone)
    expect(phone.page.locator(".toast")).to_have_count(0, timeout=PATIENCE)
    phone.page.screenshot(path=file)
    context.close()


def _settled(phone: Phone) -> None:
    """Everything delivered, nothing moving, no badge that hides what matters."""
    expect(phone.told("推给了谁").locator(".state:not(.sent)")).to_have_count(0, timeout=PATIENCE)
    phone.page.wait_for_timeout(700)


if __name__ == "__main__":
    main()
