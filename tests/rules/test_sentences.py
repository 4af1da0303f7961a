"""Every sentence of the rules has its English, with the same values in the same places."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import registry
from registry.rules.refusals import Refusal, Refused, Term, sentence

ROOT = Path(registry.__file__).parent
MODULES = sorted((ROOT / "rules").glob("*.py"))
PLACE = re.compile(r"%\((\w+)\)s")


def english() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((ROOT / "translations/en/LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="en")
        found |= {
            message.id: message.string
            for message in catalogue
            if isinstance(message.id, str) and message.string and not message.fuzzy
        }
    return found


def sentences_in(source: str) -> list[str]:
    """The texts marked with sentence(…); raises ValueError for one that isn't a plain literal."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sentence":
            found.append(ast.literal_eval(node.args[0]))
    return found


ENGLISH = english()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_sentence_is_translated(module):
    for text in sentences_in(module.read_text("utf-8")):
        assert text in ENGLISH, f"no English for: {text}"
        assert sorted(set(PLACE.findall(text))) == sorted(set(PLACE.findall(ENGLISH[text]))), text
        assert "%" not in PLACE.sub("", text) and "%" not in PLACE.sub("", ENGLISH[text])


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_refusal_is_a_marked_sentence(module):
    """A Refusal's template is never a bare text, which no translator would see."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
            given = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "template")]
            assert given and not any(
                isinstance(one, (ast.Constant, ast.JoinedStr)) for one in given
            ), f"{module.name}:{node.lineno}"


def test_the_scan_finds_a_planted_sentence():
    assert sentences_in('x = sentence("甲" "乙") if y else sentence("丙")') == ["甲乙", "丙"]
    with pytest.raises(ValueError, match="malformed"):
        sentences_in('x = sentence(f"甲{y}")')


def test_a_refusal_speaks_the_language_of_its_page():
    refusal = Refusal("x", "“%(field)s”：%(text)s", "", {"field": Term("姓名"), "text": "姓名"})
    words = {"“%(field)s”：%(text)s": "“%(field)s”: %(text)s", "姓名": "Name"}
    assert refusal.sentence == "“姓名”：姓名"
    # The vocabulary is translated, what somebody typed is not.
    assert refusal.said_in(lambda text: words.get(text, text)) == "“Name”: 姓名"
    assert Refusal("x", "%").said_in(str) == "%" == Refusal("x", "%").sentence
    assert sentence("甲") == "甲"


def test_a_refused_act_carries_every_reason():
    one, other = Refusal("one", "甲"), Refusal("other", "乙")
    assert Refused(one).refusals == (one,)
    assert Refused([one, other]).refusals == (one, other)
    assert str(Refused([one, other])) == "one; other"
