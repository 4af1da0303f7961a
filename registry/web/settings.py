"""The district's settings: one page to read them, one form for each."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.settings import GROUPS, SETTINGS, SettingKind, Value
from registry.services.settings import change_setting
from registry.store import settings as store
from registry.web.forms import ActForm, Choice, ChoicesField, Number, OneOf, Text
from registry.web.permissions import allow
from registry.web.sessions import current_act, today

blueprint = Blueprint("settings", __name__)


class _SettingForm(ActForm):
    """The ground of the forms below: the value's label is the setting's own title."""

    bases: tuple[str, ...] = ("registry-rule",)

    def __init__(self, kind: SettingKind, **kwargs: Any) -> None:
        self.bases = (kind.basis, *(code for code in type(self).bases if code != kind.basis))
        super().__init__(today=today(), **kwargs)
        value = self._fields["value"]
        value.label.text = gettext(kind.title)
        value.description = gettext(kind.hint) if kind.hint else ""


class TextSettingForm(_SettingForm):
    """A text."""

    value = Text(lazy_gettext("值"), limit=100)


class NumberSettingForm(_SettingForm):
    """A whole number."""

    value = Number(lazy_gettext("值"))

    def __init__(self, kind: SettingKind, **kwargs: Any) -> None:
        super().__init__(kind, **kwargs)
        between = gettext("从 %(low)s 到 %(high)s。", low=kind.low, high=kind.high)
        self.value.description = f"{self.value.description}{between}"


class FlagSettingForm(_SettingForm):
    """Yes or no."""

    value = OneOf(lazy_gettext("值"))

    def __init__(self, kind: SettingKind, **kwargs: Any) -> None:
        super().__init__(kind, **kwargs)
        self.value.choices = [("1", gettext("是")), ("0", gettext("否"))]


class WordsSettingForm(_SettingForm):
    """Some of a list of words."""

    value = ChoicesField(lazy_gettext("值"), required=True)

    def __init__(self, kind: SettingKind, **kwargs: Any) -> None:
        super().__init__(kind, **kwargs)
        self.value.choices = [(code, gettext(title)) for code, title in kind.choices]


class ChoiceSettingForm(_SettingForm):
    """One of a list."""

    value = Choice(lazy_gettext("值"), required=False)

    def __init__(self, kind: SettingKind, **kwargs: Any) -> None:
        super().__init__(kind, **kwargs)
        self.value.choices = [(code, gettext(title)) for code, title in kind.choices]


FORMS: dict[str, type[_SettingForm]] = {
    "text": TextSettingForm,
    "number": NumberSettingForm,
    "flag": FlagSettingForm,
    "words": WordsSettingForm,
    "choice": ChoiceSettingForm,
}


def shown(kind: SettingKind, value: Value) -> str:
    """A setting's value as the page says it."""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, tuple):
        titles = dict(kind.choices)
        return gettext("、").join(gettext(titles[code]) for code in value)
    if kind.sort == "choice":
        return gettext(dict(kind.choices)[str(value)])
    return f"{value} {gettext(kind.unit)}" if kind.unit else str(value)


@blueprint.get("/settings")
@allow("setting.change")
def index() -> ResponseReturnValue:
    """Every setting with its value, in groups."""
    values = store.values()
    groups = [
        (
            code,
            gettext(title),
            [
                (kind, shown(kind, values[kind.name]), values[kind.name] != kind.default)
                for kind in SETTINGS.values()
                if kind.group == code
            ],
        )
        for code, title in GROUPS.items()
    ]
    return render_template("settings/index.html", groups=groups)


@blueprint.route("/settings/<name>", methods=["GET", "POST"])
@allow("setting.change")
def change(name: str) -> ResponseReturnValue:
    """Change one setting."""
    kind = SETTINGS.get(name)
    if kind is None:
        abort(404)
    form = _form_of(kind)
    value = form._fields["value"]
    now = store.value(name)
    if form.is_submitted():
        if form.validate() and form.attempt(
            lambda: change_setting(current_act(**form.act_values()), name, value.data)
        ):
            flash(gettext("“%(title)s”已经改好。", title=gettext(kind.title)), "good")
            return redirect(url_for("settings.index"))
    else:
        value.data = _for_form(now)
    page = render_template(
        "settings/change.html",
        form=form,
        kind=kind,
        now=shown(kind, now),
        default=shown(kind, kind.default),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _form_of(kind: SettingKind) -> _SettingForm:
    form = FORMS[kind.sort]
    if kind.sort == "number":
        # The bounds must be there when the field reads the request, in the making of the form.
        bounded = {"value": Number(lazy_gettext("值"), low=kind.low, high=kind.high)}
        form = type("BoundedSettingForm", (form,), bounded)
    return form(kind)


def _for_form(value: Value) -> object:
    if isinstance(value, bool):
        return "1" if value else "0"
    return list(value) if isinstance(value, tuple) else value
