"""The book's pages for the auditor: filters in the address, one entry with its proof."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict

from registry.rules.events import EVENTS
from registry.rules.settings import SETTINGS
from registry.store import book_pages as store
from registry.store.book_pages import VIEWS, Entry, Filters
from registry.store.organisation_tree import tree
from registry.web.addresses import asked_number
from registry.web.book_wording import SUBJECTS, act_choices, act_title, details_in_words
from registry.web.forms import Choice, Day, Form, Text
from registry.web.links import link
from registry.web.permissions import allow
from registry.web.wording import actor

VIEW_TITLES: dict[str, Any] = {
    "attempts": lazy_gettext("违规办证的尝试"),
    "reveals": lazy_gettext("查看完整身份证号"),
    "dated-back": lazy_gettext("倒签超过 7 天"),
}


class BookFilter(Form):
    """What the book is kept to; read from the address, so nothing is sent and no token needed."""

    class Meta(Form.Meta):  # type: ignore[name-defined]
        csrf = False

    view = Choice(lazy_gettext("只看"), required=False)
    act = Choice(lazy_gettext("事项"), required=False)
    actor = Choice(lazy_gettext("经办账号"), required=False)
    person = Text(lazy_gettext("人员编号"), limit=20, required=False)
    first = Day(lazy_gettext("记录日从"), required=False)
    last = Day(lazy_gettext("到"), required=False)

    def __init__(self, actors: list[tuple[str, str]]) -> None:
        # What the address leaves out is as good as empty: every link carries only what it says.
        asked = MultiDict({name: request.args.get(name, "") for name in self._names()})
        super().__init__(formdata=asked)
        self.view.choices = [("", ""), *((code, str(VIEW_TITLES[code])) for code in VIEWS)]
        self.act.choices = [("", gettext("全部")), *act_choices()]
        self.actor.choices = [("", gettext("全部"))] + [
            (login, f"{login} · {name}" if name else actor(login)) for login, name in actors
        ]

    @staticmethod
    def _names() -> tuple[str, ...]:
        return ("view", "act", "actor", "person", "first", "last")

    def validate(self, extra_validators: object = None) -> bool:
        """Whether every field reads, and the days are in order."""
        if not super().validate(extra_validators):
            return False
        first, last = self.first.data, self.last.data
        if isinstance(first, date) and isinstance(last, date) and first > last:
            self.last.errors = [gettext("结束日早于开始日，请调换。")]
            return False
        return True

    def filters(self) -> Filters:
        """What the store takes."""
        return Filters(
            view=self.view.data or "",
            act=self.act.data or "",
            actor=self.actor.data or "",
            person=(self.person.data or "").upper(),
            first=self.first.data or None,
            last=self.last.data or None,
        )


@allow("book.view")
def book() -> ResponseReturnValue:
    """The book, newest first, kept to what the address says."""
    form, kept = asked_book()
    is_sound, filters = kept is not None, kept or Filters()
    older, newer = asked_number("older"), asked_number("newer")
    counted = store.counts(filters) if is_sound else {}
    page = (
        store.page(filters, older=older, newer=newer)
        if is_sound
        else store.BookPage((), None, None)
    )
    asked = {name: request.args.get(name, "") for name in form._names()}

    def address(**changes: object) -> str:
        given = {name: value for name, value in (asked | changes).items() if value}
        return url_for("oversight.book", **given)  # type: ignore[arg-type]

    names = organisation_names()
    answer = render_template(
        "oversight/book.html",
        form=form,
        is_sound=is_sound,
        page=page,
        entries=[shown(entry, names) for entry in page.entries],
        total=counted.get("total", 0),
        chips=_chips(filters, counted, address) if is_sound else [],
        older=address(older=page.older) if page.older else "",
        newer=address(newer=page.newer) if page.newer else "",
        is_filtered=any(asked.values()),
        everything=url_for("oversight.book"),
    )
    return make_response(answer, 200 if is_sound else 400)


def asked_book() -> tuple[BookFilter, Filters | None]:
    """The filters of the address, as a form and as the store takes them; None where they are
    not to be understood."""
    form = BookFilter(store.actors())
    return form, form.filters() if form.validate() else None


def organisation_names() -> dict[int | str, str]:
    """What organisations are called, for entries that name them by number or by code."""
    rows = tree().rows
    return {key: row.name for number, row in rows.items() for key in (number, row.code)}


def _chips(
    filters: Filters, counted: dict[str, int], address: Any
) -> list[tuple[str, int | None, str, bool]]:
    chips: list[tuple[str, int | None, str, bool]] = [
        (
            str(VIEW_TITLES[view]),
            counted[view],
            address(view="" if view == filters.view else view),
            view == filters.view,
        )
        for view in VIEWS
    ]
    for name, text in (
        ("act", act_title(filters.act) if filters.act else ""),
        ("actor", filters.actor),
        ("person", filters.person),
        ("first", gettext("从 %(day)s", day=filters.first) if filters.first else ""),
        ("last", gettext("到 %(day)s", day=filters.last) if filters.last else ""),
    ):
        if text:
            chips.append((text, None, address(**{name: ""}), True))
    return chips


def shown(entry: Entry, names: Mapping[int | str, str]) -> dict[str, Any]:
    """An entry as the templates take it, ID numbers masked."""
    return {
        "entry": entry,
        "title": act_title(entry.act),
        "subject": _subject(entry),
        "url": _subject_page(entry),
        "details": details_in_words(entry, names),
        "is_attempt": entry.act == VIEWS["attempts"],
    }


def _subject(entry: Entry) -> str:
    """What an entry is about, by its name or number."""
    if entry.certificate_number:
        number = entry.certificate_number
        return f"{entry.person_name} · {number}" if entry.person_name else number
    if entry.person_name:
        return f"{entry.person_name} · {entry.person_number}"
    if entry.organisation_name:
        return entry.organisation_name
    word = str(SUBJECTS[entry.subject])
    if entry.subject == "account" and entry.details.get("login"):
        return str(entry.details["login"])
    setting = SETTINGS.get(str(entry.details.get("setting", "")))
    if setting is not None:
        return gettext(setting.title)
    return f"{word} {entry.subject_id}" if entry.subject_id else word


def _subject_page(entry: Entry) -> str:
    """Where what an entry is about can be looked at, if this account may."""
    if entry.certificate_number:
        return link("certificates.one", number=entry.certificate_number)
    if entry.subject == "finding" and entry.subject_id:
        return link("oversight.finding", finding_id=entry.subject_id)
    if entry.subject == "batch" and entry.subject_id:
        return link("batches.one", batch_id=entry.subject_id)
    if entry.person_number:
        return link("people.one", number=entry.person_number)
    if entry.organisation_code:
        return link("organisations.one", code=entry.organisation_code)
    return ""


@allow("book.view")
def book_entry(seq: int) -> ResponseReturnValue:
    """One entry in full, and whether it still stands in the book as it was written."""
    entry = store.entry(seq)
    if entry is None:
        abort(404)
    names = organisation_names()
    kind = EVENTS.get(entry.act)
    return make_response(
        render_template(
            "oversight/entry.html",
            **shown(entry, names),
            proof=store.prove(seq),
            subject_word=SUBJECTS[kind.subject if kind else entry.subject],
            organisation_page=(
                link("organisations.one", code=entry.organisation_code)
                if entry.organisation_code
                else ""
            ),
        )
    )


def install(blueprint: Blueprint) -> None:
    """Give the book its addresses."""
    blueprint.add_url_rule("/history", "book", book)
    blueprint.add_url_rule("/history/<number:seq>", "book_entry", book_entry)
