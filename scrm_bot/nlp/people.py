"""Persons in a message: 王总, 张经理, 老陈, 陈姐, 小沈, Tom, a full name behind a title."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp import marks

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
    "任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方"
    "白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞"
    "颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘"
    "祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳"
    "时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜"
    "冷晏席卫米柏宗瞿桂佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官谈匡鞠"
    "惠荆乐冀郁胥班储原栗燕楚鄢劳谌奚皮粟云冼蔺楼闻厉伊仝哈濮贝晁逄咸邸郜都呼谯阚訾亓隗麴郗赖洪萧阎丘植辜屠竺"
)
_DOUBLE: Final = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木|长孙|宇文|南宫"
SURNAME: Final = rf"(?:{_DOUBLE}|[{_SURNAMES}])"
_COMMON: Final = _SURNAMES[:200]
TITLE: Final = (
    r"(?:董事长|副董事长|副?总(?:经理|监|裁|工)?(?!结|价|额|共|之|部|体|算|量|公司|包|数|成本|业绩"
    r"|金额|预算|产|店)|副?经理|工程师|工(?![作程具厂业地资人艺会期商位种伤龄单况])|"
    r"姐(?!夫|妹)|哥(?!们)|叔(?!叔)|阿姨|嫂|主任|主管|副?科长|副?处长?(?!理|于"
    r"|分|方|在|境|置|罚)|副?部长|副?局长?(?!面|部|势|域)|副?厂长?|副?店长|副?校长|副?院长|副?行长"
    r"|副?所长|队长|副?区长|副?镇长|会长|秘书长?|课长|组长|班长|站长|"
    r"园长|护士长|馆长|总编|主编|教练|老师|博士|教授|医生|大夫|律师|会计|出纳|书记|助理|秘书|师傅|先生|女士|小姐|太太|老板娘?|董(?!事)"
    r"|法务|采购|财务|总助|销售|顾问|设计师|技术员?|CEO|CTO|CFO|COO|VP)"
)
_BY_TITLE: Final = re.compile(rf"(?P<name>{SURNAME}[一-龥]{{0,2}}?)(?P<title>{TITLE})")
_OLD_OR_SMALL: Final = re.compile(
    rf"(?<![一二两三四五六七八九十\d多半几个大最更较很太偏缩减从])(?:[老小阿][{_COMMON}])"
    rf"(?![一二三四五六七八九]?[月日]|{TITLE}|时|程序|区|案|额|板|客户|项目|单|计|姐|哥)"
)
_FAMILIAR: Final = re.compile(
    rf"(?<=[的和跟与给找约问请叫让是个、,:\s{marks.CUSTOMER}])(?:[老小][{_SURNAMES}]|阿[一-龥])(?![一-龥]?(?:总|们|姨|里|拉))"
)
_NOT_SMALL: Final = re.compile(
    r"小(?:时|程序|区|于|计|车|康|米|包(?!总)|单|项|费|白鼠|范围|方案|方面|万|龙虾|都|安装|金额|毛病"
    r"|常识|明星|游戏|路口|连接|来|江苏|石头|文件|关系|全年)"
    r"|老(?:板|总|师|客|是|家|婆|公|外|早|实|鼠|项|单|款|旧|年|方案|系统|路|关系|产品|问题|样|毛病"
    r"|牛了|成|常|设备|地方|平|时|金额)|阿(?:姨|里|拉|明白)"
)
_LATIN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z][a-z]{1,11}(?: [A-Z][a-z]{1,11})?(?![A-Za-z0-9])")
_NOT_LATIN: Final = frozenset(
    "Hi Hello Ok Fri Mon Tue Wed Thu Sat Sun Excel Word Pro Won Lost Demo App Web Email Contract Lega l Review They The"
    " Visited Yes No And Wifi Type Usb Windows Android Java Python Monday Friday Please Thanks Call Meeting Order Price"
    " Quote Docker Linux"
    " Called Met Remind Move Moved New Deal Pipeline Show List What Who How Where When Which Today"
    " Tomorrow Next This Last Send Sent Undo Skip Done Switch Speak English Chinese In On At My Our We I A Not Never"
    " Spoke Talked Emailed Visit Amount Signed Closed Open Ticket Reply Tell Accept Fixed Good Great Follow Add"
    " Customer Contracts Every Machine It Is Are Can Help Status Had Went Monthly Company".split()
)
_FULL: Final = re.compile(
    rf"(?:联系人(?:是|叫|为|:|:|,|\s)*|对接人(?:是|叫|:)?|负责人(?:是|叫|:)?|名片[:\s]?|(?:采购|技术"
    rf"|财务|销售|项目|生产|设备|行政|人事|运营|市场|IT|信息|仓库|质量|工程)?"
    rf"(?:经理|总监|主管|主任|负责人|工程师|专员|助理|部长|科长|总经理|董事长|厂长|店长|老板|采购|财务"
    rf"|CEO|CTO|CFO|COO|VP)[\s:是叫]{{0,2}}|(?:叫|姓名[:]?|新增|添加|加上?|增加|存)\s?)"
    rf"(?P<name>(?:{_DOUBLE}|[{_SURNAMES}])[一-龥]{{1,2}})(?=[\s,。;:!?的是]|$|\ue006|\d{{7}}|电话|手机|微信|\[)"
)
_MET: Final = re.compile(  # 见到刘芳, 跟陈丽聊: a full name with nothing but the verbs around it
    rf"(?:[见找碰遇](?:到|着|过|了)?|拜访(?:了|过)?|[和跟与给陪请]|约(?:了|见)?|联系(?:了|上)?)"
    rf"(?P<name>(?:{_DOUBLE}|[{_COMMON}])[一-龥]{{1,2}}?)"
    rf"(?=了?[\s,。;!]|了?$|聊|谈|说|打(?:了|过)?(?:个)?(?:电话|招呼)|通(?:了|过)?(?:个)?(?:电话|话)|发(?:了)?(?:个)?(?:微信|消息|邮件|资料|报价)"
    rf"|沟通|吃(?:了|个|顿|饭)|喝(?:了|个|茶|酒)|见(?:了|个)?面|碰(?:了|个)?面|请假|不在|出差|她|他)"
)
_SAYS: Final = re.compile(  # 刘芳刚打电话来说: who comes first and does what only people do
    rf"(?:^|(?<=[,。;\s]))(?P<name>(?:{_DOUBLE}|[{_COMMON}])[一-龥]{{1,2}}?)"
    rf"(?=(?:刚刚?|今天|昨天|上午|下午|又|也|就)?(?:给我)?(?:打(?:了|来|过)?(?:个)?电话|来电|回(?:了|复)|发(?:了|来|微信|消息)|说|反馈|答应|同意|请假|离职"
    rf"|休假|出差|不在|接(?:了|手)|约(?:了|我)|问(?:我|了|价)|加(?:了|我)|生病))"
)
_BEFORE_PHONE: Final = re.compile(
    rf"(?<![一-龥])(?P<name>(?:{_DOUBLE}|[{_SURNAMES}])[一-龥]{{1,2}})(?=[\s,:的]{{0,2}}(?:的?(?:电话"
    rf"|手机|号码|座机|微信))?(?:号码?)?(?:是|改成|换成|改为|:|\s)*(?:\d{{5}}|\ue006))"
)
_NO_NAME: Final = re.compile(
    r"的|联系|电话|手机|客户|公司|方面|方案|时候|那边|这边|全部|和他|成了|管理|安排|商机|报价|安装|高级"
    r"|关于|项目|产品|包装|来访|明天|明年|平台|平时|时间|应该|应收|单子|单位|国内|文件|计划|全款|支付"
    r"|常用|解决|房间|连接|金额|区域|万元|普票|专票|同事|何时|任何|车间|从来|经理|向你|和我|于是|常见"
    r"|强烈|利润|位置|通过|那个|那家|都有|都是|印刷|花了|容易|相关|伊始|银行|信息|展会|智能|富余|干嘛"
    r"|姐|哥|总|工$|打$|给|还有|[就也都要让来到没不吧呢啊把被从对将会能]|但是|公里|元旦|人员|原来|高兴|成交|游戏|白天|黄了|石油|祝您|祝你|新的|相册|位客|满意|来了"
)
_RULED_OUT: Final = re.compile(r"(?:不是|并非|不叫|而不是)$")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as said; `own` if a colleague of ours by the lexicon."""

    name: str
    text: str
    at: int
    own: bool = False


