"""Names and signs of currencies as chat writes them: 美金, 港纸, ¥, 块钱."""

from __future__ import annotations

import re
from typing import Final

_CURRENCIES: Final = {
    "USD": r"美元|美金|美刀|刀(?![片具])|USD|US\$|\$",
    "EUR": r"欧元|EUR|€",
    "GBP": r"英镑|GBP|£",
    "JPY": r"日元|日币|JPY",
    "HKD": r"港币|港元|港纸|港圆|HKD|HK\$",
    "MOP": r"澳门元|澳门币|葡币|MOP",
    "KRW": r"韩元|韩币|韩圆|KRW|₩",
    "TWD": r"新?台币|TWD|NT\$",
    "AUD": r"澳元|澳币|AUD",
    "CAD": r"加元|加币|CAD",
    "NZD": r"新西兰元|纽币|NZD",
    "SGD": r"新加坡元|新币|SGD",
    "THB": r"泰铢|THB|฿",
    "MYR": r"马币|林吉特|令吉|MYR",
    "VND": r"越南盾|VND|₫",
    "IDR": r"印尼盾|IDR",
    "PHP": r"菲律宾比索|PHP",
    "INR": r"印度?卢比|卢比|INR|₹",
    "RUB": r"卢布|RUB|₽",
    "CHF": r"瑞士法郎|瑞郎|CHF",
    "SEK": r"瑞典克朗|SEK",
    "TRY": r"土耳其里拉|里拉|TRY",
    "AED": r"迪拉姆|AED",
    "BRL": r"巴西雷亚尔|雷亚尔|BRL",
    "MXN": r"墨西哥比索|MXN",
    "ZAR": r"兰特|ZAR",
    "NGN": r"奈拉|NGN",
    "CNY": r"元人民币|人民币|元(?![旦宵月])|块钱|块(?!儿|内存|屏|板|电池|表|地|砖|硬盘|玻璃|钢)|圆|RMB|CNY|¥|大洋",
}
_FOREIGN: Final = "|".join(words for code, words in _CURRENCIES.items() if code != "CNY")
ANY: Final = rf"元?(?:{_FOREIGN})|{_CURRENCIES['CNY']}"  # 三万元欧元
CODES: Final = [(code, re.compile(pattern, re.IGNORECASE)) for code, pattern in _CURRENCIES.items()]
# what any of them may begin with, as a class of characters
FIRST: Final = "".join(
    sorted({word[0] for words in _CURRENCIES.values() for word in words.replace("\\$", "$").split("|")})
)
