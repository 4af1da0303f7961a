"""Every sentence a person can meet has its English, and the compiled catalogues are fresh."""

import io
from gettext import GNUTranslations
from pathlib import Path
from typing import IO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from registry.web.languages import READ_APART

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ROOT / "registry" / "translations" / "en" / "LC_MESSAGES"
#: A message's context, None for most, and its Chinese text.
Said = tuple[str | None, str]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "lazy_pgettext": ((1, "c"), 2),
    "sentence": None,
    "in_context": ((1, "c"), 2),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def sentences(*, street: bool) -> set[Said]:
    """Every message id in the code and templates of the street or of all else, with its context."""
    found: set[Said] = set()
    for folder, methods in (
        (ROOT / "registry", [("**.py", "python")]),
        (ROOT / "templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]),
    ):
        for name, _, message, _, context in extract_from_dir(
            folder,
            method_map=methods,
            keywords=KEYWORDS,
            options_map={"**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do"}},
        ):
            if name.startswith(("web/street", "street/")) is not street:
                continue
            texts = message if isinstance(message, tuple) else (message,)
            found |= {(context, text) for text in texts if text}
    return found


def catalogues() -> dict[str, Catalog]:
    return {path.stem: read_po(path.open("rb"), locale="en") for path in CATALOGUES.glob("*.po")}


def catalogues_of(*, street: bool) -> dict[str, Catalog]:
    """The catalogues that the pages of one side read."""
    return {name: one for name, one in catalogues().items() if (name in READ_APART) is street}


def untranslated(wanted: set[Said], known: dict[str, Catalog]) -> list[Said]:
    """Sentences with no English in any catalogue."""
    said = set()
    for catalogue in known.values():
        for message in catalogue:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            if all(strings) and not message.fuzzy:
                said |= {(message.context, text) for text in ids}
    return sorted(wanted - said, key=str)


def compiled(catalogue: Catalog) -> dict[object, str]:
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    buffer.seek(0)
    return _entries(buffer)


def _entries(file: IO[bytes]) -> dict[object, str]:
    return {key: text for key, text in GNUTranslations(file)._catalog.items() if key}


@pytest.mark.parametrize("street", [False, True], ids=["pages", "street"])
def test_every_sentence_has_its_english(street: bool) -> None:
    said = sentences(street=street)
    assert said
    assert untranslated(said, catalogues_of(street=street)) == []


def test_a_sentence_without_english_is_seen() -> None:
    assert untranslated({(None, "从未翻译过的话")}, catalogues()) == [(None, "从未翻译过的话")]


def test_compiled_catalogues_are_fresh() -> None:
    stale = [
        name
        for name, catalogue in catalogues().items()
        if _entries((CATALOGUES / f"{name}.mo").open("rb")) != compiled(catalogue)
    ]
    assert stale == [], "run `make translations`"


def test_catalogues_do_not_contradict_one_another() -> None:
    """Of those that pages read together; the street's labels stand alone in its own."""
    said: dict[object, tuple[str, object]] = {}
    contradictions = []
    for name, catalogue in sorted(catalogues().items()):
        if name in READ_APART:
            continue
        for message in catalogue:
            if not message.id:
                continue
            key = (message.context, message.id)
            before = said.setdefault(key, (name, message.string))
            if before[1] != message.string:
                contradictions.append((message.id, before, (name, message.string)))
    assert contradictions == []
