"""What a roster's rows are, before and after they were judged; hides nothing, decides nothing.

A roster is one file of an organ's officers, auxiliaries, of the district's organisations, or of a
year's appraisals. Rows carry the number that the spreadsheet shows, so that whoever mends one finds
it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol, TypeAlias

from registry.rules.refusals import Refusal, Term, sentence

Cell: TypeAlias = str | int | float | bool | date | datetime | None

OFFICER = "officer"
AUXILIARY = "auxiliary"
ORGANISATION = "organisation"
APPRAISAL = "appraisal"
KINDS = (OFFICER, AUXILIARY, ORGANISATION, APPRAISAL)

# How each column is called in sentences and in the preview.
FIELD_TITLES: dict[str, str] = {
    "serial": sentence("序号"),
    "person_number": sentence("人员编号"),
    "name": sentence("姓名"),
    "sex": sentence("性别"),
    "identity_number": sentence("身份证号码"),
    "organisation": sentence("所在单位"),
    "section": sentence("内设机构"),
    "post": sentence("职务或岗位"),
    "establishment": sentence("编制或用工性质"),
    "field": sentence("执法领域"),
    "legacy_number": sentence("原执法证号"),
    "issued_on": sentence("发证日期"),
    "valid_until": sentence("有效期至"),
    "telephone": sentence("联系电话"),
    "contract_begins": sentence("合同开始"),
    "contract_ends": sentence("合同结束"),
    "supervisor": sentence("带班执法人员"),
    "remarks": sentence("备注"),
    "grade": sentence("考核等次"),
    "year": sentence("考核年度"),
    "code": sentence("机构代码"),
    "organisation_name": sentence("机构名称"),
    "short_names": sentence("简称"),
    "subject_type": sentence("主体类型"),
    "parent_code": sentence("上级机构代码"),
    "area": sentence("执法区域"),
    "categories": sentence("执法类别"),
    "issuing_authority": sentence("发证机关"),
    "complaint_telephone": sentence("投诉电话"),
}


class Sheet(Protocol):
    """A sheet as a reader of spreadsheets gives it; rows are (number shown, cells from A)."""

    @property
    def name(self) -> str: ...

    @property
    def rows(self) -> Sequence[tuple[int, Sequence[Cell]]]: ...

    @property
    def hidden(self) -> bool: ...


class Placed(Protocol):
    """Whatever has a place in a file: a sheet and the row that the spreadsheet shows."""

    @property
    def sheet(self) -> str: ...

    @property
    def row(self) -> int: ...


@dataclass(frozen=True)
class RawRow:
    """One row as it was typed: ``cells`` by field, ``original`` in the file's own order."""

    sheet: str
    row: int
    cells: Mapping[str, Cell]
    original: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class RowRefusal:
    """One fault in one row: which field, what is wrong, and what to do about it.

    ``mend`` is a Chinese template that the refusal's values fill. Also used for warnings, which
    refuse nothing.
    """

    sheet: str
    row: int
    field: str
    refusal: Refusal
    mend: str

    @property
    def code(self) -> str:
        """The permanent code of what is wrong."""
        return self.refusal.code

    @property
    def message(self) -> str:
        """What is wrong and what to do, in Chinese."""
        return self.said_in(str)

    def said_in(self, gettext: Callable[[str], str]) -> str:
        """What is wrong and what to do, in the language of ``gettext``."""
        mend = replace(self.refusal, template=self.mend)
        return self.refusal.said_in(gettext) + mend.said_in(gettext)


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """A clean row about a person; every value in the register's own spelling, "" where blank."""

    sheet: str
    row: int
    name: str
    identity_number: str
    born_on: date
    sex: str
    organisation: str
    establishment: str
    section: str = ""
    post: str = ""
    telephone: str = ""
    remarks: str = ""
    grade: str = ""


@dataclass(frozen=True, kw_only=True)
class OfficerRow(PersonRow):
    """A clean row of the officers' roster."""

    field: str = ""
    legacy_number: str = ""
    issued_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class AuxiliaryRow(PersonRow):
    """A clean row of the auxiliary roster; ``supervisor`` is the name as written."""

    contract_begins: date | None = None
    contract_ends: date | None = None
    supervisor: str = ""


@dataclass(frozen=True)
class RefusedPerson:
    """Whom a refused row is about, as far as can be told: the row still counts as in the file."""

    sheet: str
    row: int
    name: str
    identity_number: str
    organisation: str
    establishment: str
    certificate_number: str


