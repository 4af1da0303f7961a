"""What the street says: each verdict's word, shape and colour, what it means, what one may do now.

Chinese as in all our sources; the catalogue ``street`` adds English. It is read once with the
standard library: the street has no account and no cookie, so a page's language is the address's
``lang`` or the browser's own, and nothing else is to be kept per request.
"""

import gettext
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import registry
from registry.rules.organisations import CATEGORIES, FIELDS, Word, word_from
from registry.rules.refusals import sentence
from registry.store.street import StreetCertificate, StreetProof

#: The government's service line, answered everywhere in the country; for pages of no organ's card.
HOTLINE = "12345"

#: A proof of a pass that never lapses is signed with the last day that the format knows.
_WITHOUT_END = date(2199, 12, 31)

Translate = Callable[[str], str]

#: The kinds that have a code; worded as on the card.
KINDS = {"national": sentence("中华人民共和国行政执法证")}

#: Verdicts whose page shows the photograph, the unit and what the card is for.
SHOWN = frozenset({"valid", "suspended", "not_yet_valid"})


@dataclass(frozen=True)
class Look:
    """A state's shape and colour; never one without the other, and no tick but for ``valid``."""

    shape: str
    tone: str


LOOKS: dict[str, Look] = {
    "valid": Look("tick", "good"),
    "suspended": Look("bars", "held"),
    "lost": Look("bars", "held"),
    "revoked": Look("cross", "ended"),
    "cancelled": Look("cross", "ended"),
    "replaced": Look("cross", "ended"),
    "expired": Look("bar", "past"),
    "not_yet_valid": Look("clock", "past"),
    "unknown": Look("mark", "none"),
}


@dataclass(frozen=True)
class Words:
    """One page's words: the word in the band, its meaning, and what the citizen may do now."""

    word: str
    meaning: str
    heading: str
    advice: tuple[str, ...]


_COMPARE = sentence("照片与眼前的人是否一致。本页证明证件的状态，不证明持证人是谁。")
_COMPARE_CARD = sentence("姓名与对方的居民身份证是否一致。本页证明证件的状态，不证明持证人是谁。")
_TWO = sentence("执法时应有两名以上持证人员，并主动出示证件；不出示的，您有权拒绝。")
_AREA = sentence("对方办的事是否在上面的执法领域、类别和区域之内。")
_MAY_REFUSE = sentence("不能凭这张证件执法：对方凭它进行的调查、检查，您有权拒绝。")
_OTHER_CARD = sentence("对方另有有效证件的，请其出示，再扫一次证件上的二维码。")
_TELL = sentence("请拨打下面的电话说明情况，报出上面的证件号码。")
_CARD_ONLY = sentence("本页证明的是证件，不证明持证人是谁。")
_CHECK = sentence("请您核对")
_NOW = sentence("您现在可以")

WORDS: dict[str, Words] = {
    "valid": Words(
        sentence("有效"),
        sentence("该证件当前有效，持证人可以执法"),
        _CHECK,
        (_COMPARE, _AREA, _TWO),
    ),
    "suspended": Words(
        sentence("暂扣中"),
        sentence("该证件已被暂扣，暂扣期间持证人不得执法"),
        _NOW,
        (_MAY_REFUSE, _TELL, _CARD_ONLY),
    ),
    "not_yet_valid": Words(
        sentence("尚未生效"),
        sentence("该证件还没有到生效日期，生效以前不得凭它执法"),
        _NOW,
        (_MAY_REFUSE, _OTHER_CARD, _TELL, _CARD_ONLY),
    ),
    "lost": Words(
        sentence("已报遗失"),
        sentence("该证件已报遗失，出示它的人不一定是持证人"),
        _NOW,
        (_MAY_REFUSE, _OTHER_CARD, _TELL),
    ),
    "expired": Words(
        sentence("已过期"),
        sentence("该证件的有效期已满，不能再凭它执法"),
        _NOW,
        (_MAY_REFUSE, _OTHER_CARD, _TELL, _CARD_ONLY),
    ),
    "replaced": Words(
        sentence("已换新证"),
        sentence("该证件已由新证代替，旧证作废"),
        _NOW,
        (_MAY_REFUSE, _OTHER_CARD, _TELL, _CARD_ONLY),
    ),
    "cancelled": Words(
        sentence("已注销"),
        sentence("该证件已注销，不能再凭它执法"),
        _NOW,
        (_MAY_REFUSE, _TELL, _CARD_ONLY),
    ),
    "revoked": Words(
        sentence("已吊销"),
        sentence("该证件已吊销，不能再凭它执法"),
        _NOW,
        (_MAY_REFUSE, _TELL, _CARD_ONLY),
    ),
    "unknown": Words(
        sentence("无记录"),
        sentence("登记库里没有这张证件，请不要凭它相信对方"),
        _NOW,
        (
            _MAY_REFUSE,
            sentence("请拨打下面的电话说明情况；我们已经记下这次异常，会尽快核实。"),
            _CARD_ONLY,
        ),
    ),
}


