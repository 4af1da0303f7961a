"""Which words of a page are the register's own data, and which were left in the wrong language."""

import json
import re
from collections.abc import Iterable
from typing import Any

from registry.rules.settings import SETTINGS
from registry.store.database import database

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CHINESE = re.compile(f"[{_HAN}]+")
_PUNCTUATION = re.compile("[，。；：！？]")
_ENGLISH = re.compile("(?<![0-9A-Za-z])[A-Za-z]{2,}(?![0-9A-Za-z])")

#: Words that a Chinese page says in Latin letters too: formats, names of things, units.
LATIN = frozenset(
    (
        "English",
        "PDF",
        "PNG",
        "SVG",
        "JPEG",
        "zip",
        "jpg",
        "png",
        "rar",
        "heic",
        "HEIC",
        "Ctrl",
        "Shift",
        "xlsx",
        "xls",
        "csv",
        "DEMO",
        "IP",
        "MB",
        "Chrome",
        "Linux",
        "registry",
        "check",
    )
)

#: Every text of a page and of the attributes that are read out, but for what somebody typed.
COLLECT = """() => {
  const said = [];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const place = walk.currentNode.parentElement;
    if (place.closest('script, noscript, style, textarea, code, [translate=no]')) continue;
    const language = place.closest('[lang]');
    if (language !== document.documentElement) continue;
    said.push(walk.currentNode.textContent.trim());
  }
  for (const each of document.querySelectorAll('*')) {
    for (const name of ['alt', 'title', 'placeholder', 'aria-label', 'data-label', 'data-busy']) {
      if (each.hasAttribute(name)) said.push(each.getAttribute(name).trim());
    }
  }
  for (const cell of document.querySelectorAll('input[data-mark]')) said.push(cell.value.trim());
  return [...new Set(said)].filter(text => text);
}"""


def register_texts() -> set[str]:
    """Every text that lies in the opened register, and the defaults of its settings."""
    found: set[str] = set()
    for table in database.get_tables():
        for row in database.execute_sql(f'select * from "{table}"').fetchall():
            for value in row:
                if isinstance(value, str):
                    found |= _texts(value)
    for kind in SETTINGS.values():
        if isinstance(kind.default, str):
            found.add(kind.default)
    return found


def _texts(value: str) -> set[str]:
    if value[:1] in "[{":
        try:
            return set(_inside(json.loads(value)))
        except ValueError:
            pass
    return {value}


def _inside(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _inside(each)
    elif isinstance(value, list):
        for each in value:
            yield from _inside(each)


class Known:
    """The words of the register: runs of Chinese characters, and Latin words."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = set(texts)
        self.chinese = {run for text in self.texts for run in _CHINESE.findall(text)}
        self.latin = {word for text in self.texts for word in _ENGLISH.findall(text)} | LATIN

    def add(self, text: str) -> None:
        """Know one more text."""
        self.texts.add(text)
        self.latin |= set(_ENGLISH.findall(text))

    def left_over(self, said: Iterable[str], language: str) -> list[str]:
        """Texts of a page that hold words of the other language which are no data."""
        return [text for text in said if self._foreign(text, language)]

    def _foreign(self, text: str, language: str) -> bool:
        if text in self.texts:
            return False
        if language == "en":
            runs = _CHINESE.findall(text)
            if any(run not in self.chinese for run in runs):
                return True
            return not runs and bool(_PUNCTUATION.search(text))
        return any(word not in self.latin for word in _ENGLISH.findall(text))
