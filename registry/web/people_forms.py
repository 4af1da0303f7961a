"""The forms of the acts on people: one class per act, each with the act's own fields."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext

from registry.rules.conduct import GRADES, SANCTIONS
from registry.rules.people import CATEGORIES, ESTABLISHMENTS, LEAVE_CAUSES
from registry.rules.text import NAME_LIMIT, clean_person_name
from registry.services.conduct import BAR_CAUSES
from registry.store import organisations
from registry.store.people import PersonRow
from registry.web.forms import (
    ActForm,
    Choice,
    CleanField,
    Day,
    Form,
    LongText,
    Number,
    OneOf,
    Text,
    Tick,
)
from registry.web.people_wording import establishment_title, grade_title, sanction_title
from registry.web.sessions import signed_in

Choices = list[tuple[str, str]]
_EVERY_ACT = frozenset({"csrf_token", "on", "document", "basis", "reason"})


def establishment_choices() -> Choices:
    """Every kind of employment with the category it belongs to."""
    return [
        (code, f"{establishment_title(code)} · {gettext(CATEGORIES[kind.category])}")
        for code, kind in ESTABLISHMENTS.items()
    ]


def please_choose(choices: Choices) -> Choices:
    """The choices with an empty one on top, so that nothing is chosen by accident."""
    return [("", gettext("请选择")), *choices]


class PersonActForm(ActForm):
    """A form for an act on one person; :meth:`fill` puts in what is known before it is shown."""

    #: Fields that stand after the act's own.
    last: tuple[str, ...] = ()

    def fill(self, row: PersonRow) -> None:
        """Put the person's present values into an unsent form."""

    def fill_from(self, facts: Mapping[str, Any]) -> None:
        """Put what a roster's row proposed into an unsent form; blank cells change nothing."""
        for name in ("organisation", "establishment", "name", "section", "post", "field"):
            if name in self and facts.get(name):
                self[name].data = str(facts[name])

    def own_fields(self) -> list[Any]:
        """The act's own fields in the order of the page, without day, paper, basis and reason."""
        names = [name for name in self._fields if name not in _EVERY_ACT]
        return [self[name] for name in sorted(names, key=self.last.__contains__)]


class _Place(PersonActForm):
    """The harmless fields of an engagement."""

    last: tuple[str, ...] = ("section", "post", "field", "started_on", "planned_end_on")

    section = Text(lazy_gettext("科室"), limit=100, required=False)
    post = Text(lazy_gettext("职务"), limit=100, required=False)
    field = Text(lazy_gettext("执法领域"), limit=100, required=False)

    def changes(self) -> dict[str, object]:
        """The fields that the form holds, as the services take them."""
        names = ("section", "post", "field", "telephone", "remarks", "supervisor_names")
        return {name: self[name].data for name in names if name in self}


class PersonName(CleanField):
    """A person's name, cleaned and measured as the register keeps it."""

    def __init__(self, label: object = None, **kwargs: Any) -> None:
        super().__init__(label, limit=20 * NAME_LIMIT, **kwargs)

    def read(self, text: str) -> str:
        return clean_person_name(text, name=self.title)