_NO_CARD = sentence("本页只说明考试结果，不是行政执法证件：任何人不得凭它执法。")
_SAME_NAME = sentence("姓名、科目和编号与纸上印的是否一致。")
_ASK = sentence("请向出具证明的单位核实。")

#: A proof of passing, by what has become of it; grey, and never the tick of a certificate.
PROOF_WORDS: dict[str, Words] = {
    "stands": Words(
        sentence("考试合格"),
        sentence("这份合格证明属实，成绩仍然有效"),
        _CHECK,
        (_SAME_NAME, _NO_CARD),
    ),
    "expired": Words(
        sentence("合格已过期"),
        sentence("这份合格证明属实，成绩的有效期已满"),
        _NOW,
        (_SAME_NAME, _NO_CARD),
    ),
    "withdrawn": Words(
        sentence("合格已撤销"),
        sentence("这份合格证明出具以后，合格结果已经撤销"),
        _NOW,
        (_ASK, _NO_CARD),
    ),
    "unknown": Words(
        sentence("无记录"),
        sentence("登记库里没有这份合格证明，请不要凭它相信对方"),
        _NOW,
        (_ASK, _NO_CARD),
    ),
}
PROOF_LOOKS: dict[str, Look] = {
    "stands": Look("sheet", "past"),
    "expired": Look("bar", "past"),
    "withdrawn": Look("cross", "ended"),
    "unknown": Look("mark", "none"),
}
_SUBJECTS = {
    "public-law": sentence("公共法律知识"),
    "professional-law": sentence("专业法律知识"),
}


def advice_of(verdict: str, has_photograph: bool) -> tuple[str, ...]:
    """What a verdict's page asks the citizen to do; without a photograph none to compare."""
    advice = WORDS[verdict].advice
    if has_photograph:
        return advice
    return tuple(_COMPARE_CARD if line == _COMPARE else line for line in advice)


NOT_ISSUED_HERE = Words(
    sentence("不是这里签发的"),
    sentence("这个网址或二维码不是由本系统签发的，我们查不到它"),
    _NOW,
    (
        sentence("也许没有扫全、抄错了字：请让二维码完整清楚地进入画面，再扫一次。"),
        sentence("它可能是其他地方或部门签发的真实证件：请向证件上印的发证机关核实。"),
        sentence("核实以前，您可以请对方出示其他证件；不出示执法证件的，您有权拒绝调查、检查。"),
    ),
)
NOT_THIS_WAY = Words(
    sentence("这一页不能这样打开"),
    sentence("查验页只供查看，不接收任何内容"),
    _NOW,
    (sentence("请重新扫描证件上的二维码。"),),
)
UNAVAILABLE = Words(
    sentence("暂时查不到"),
    sentence("登记库现在连不上；这不说明证件有问题，也不说明证件有效"),
    _NOW,
    (
        sentence("请过一分钟再扫一次。"),
        sentence("急需核实的，请拨打下面的电话，报出证件上的号码。"),
    ),
)
BROKEN = Words(
    sentence("系统出了问题"),
    sentence("这次没有查成；这不说明证件有问题，也不说明证件有效"),
    _NOW,
    (
        sentence("请过一分钟再扫一次。"),
        sentence("急需核实的，请拨打下面的电话，报出证件上的号码和下面的编号。"),
    ),
)


@dataclass(frozen=True)
class Language:
    """A language of the street: its code in ``?lang=``, its tag, and the other one to offer."""

    code: str
    tag: str
    other: str
    other_tag: str
    other_name: str
    say: Translate


def _catalogue() -> Translate:
    folder = Path(registry.__file__).parent / "translations"
    return gettext.translation("street", str(folder), ["en"], fallback=True).gettext


CHINESE = Language("zh", "zh-CN", "en", "en", "English", lambda text: text)
ENGLISH = Language("en", "en", "zh", "zh-CN", "中文", _catalogue())
LANGUAGES = {"zh": CHINESE, "en": ENGLISH}


