"""WeRoBot as its guide starts it, default session, with waitress, which it prefers where it finds it."""

from __future__ import annotations

import sys

from werobot import WeRoBot  # type: ignore[import-not-found]

from bench.accounts import WECHAT

robot = WeRoBot(token=WECHAT["token"])


@robot.text  # type: ignore[untyped-decorator]
def said(message: object) -> str:
    """The same words to everybody."""
    del message
    return "✅ 记下了，下次记得回访。"


if __name__ == "__main__":
    robot.run(host="127.0.0.1", port=int(sys.argv[1]), enable_pretty_logging=False)
