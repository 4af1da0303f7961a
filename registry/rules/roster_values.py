"""From what bureaus write in a cell to the register's own word for it.

Words are compared without blanks, width and letter case. A word that could mean two things is
not in the tables: 聘用 may be a contract or a public-institution post, so the clerk says which.
"""

import math
import re
from datetime import date, datetime, timedelta

from registry.rules.identity_number import FEMALE, MALE
from registry.rules.organisations import FIELDS, Word, word_from, words_from
from registry.rules.refusals import Refused
from registry.rules.rosters import Cell
from registry.rules.text import clean_person_name, clean_text, fold_width, parse_date

ESTABLISHMENT_WORDS: dict[str, str] = {
    word: code
    for code, words in {
        "civil-servant": "公务员 公务员编制 行政编制 行政编 行政 公务员身份 civilservant",
        "civil-service-equivalent": (
            "参公 参公管理 参公人员 参公管理人员 参公编制 参公事业 参公事业编制 参照公务员 "
            "参照公务员管理 参照公务员法管理 参照公务员法管理人员 参照公务员管理人员 "
            "参照管理 managedasacivilservant civilserviceequivalent"
        ),
        "public-institution": (
            "事业编制 事业 事业编 事业人员 事业单位编制 事业编制人员 全额事业 全额拨款事业编制 "
            "publicinstitution publicinstitutionpost"
        ),
        "contract": (
            "合同制 合同工 合同制工人 合同制人员 劳动合同 劳动合同制 劳动合同工 "
            "contract contractworker"
        ),
        "temporary": "临时工 临聘 临聘人员 临时 临时人员 临时聘用 temporary temporaryworker",
        "dispatched": (
            "劳务派遣 派遣 派遣制 派遣人员 劳务派遣人员 劳务派遣工 dispatched labourdispatch"
        ),
        "off-establishment": "编外 编外人员 编外用工 编制外 编外聘用 offestablishment",
        "purchased-service": "政府购买服务 购买服务 政府购买 购买服务人员 purchasedservice",
        "welfare-post": "公益性岗位 公益岗位 公益岗 公益性 公益性岗 welfarepost",
        "service-worker": "工勤 工勤人员 工勤编制 机关工勤 事业工勤 工勤编 serviceworker",
        "seconded": "借调 借用 借调人员 借用人员 抽调 seconded",
    }.items()
    for word in (*words.split(), code.replace("-", ""))
}

_SEX_WORDS = {"男": MALE, "男性": MALE, "m": MALE, "male": MALE}
_SEX_WORDS |= {"女": FEMALE, "女性": FEMALE, "f": FEMALE, "female": FEMALE}

# How people write that there is nothing to write.
_NOTHING = frozenset(
    {"", "/", "\\", "-", "--", "—", "——", "―", "－", "无", "暂无", "n/a", "null", "〇"}
)
_WITHOUT_END = frozenset({"长期", "无固定期限", "长期有效", "至今", "无期限"})
_SEPARATORS = re.compile(r"[、,，;；/\n|]+")
_DROPPED_IN_KEYS = re.compile(r"[\s'’\-_·.“”\"]+")
_CERTIFICATE_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z()\-]{3,29}")
_REMARKED_NUMBER = re.compile(
    r"(?:证号|执法证|证件号|证件)\D{0,8}?(?P<named>[0-9A-Z-]*[0-9]{5,20})"
    r"|(?<![0-9])(?!1[3-9])(?P<bare>[0-9]{11})(?![0-9])"
)
_TELEPHONE = re.compile(
    r"1[3-9][0-9]{9}|(?:0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(?:-[0-9]{1,6})?|[0-9]{5,6}|400[0-9]{7}"
)
# Serial days of the calendars that spreadsheets count in: 1955 to 2078.
_SERIAL_FIRST, _SERIAL_LAST = 20_000, 65_380
_SERIAL_EPOCH = datetime(1899, 12, 30)

TEXT_LIMIT = 200
REMARKS_LIMIT = 1000


def match_key(text: object) -> str:
    """What two spellings of one word share: no blanks, half width, lower case."""
    return _DROPPED_IN_KEYS.sub("", fold_width(str(text))).casefold()


