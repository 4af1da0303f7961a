"""The forms of the acts on organisations, letters and matters: one class per act."""

import re
from typing import Any

from flask_babel import gettext, lazy_gettext

from registry.rules.external_names import AUTHORISED_BY, NAME_RULES
from registry.rules.organisations import CATEGORIES, FIELDS, SUBJECT_TYPES
from registry.store.organisations import OrganisationFacts, OrganisationRow
from registry.web.forms import ActForm, Choice, ChoicesField, Day, LongText, OneOf, Text
from registry.web.organisation_wording import word_choices

_BETWEEN = re.compile(r"[、,，;；\n]+")


class OrganisationForm(ActForm):
    """Everything that is entered for an organisation but its code."""

    bases = ("penalty-law-39", "penalty-law-17", "penalty-law-19", "penalty-law-20", "seed-2018")

    name = Text(lazy_gettext("机构名称"), limit=100)
    short_names = Text(
        lazy_gettext("简称"),
        limit=400,
        required=False,
        description=lazy_gettext("名册里会出现的叫法，用、分开；一个简称只能指一个机构。"),
    )
    subject_type = OneOf(
        lazy_gettext("主体类型"),
        description=lazy_gettext("受委托组织以委托机关的名义执法，不能有行政强制和行政许可。"),
    )
    parent = Choice(
        lazy_gettext("上级机构"),
        required=False,
        description=lazy_gettext("主管局或者人民政府；上级机构的人事经办人也管下级机构。"),
    )
    fields = ChoicesField(lazy_gettext("执法领域"))
    categories = ChoicesField(
        lazy_gettext("执法类别"),
        description=lazy_gettext("都不选时用上级的，上级也没有时用默认值。"),
    )
    area = Text(
        lazy_gettext("执法区域"),
        limit=100,
        required=False,
        description=lazy_gettext("不填时用上级的，上级也没有时用默认值。"),
    )
    issuing_authority = Text(
        lazy_gettext("发证机关"),
        limit=100,
        required=False,
        description=lazy_gettext("不填时用上级的，上级也没有时用默认值。"),
    )
    complaint_telephone = Text(
        lazy_gettext("投诉电话"),
        limit=40,
        required=False,
        description=lazy_gettext("群众扫码后看到的电话。不填时用上级的，上级也没有时用默认值。"),
    )
    merged = OneOf(
        lazy_gettext("由几支队伍合并组建"),
        description=lazy_gettext("合并组建的队伍，按合并前的授权逐项确定以谁的名义执法。"),
    )
    name_rule = Choice(lazy_gettext("以谁的名义执法"), required=False)

    def __init__(self, *args: Any, superiors: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject_type.choices = word_choices(SUBJECT_TYPES)
        self.parent.choices = [("", gettext("没有上级")), *superiors]
        self.fields.choices = word_choices(FIELDS)
        self.categories.choices = word_choices(CATEGORIES)
        self.merged.choices = [("no", gettext("否")), ("yes", gettext("是"))]
        self.name_rule.choices = [
            ("", gettext("按执法领域的规定")),
            *((code, gettext(title)) for code, title in NAME_RULES.items()),
        ]

    def show(self, row: OrganisationRow, short_names: tuple[str, ...], parent: str) -> None:
        """Fill the form with what is on record."""
        self.name.data = row.name
        self.short_names.data = "、".join(short_names)
        self.subject_type.data = row.subject_type
        self.parent.data = parent
        self.fields.data = list(row.fields)
        self.categories.data = list(row.categories)
        self.area.data = row.area
        self.issuing_authority.data = row.issuing_authority
        self.complaint_telephone.data = row.complaint_telephone
        self.merged.data = "yes" if row.merged else "no"
        self.name_rule.data = row.name_rule or ""

    def facts(self, parent_id: int | None) -> OrganisationFacts:
        """What was typed, as the service takes it."""
        return OrganisationFacts(
            name=self.name.data,
            subject_type=self.subject_type.data,
            parent_id=parent_id,
            short_names=tuple(filter(None, map(str.strip, _BETWEEN.split(self.short_names.data)))),
            fields=tuple(code for code in FIELDS if code in (self.fields.data or ())),
            area=self.area.data,
            categories=tuple(code for code in CATEGORIES if code in (self.categories.data or ())),
            issuing_authority=self.issuing_authority.data,
            complaint_telephone=self.complaint_telephone.data,
            name_rule=self.name_rule.data,
            merged=self.merged.data == "yes",
        )


class NewOrganisationForm(OrganisationForm):
    """A new organisation, with the code that it keeps for ever."""

    code = Text(
        lazy_gettext("机构代码"),
        limit=40,
        description=lazy_gettext("字母、数字、-和_；登记以后不能改。"),
        render_kw={"autocomplete": "off"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is asked first is also the first in the summary of errors.
        read: dict[str, Any] = vars(self)["_fields"]
        self._fields = {"code": read["code"], **read}


class EndOrganisationForm(ActForm):
    """Ending an organisation."""

    bases = ("seed-2018", "penalty-law-39", "registry-rule")


class LetterForm(ActForm):
    """A commission letter with its term and the days of publication."""

    bases = ("penalty-law-20", "penalty-law-21")

    commissioner = Choice(
        lazy_gettext("委托机关"), description=lazy_gettext("只有行政机关可以委托。")
    )
    number = Text(lazy_gettext("委托书文号"), limit=100)
    matters = LongText(lazy_gettext("委托事项"), limit=1000)
    from_on = Day(lazy_gettext("委托开始"))
    until_on = Day(lazy_gettext("委托到期"), description=lazy_gettext("委托的最后一天。"))
    published_by_commissioner_on = Day(
        lazy_gettext("委托机关公布的日期"),
        required=False,
        description=lazy_gettext("还没有公布的先不填，公布以后再登记。"),
    )
    published_by_commissioned_on = Day(lazy_gettext("受委托组织公布的日期"), required=False)

    def __init__(self, *args: Any, commissioners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commissioner.choices = [("", gettext("请选择")), *commissioners]


class PublicationForm(ActForm):
    """The two days on which a letter was published."""

    bases = ("penalty-law-20",)

    by_commissioner_on = Day(lazy_gettext("委托机关公布的日期"))
    by_commissioned_on = Day(lazy_gettext("受委托组织公布的日期"))


class EndLetterForm(ActForm):
    """Ending a commission letter before its term."""

    bases = ("penalty-law-20", "registry-rule")


class MatterForm(ActForm):
    """A matter and what is known of its authorisation."""

    bases = ("seed-2018", "penalty-law-19", "penalty-law-20", "penalty-law-17")

    title = Text(
        lazy_gettext("执法事项"),
        limit=200,
        description=lazy_gettext("已经登记过的事项再登记一次，就是更新它。"),
    )
    category = Choice(lazy_gettext("执法类别"))
    field = Choice(
        lazy_gettext("执法领域"),
        required=False,
        description=lazy_gettext("不选时按机构自己的领域。"),
    )
    authorised = OneOf(
        lazy_gettext("法律、法规是否授权"),
        description=lazy_gettext("合并组建的队伍看合并前的机构。没有查清的，以主管局的名义。"),
    )
    authorised_by = Choice(lazy_gettext("授权依据的种类"), required=False)
    article = Text(lazy_gettext("授权条款"), limit=200, required=False)
    predecessor = Text(lazy_gettext("合并前的机构"), limit=100, required=False)
    evidence = Text(
        lazy_gettext("证明文件"),
        limit=200,
        required=False,
        description=lazy_gettext("三定方案、机构编制文件或者公告的文号。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = [("", gettext("请选择")), *word_choices(CATEGORIES)]
        self.field.choices = [("", gettext("机构自己的领域")), *word_choices(FIELDS)]
        self.authorised.choices = [
            ("unknown", gettext("没有查清")),
            ("yes", gettext("有授权")),
            ("no", gettext("没有授权")),
        ]
        self.authorised_by.choices = [
            ("", gettext("没有授权或者没有查清")),
            *((code, gettext(title)) for code, title in AUTHORISED_BY.items()),
        ]

    @property
    def is_authorised(self) -> bool | None:
        """Whether the matter is authorised; None while nobody knows."""
        answers: dict[str, bool | None] = {"yes": True, "no": False, "unknown": None}
        return answers[self.authorised.data]
