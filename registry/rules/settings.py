"""What the district decides for itself: the closed list of settings, their bounds and defaults.

A setting that nobody has changed has its default. Where a statute leaves the choice open the
setting names that article; where it is the register's own habit it says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.rules.exam_settings import exam_settings
from registry.rules.external_names import NAME_RULES, name_rule_for
from registry.rules.numbering import DEFAULT_PATTERN, check_pattern
from registry.rules.organisations import CATEGORIES, FIELDS
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.text import bounded_integer, clean_text, fold_width, required_text

Value = str | int | bool | tuple[str, ...]
Sort = Literal["text", "flag", "number", "words", "choice"]


@dataclass(frozen=True)
class SettingKind:
    """One setting: its type and bounds, and the words that the page shows.

    ``low`` and ``high`` bound a number, ``high`` the length of a text. ``choices`` are the codes
    and titles of a choice or of words. ``check`` raises Refused for a text that won't do.
    """

    name: str
    default: Value
    sort: Sort
    group: str
    title: str
    hint: str = ""
    basis: str = "registry-rule"
    low: int = 0
    high: int = 100
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    check: Callable[[str], object] | None = None
    required: bool = True


GROUPS: dict[str, str] = {
    "certificates": sentence("证件发放"),
    "organisations": sentence("机构资料的默认值"),
    "exams": sentence("资格考试"),
    "names": sentence("以谁的名义执法"),
    "print": sentence("制证"),
    "training": sentence("培训"),
    "accounts": sentence("账号"),
}

_CATEGORY_CHOICES = tuple((word.code, word.title) for word in CATEGORIES.values())
_BY_DEFAULT: dict[str, str] = {
    "by-authorisation": sentence("按规定（合并前的授权逐项确定）"),
    "bureau": sentence("按规定（一律以主管局的名义）"),
}


def name_rule_setting(field: str) -> str:
    """The setting that holds the district's own choice for a field of enforcement."""
    return f"name_rule:{field}"


def day_of_year(text: str) -> tuple[int, int]:
    """Month and day that ``03-31`` spells, a day of every year; raises Refused for another text."""
    try:
        day = date.fromisoformat(f"2023-{text}") if len(text) == 5 else None
    except ValueError:
        day = None
    if day is None:
        raise Refused(
            Refusal(
                "not-a-day-of-the-year",
                sentence("“%(text)s”不是每年都有的一天。请写成 月-日，例如 03-31。"),
                "registry-rule",
                {"text": text},
            )
        )
    return day.month, day.day


