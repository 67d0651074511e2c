"""What people say that writes something: by skill, with the tables that it writes; and what comes between."""

from __future__ import annotations

VISIT = "followups followup_contacts contacts reminders customers"  # the last: when there was contact last
# by skill: who, which tables the last message writes, the messages
WRITES: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "log_visit": (
        ("小周", VISIT, ("上午去恒通电子见了采购刘经理，聊得还行，周五再去",)),
        ("小周", "followups followup_contacts customers", ("昨天下午去顺达见了刘芳，样品没问题",)),
        ("小周", VISIT + " customer_names", ("今天拜访了中山凯宇塑胶，见了黄总，对网关有兴趣，周五再去",)),
        ("小周", "followups followup_contacts customers", ("上午去了华星见王总，下午去了顺达见刘芳", "跳过")),
        ("小周", "followups words customers", ("今天拜访了恒通，他们想试用网关", "第二个")),
        ("陈经理", "followups reminders customers", ("今天去了恒力机械，谈了年框，下周五前给方案",)),
        ("小李", "followups reminders customers", ("刚给恒力打了电话，设备验收过了，下周一再联系",)),
        ("陈经理", "followups reminders customers", ("今天拜访了华星，谈了年框，下周五前给方案",)),
    ),
    "check_in": (("小周", "followups checkins customers", ("到华星了",)),),
    "plan_next": (("小周", "reminders", ("刚给顺达打了电话，刘芳说要等老板回来", "后天下午三点")),),
    "create_deal": (
        ("小周", "deals", ("给恒通电子建个商机 12万 下月底签",)),
        ("小李", "deals", ("恒力建个商机 30万",)),
        ("小周", "deals customers customer_names", ("东莞立创精密建个商机 8万",)),
    ),
    "update_deal": (
        ("小周", "deals", ("华星推进到谈判",)),
        ("小周", "deals", ("顺达的金额改成9万",)),
        ("陈经理", "deals", ("华星预计成交改到4月20日",)),
        ("陈经理", "deals", ("华星的金额改成48万",)),
        ("小周", "deals", ("华星赢了 50万", "确认")),
        ("小周", "deals", ("顺达丢了，价格太高", "确认")),
    ),
    "create_customer": (
        ("小周", "customers customer_names contacts", ("录入新客户：惠州大亚湾精工，联系人林总 13900007777",)),
        ("小周", "leads", ("新线索 珠海联创 王经理 13700001111",)),
    ),
    "add_contact": (
        ("小周", "contacts", ("加联系人：顺达 赵工 13900001111",)),
        ("陈经理", "contacts", ("加联系人：华星 王总 13911112222",)),
    ),
    "transfer": (("陈经理", "customers deals", ("把顺达转给小李", "确认")),),
    "hand_out_code": (("小周", "bind_codes", ("给顺达一个绑定码",)),),
    "remind_me": (
        ("小周", "reminders", ("明天下午三点提醒我给王总打电话",)),
        ("张建国", "reminders", ("明天上午九点提醒我带备件",)),
    ),
    "several_to_do": (("小周", "reminders", ("明天两件事：上午给华星送样，下午去顺达取货",)),),
    "tell_somebody": (("小周", "reminders", ("明天上午跟小李说一声合同寄出去了",)),),
    "plan_meeting": (("小周", "reminders", ("明天下午三点约了华星的王总",)),),
    "cancel_reminder": (("小周", "reminders", ("明早九点提醒我带合同", "不用提醒我带合同了")),),
    "move_reminder": (("小周", "reminders", ("明早九点提醒我带合同", "带合同那个提醒改到周五上午")),),
    "stop": (("小周", "reminders", ("每月15号提醒我对账", "不用再提醒了")),),
    "file_for_customer": (("小周", "tickets", ("给华星建个售后单，网关一直断线，尽快",)),),
    "accept": (("张建国", "tickets", ("接",)),),
    "reply_to_customer": (("张建国", "tickets ticket_notes", ("回复客户 明天上午10点到",)),),
    "pass_on": (("张建国", "tickets", ("我在惠州去不了",)),),
    "resolve": (("张建国", "tickets ticket_notes", ("修好了 换了主板一块",)),),
    "report_from_site": (("张建国", "tickets ticket_notes", ("等配件 明天到",)),),
    "teach_word": (
        ("小周", "words", ("以后“老黑”就是华星",)),
        ("陈经理", "words", ("以后“老黑”就是华星",)),
        ("小周", "words", ("以后“老黑”就是顺达",)),
    ),
    "forget_word": (("小周", "words", ("以后“小白”就是顺达", "忘掉“小白”")),),
    "agree_word": (("王敏", "words", ("同意",)),),
    "decline_word": (("王敏", "words", ("不用",)),),
    "correct": (("小周", "deals", ("给恒通电子建个商机 50万", "不是50万是15万")),),
}
OTHERS = (  # who cannot take anything back; they only come between
    ("王建华", "机器又坏了"), ("王建华", "现在全停产了，急"), ("王建华", "另外登录一直提示密码错误"), ("王建华", "5"),
    ("小周", "漏斗"), ("小周", "哈哈好的"), ("陈经理", "华星上次聊到哪了"), ("张建国", "我的工单"),
)  # fmt: skip
CONTESTED = (  # the same rows, by different people
    ("小周", "华星推进到谈判"), ("陈经理", "把华星推进到合同签署"), ("陈经理", "华星进入需求确认阶段"),
    ("小周", "华星的金额改成36万"), ("陈经理", "华星的金额改成48万"), ("小周", "华星预计成交改到4月20日"),
    ("小周", "今天拜访了中山凯宇塑胶，见了黄总，对网关有兴趣，周五再去"),
    ("陈经理", "今天去了中山凯宇塑胶见了黄总，谈了价格，下周一再谈"),
    ("小周", "加联系人：中山凯宇塑胶 黄总 13900001111"), ("陈经理", "加联系人：中山凯宇塑胶 黄总 13911112222"),
    ("小周", "给华星建个售后单，网关一直断线，尽快"), ("张建国", "接"), ("张建国", "我在惠州去不了"), ("吴强", "接"),
    ("张建国", "回复客户 明天上午10点到"), ("王建华", "机器又坏了"), ("吴强", "修好了 换了主板"), ("王建华", "5"),
    ("小周", "以后“老黑”就是华星"), ("陈经理", "以后“老黑”就是华星"), ("王敏", "同意"), ("王敏", "不用"),
)  # fmt: skip
ELSEWHERE = {  # tested where they are: they need what rang or what was listed, or are other skills by another name
    "done", "later", "on_listed", "tell_more", "keep_paste", "undo",
}  # fmt: skip
