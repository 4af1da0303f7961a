"""Every sentence with which a document is refused has its English."""

import ast
import gettext
import re
from functools import cache
from pathlib import Path

import pytest

import registry.documents

ROOM = Path(registry.documents.__file__).parent
CATALOGUES = ROOM.parent / "translations" / "en" / "LC_MESSAGES"


def sentences() -> list[str]:
    """What the modules that raise DocumentRefused mark as sentences."""
    found = []
    for source in sorted(ROOM.glob("*.py")):
        text = source.read_text("utf-8")
        if "registry.documents.wording import" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sentence":
                argument = node.args[0]
                assert isinstance(argument, ast.Constant)
                found.append(str(argument.value))
    return found


@cache
def catalogues() -> list[gettext.GNUTranslations]:
    found = []
    for path in sorted(CATALOGUES.glob("*.mo")):
        with path.open("rb") as compiled:
            found.append(gettext.GNUTranslations(compiled))
    return found


@pytest.mark.parametrize("chinese", sentences())
def test_a_sentence_has_its_english_with_the_same_places(chinese: str) -> None:
    said = [catalogue.gettext(chinese) for catalogue in catalogues()]
    english = next((text for text in said if text != chinese), "")
    assert english
    places = r"%\(\w+\)\w"
    assert set(re.findall(places, english)) == set(re.findall(places, chinese))


def test_there_are_sentences() -> None:
    assert len(sentences()) > 15