def _kinds() -> Iterator[SettingKind]:
    yield SettingKind(
        "number_pattern",
        DEFAULT_PATTERN,
        "text",
        "certificates",
        sentence("证件编号规则"),
        sentence("#号的位置依次填流水号，其余照印。改了以后，已经发出的号码不变。"),
        high=60,
        check=check_pattern,
    )
    yield SettingKind(
        "commissioned_may_hold",
        True,
        "flag",
        "certificates",
        sentence("受委托组织的人员可以持证"),
        sentence("关闭以后，受委托组织不再发新证；已有的证件不变。"),
        "penalty-law-21",
    )
    yield SettingKind(
        "exchange_needs_exam",
        False,
        "flag",
        "certificates",
        sentence("换发旧证也要考试合格"),
        sentence("关闭时，持有旧版执法证的人员换发新证不必再考。"),
        "unified-card-notice",
    )
    yield SettingKind(
        "missing_appraisal_holds_back",
        False,
        "flag",
        "certificates",
        sentence("没有上年度考核等次就不发证"),
        sentence("关闭时只作提示，由法制机构判断；换发旧证始终只作提示。"),
        "jiangsu-certificate-rule",
    )
    yield SettingKind(
        "appraisal_grace",
        "03-31",
        "text",
        "certificates",
        sentence("上年度考核等次最迟公布的日子"),
        sentence(
            "写成 月-日。每年到这一天之前，没有上年度等次只作提示；"
            "从这一天起按“没有上年度考核等次就不发证”办理。"
        ),
        "jiangsu-certificate-rule",
        high=5,
        check=day_of_year,
    )
    yield SettingKind(
        "photograph_required",
        False,
        "flag",
        "certificates",
        sentence("没有照片就不发证"),
        sentence("关闭时可以先发证，证件和核验页提示核对身份证。"),
        "unified-card-notice",
    )
    yield SettingKind(
        "photograph_second_look",
        True,
        "flag",
        "certificates",
        sentence("照片审定以后才显示"),
        sentence(
            "审定的人不能是上传的人。关闭时上传后立即显示，审定照样等着办；已经上传的照片不变。"
        ),
    )
    yield SettingKind(
        "suspension_cap_months",
        6,
        "number",
        "certificates",
        sentence("暂扣最长期限"),
        sentence("到期提醒法制机构决定：解除、延长或者注销。"),
        "liaoning-supervision-rule-36",
        low=1,
        high=36,
        unit=sentence("个月"),
    )
    yield SettingKind(
        "renewal_window_months",
        6,
        "number",
        "certificates",
        sentence("到期前多久可以换证"),
        "",
        low=1,
        high=24,
        unit=sentence("个月"),
    )
    yield SettingKind(
        "reapplication_ban_months",
        24,
        "number",
        "certificates",
        sentence("证件吊销后多久可以重新申领"),
        sentence("填 0 表示不得再申领。"),
        "jilin-certificate-rule",
        low=0,
        high=240,
        unit=sentence("个月"),
    )
    yield SettingKind(
        "retirement_months_ahead",
        12,
        "number",
        "certificates",
        sentence("到龄前多久提示"),
        sentence("按出生日期、性别和退休年龄改革的对照表计算；只作提示，不会让证件失效。"),
        "retirement-reform-2024",
        low=0,
        high=60,
        unit=sentence("个月"),
    )
    yield SettingKind(
        "transfer_request_days",
        30,
        "number",
        "certificates",
        sentence("调入请求多久没有答复就失效"),
        sentence("失效的请求可以重新提出；已经提出的请求按当时的期限。"),
        low=1,
        high=365,
        unit=sentence("天"),
    )
    yield SettingKind(
        "default_area",
        "金坛区",
        "text",
        "organisations",
        sentence("执法区域"),
        sentence("机构和它的上级都没有填写时，证件上印这个区域。"),
        high=100,
    )
    yield SettingKind(
        "default_categories",
        ("penalty", "inspection"),
        "words",
        "organisations",
        sentence("执法类别"),
        sentence("机构和它的上级都没有填写时用；不属于该机构的类别自动去掉。"),
        "notice-118-item-23",
        choices=_CATEGORY_CHOICES,
    )
    yield SettingKind(
        "default_issuing_authority",
        "常州市金坛区人民政府",
        "text",
        "organisations",
        sentence("发证机关"),
        sentence("机构和它的上级都没有填写时，证件上印这个机关。"),
        high=100,
    )
    yield SettingKind(
        "default_complaint_telephone",
        "12345",
        "text",
        "organisations",
        sentence("投诉电话"),
        sentence("机构和它的上级都没有填写时，核验页上显示这个号码。"),
        high=40,
    )
    yield from exam_settings(SettingKind)
    for code, field in FIELDS.items():
        rule, basis = name_rule_for(code)
        yield SettingKind(
            name_rule_setting(code),
            "",
            "choice",
            "names",
            field.title,
            "",
            basis,
            choices=(("", _BY_DEFAULT[rule]), *NAME_RULES.items()),
            required=False,
        )
    for name, title in (
        ("card_offset_x", sentence("背面左右偏移")),
        ("card_offset_y", sentence("背面上下偏移")),
    ):
        yield SettingKind(
            name,
            0,
            "number",
            "print",
            title,
            sentence("双面打印时背面相对正面的偏移，以十分之一毫米计；先打印校准页再填。"),
            low=-100,
            high=100,
            unit=sentence("× 0.1 毫米"),
        )
    yield SettingKind(
        "slip_days",
        3,
        "number",
        "accounts",
        sentence("登录单几天内有效"),
        sentence("登录单上的一次性密码过了这么多天就不能用，要重新打印。"),
        low=1,
        high=30,
        unit=sentence("天"),
    )
    yield SettingKind(
        "unused_account_days",
        180,
        "number",
        "accounts",
        sentence("多久没有登录算闲置账号"),
        sentence("只作提示：请核对是否还需要，不用的停用或者移交。"),
        low=30,
        high=730,
        unit=sentence("天"),
    )
    yield SettingKind(
        "training_hours_norm",
        60,
        "number",
        "training",
        sentence("每人每年应完成的学时"),
        sentence("按自然年统计；不足的列入名单，不会自动影响证件。"),
        "rule-of-law-outline",
        low=0,
        high=400,
        unit=sentence("学时"),
    )
    yield SettingKind(
        "training_warning_month",
        10,
        "number",
        "training",
        sentence("从几月起提醒学时不足"),
        sentence("当年从这个月的1日起，学时页面提醒还差学时的人数。"),
        low=1,
        high=12,
        unit=sentence("月"),
    )


SETTINGS: dict[str, SettingKind] = {kind.name: kind for kind in _kinds()}


def read_setting(name: str, typed: object) -> Value:
    """The value that ``typed`` (a form's text, flag or list) gives the setting ``name``.

    Raises KeyError for an unknown setting and Refused for a value out of its bounds.
    """
    kind = SETTINGS[name]
    if kind.sort == "flag":
        return _flag(kind, typed)
    if kind.sort == "number":
        return bounded_integer(fold_width(str(typed)).strip(), kind.low, kind.high, name=kind.title)
    if kind.sort == "words":
        return _words(kind, typed)
    if kind.sort == "choice":
        if typed not in dict(kind.choices):
            raise Refused(_unknown(kind))
        return str(typed)
    cleaner = required_text if kind.required else clean_text
    text = cleaner(typed, limit=kind.high, name=kind.title)
    if kind.check is not None:
        kind.check(text)
    return text


def _flag(kind: SettingKind, typed: object) -> bool:
    if typed in (True, "1"):
        return True
    if typed in (False, "0"):
        return False
    raise Refused(_unknown(kind))


def _words(kind: SettingKind, typed: object) -> tuple[str, ...]:
    listed = typed.split(",") if isinstance(typed, str) else typed
    if not isinstance(listed, (list, tuple)):
        raise Refused(_unknown(kind))
    known = dict(kind.choices)
    if not listed or any(word not in known for word in listed):
        raise Refused(_unknown(kind))
    return tuple(code for code in known if code in listed)


def _unknown(kind: SettingKind) -> Refusal:
    return Refusal(
        "setting-value-unknown",
        sentence("“%(setting)s”没有这个选项，请从列出的各项里选。"),
        "registry-rule",
        {"setting": Term(kind.title)},
    )


def setting_text(value: Value) -> str:
    """A value as the register stores it; :func:`read_setting` reads it back."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)
