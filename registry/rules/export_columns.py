"""The columns that a list can go out in, and what stands in each: text, numbers and days only.

A list about people goes out in the columns in which rosters come in, under the same headings, so
that the importer reads back exactly what the register wrote. Pure; hides nothing of a person but
what ``masked`` says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from registry.rules.certificates import KINDS
from registry.rules.conduct import GRADES
from registry.rules.identity_number import SEX_WORDS, mask_identity_number
from registry.rules.organisation_rows import OrganisationOnRegister
from registry.rules.organisations import CATEGORIES, FIELDS, SUBJECT_TYPES, Word
from registry.rules.people import ESTABLISHMENTS
from registry.rules.refusals import sentence
from registry.rules.rosters import AUXILIARY, OFFICER, Cell

PERSON = "person"
CERTIFICATE = "certificate"
ORGANISATION = "organisation"
#: A list in the columns of its own page: no template fits it.
ROWS = "rows"
SUBJECTS: dict[str, str] = {
    PERSON: sentence("人员名单"),
    CERTIFICATE: sentence("证件名单"),
}

# Every column that a list may have, by subject; each with the heading that it has of itself.
COLUMNS: dict[str, dict[str, str]] = {
    PERSON: {
        "serial": sentence("序号"),
        "person_number": sentence("人员编号"),
        "name": sentence("姓名"),
        "sex": sentence("性别"),
        "identity_number": sentence("身份证号码"),
        "birth_on": sentence("出生日期"),
        "organisation": sentence("所在单位"),
        "section": sentence("内设机构"),
        "post": sentence("职务"),
        "establishment": sentence("编制性质"),
        "field": sentence("执法领域"),
        "legacy_number": sentence("原执法证号"),
        "issued_on": sentence("发证日期"),
        "valid_until": sentence("有效期至"),
        "contract_begins": sentence("合同开始"),
        "contract_ends": sentence("合同结束"),
        "supervisor": sentence("带班执法人员"),
        "telephone": sentence("联系电话"),
        "remarks": sentence("备注"),
        "grade": sentence("上年度考核等次"),
        "card_number": sentence("现持证号"),
        "card_state": sentence("现持证状态"),
        "card_until": sentence("现持证有效期至"),
    },
    CERTIFICATE: {
        "serial": sentence("序号"),
        "number": sentence("证件号码"),
        "kind": sentence("证件种类"),
        "name": sentence("姓名"),
        "person_number": sentence("人员编号"),
        "sex": sentence("性别"),
        "identity_number": sentence("身份证号码"),
        "organisation": sentence("所在单位"),
        "post": sentence("职务"),
        "fields": sentence("执法领域"),
        "area": sentence("执法区域"),
        "categories": sentence("执法类别"),
        "issuing_authority": sentence("发证机关"),
        "issued_on": sentence("发证日期"),
        "valid_from": sentence("有效期自"),
        "valid_until": sentence("有效期至"),
        "state": sentence("今天的状态"),
    },
}

_BOTH = ("serial", "person_number", "name", "sex", "identity_number", "organisation")
_ROSTERS: dict[str, tuple[str, ...]] = {
    OFFICER: (
        *_BOTH,
        *("section", "post", "establishment", "field", "legacy_number", "issued_on"),
        *("valid_until", "telephone", "remarks", "card_number", "card_state", "card_until"),
    ),
    AUXILIARY: (
        *_BOTH,
        *("post", "establishment", "contract_begins", "contract_ends", "supervisor"),
        *("telephone", "remarks"),
    ),
}
_MIXED = (*_ROSTERS[OFFICER][:-5], "contract_begins", "contract_ends", "supervisor")
_MIXED = (*_MIXED, *_ROSTERS[OFFICER][-5:])
_AUXILIARY_HEADINGS = {
    "organisation": "用人单位",
    "post": "岗位",
    "establishment": "用工形式",
}
_CERTIFICATES = (
    *("serial", "number", "name", "person_number", "identity_number", "organisation", "kind"),
    *("valid_from", "valid_until", "state"),
)

# The headings under which organisations come in.
ORGANISATION_HEADINGS = (
    *("机构代码", "机构名称", "简称", "主体类型", "上级机构代码", "执法领域", "执法区域"),
    *("执法类别", "发证机关", "投诉电话"),
)

# What a certificate is on a day, in one word.
VERDICT_WORDS: dict[str, str] = {
    "valid": "有效",
    "suspended": "暂扣",
    "lost": "挂失",
    "revoked": "吊销",
    "cancelled": "注销",
    "replaced": "已换发",
    "expired": "过期",
    "not_yet_valid": "未生效",
}

Layout = tuple[tuple[str, str], ...]

_NO_TEXT = frozenset({"serial", "birth_on", "issued_on", "valid_from", "valid_until"}) | {
    "contract_begins",
    "contract_ends",
    "card_until",
}


@dataclass(frozen=True, kw_only=True)
class PersonFactsOut:
    """One person as a list shows them; texts are the register's own, days None where unknown."""

    number: str
    name: str
    sex: str
    identity_number: str = field(repr=False)
    birth_on: date | None
    organisation: str
    section: str
    post: str
    establishment: str
    category: str
    field: str
    legacy_number: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    contract_begins: date | None = None
    contract_ends: date | None = None
    supervisor: str = ""
    telephone: str = ""
    remarks: str = ""
    grade: str = ""
    card_number: str = ""
    card_verdict: str = ""
    card_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateFactsOut:
    """One certificate as a list shows it, with whoever holds it."""

    number: str
    kind: str
    name: str
    person_number: str
    sex: str
    identity_number: str = field(repr=False)
    organisation: str
    post: str
    fields: str
    area: str
    categories: str
    issuing_authority: str
    issued_on: date | None
    valid_from: date | None
    valid_until: date | None
    verdict: str