class AddPersonForm(_Place):
    """A person and the first engagement."""

    bases = ("notice-118-item-23", "seed-2018")

    name = PersonName(
        lazy_gettext("姓名"),
        description=lazy_gettext("与身份证一致；中间点、生僻字、外文字母都可以。"),
        render_kw={"autocomplete": "off"},
    )
    identity_number = Text(
        lazy_gettext("身份证号"), limit=40, render_kw={"autocomplete": "off", "inputmode": "text"}
    )
    organisation = Choice(lazy_gettext("单位"))
    establishment = Choice(
        lazy_gettext("用工性质"),
        description=lazy_gettext("辅助人员和工勤、借调人员登记在册，但不能申领执法证。"),
    )
    started_on = Day(
        lazy_gettext("到任日期"),
        required=False,
        description=lazy_gettext("不知道就不填，从登记之日起算。"),
    )
    planned_end_on = Day(
        lazy_gettext("合同到期"),
        required=False,
        description=lazy_gettext("只用来提醒，到期不会自动改变什么。"),
    )
    telephone = Text(lazy_gettext("联系电话"), limit=40, required=False)
    supervisor_names = Text(
        lazy_gettext("带队执法人员"),
        limit=200,
        required=False,
        description=lazy_gettext("辅助人员由谁带队；填本单位执法人员的姓名。"),
    )
    remarks = LongText(lazy_gettext("备注"), limit=1000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = please_choose(organisations.options(signed_in().scope))
        self.establishment.choices = please_choose(establishment_choices())


class EditForm(_Place):
    """What may be changed without an act of its own."""

    last = ()
    bases = ("clerical",)

    telephone = Text(lazy_gettext("联系电话"), limit=40, required=False)
    in_enforcement_post = OneOf(lazy_gettext("在执法岗位"))
    planned_end_on = Day(lazy_gettext("合同到期"), required=False)
    supervisor_names = Text(lazy_gettext("带队执法人员"), limit=200, required=False)
    remarks = LongText(lazy_gettext("备注"), limit=1000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_enforcement_post.choices = [("yes", gettext("是")), ("no", gettext("否"))]

    def fill(self, row: PersonRow) -> None:
        for name in ("section", "post", "field", "telephone", "supervisor_names", "remarks"):
            self[name].data = getattr(row, name)
        self.in_enforcement_post.data = "yes" if row.in_enforcement_post else "no"
        self.planned_end_on.data = row.planned_end_on and date.fromisoformat(row.planned_end_on)

    def changes(self) -> dict[str, object]:
        return super().changes() | {
            "in_enforcement_post": self.in_enforcement_post.data == "yes",
            "planned_end_on": self.planned_end_on.data,
        }


class NameForm(PersonActForm):
    """The right name."""

    bases = ("personal-information-law-46", "clerical")

    name = PersonName(lazy_gettext("正确的姓名"), render_kw={"autocomplete": "off"})

    def fill(self, row: PersonRow) -> None:
        self.name.data = row.name


class IdentityForm(PersonActForm):
    """The right ID number; never shown again once it is sent."""

    bases = ("personal-information-law-46", "clerical")

    identity_number = Text(
        lazy_gettext("正确的身份证号"), limit=40, render_kw={"autocomplete": "off"}
    )


class TransferForm(_Place):
    """Where to, and as what."""

    bases = ("jiangsu-certificate-rule", "registry-rule")

    organisation = Choice(lazy_gettext("调入单位"))
    establishment = Choice(lazy_gettext("在新单位的用工性质"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = please_choose(organisations.options(signed_in().scope))
        self.establishment.choices = establishment_choices()
        if signed_in().scope is not None:
            self.organisation.description = gettext(
                "您经办的单位都在这里；调到别的单位，请联系法制机构办理。"
            )

    def fill(self, row: PersonRow) -> None:
        self.establishment.data = row.establishment
        self.field.data = row.field


class ReclassifyForm(PersonActForm):
    """Another kind of employment in the same organisation."""

    bases = ("jiangsu-certificate-rule", "civil-servant-law-112", "seed-2018")

    establishment = Choice(
        lazy_gettext("新的用工性质"),
        description=lazy_gettext(
            "公务员、参公、事业编制之间变更，证件不受影响；变成别的，证件先办注销。"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.establishment.choices = please_choose(establishment_choices())


class LeaveForm(PersonActForm):
    """Why somebody leaves."""

    bases = ("jiangsu-certificate-rule", "registry-rule")

    cause = Choice(lazy_gettext("离开的原因"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause.choices = please_choose(
            [(code, gettext(title)) for code, title in LEAVE_CAUSES.items()]
        )


class EngageForm(_Place):
    """Somebody comes back."""

    bases = ("notice-118-item-23",)

    organisation = Choice(lazy_gettext("单位"))
    establishment = Choice(lazy_gettext("用工性质"))
    started_on = Day(lazy_gettext("到任日期"), required=False)
    planned_end_on = Day(lazy_gettext("合同到期"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = please_choose(organisations.options(signed_in().scope))
        self.establishment.choices = please_choose(establishment_choices())


class SecondForm(PersonActForm):
    """Where somebody is lent to."""

    bases = ("registry-rule",)

    to = Text(
        lazy_gettext("借调到哪个单位"),
        limit=100,
        description=lazy_gettext("只是一条记录：编制、证件都还在本单位。"),
    )
    until = Day(lazy_gettext("预计借调到"), required=False)


class PlainActForm(PersonActForm):
    """An act with nothing of its own but day, paper, basis and reason."""

    bases = ("registry-rule",)


class RevealForm(PersonActForm):
    """Why the whole ID number has to be seen."""

    bases = ("personal-information-law-51", "personal-information-law-6")


class BarForm(PersonActForm):
    """Why, and until when, somebody may hold no certificate."""

    bases = ("jiangsu-certificate-rule", "criminal-judgment")

    cause = Choice(lazy_gettext("禁止持证的原因"))
    until = Day(
        lazy_gettext("预计到"),
        required=False,
        description=lazy_gettext("只用来提醒；不填是长期。解除要另外办理。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause.choices = please_choose(
            [(code, gettext(title)) for code, title in BAR_CAUSES.items()]
        )


class SanctionForm(PersonActForm):
    """A sanction, from which day, by whom."""

    bases = ("discipline-law-8", "civil-servant-law-64", "jiangsu-certificate-rule")

    kind = Choice(lazy_gettext("处分种类"))
    effective_on = Day(lazy_gettext("处分生效日"))
    authority = Text(lazy_gettext("作出决定的机关"), limit=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = please_choose([(code, sanction_title(code)) for code in SANCTIONS])


class ConvictionForm(PersonActForm):
    """A criminal judgment in force."""

    bases = ("jiangsu-certificate-rule", "criminal-judgment")

    decided_on = Day(lazy_gettext("判决生效日"))
    court = Text(lazy_gettext("判决法院"), limit=100, required=False)
    judgment = Text(lazy_gettext("判决书文号"), limit=100, required=False)
    understood = Tick(lazy_gettext("我已核对：这是此人本人的生效判决"))


class AppraisalForm(PersonActForm):
    """The grade of a year."""

    bases = ("civil-servant-law-38", "jiangsu-certificate-rule")

    year = Number(lazy_gettext("考核年度"), low=1990, high=2200)
    grade = Choice(lazy_gettext("考核等次"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.grade.choices = please_choose([(code, grade_title(code)) for code in GRADES])
        if not self.is_submitted():
            self.year.data = today.year - 1


class LegacyForm(PersonActForm):
    """An old card as it lies on the table."""

    bases = ("jiangsu-certificate-rule-1995", "unified-card-notice")

    number = Text(lazy_gettext("旧证号码"), limit=60, render_kw={"autocomplete": "off"})
    issued_on = Day(lazy_gettext("发证日期"), required=False)
    valid_until = Day(
        lazy_gettext("有效期至"),
        required=False,
        description=lazy_gettext("证上没有写就不填。"),
    )

    def fill_from(self, facts: Mapping[str, Any]) -> None:
        self.number.data = str(facts.get("legacy_number") or "")
        for name in ("issued_on", "valid_until"):
            if facts.get(name):
                self[name].data = date.fromisoformat(str(facts[name]))


class FindForm(Form):
    """An ID number, whole or its last six characters; sent by POST and never put in an address."""

    identity_number = Text(
        lazy_gettext("身份证号或后六位"),
        limit=40,
        render_kw={"autocomplete": "off"},
        description=lazy_gettext("号码只用来比对，不会出现在网址和日志里。"),
    )
