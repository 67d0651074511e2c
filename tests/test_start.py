"""What `serve` loads before it takes its first callback: nothing that a callback can do without."""

from __future__ import annotations

import subprocess
import sys

HEAVY = """alembic apscheduler jieba opencc pypinyin rapidfuzz redis xlsxwriter python_calamine
rich wechatpy typer pydantic""".split()
MIDDLE = "scrm_bot.nlp scrm_bot.crm scrm_bot.dialogs scrm_bot.turn scrm_bot.app scrm_bot.schema scrm_bot.sheets".split()
LIST = "import sys, scrm_bot.cli; from scrm_bot import late; late.load('cli.serving'); print(*sys.modules)"


def test_the_edge_opens_without_the_middle() -> None:
    done = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "scrm_bot.web.hooks" in loaded
    assert not loaded & {*HEAVY, *MIDDLE}
