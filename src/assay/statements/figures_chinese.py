"""Chinese figures: fractions and orders of size, bounds, units."""

from __future__ import annotations

import re
from typing import Any

from assay.statements.figures_build import maker, roles_at, share, vague, value_at
from assay.statements.figures_words import FigureWords, make, units
from assay.statements.numerals import Number, Rule, Tokens
from assay.statements.numerals_hanzi import DIGITS, LARGE, TENS
from assay.statements.numerals_words import Words

RULES = [
    ("(w:<num>)_'又'_(d:<num>)_'分'_'之'_(n:<num>)", "zh_fraction"),
    ("(w:<num>)_'又'_(d:<num>)_'分之'_(n:<num>)", "zh_fraction"),
    ("('负'|'-')?_(d:<num>)_('分'_'之'|'分之')_('负'_)?(n:<num>)(_<zdot>_(f:<num>))?", "zh_fraction"),
    ("<percent>_('分'_'之'|'分之')_(n:<num>)(_<zdot>_(f:<num>))?(_(k:'k'))?", "zh_percent"),
    ("(n:<num>)_<zdot>_(f:<num>)(_(m:<zw>))?(?=_('成'|'折'))", "zh_tenths"),
    ("(n:<num>)(_(f:<num>))?_(t:'成'|'折')(_(f:<num>)(?!_<zdot>)|(half:'半'))?(?!('为'|'立'|'员'|'功'|'本'|'长'|'果'|'交'|'绩'|'人'|'就'|'品'|'都'|'分'))", "zh_tenths"),
    ("(n:<num>)_<zdot>_(f:<num>)_(t:'成'|'折')(half:'半')?", "zh_tenths"),
    ("(n:<num>)_<zdot>_(f:<num>)(_(m:<zw>)){0,1}", "zh_decimal"),
    ("(n:<dg>)'/'(d:<dg>)", "slash"),
    ("(w:<dg>) (n:<dg>)'/'(d:<dg>)", "zh_mixed"),
    ("('数'|'几'|'好几'|'上'|'成')_'十'_(m:<zw>)", "zh_order_10"),
    ("(q:'数'|'几'|'好几'|'成')_(o:<zt>)(_(m:<zw>))?", "zh_order"),
    ("(q:'数'|'几'|'好几')_(m:<zw>)", "zh_order"),
    ("(q:'上')_(o:'百'|'千')(_(m:<zw>))?|(q:'上')_(m:<zw>)", "zh_above"),
    ("(q:'数'|'几'|'好几'|'上')_(n:<num>)", "zh_order_num"),
    ("(n:<num>)_(more:'多'|'余'|'来'|'几'|'零')_(m:<zw>|<num>)", "zh_more"),
    ("(n:<num>)_<dozen>", "zh_dozen"),
    ("(n:<num>)_'几'(?!_<zw|zt|num>)", "zh_and_some"),
    ("(o:'百'|'千')(?!_('分'|'年'|<zw|zt|zd|num>))", "zh_bare_order"),
    ("'成千上万'", "zh_thousands"),
    ("'数以'(o:'百'|'千'|'万')'计'", "zh_by_orders"),
    ("(n:<num>)_'个'_'半'(?=_<unit|tunit>)", "zh_and_half"),
    ("'一半'|'半数'", "zh_half"),
    ("'半'_(m:'百')", "zh_half_hundred"),
    ("'半'(?='个'?_(<tunit|unit>|'年'|'月'|'小时'|'天'))", "zh_half"),
]  # fmt: skip
REGION = "<num>|'百'|'千'|'成千上万'|'数以'|('数'|'几'|'好几'|'上'|'成')_<zt|zw|num>|<percent>_('分'|'分之')|'一半'|'半数'|'半'|'负'_<num>"


def words() -> Words:
    return {
        "点": {"zdot": None},
        "百": {"percent": 1},
        "佰": {"percent": 1},
        "千": {"percent": 0.1},
        "仟": {"percent": 0.1},
        "万": {"percent": 0.01},
        "一半": {"half": None},
        "半数": {"half": None},
        "好几": {"word": None},
    }


def digits_of(number: Number) -> str | None:
    """The digits of what stands after 点, None where it is no string of digits."""
    if number.digits:
        return number.digits if number.digits.isdigit() else None
    if all(c in DIGITS for c in number.name):
        return "".join(str(DIGITS[c]) for c in number.name)
    return None