def roster_layout(categories: frozenset[str]) -> Layout:
    """The columns in which a roster of these categories comes in, the person number added.

    A list of officers and others goes out in the officers' columns with the auxiliaries' beside
    them.
    """
    if categories == {AUXILIARY}:
        codes, own = _ROSTERS[AUXILIARY], _AUXILIARY_HEADINGS
    else:
        codes, own = (_ROSTERS[OFFICER] if categories <= {OFFICER} else _MIXED), {}
    return tuple((code, own.get(code, COLUMNS[PERSON][code])) for code in codes)


def certificate_layout() -> Layout:
    """The columns that the page of certificates shows, person and masked ID number added."""
    return tuple((code, COLUMNS[CERTIFICATE][code]) for code in _CERTIFICATES)


def person_cells(facts: PersonFactsOut, serial: int, *, masked: bool) -> dict[str, Cell]:
    """What stands in each column for a person; blank is None."""
    establishment = ESTABLISHMENTS[facts.establishment].title if facts.establishment else ""
    return _blank_as_none(
        {
            "serial": serial,
            "person_number": facts.number,
            "name": facts.name,
            "sex": SEX_WORDS.get(facts.sex, ""),
            "identity_number": _identity(facts.identity_number, masked),
            "birth_on": facts.birth_on,
            "organisation": facts.organisation,
            "section": facts.section,
            "post": facts.post,
            "establishment": establishment,
            "field": facts.field,
            "legacy_number": facts.legacy_number,
            "issued_on": facts.issued_on,
            "valid_until": facts.valid_until,
            "contract_begins": facts.contract_begins,
            "contract_ends": facts.contract_ends,
            "supervisor": facts.supervisor,
            "telephone": facts.telephone,
            "remarks": facts.remarks,
            "grade": GRADES[facts.grade].title if facts.grade else "",
            "card_number": facts.card_number,
            "card_state": VERDICT_WORDS.get(facts.card_verdict, ""),
            "card_until": facts.card_until,
        }
    )


def certificate_cells(facts: CertificateFactsOut, serial: int, *, masked: bool) -> dict[str, Cell]:
    """What stands in each column for a certificate; blank is None."""
    return _blank_as_none(
        {
            "serial": serial,
            "number": facts.number,
            "kind": KINDS[facts.kind],
            "name": facts.name,
            "person_number": facts.person_number,
            "sex": SEX_WORDS.get(facts.sex, ""),
            "identity_number": _identity(facts.identity_number, masked),
            "organisation": facts.organisation,
            "post": facts.post,
            "fields": facts.fields,
            "area": facts.area,
            "categories": facts.categories,
            "issuing_authority": facts.issuing_authority,
            "issued_on": facts.issued_on,
            "valid_from": facts.valid_from,
            "valid_until": facts.valid_until,
            "state": VERDICT_WORDS[facts.verdict],
        }
    )


def organisation_rows(entries: Iterable[OrganisationOnRegister]) -> list[list[Cell]]:
    """Organisations under the headings in which a file of them comes in, in the order given."""
    return [
        [
            cell or None
            for cell in (
                entry.code,
                entry.name,
                "、".join(entry.short_names),
                SUBJECT_TYPES[entry.subject_type].title,
                entry.parent_code,
                words_of(FIELDS, entry.fields),
                entry.area,
                words_of(CATEGORIES, entry.categories),
                entry.issuing_authority,
                entry.complaint_telephone,
            )
        ]
        for entry in entries
    ]


def words_of(dictionary: Mapping[str, Word], codes: Iterable[str]) -> str:
    """What codes are called, one after another; a word that is no code stands as it is."""
    return "、".join(dictionary[code].title if code in dictionary else code for code in codes)


def in_layout(cells: Mapping[str, Cell], layout: Layout) -> list[Cell]:
    """The cells of a row in a layout's order."""
    return [cells[code] for code, _ in layout]


def text_columns(layout: Layout) -> list[int]:
    """The places of the columns that hold text, so that a number typed there keeps its digits."""
    return [place for place, (code, _) in enumerate(layout) if code not in _NO_TEXT]


def headings_of(layout: Layout, more: Sequence[str] = ()) -> list[str]:
    """A layout's headings, and those of the list's own columns behind them."""
    return [heading for _, heading in layout] + list(more)


def _identity(number: str, masked: bool) -> str:
    return mask_identity_number(number) if masked and number else number


def _blank_as_none(cells: dict[str, Cell]) -> dict[str, Cell]:
    return {name: None if cell == "" else cell for name, cell in cells.items()}
