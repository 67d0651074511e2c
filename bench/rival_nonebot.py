"""NoneBot2 with its WeChat adapter: one matcher that answers everything, logging only warnings."""

from __future__ import annotations

import sys

import nonebot  # type: ignore[import-not-found]
from nonebot.adapters.wxmp import Adapter  # type: ignore[import-not-found]

from bench.accounts import WECHAT

ACCOUNT = {"appid": "wxplain", "token": WECHAT["token"], "secret": WECHAT["secret"], "type": "official"}

nonebot.init(
    driver="~fastapi+~httpx", host="127.0.0.1", port=int(sys.argv[1]), log_level="WARNING", wxmp_bots=[ACCOUNT]
)
nonebot.get_driver().register_adapter(Adapter)
said = nonebot.on_message(block=True)


@said.handle()  # type: ignore[untyped-decorator]
async def answer() -> None:
    """The same words to everybody."""
    await said.finish("✅ 记下了，下次记得回访。")


if __name__ == "__main__":
    nonebot.run()
