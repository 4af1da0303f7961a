"""Tables on phones: each cell learns its column's heading, so that a row can stand as a card.

Below 600 px the style sheet shows the heading before the cell, hides cells that hold a dash, and
puts the state beside the name; nothing that matters then lies to the right of the screen.
"""

import re
from itertools import count

from markupsafe import Markup

_HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_HEADING = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(td|th)\b([^>]*)>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def for_phones(table: Markup) -> Markup:
    """The head and body of a table with every cell told its heading, but for names."""
    html = str(table)
    head = _HEAD.search(html)
    if head is None:
        return table
    headings = [_said(heading) for heading in _HEADING.findall(head[0])]
    body = _ROW.sub(lambda row: _row(row[0], headings), html[head.end() :])
    # Only tags of our own templates are read here, and only their own escaped text is repeated.
    return Markup(html[: head.end()] + body)  # noqa: S704


def _said(heading: str) -> str:
    text = " ".join(_TAG.sub(" ", heading).split()).replace('"', "&quot;")
    return text[:1].upper() + text[1:]


def _row(row: str, headings: list[str]) -> str:
    place = count()

    def cell(found: re.Match[str]) -> str:
        at = next(place)
        tag, attributes, content = found.groups()
        told = at or 'class="number' in attributes
        if told and at < len(headings) and headings[at]:
            attributes += f' data-label="{headings[at]}"'
        if at and content.strip() == "—":
            attributes += " data-empty"
        if 'class="state ' in content:
            attributes += " data-state"
        return f"<{tag}{attributes}>{content}</{tag}>"

    return _CELL.sub(cell, row)


__all__ = ["for_phones"]