def decimal(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    whole = roles_at(match, tokens, rule, "n").get("num")
    part = roles_at(match, tokens, rule, "f").get("num")
    if whole is None:
        return None
    if part is None:
        return Number(whole.value, whole.step, name="x")
    digits = digits_of(part)
    scale: float = 1
    if digits is None:
        # "点三三亿": the fold took the multiplier too
        name = part.name
        if name and name[-1] in LARGE and all(c in DIGITS for c in name[:-1]) and len(name) > 1:
            digits = "".join(str(DIGITS[c]) for c in name[:-1])
            scale = LARGE[name[-1]]
        else:
            return None
    if not whole.whole or len(digits) > 12:
        return None
    value = float(f"{int(whole.value)}.{digits}") * scale
    step = 10.0 ** -len(digits) * scale
    return Number(
        int(value) if value == int(value) and scale == 1 and int(digits) == 0 else value,
        step,
        name="x",
    )


@maker
def zh_decimal(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    found = decimal(match, tokens, rule)
    times = roles_at(match, tokens, rule, "m").get("zw")
    if found is not None and times:
        found = Number(found.value * times, found.step * times, name="x")
    return found


@maker
def zh_fraction(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    lower = value_at(match, tokens, rule, "d")
    upper_number = decimal(match, tokens, rule)
    if upper_number is None or not lower:
        return None
    whole = value_at(match, tokens, rule, "w") or 0
    text = tokens.flat[tokens.starts[match.start()] : tokens.starts[match.end()]]
    value = whole + upper_number.value / lower
    if text.count("负") == 1:
        value = -value
    if text.startswith(("百分", "千分", "万分")):
        return None
    return share(value)


PERCENT = "%"


@maker
def zh_percent(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    found = decimal(match, tokens, rule)
    if found is None:
        return None
    factor: float = 1
    for index in range(match.start(), match.end()):
        factor = tokens.meanings[index].get("percent", factor)
    if roles_at(match, tokens, rule, "k"):
        factor *= 1000
    return Number(found.value * factor, found.step * min(factor, 1), name=PERCENT)


@maker
def zh_tenths(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """三成 is 30 per cent, 七成六 is 76, 六五折 is 65."""
    if not roles_at(match, tokens, rule, "t"):
        return None
    first = roles_at(match, tokens, rule, "n").get("num")
    part = roles_at(match, tokens, rule, "f").get("num")
    if first is None or first.low is not None:
        return None
    value, step = first.value * 10, first.step * 10
    text = "".join(tokens.flat[tokens.starts[match.start()] : tokens.starts[match.end()]].split())
    if "string" in roles_at(match, tokens, rule, "n") or (
        first.digits.isdigit() and len(first.digits) == 2 and "折" in text and first.value != 10
    ):
        value, step = first.value, 1
    if part is not None:
        digits = digits_of(part)
        if digits is None:
            return None
        value += float(f"0.{digits}") * 10
        step = 10.0 ** (1 - len(digits))
    if "半" in text:
        value += 5
        step = 1
    if value > 1000:
        return None
    return Number(value, step, name=PERCENT)


@maker
def zh_mixed(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    whole, upper, lower = (value_at(match, tokens, rule, name) for name in "wnd")
    if whole is None or upper is None or not lower or upper > 99 or lower > 100:
        return None
    return share(whole + upper / lower)


def order_of(match: re.Match[str], tokens: Tokens, rule: Rule) -> float:
    size: float = roles_at(match, tokens, rule, "o").get("zt", 1)
    large: Any = roles_at(match, tokens, rule, "m").get("zw", 1)
    return size * float(large)


@maker
def zh_order(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """数百, 几千, 数万: from twice to ten times the order."""
    size = order_of(match, tokens, rule)
    if size <= 1:
        return None
    if tokens.word(match.start()) == "成":
        return vague(size, 10 * size)
    return vague(2 * size, 10 * size)


@maker
def zh_order_10(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    size = 10 * float(roles_at(match, tokens, rule, "m")["zw"])
    return vague(2 * size, 10 * size)


@maker
def zh_order_num(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """数百万: the fold has made 百万 a number."""
    number = roles_at(match, tokens, rule, "n").get("num")
    if (
        number is None
        or not number.name
        or number.name[0] not in "十百千万"
        or number.low is not None
    ):
        return None
    if any(c not in "十百千万亿" for c in number.name):
        return None
    if tokens.word(match.start()) == "上":
        return Number(number.value, low=number.value, high=float("inf"))
    return vague(2 * number.value, 10 * number.value)


@maker
def zh_above(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """上百, 上万: that many and more."""
    size = order_of(match, tokens, rule)
    return Number(size, low=size, high=float("inf"))


@maker
def zh_more(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """一千多万, 500余亿: more than that many."""
    number = roles_at(match, tokens, rule, "n").get("num")
    roles = roles_at(match, tokens, rule, "m")
    times = roles.get("zw")
    if times is None:
        inner = roles.get("num")
        if inner is None or not inner.name or inner.name[0] not in "十百千万亿":
            return None
        times = inner.value
    if number is None or number.low is not None or tokens.word(match.start("more__0")) == "零":
        return None
    value = number.value * times
    return Number(value, low=value, high=float("inf"))


@maker
def zh_and_some(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """十几: eleven to nineteen."""
    number = roles_at(match, tokens, rule, "n").get("num")
    if number is None or number.low is not None or not number.whole or number.value % 10:
        return None
    if not 10 <= number.value < 1000 or number.digits:
        return None
    return vague(number.value + 1, number.value + 10)


@maker
def zh_bare_order(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """百 in 近百名 and 百余人; the reader asks for the word beside it."""
    return Number(TENS[tokens.flat[tokens.starts[match.start()]]], name="order")


@maker
def zh_thousands(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    return vague(2000, 1_000_000)


@maker
def zh_by_orders(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """数以百计: hundreds."""
    letter = tokens.flat[tokens.starts[match.end() - 2]]
    size = TENS.get(letter) or LARGE[letter]
    return vague(2 * size, 10 * size)


@maker
def zh_dozen(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    number = roles_at(match, tokens, rule, "n").get("num")
    if number is None or not number.whole:
        return None
    return Number(number.value * 12, name="x")


@maker
def zh_half(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    return share(0.5)


@maker
def zh_and_half(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    whole = value_at(match, tokens, rule, "n")
    return None if whole is None else Number(whole + 0.5, 0.1, name="x")


@maker
def zh_half_hundred(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    return Number(50, name="x")


def chinese() -> FigureWords:
    return make(
        {
            "over": "超过|超过了|逾|超|多于|大于|高于|突破|不止|超出|超逾|多过",
            "least": "至少是|至少有|至少|最少|>=|> =|不少于|不低于|不小于|起码|至少有|最少有|不下|不下于|大于等于|≥|大于或等于|大于或者等于",
            "under": "不到|不足|少于|低于|小于|未满|不满|未及|<",
            "most": "最多为|最多是|最多有|小于 或 等于|<=|< =|最多|至多|多达|高达|不超过|不多于|不大于|最高|达|小于等于|≤|小于或等于",
            "about": "约|大约|大概|左右|估计|约有|约为|大致|差不多|约莫",
            "nearly": "近|将近|接近|几近|近乎|几乎",
        },
        {
            "least": "以上|及以上|或以上|或者以上|起",
            "under": "之下",
            "over": "多|余|来|之上",
            "most": "以下|以内|及以下|之内",
            "about": "左右|上下|许|前后",
        },
        units("""
            %: 个百分点, 百分点, ％, %
            USD: 美元, 美金, 美圆, 美刀
            CNY: 元, 人民币, 块, 块钱, 元人民币, 圆, 人民币元
            HKD: 港元, 港币, 港圆
            TWD: 台币, 新台币, 新台币元
            JPY: 日元, 日圆
            EUR: 欧元
            GBP: 英镑
            RUB: 卢布
            KRW: 韩元, 韩圆
            CHF: 瑞士法郎
            AUD: 澳元, 澳大利亚元
            CAD: 加元, 加拿大元
            INR: 印度卢比
            SGD: 新加坡元, 新元
            IDR: 印尼盾
            THB: 泰铢
            VND: 越南盾
            TRY: 里拉, 土耳其里拉
            KZT: 坚戈
            ¢: 美分, 分钱
            sen: 日本钱, 日本銭
            jiao: 角, 毛
            km: 公里, 千米
            m: 米, 公尺
            cm: 厘米, 公分
            mm: 毫米
            li: 里
            mi: 英里
            ft: 英尺
            in: 英寸
            nmi: 海里
            km²: 平方公里, 平方千米
            m²: 平方米, 平米
            m³: 立方米
            ha: 公顷
            mu: 亩
            t: 吨, 公吨
            kg: 公斤, 千克
            jin: 斤
            liang: 两
            g: 克
            mg: 毫克
            µg: 微克
            l: 升, 公升
            ml: 毫升
            bbl: 桶
            kW: 千瓦
            W: 瓦
            kWh: 千瓦时
            kB: 千字节
            MB: 兆字节, 兆
            GB: 吉字节
            kbit: 千比特
            °C: 摄氏度
            °F: 华氏度
            °: 度
            year: 年, 周岁, 岁
            month: 个月, 月
            week: 周, 个星期, 星期, 个礼拜, 礼拜, 周大, 个周
            day: 天, 日
            h: 小时, 个小时, 钟头, 个钟头, 时
            min: 分钟, 分
            s: 秒, 秒钟
            century: 世纪, 个世纪
            night: 晚
        """),
        r"\s?[-~–—]\s?|\s*(?:到|至)\s*",
        r"(?:从|在|介于)\s*$",
        r"\s*(?:到|至|和|与)\s*",
        "",
        "",
        r"(?:负|零下|(?<![A-Za-z0-9)])-)\s?$",
        spaced=False,
        yen="CNY",
    )