def cell_text(cell: Cell, *, limit: int = TEXT_LIMIT, multiline: bool = False) -> str:
    """A cell as clean text, "" where somebody wrote that there is nothing; raises Refused."""
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()[:10]
    text = clean_text(cell, limit=limit, name="", multiline=multiline)
    return "" if fold_width(text).casefold() in _NOTHING else text


def read_date(cell: Cell) -> date | None:
    """The day in a cell: a date cell, a serial number, or a day written year first.

    None where the cell is blank or says that there is no end. Raises Refused where it is not a
    complete date; a month without its day is one of these, since nobody may guess the day.
    """
    if isinstance(cell, datetime | date):
        return parse_date(cell)
    text = fold_width(cell_text(cell, limit=40))
    if not text or match_key(text) in _WITHOUT_END:
        return None
    if re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", text) and not isinstance(cell, bool):
        serial = float(text)
        if _SERIAL_FIRST <= serial <= _SERIAL_LAST:
            return (_SERIAL_EPOCH + timedelta(days=int(serial))).date()
    return parse_date(re.sub(r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?$", "", text))


def read_sex(text: str) -> str | None:
    """``male`` or ``female``; None where the word is unknown."""
    return _SEX_WORDS.get(match_key(text))


def read_word(dictionary: dict[str, Word], text: str) -> str | None:
    """The code of one word in any of its spellings, English too; None when unknown."""
    key = match_key(text)
    english = (word.code for word in dictionary.values() if match_key(word.title_en) == key)
    return word_from(dictionary, text) or next(english, None)


def read_list(dictionary: dict[str, Word], text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of the words that a cell lists, and the words that the dictionary lacks."""
    codes, unknown = words_from(dictionary, text)
    if unknown and (english := read_word(dictionary, text)):
        return (english,), ()
    return codes, unknown


def split_list(text: str) -> list[str]:
    """What a cell lists, separated in any of the usual ways; blanks are left out."""
    return [part for part in (piece.strip() for piece in _SEPARATORS.split(text)) if part]


def read_certificate_number(cell: Cell) -> str | None:
    """A certificate number: half width, upper case, no blanks; "" where blank, None if it isn't.

    A number of more than 15 digits that a spreadsheet keeps as a number has lost digits.
    """
    if isinstance(cell, float) and not (cell.is_integer() and abs(cell) < 10**15):
        return None
    try:
        text = re.sub(r"\s+", "", fold_width(cell_text(cell, limit=60))).lstrip("'").upper()
    except Refused:
        return None
    text = re.sub(r"^(?:证号|编号|NO[.:]?)[:：]?", "", text)
    if not text:
        return ""
    return text if _CERTIFICATE_NUMBER.fullmatch(text) else None


def read_telephone(text: str) -> tuple[str, bool]:
    """A telephone number without blanks (several joined by 、), and whether it looks like one."""
    numbers = []
    for part in split_list(fold_width(text)):
        number = re.sub(r"[\s()]|^(?:\+|00)86-?", "", part)
        mobile = number.replace("-", "")
        numbers.append(mobile if re.fullmatch(r"1[3-9][0-9]{9}", mobile) else number)
    return "、".join(numbers), all(_TELEPHONE.fullmatch(number) for number in numbers)


def as_read(name: str, value: str) -> str:
    """What the importer makes of a value of the register that stands in the column ``name``.

    A list that went out comes back through the same reading: a value that reads like the
    register's own is no change, however the register came to write it.
    """
    try:
        text = cell_text(value, limit=REMARKS_LIMIT, multiline=name == "remarks")
        if name == "supervisor" and text:
            return clean_person_name(text)
    except Refused:
        return value
    if name == "telephone":
        return read_telephone(text)[0]
    if name == "field":
        return read_fields(text)[0]
    return text


def read_fields(text: str) -> tuple[str, tuple[str, ...]]:
    """Fields of enforcement in the district's own names, and the words that the list lacks."""
    codes, unknown = read_list(FIELDS, text)
    return "、".join([FIELDS[code].title for code in codes] + list(unknown)), unknown


def same_text(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but blanks and line breaks."""
    return one.split() == other.split()


def number_in_remarks(remarks: str) -> str:
    """The certificate number that remarks name, "" if none; a mobile number alone is none."""
    found = _REMARKED_NUMBER.search(fold_width(remarks).upper())
    return (found["named"] or found["bare"]) if found else ""
