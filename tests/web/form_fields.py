"""What a browser would send of a form on a page, as it stands."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.action = action
        self.inside = False
        self.select = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("method") == "post" and given.get("action", "").split("?")[
                0
            ].endswith(self.action)
        if not self.inside or "disabled" in given:
            return
        if tag == "select":
            self.select = given["name"]
            self.fields[self.select] = ""
        elif tag == "option" and "selected" in given and self.select:
            self.fields[self.select] = given.get("value", "")
        elif tag == "input" and given.get("name") and given.get("type") != "file":
            boxed = given.get("type") in ("radio", "checkbox")
            if not boxed or "checked" in given:
                self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def form_fields(page: str, action: str) -> dict[str, str]:
    """The fields of the page's form whose action ends in ``action``; files are left out."""
    reader = _Form(action)
    reader.feed(page)
    assert reader.fields, f"no form to {action}"
    return reader.fields
