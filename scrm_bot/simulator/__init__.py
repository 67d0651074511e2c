"""WeCom, 微信客服, WeChat and DingTalk on loopback: real HTTP, real signatures, real limits, and a clock of their own.

    async with Simulator() as sim:
        hook = "http://127.0.0.1:8080/hooks/sales"       # the bot, configured with sim.wecom.channel()
        pushed = await sim.wecom.say(hook, "zhouxm", "拜访了云帆")
        pushed.status, pushed.reply                       # what the callback was answered with; "" = no passive reply
        await sim.until_seen("zhouxm", "已记录")          # wait for a text that contains this
        sim.seen("zhouxm")                                # every text this person saw, oldest first

        await sim.wecom.redeliver(pushed)                 # the same bytes again
        await sim.wecom.reseal(pushed)                    # the same message id, newly sealed
        sim.faults.next(Fault.HTTP_500)                   # the bot's next API call fails; or with a code: next(45009)
        sim.wechat.tokens.expire()                        # every access token dies now
        sim.clock.advance(48 * 3600)                      # for quotas, tokens and sessions; callbacks keep real time,
        sim.clock.shared = True                           # unless the bot was given this clock: app.build(now=...)
        sim.calls("message/send")                         # every call of the bot to that path

        sim.corporation.trusted.addresses = set()         # WeCom trusts no address: 60020; sim.wechat.whitelist: 40164
        sim.corporation.calls.most = 3                    # three calls of one API a minute, then 45009 for a minute
        sim.wechat.sends[1].most = 3                      # 45011 a minute; [0] a day: 45009; sim.wechat.token_calls
        sim.media.put("image-media", content)             # what the next picture is; see media.py
    sim.wecom.dropped                                 # what WeCom swallowed: 30 a minute, 1000 an hour, doubles

People act with `say, press, follow, unfollow, enter, voice, image, location, link, file`, all `(hook, user, ...)`;
DingTalk's `say(hook, user, text, room=...)` speaks in a group; in Stream mode (`sim.dingtalk.channel(mode="stream")`)
it goes over one of the open websockets, see `sim.dingtalk.gateway`. 微信客服 keeps messages until they are fetched: see
kf.py. Undelivered pushes are tried three times, five seconds each, as the platforms do: `sim.patience`, `sim.attempts`.

The tests, the benchmarks and `scrm-bot simulate` use it; the bot itself never does.
"""

from scrm_bot.simulator.faults import Fault, Faults
from scrm_bot.simulator.ledger import Call, Seen
from scrm_bot.simulator.pushing import Pushed, Request
from scrm_bot.simulator.server import Simulator

__all__ = ["Call", "Fault", "Faults", "Pushed", "Request", "Seen", "Simulator"]