def language_for(asked: str, preferred: Iterable[tuple[str, float]]) -> Language:
    """The language of ``?lang=`` (``zh`` or ``en``), else the browser's first that we speak.

    ``preferred`` is the browser's list, the dearest first, with weights. Chinese where it names
    none; English for a foreigner whose languages we don't speak, but not for those of the
    country's own peoples (``ug-CN``, ``bo-CN``).
    """
    if asked in LANGUAGES:
        return LANGUAGES[asked]
    foreign = False
    for tag, weight in preferred:
        main, _, region = tag.lower().partition("-")
        if weight <= 0 or not re.fullmatch(r"[a-z]{2,8}|\*", main, re.ASCII):
            continue
        if main in LANGUAGES:
            return LANGUAGES[main]
        if main == "*" or region.endswith("cn"):
            return CHINESE
        foreign = True
    return ENGLISH if foreign else CHINESE


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_text(day: date, language: Language) -> str:
    """A day in a sentence: 2031年11月22日, or 22 November 2031."""
    if language is ENGLISH:
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def second_text(at: datetime, language: Language) -> str:
    """A moment in Shanghai to the second: a screenshot of a verdict grows old."""
    clock = at.strftime("%H:%M:%S")
    if language is ENGLISH:
        return f"{day_text(at.date(), language)}, {clock} Beijing time"
    return f"{day_text(at.date(), language)} {clock}"


@dataclass(frozen=True)
class Call:
    """The number to call: as printed, as dialled, and whether it is the organ's own."""

    shown: str
    dial: str
    is_organ: bool


def call_to(telephone: str) -> Call:
    """The organ's complaint number; the hotline where the card names none that can be dialled."""
    shown = telephone.strip()
    first = re.match(r"[^0-9+]*(\+?[0-9][0-9 ()（）—–-]*)", shown, re.ASCII)
    digits = re.sub(r"[^0-9+]", "", first[1]) if first else ""
    if len(digits) < 3:
        return Call(HOTLINE, HOTLINE, False)
    return Call(shown, digits, True)


Fact = tuple[str, str, bool]


def facts_of(
    card: StreetCertificate | None, verdict: str, at: datetime, language: Language
) -> list[Fact]:
    """The facts of a verdict page as (label, text, the text is Chinese), in their order.

    Unit and fields only where the verdict shows them; ``at`` is the moment in Shanghai.
    """
    say = language.say
    facts: list[Fact] = []
    if card is not None:
        facts.append((say(sentence("证件号码")), card.number, False))
    if card is not None and verdict in SHOWN:
        fields, fields_chinese = _listed(card.fields, FIELDS, language)
        categories, categories_chinese = _listed(card.categories, CATEGORIES, language)
        kind = say(KINDS[card.kind])
        facts += [
            (say(sentence("证件种类")), kind, kind == KINDS[card.kind]),
            (say(sentence("执法领域")), fields, fields_chinese),
            (say(sentence("执法类别")), categories, categories_chinese),
            (say(sentence("执法区域")), card.area, True),
            (say(sentence("以谁的名义")), card.in_whose_name, True),
            (say(sentence("发证机关")), card.issuing_authority, True),
        ]
        if verdict == "not_yet_valid":
            facts.append((say(sentence("生效日期")), day_text(card.first_day, language), False))
        facts.append((say(sentence("有效期至")), day_text(card.last_day, language), False))
    facts.append((say(sentence("查验时间")), second_text(at, language), False))
    return [fact for fact in facts if fact[1]]


def proof_facts(proof: StreetProof | None, at: datetime, language: Language) -> list[Fact]:
    """The facts of a proof's page as :func:`facts_of` gives a certificate's."""
    say = language.say
    facts: list[Fact] = []
    if proof is not None:
        subject = say(_SUBJECTS[proof.subject])
        field = FIELDS.get(proof.field)
        if field is not None:
            name = field.title_en if language is ENGLISH else field.title
            subject = f"{subject} ({name})" if language is ENGLISH else f"{subject}（{name}）"
        facts += [
            (say(sentence("证明编号")), proof.number, False),
            (say(sentence("考试科目")), subject, False),
            (say(sentence("合格日期")), day_text(proof.first_day, language), False),
        ]
        if proof.last_day < _WITHOUT_END:
            facts.append((say(sentence("成绩有效期至")), day_text(proof.last_day, language), False))
    facts.append((say(sentence("查验时间")), second_text(at, language), False))
    return facts


def _listed(copied: str, dictionary: dict[str, Word], language: Language) -> tuple[str, bool]:
    """Words of the copy in the page's language; what no dictionary knows stays as certified."""
    if language is not ENGLISH:
        return copied, True
    known = [dictionary.get(word_from(dictionary, text) or "") for text in copied.split("、")]
    english = [word.title_en for word in known if word is not None]
    if len(english) < len(known):
        return copied, True
    return ", ".join(english), False