@dataclass(frozen=True)
class Finding:
    """What outlives the upload until somebody decides it; ``kind`` as in design section 5.2."""

    kind: str
    sheet: str
    rows: tuple[int, ...]
    names: tuple[str, ...]
    identity_number: str = ""
    organisation: str = ""
    number: str = ""
    person_number: str = ""


@dataclass(frozen=True)
class JudgedRoster:
    """A roster judged by itself, before the register is asked.

    ``keyed`` are the rows that name their person by the register's own number.
    """

    kind: str
    rows: int
    good: tuple[OfficerRow | AuxiliaryRow, ...] = ()
    refused: tuple[RowRefusal, ...] = ()
    warnings: tuple[RowRefusal, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused_people: tuple[RefusedPerson, ...] = ()
    keyed: frozenset[tuple[str, int]] = frozenset()


def refuse_row(
    where: Placed,
    column: str,
    code: str,
    *,
    basis: str = "registry-rule",
    **values: object,
) -> RowRefusal:
    """The refusal that ``code`` names, of the field ``column`` in this row."""
    template, mend = SENTENCES[code]
    return RowRefusal(where.sheet, where.row, column, Refusal(code, template, basis, values), mend)


def unmapped_values(refused: Iterable[RowRefusal]) -> dict[tuple[str, str], int]:
    """The words that nobody could place, as (field, text), with how many rows carry each."""
    counted: dict[tuple[str, str], int] = {}
    for entry in refused:
        if entry.code in MAPPABLE_CODES:
            key = (entry.field, str(entry.refusal.values["text"]))
            counted[key] = counted.get(key, 0) + 1
    return counted


# Refusals that the user can answer by saying what a word means.
MAPPABLE_CODES = frozenset(
    {"unknown-organisation", "ambiguous-organisation", "unknown-employment-type"}
    | {"sex-not-understood", "unknown-subject-type"}
)
# Refusals (and the warning number-in-remarks) that are attempts against the rule and go in the
# book of events.
ATTEMPT_CODES = frozenset(
    {
        "barred-employment-type",
        "barred-employment-type-with-a-certificate-number",
        "already-on-the-register-as-an-officer",
        "already-on-the-register-as-auxiliary",
        "number-in-remarks",
    }
)

_CHECK_CARD = sentence("请对照身份证原件改正。")
# What is wrong, and what to do, by code.
SENTENCES: dict[str, tuple[str, str]] = {
    "no-name": (sentence("没有姓名。"), sentence("请填写姓名。")),
    "name-not-understood": (
        sentence("姓名“%(text)s”过长，或含有无法登记的字符。"),
        sentence("请按身份证上的姓名填写。"),
    ),
    "name-too-long": (
        sentence("姓名超过%(limit)s个字，证件和二维码容不下。"),
        sentence("请对照身份证核对，这一栏只填姓名本身。"),
    ),
    "text-not-understood": (
        sentence("“%(field)s”的内容过长，或含有看不见的控制字符。"),
        sentence("请缩短内容，或删去后重新输入。"),
    ),
    "id-missing": (sentence("没有身份证号码。"), sentence("请填写18位身份证号码。")),
    "person-number-missing": (
        sentence("身份证号码打了码，又没有人员编号，认不出是谁。"),
        sentence("请填上导出名单里的人员编号，或者填写完整的18位身份证号码。"),
    ),
    "person-number-unknown": (
        sentence("登记里没有人员编号“%(text)s”。"),
        sentence("请对照导出的名单改正；新来的请把人员编号留空，填写完整的身份证号码。"),
    ),
    "of-the-other-roster": (
        sentence("此人在登记里是%(category)s，不在这种名册里。"),
        sentence("这一行没有导入；要改的请从那一种名单导出，分开导入。"),
    ),
    "id-not-this-persons": (
        sentence("身份证号码%(masked)s不是%(text)s这个人的。"),
        sentence("可能错了行，请对照导出的名单改正；号码原来登记错的，在此人的页面上更正。"),
    ),
    "has-left": (
        sentence("此人在登记里已经离开。"),
        sentence("请从文件里删去这一行；确实又来了的，在此人的页面上办理重新到任。"),
    ),
    "not-changed-by-a-list": (
        sentence("“%(field)s”与登记的“%(text)s”不同。"),
        sentence("这一项没有导入；要改的请在此人的页面上办理。"),
    ),
    "id-length": ("", sentence("请按身份证原件填写18位号码；15位的旧号码已停用。")),
    "id-characters": ("", _CHECK_CARD),
    "id-birth-date": ("", _CHECK_CARD),
    "id-checksum": ("", _CHECK_CARD),
    "id-became-a-number-digits-lost": (
        "",
        sentence("请把这一列的单元格格式设为“文本”，再重新输入完整的号码。"),
    ),
    "sex-contradicts-id": ("", sentence("请对照身份证原件，改正性别或号码。")),
    "id-twice-in-the-file": (
        sentence("同一身份证号码在文件中出现在第%(rows)s行。"),
        sentence("请核对各行，只保留正确的一行，其余各行改正号码或删去。"),
    ),
    "sex-not-understood": (
        sentence("性别“%(text)s”无法识别。"),
        sentence("请填写“男”或“女”，也可以留空，由身份证号码得出。"),
    ),
    "organisation-missing": (
        sentence("没有所在单位。"),
        sentence("请填写机构名册中的名称或简称。"),
    ),
    "unknown-organisation": (
        sentence("机构名册中没有“%(text)s”。"),
        sentence("请改为机构名册中的名称或简称，或在预览中选择对应的机构。"),
    ),
    "ambiguous-organisation": (
        sentence("“%(text)s”是几个机构共用的名称。"),
        sentence("请填写机构全称，或在预览中选择对应的机构。"),
    ),
    "employment-type-missing": (
        sentence("没有编制或用工性质。"),
        sentence("请填写，例如：公务员、参公、事业编制、劳务派遣。"),
    ),
    "unknown-employment-type": (
        sentence("编制或用工性质“%(text)s”无法识别。"),
        sentence("请写明是公务员、参公、事业编制，还是合同工、劳务派遣等。"),
    ),
    "barred-employment-type": (
        sentence("“%(type)s”不属于执法人员编制，不能列入执法人员名册。"),
        sentence("请从本名册删去；属于辅助人员的，列入辅助人员名册。"),
    ),
    "barred-employment-type-with-a-certificate-number": (
        sentence("“%(type)s”不得持有执法证，而本行填有执法证号%(number)s。"),
        sentence("请收回此证并报司法局处理；人员从本名册删去，属于辅助人员的列入辅助人员名册。"),
    ),
    "officer-establishment-in-the-auxiliary-roster": (
        sentence("“%(type)s”是执法人员编制，不能列入辅助人员名册。"),
        sentence("请列入执法人员名册，或改正用工形式。"),
    ),
    "barred-establishment-in-the-auxiliary-roster": (
        sentence("“%(type)s”不是辅助人员的用工形式，不能列入辅助人员名册。"),
        sentence("请改正用工形式，或从本名册删去。"),
    ),
    "date-not-understood": (
        sentence("“%(field)s”不是一个完整的日期：%(text)s。"),
        sentence("请按2018-06-15的样式填写年、月、日。"),
    ),
    "contract-ends-before-it-begins": (
        sentence("合同结束日期%(ends)s早于开始日期%(begins)s。"),
        sentence("请对照合同改正。"),
    ),
    "certificate-ends-before-it-begins": (
        sentence("执法证有效期至%(ends)s，早于发证日期%(begins)s。"),
        sentence("请对照证件改正。"),
    ),
    "certificate-number-not-understood": (
        sentence("执法证号“%(text)s”不像一个证号，或在表格里丢失了末尾几位。"),
        sentence("请把单元格格式设为“文本”，对照证件重新填写；没有证件的留空。"),
    ),
    "certificate-number-twice-in-the-file": (
        sentence("执法证号%(number)s在文件中出现在第%(rows)s行，是不同的人。"),
        sentence("请对照证件改正。"),
    ),
    "certificate-number-of-another-person": (
        sentence("执法证号%(number)s在登记中属于另一个人。"),
        sentence("请对照证件改正；证件确实发重的，请联系司法局。"),
    ),
    "already-on-the-register-as-an-officer": (
        sentence("此人在登记中是执法人员。"),
        sentence("请核对：仍是执法人员的，从本名册删去；已转为辅助人员的，先办理变更。"),
    ),
    "already-on-the-register-as-auxiliary": (
        sentence("此人在登记中是辅助人员。"),
        sentence("请核对：仍是辅助人员的，从本名册删去；已转为执法人员的，先办理变更。"),
    ),
    "registered-elsewhere": (
        sentence("此人不能在这里登记。"),
        sentence("请联系司法局。"),
    ),
    "organisation-of-others": (
        sentence("所在单位不在您经办的机构范围内，不能在这里登记。"),
        sentence("请联系司法局。"),
    ),
    "organisation-has-ended": (
        sentence("机构%(text)s在登记中已经撤销。"),
        sentence("请从文件中删去；确实仍在的，请换用新的机构代码。"),
    ),
    "code-missing": (sentence("没有机构代码。"), sentence("请填写机构代码。")),
    "code-not-understood": (
        sentence("机构代码“%(text)s”不合要求。"),
        sentence("请只用字母、数字、-和_，最多40个字符。"),
    ),
    "code-twice-in-the-file": (
        sentence("机构代码%(text)s在文件中出现在第%(rows)s行。"),
        sentence("请改正，每个机构一个代码。"),
    ),
    "organisation-name-missing": (sentence("没有机构名称。"), sentence("请填写机构全称。")),
    "unknown-subject-type": (
        sentence("主体类型“%(text)s”无法识别。"),
        sentence("请填写：法定行政机关、法律法规授权组织或受委托组织。"),
    ),
    "unknown-enforcement-field": (
        sentence("执法领域“%(text)s”不在领域目录中。"),
        sentence("请改为领域目录中的名称，几个领域用顿号分开。"),
    ),
    "short-name-twice-in-the-file": (
        sentence("“%(text)s”在文件第%(rows)s行是几个机构的名称或简称。"),
        sentence("一个简称只能指一个机构，请改正或删去。"),
    ),
    "unknown-parent": (
        sentence("上级机构代码%(text)s既不在文件中，也不在登记中。"),
        sentence("请改正代码，或把上级机构也列入文件。"),
    ),
    "parent-refused": (
        sentence("上级机构%(text)s在文件中的那一行没有通过。"),
        sentence("请先改正那一行。"),
    ),
    "name-of-another-organisation": (
        sentence("“%(text)s”在登记中是%(owner)s的名称、简称或代码。"),
        sentence("请改正；一个名称只能指一个机构。"),
    ),
    "parent-of-itself": (
        sentence("上级机构一层层上去，又回到了%(text)s自己。"),
        sentence("请改正上级机构代码。"),
    ),
    "unknown-category": (
        sentence("执法类别“%(text)s”无法识别。"),
        sentence("请填写：行政处罚、行政许可、行政强制、行政检查、行政征收征用。"),
    ),
    "number-in-remarks": (
        sentence("辅助人员的备注中写有执法证号%(number)s。"),
        sentence("辅助人员不得持有执法证；已照常导入，此事留待处理。"),
    ),
    "supervisor-not-found": (
        sentence("“%(text)s”在该机构的执法人员中找不到，或不止一人。"),
        sentence("姓名照原样保留，请在人员页面上指定带班执法人员。"),
    ),
    "telephone-unlikely": (
        sentence("联系电话“%(text)s”不像一个电话号码。"),
        sentence("已照原样保留，请核对。"),
    ),
    "unknown-field": (
        sentence("执法领域“%(text)s”不在领域目录中。"),
        sentence("已照原样保留，请核对。"),
    ),
    "grade-missing": (
        sentence("没有考核等次。"),
        sentence("请填写优秀、称职（合格）、基本称职（基本合格）、不称职（不合格）或不确定等次。"),
    ),
    "unknown-grade": (
        sentence("“%(text)s”不是考核等次。"),
        sentence("请改为优秀、称职（合格）、基本称职（基本合格）、不称职（不合格）或不确定等次。"),
    ),
    "not-on-the-register": (
        sentence("登记里没有此人。"),
        sentence("请核对身份证号码；新来的先用名册登记，是别的单位的请联系司法局。"),
    ),
    "name-not-the-registers": (
        sentence("姓名与登记的“%(text)s”不同。"),
        sentence("请核对姓名和身份证号码是不是同一个人；改了名的先办更正姓名。"),
    ),
    "appraisal-of-another-year": (
        sentence("本行的考核年度是“%(text)s”，这次导入的是%(year)s年度。"),
        sentence("请把各年度分成几个文件，分别导入。"),
    ),
    "certificate-date-without-a-number": (
        sentence("填有发证日期或有效期，但没有执法证号。"),
        sentence("日期没有导入；有证件的请补填证号。"),
    ),
}


def with_mend(where: RawRow, column: str, refusal: Refusal) -> RowRefusal:
    """A refusal of another rule (an identity number's) as one of this row."""
    return RowRefusal(where.sheet, where.row, column, refusal, SENTENCES[refusal.code][1])


def field_term(name: str) -> Term:
    """A field's title, as a word that is translated with the sentence it stands in."""
    return Term(FIELD_TITLES[name])
