"""Hours of training earned elsewhere: who taught, on what proof, and what stands against a claim.

What an organ enters waits until somebody of the exam room has looked at the proof; the same proof
counts once for a person. Hours count in the year in which the training ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.identity_number import fold_identity_number, read_identity_number
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.rosters import RawRow, RowRefusal, with_mend
from registry.rules.small_tables import Cells, heading_key, small_rows
from registry.rules.text import clean_person_name, parse_date, required_text
from registry.rules.training import BASIS, read_quarters

MOST_HOURS = 500
#: The columns of a file of such hours, in the order agreed.
COLUMNS: dict[str, str] = {
    "name": sentence("姓名"),
    "identity_number": sentence("身份证号码"),
    "hours": sentence("学时"),
    "provider": sentence("培训单位"),
    "topic": sentence("培训内容"),
    "ended_on": sentence("结束日期"),
    "document": sentence("证明文号"),
}
_SYNONYMS: dict[str, str] = {
    heading_key(word): name
    for name, words in {
        "name": "姓名 人员姓名 name",
        "identity_number": "身份证号 身份证号码 身份证 公民身份号码 idnumber",
        "hours": "学时 学时数 培训学时 hours",
        "provider": "培训单位 主办单位 培训机构 举办单位 组织单位 provider",
        "topic": "培训内容 培训名称 培训班名称 课程 内容 topic course",
        "ended_on": "结束日期 培训日期 结束时间 培训时间 日期 date",
        "document": "证明文号 证明编号 文号 证书编号 结业证号 证明材料 document proof",
    }.items()
    for word in words.split()
}
STATES: dict[str, str] = {
    "waiting": sentence("等待审定"),
    "approved": sentence("已认定"),
    "declined": sentence("不予认定"),
}


@dataclass(frozen=True)
class Claim:
    """Hours that somebody says to have earned elsewhere, on what proof."""

    ended_on: date
    provider: str
    topic: str
    quarters: int
    document: str


@dataclass(frozen=True)
class ClaimRow:
    """One good row of a file: whose claim, by folded ID number and name."""

    row: int
    identity_number: str
    name: str
    claim: Claim


def read_claim(
    ended_on: object, provider: object, topic: object, hours: object, document: object, today: date
) -> Claim:
    """A claim as it was typed; raises Refused with everything that is wrong."""
    read: dict[str, object] = {}
    refusals: list[Refusal] = []
    for name, reading in (
        ("ended_on", lambda: parse_date(ended_on, name=COLUMNS["ended_on"])),
        ("provider", lambda: required_text(provider, limit=100, name=COLUMNS["provider"])),
        ("topic", lambda: required_text(topic, limit=200, name=COLUMNS["topic"])),
        ("hours", lambda: read_quarters(hours, most_hours=MOST_HOURS, name=COLUMNS["hours"])),
        ("document", lambda: required_text(document, limit=100, name=COLUMNS["document"])),
    ):
        try:
            read[name] = reading()
        except Refused as refused:
            refusals += refused.refusals
    ended = read.get("ended_on")
    if isinstance(ended, date) and ended > today:
        refusals.append(
            Refusal(
                "training-not-over",
                sentence("结束日期%(day)s还没有到。请在培训结束以后再填报。"),
                BASIS,
                {"day": ended.isoformat()},
            )
        )
    if refusals:
        raise Refused(refusals)
    return Claim(**{("quarters" if name == "hours" else name): read[name] for name in read})  # type: ignore[arg-type]


def read_claim_rows(
    rows: Sequence[tuple[int, Cells]], today: date
) -> tuple[int, list[ClaimRow], list[RowRefusal], Mapping[int, Mapping[str, str]]]:
    """How many rows a file has, the good ones, every fault of the others, and all as typed.

    Raises Refused (``claims-header-not-found``) for a file with no such heading row.
    """
    read = small_rows(rows, _SYNONYMS, (), tuple(COLUMNS))
    read = [
        one for one in read if any(one.cells.get(name) for name in ("identity_number", "hours"))
    ]
    if not read:
        raise Refused(
            Refusal(
                "claims-header-not-found",
                sentence(
                    "文件中没有找到表头或内容。表头应有姓名、身份证号码、学时、培训单位、"
                    "培训内容、结束日期、证明文号。请下载空表对照。"
                ),
                BASIS,
            )
        )
    good: list[ClaimRow] = []
    faults: list[RowRefusal] = []
    for one in read:
        raw = RawRow("", one.row, dict(one.cells))
        wrong: list[RowRefusal] = []
        identity, refusals = read_identity_number(one.cells["identity_number"])
        wrong += [with_mend(raw, "identity_number", refusal) for refusal in refusals]
        name = ""
        try:
            name = clean_person_name(one.cells["name"])
        except Refused as refused:
            wrong += [RowRefusal("", one.row, "name", each, "") for each in refused.refusals]
        claim = None
        try:
            cells = one.cells
            claim = read_claim(
                cells["ended_on"], cells["provider"], cells["topic"], cells["hours"],
                cells["document"], today,
            )  # fmt: skip
        except Refused as refused:
            wrong += [
                RowRefusal("", one.row, _field_of(each), each, "") for each in refused.refusals
            ]
        if wrong or identity is None or claim is None:
            faults += wrong
            continue
        number = fold_identity_number(one.cells["identity_number"])
        good.append(ClaimRow(one.row, number, name, claim))
    return len(read), good, faults, {one.row: one.cells for one in read}


def _field_of(refusal: Refusal) -> str:
    """Which column a refusal of a claim speaks of."""
    said = refusal.values.get("field")
    if refusal.code == "training-not-over":
        return "ended_on"
    return next((name for name, title in COLUMNS.items() if title == said), "hours")


def stranger(row: int) -> RowRefusal:
    """A row about nobody whom its sender enters people for."""
    refusal = Refusal(
        "person-not-in-reach",
        sentence("登记里没有这个身份证号码的人员，或者不在您的单位。请核对号码。"),
        BASIS,
    )
    return RowRefusal("", row, "identity_number", refusal, "")


def other_name(row: int, name: str, text: str) -> RowRefusal:
    """A row whose name is not the one on the register."""
    refusal = Refusal(
        "name-not-the-registers",
        sentence("登记里这个身份证号码是%(name)s，这里写的是%(text)s。请核对姓名或号码。"),
        BASIS,
        {"name": name, "text": text},
    )
    return RowRefusal("", row, "name", refusal, "")


def claimed_before(document: str) -> Refusal:
    """The same proof counts once for a person."""
    return Refusal(
        "claimed-before",
        sentence("这名人员的证明“%(document)s”已经填报过，同一份证明只算一次。请核对文号。"),
        BASIS,
        {"document": document},
    )
