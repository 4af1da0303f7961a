"""Forms: every field goes through the one door of rules/text.py, and a short POST is refused.

One form class per act. A field that the page shows but the request lacks is an error, never an
empty value: otherwise a cut-off request would silently clear what was there.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from markupsafe import Markup
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms import Field as WTField
from wtforms.fields import SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from registry.rules.bases import BASES
from registry.rules.refusals import Refusal, Refused
from registry.rules.text import bounded_integer, clean_text, fold_width, parse_date
from registry.web.wording import citation, day_in_words, refusal_sentence


class _RequiredFlag:
    """Marks a field as one that must be filled; the field itself checks and says so."""

    field_flags = {"required": True}  # noqa: RUF012

    def __call__(self, form: FlaskForm, field: WTField) -> None:
        return None


class CleanField(StringField):
    """A field whose ``data`` is what ``read`` makes of the typed text, or None when empty.

    ``required`` refuses an empty field. What was typed stays in the box when it is refused.
    """

    data: Any

    def __init__(
        self,
        label: object = None,
        *,
        limit: int = 200,
        required: bool = True,
        multiline: bool = False,
        **kwargs: Any,
    ) -> None:
        marks = [_RequiredFlag()] if required else []
        super().__init__(label, validators=[*marks, *kwargs.pop("validators", [])], **kwargs)
        self.limit = limit
        self.required = required
        self.multiline = multiline
        self.echo = ""

    @property
    def title(self) -> str:
        """The field's name for sentences, in the page's language."""
        return str(self.label.text)

    def read(self, text: str) -> Any:
        """The value that ``text`` (clean, not empty) spells. May raise Refused."""
        return text

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.data = None
        try:
            text = clean_text(
                valuelist[0], limit=self.limit, name=self.title, multiline=self.multiline
            )
            if text:
                self.data = self.read(text)
            elif self.required:
                raise ValueError(gettext("没有填写，请填写。"))
            else:
                self.data = self.empty()
        except Refused as refused:
            raise ValueError(" ".join(map(refusal_sentence, refused.refusals))) from refused

    def empty(self) -> Any:
        """The value of an optional field left empty."""
        return ""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class Text(CleanField):
    """One line of text."""


class LongText(CleanField, TextAreaField):
    """Several lines of text."""

    widget = TextAreaField.widget

    def __init__(self, label: object = None, *, limit: int = 1000, **kwargs: Any) -> None:
        super().__init__(label, limit=limit, multiline=True, **kwargs)


class Day(CleanField):
    """A day typed in any common way; echoed in full under the box."""

    def __init__(self, label: object = None, **kwargs: Any) -> None:
        keywords = {"autocomplete": "off", "placeholder": "2026-03-05"}
        super().__init__(label, limit=40, render_kw=keywords, **kwargs)

    def read(self, text: str) -> date:
        day = parse_date(text, name=self.title)
        self.echo = day_in_words(day)
        return day

    def empty(self) -> None:
        return None


class Number(CleanField):
    """A whole number from ``low`` to ``high``; wide digits of a Chinese keyboard are taken."""

    def __init__(
        self, label: object = None, *, low: int = 0, high: int = 999_999_999, **kwargs: Any
    ) -> None:
        super().__init__(label, limit=20, render_kw={"inputmode": "numeric"}, **kwargs)
        self.low = low
        self.high = high

    def read(self, text: str) -> int:
        return bounded_integer(fold_width(text), self.low, self.high, name=self.title)

    def empty(self) -> None:
        return None


class Password(PasswordField):
    """A password as it was typed, never cleaned and never shown again."""

    def __init__(
        self,
        label: object = None,
        *,
        kind: str = "current-password",
        required: bool = True,
        **kwargs: Any,
    ) -> None:
        keywords = {"autocomplete": kind, "maxlength": 200}
        marks = [_RequiredFlag()] if required else []
        super().__init__(label, validators=marks, render_kw=keywords, **kwargs)
        self.required = required

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = valuelist[0]
            if self.required and not self.data:
                raise ValueError(gettext("没有填写，请填写。"))


class Choice(SelectField):
    """One of ``choices`` (value, label); required unless one of them is empty."""

    def __init__(self, label: object = None, *, required: bool = True, **kwargs: Any) -> None:
        marks = [_RequiredFlag()] if required else []
        super().__init__(label, validators=marks, validate_choice=False, **{"choices": []} | kwargs)
        self.required = required

    def pre_validate(self, form: FlaskForm) -> None:
        allowed = {value for value, *_ in self.iter_choices()}
        if self.data in allowed and (self.data or not self.required):
            return
        raise ValidationError(gettext("请选一项。"))


class OneOf(RadioField):
    """One of a few choices, all in sight."""

    def __init__(self, label: object = None, **kwargs: Any) -> None:
        super().__init__(
            label, validators=[_RequiredFlag()], validate_choice=False, **{"choices": []} | kwargs
        )

    def pre_validate(self, form: FlaskForm) -> None:
        if self.data not in {value for value, *_ in self.iter_choices()}:
            raise ValidationError(gettext("请选一项。"))


class ChoicesField(SelectMultipleField):
    """Any number of ``choices``, as boxes to tick; ``required`` asks for at least one.

    A hidden ``<name>-shown`` goes with it, so that a request without any box is told from a
    request that was cut short.
    """

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: object = None, *, required: bool = False, **kwargs: Any) -> None:
        marks = [_RequiredFlag()] if required else []
        super().__init__(label, validators=marks, validate_choice=False, **{"choices": []} | kwargs)
        self.required = required

    @property
    def shown(self) -> Markup:
        """The hidden field that says the boxes were on the page."""
        return Markup('<input type="hidden" name="{}-shown" value="1">').format(self.name)

    def pre_validate(self, form: FlaskForm) -> None:
        allowed = {value for value, *_ in self.iter_choices()}
        if not set(self.data or ()) <= allowed:
            raise ValidationError(gettext("请从列出的各项里选。"))
        if self.required and not self.data:
            raise ValidationError(gettext("请至少选一项。"))


class Tick(BooleanField):
    """One box that must be ticked to go on (``required``) or may be left alone."""

    def __init__(self, label: object = None, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(label, validators=[_RequiredFlag()] if required else [], **kwargs)
        self.required = required

    def pre_validate(self, form: FlaskForm) -> None:
        if self.required and not self.data:
            raise ValidationError(gettext("请先勾选。"))


class Upload(FileField):
    """A file; ``accept`` is what the browser's dialogue offers first (we look at contents)."""

    def __init__(
        self, label: object = None, *, accept: str = "", required: bool = True, **kwargs: Any
    ) -> None:
        marks = [_RequiredFlag()] if required else []
        super().__init__(label, validators=marks, render_kw={"accept": accept}, **kwargs)
        self.required = required

    def pre_validate(self, form: FlaskForm) -> None:
        if self.required and not self.data:
            raise ValidationError(gettext("请选一个文件。"))


