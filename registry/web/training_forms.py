"""Forms about training classes, one for each act."""

from typing import Any

from flask_babel import gettext, lazy_gettext

from registry.rules.organisations import FIELDS
from registry.rules.training import MOST_DAY_HOURS, PARTS, hours_text, read_quarters
from registry.rules.training_elsewhere import MOST_HOURS
from registry.web.forms import (
    ActForm,
    Choice,
    ChoicesField,
    CleanField,
    Day,
    Form,
    LongText,
    Number,
    OneOf,
    Text,
    Tick,
    Upload,
)
from registry.web.training_wording import class_field, class_kind, part_title

BASES = ("rule-of-law-outline", "registry-rule")
_ACCEPT = ".xlsx,.xls,.csv"


class Hours(CleanField):
    """Hours in steps of half an hour; ``data`` is in quarters."""

    def __init__(self, label: object = None, *, most: int = MOST_DAY_HOURS, **kwargs: Any) -> None:
        super().__init__(label, limit=10, render_kw={"inputmode": "decimal"}, **kwargs)
        self.most = most

    def read(self, text: str) -> int:
        return read_quarters(text, most_hours=self.most, name=self.title)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else hours_text(self.data)


class ClassForm(ActForm):
    """What a class is."""

    bases = BASES

    title = Text(lazy_gettext("班次名称"), limit=100)
    kind = Choice(lazy_gettext("类别"))
    field = Choice(
        lazy_gettext("执法领域"),
        required=False,
        description=lazy_gettext("专业法律知识培训才填。"),
    )
    place = Text(lazy_gettext("地点"), limit=100, required=False)
    from_on = Day(lazy_gettext("开始日期"))
    to_on = Day(lazy_gettext("结束日期"))
    hours = Hours(lazy_gettext("每天学时"), description=lazy_gettext("例如 7，或半天 3.5。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = ("public-law", "professional-law", "backbone", "off-post")
        self.kind.choices = [(kind, class_kind(kind)) for kind in kinds]
        self.field.choices = [("", "—")] + [(code, class_field(code)) for code in FIELDS]


class NewClassForm(ClassForm):
    """A new class; its days become sessions."""

    half_days = Tick(lazy_gettext("上午、下午分开签到"), required=False)


class SessionForm(Form):
    """One session."""

    held_on = Day(lazy_gettext("日期"))
    part = OneOf(lazy_gettext("时段"))
    hours = Hours(lazy_gettext("学时"))
    lecturer = Text(lazy_gettext("授课人"), limit=100, required=False)
    topic = Text(lazy_gettext("课题"), limit=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.part.choices = [(part, part_title(part)) for part in PARTS]


class InviteForm(Form):
    """Places for organisations."""

    organisations = ChoicesField(lazy_gettext("单位"), required=True)
    quota = Number(lazy_gettext("每个单位的名额"), low=1, high=9999)
    deadline_on = Day(
        lazy_gettext("报名截止日"), description=lazy_gettext("截止日当天还可以报名。")
    )


class MoveForm(ActForm):
    """A class moved on; nothing but the act's own particulars."""

    bases = BASES


class ClaimForm(ActForm):
    """Hours that somebody earned elsewhere."""

    bases = BASES

    person = Text(lazy_gettext("人员编号"), limit=40, description=lazy_gettext("例如 P000123。"))
    ended_on = Day(lazy_gettext("结束日期"), description=lazy_gettext("学时记在结束的那一年。"))
    provider = Text(lazy_gettext("培训单位"), limit=100)
    topic = Text(lazy_gettext("培训内容"), limit=200)
    hours = Hours(lazy_gettext("学时"), most=MOST_HOURS)
    proof = Text(
        lazy_gettext("证明文号"),
        limit=100,
        description=lazy_gettext("结业证书或证明文件的编号。同一份证明只算一次。"),
    )


class DecideForm(Form):
    """Count a claim's hours or not."""

    decision = OneOf(lazy_gettext("审定"))
    why = LongText(
        lazy_gettext("理由"),
        limit=500,
        required=False,
        description=lazy_gettext("不予认定的必须写。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision.choices = [
            ("approved", gettext("认定，计入学时")),
            ("declined", gettext("不予认定")),
        ]


class ListForm(Form):
    """A spreadsheet to take over."""

    file = Upload(
        lazy_gettext("文件"),
        accept=_ACCEPT,
        description=lazy_gettext("可以是 .xlsx、.xls 或 .csv，最大10 MB。标题行、表尾签字不用删。"),
    )