def find_people(
    text: str, colleagues: Iterable[str] = (), frequency: Callable[[str], int] = lambda _word: 0
) -> list[Person]:
    """The persons in a normalised text whose customers, times and values are masked; in order, each span once.

    `frequency`: how common a word is; 0 for what is none.
    """
    found = _Found(text)
    named = [name for name in colleagues if name[-2:] in text]
    for name in (one for one in named if one in text):
        for match in re.finditer(re.escape(name), text):
            found.keep(Person(name, name, match.start(), own=True))
    for match in _FULL.finditer(text):
        if not _NO_NAME.search(match["name"]) and not re.search(TITLE + "$", match["name"]):
            found.keep(Person(match["name"], match["name"], match.start("name")))
    for match in _BEFORE_PHONE.finditer(text):
        if not _NO_NAME.search(match["name"]) and not re.search(TITLE + "$", match["name"]):
            found.keep(Person(match["name"], match["name"], match.start("name")))
    for match in _BY_TITLE.finditer(text):
        _keep_titled(found, text, match)
    for match in (*_MET.finditer(text), *_SAYS.finditer(text)):
        name = match["name"]
        if not _NO_NAME.search(name) and "了" not in name and not frequency(name) and not frequency(name[:2]):
            found.keep(Person(name, name, match.start("name")))
    for match in _OLD_OR_SMALL.finditer(text):
        if not _NOT_SMALL.match(text, match.start()):
            found.keep(Person(match.group(), match.group(), match.start()))
    for match in _FAMILIAR.finditer(text):
        if not _NOT_SMALL.match(text, match.start()):
            found.keep(Person(match.group(), match.group(), match.start()))
    for match in _LATIN.finditer(text):
        if _NOT_LATIN.isdisjoint(match.group().split()):
            found.keep(Person(match.group(), match.group(), match.start()))
    for name in named:
        _keep_given(found, text, name[-2:])
    meant = [person for person in found.people if not _RULED_OUT.search(text[max(0, person.at - 4) : person.at])]
    return sorted(meant, key=lambda person: person.at)