#: Fields that a browser leaves out of the request when nothing is ticked or chosen.
_MAY_BE_ABSENT = (Tick, FileField, OneOf)


class Form(FlaskForm):
    """The ground of every form: checks that the request is whole, and holds refusals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refused: tuple[Refusal, ...] = ()

    def validate(self, extra_validators: object = None) -> bool:
        """Whether every field is there and reads; errors stand beside the fields."""
        whole = self._is_whole()
        valid = bool(super().validate(extra_validators))
        if not whole:
            self.form_errors.append(gettext("这张表没有送全，请从页面上重新填写后提交。"))
        return valid and whole

    def _is_whole(self) -> bool:
        for field in self:
            if field.name == "csrf_token" or isinstance(field, _MAY_BE_ABSENT):
                continue
            name = f"{field.name}-shown" if isinstance(field, ChoicesField) else field.name
            if name not in self._sent:
                return False
        return True

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        wrapped = self.meta.wrap_formdata(self, formdata)
        self._sent: frozenset[str] = frozenset(wrapped or ())
        super().process(formdata, *args, **kwargs)

    def refuse(self, refused: Refused | Iterable[Refusal]) -> None:
        """Keep a service's refusals for the page: ``{{ refusals(form.refused) }}``."""
        self.refused = refused.refusals if isinstance(refused, Refused) else tuple(refused)

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do ``act`` and say whether it was done; a Refused is kept for the page."""
        try:
            act()
        except Refused as refused:
            self.refuse(refused)
            return False
        return True


class PlainForm(Form):
    """A form of one button: nothing typed, only the token."""


def basis_choices(first: Sequence[str] = ()) -> list[tuple[str, str]]:
    """All legal bases as choices, those in ``first`` on top."""
    codes = [*first, *(code for code in BASES if code not in first)]
    return [(code, citation(code)) for code in codes]


class ActForm(Form):
    """A form for an act on the register: with day, document, legal basis and reason.

    Subclasses set ``bases`` (codes offered first; the first is chosen beforehand) and add their
    own fields. :meth:`act_values` gives the four for ``prepare_act``.
    """

    bases: tuple[str, ...] = ()

    on = Day(lazy_gettext("生效日"), description=lazy_gettext("今天或以前；早于今天的要写理由。"))
    document = Text(lazy_gettext("文号"), limit=100, required=False)
    basis = Choice(lazy_gettext("法律依据"))
    reason = LongText(lazy_gettext("理由"), limit=500, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis.choices = basis_choices(self.bases)
        if not self.is_submitted():
            self.on.data = self.on.data or today
            self.basis.data = self.basis.data or (self.bases[0] if self.bases else "")

    def act_values(self) -> dict[str, Any]:
        """``on``, ``document``, ``basis`` and ``reason`` as the services take them."""
        return {
            "on": self.on.data,
            "document": self.document.data,
            "basis": self.basis.data,
            "reason": self.reason.data,
        }


__all__ = [
    "ActForm",
    "Choice",
    "ChoicesField",
    "CleanField",
    "Day",
    "Form",
    "HiddenInput",
    "LongText",
    "Number",
    "OneOf",
    "Password",
    "PlainForm",
    "Text",
    "Tick",
    "Upload",
    "basis_choices",
]
