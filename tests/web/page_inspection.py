"""One look at every page: what must hold of all of them, whatever they show."""

from html.parser import HTMLParser

_VOID = "area base br col embed hr img input link meta source track wbr path circle rect"
VOID = frozenset(_VOID.split())
CONTROLS = frozenset({"input", "select", "textarea"})
LANGUAGES = frozenset({"zh-CN", "en"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.label_depth = 0
        self.in_title = 0
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values | {"__in_label": "1" if self.label_depth else None}))
        for name, value in attrs:
            if name == "style":
                self.problems.append(f"inline style on <{tag}>")
            if name.startswith("on"):
                self.problems.append(f"inline script {name} on <{tag}>")
            if name in ("href", "src", "action") and (value or "").strip().lower().startswith(
                ("javascript:", "http:", "https:", "//")
            ):
                self.problems.append(f"<{tag} {name}> leads away or runs script: {value}")
        if tag == "style" or (tag == "script" and "src" not in values):
            self.problems.append(f"inline <{tag}>")
        if tag == "title" and "svg" not in self.open:
            self.in_title += 1
        if tag == "label":
            self.label_depth += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.label_depth -= 1
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:] or 'nothing'}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += data


def problems_of(html: str) -> list[str]:
    """Everything wrong with a page's HTML; an empty list for a good page."""
    reader = _Reader()
    reader.feed(html)
    found = list(reader.problems)
    if reader.open:
        found.append(f"never closed: {reader.open}")
    tags = reader.tags
    if not html.lstrip().lower().startswith("<!doctype html>"):
        found.append("no doctype")
    language = next((values.get("lang") for tag, values in tags if tag == "html"), None)
    if language not in LANGUAGES:
        found.append(f"<html lang> is {language}")
    if reader.in_title != 1 or not reader.title.partition("·")[0].strip():
        found.append(f"title: {reader.title!r}")
    headings = sum(tag == "h1" for tag, _ in tags)
    if headings != 1:
        found.append(f"{headings} h1")
    found += _labels(tags) + _ids(tags) + _forms(tags) + _images(tags)
    for placeholder in ("None</", ">None", "Undefined", "%(", "{{", "{%"):
        if placeholder in html:
            found.append(f"unfilled text: {placeholder}")
    return found


def _labels(tags: list[tuple[str, dict[str, str | None]]]) -> list[str]:
    labelled = {values.get("for") for tag, values in tags if tag == "label"}
    found = []
    for tag, values in tags:
        if tag not in CONTROLS or values.get("type") in ("hidden", "submit", "button"):
            continue
        if not (
            values.get("id") in labelled
            or values.get("aria-label")
            or values.get("aria-labelledby")
            or values["__in_label"]
        ):
            found.append(f"no label for <{tag} name={values.get('name')}>")
    return found


def _ids(tags: list[tuple[str, dict[str, str | None]]]) -> list[str]:
    ids = [values["id"] for _, values in tags if values.get("id")]
    twice = sorted({name for name in ids if ids.count(name) > 1 and name})
    found = [f"id {name} twice" for name in twice]
    for tag, values in tags:
        for name in ("aria-describedby", "aria-labelledby"):
            for wanted in (values.get(name) or "").split():
                if wanted not in ids:
                    found.append(f"<{tag} {name}> names {wanted}, which is not there")
    return found


def _forms(tags: list[tuple[str, dict[str, str | None]]]) -> list[str]:
    posts = sum(
        tag == "form" and (values.get("method") or "").lower() == "post" for tag, values in tags
    )
    tokens = sum(tag == "input" and values.get("name") == "csrf_token" for tag, values in tags)
    return [] if tokens >= posts else [f"{posts} forms are posted with {tokens} tokens"]


def _images(tags: list[tuple[str, dict[str, str | None]]]) -> list[str]:
    return [
        f"<img src={v.get('src')}> without alt"
        for tag, v in tags
        if tag == "img" and "alt" not in v
    ]


def inspect_page(html: str) -> str:
    """Fail with everything that is wrong with a page; gives the page back."""
    found = problems_of(html)
    assert not found, "\n".join(found)
    return html