class _Found:
    """Persons found so far; each stretch of the text is one person's."""

    def __init__(self, text: str) -> None:
        self.people: list[Person] = []
        self._taken = bytearray(len(text))

    def keep(self, person: Person) -> None:
        end = person.at + len(person.text)
        if not self._taken.count(1, person.at, end):
            self._taken[person.at : end] = b"\1" * len(person.text)
            self.people.append(person)


_BEFORE_NAME: Final = re.compile(
    r"[和跟与给见找约问请叫让向对的是、,:\s。了到被从把帮有及他由位个老小催姓访系人家边]$|^$"
)
_NOT_TITLED: Final = re.compile(
    r"^(?:全工|方(?:法务|采购|财务|技术|销售)|时工|和工|班长|安老师|那老板|那师傅|那经理|那先生|来总|都总|成总|位老板|位总|位先生"
    r"|位经理|老板|各位|诸位|几位|商会计|位师傅|位老师|和总|和老师|和经理|于总|南经理|原经理|区经理"
    r"|区总监|相总|应总|但总|门店长|方技术|方采购|方财务|方老板|方销售|方经理|方总(?=的)|国销售|时销售"
    r"|商采购|平销售|来采购|来师傅|元总)"
)


def _keep_given(found: _Found, text: str, given: str) -> None:
    """转给思琪: a colleague by the given name alone, where nobody else's name has it."""
    for match in re.finditer(re.escape(given), text):
        if _BEFORE_NAME.search(text[: match.start()]):
            found.keep(Person(given, given, match.start(), own=True))


def _keep_titled(found: _Found, text: str, match: re.Match[str]) -> None:
    """王总 as said; 吴敏经理 is 吴敏; a middle that is part of the sentence (马上总) is none."""
    name, title = match["name"], match["title"]
    at = match.start()
    led = text[at - 1 : at] in ("的", marks.CUSTOMER)  # 蓝海的于总, but 关于总价
    if not led and (_NOT_TITLED.match(text[at : match.end() + 2]) or text.startswith("小时", at - 1)):
        return
    surname = len(re.match(SURNAME, name).group())  # type: ignore[union-attr]
    given = name[surname:]
    if given:
        if (
            given == name[:surname]
            or _NO_NAME.search(name)
            or not _BEFORE_NAME.search(text[max(0, at - 1) : at])
            or re.search(
                r"[的了是在和跟去说个我他她你这那总还有就也都要让来到没不吧呢啊把被从给对将会能可以下上问打姐哥工]",
                given,
            )
            or (len(title) == 1 and re.fullmatch(SURNAME, name[-1]))  # 华星王总: a company, then 王总
        ):
            inner = _BY_TITLE.search(text, at + 1, match.end())
            if inner is not None and inner.end() == match.end():
                _keep_titled(found, text, inner)
            return
        found.keep(Person(name, match.group(), at))
        return
    found.keep(Person(name + title, match.group(), at))
