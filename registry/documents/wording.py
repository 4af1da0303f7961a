"""How a document says no: a Chinese sentence with places to fill, marked for the translators."""

from collections.abc import Mapping


def sentence(text: str) -> str:
    """Mark a sentence for the translators' catalogue; comes out as it went in."""
    return text


class DocumentRefused(Exception):
    """A document can't be made from what was given.

    ``code`` is permanent and lower-case with hyphens; ``template`` is the Chinese sentence (what
    is wrong, then what to do) with ``%(name)s`` places that ``values`` fills.
    """

    def __init__(
        self, code: str, template: str, values: Mapping[str, object] | None = None
    ) -> None:
        self.code = code
        self.template = template
        self.values: Mapping[str, object] = values or {}
        super().__init__(code)

    @property
    def sentence(self) -> str:
        """The Chinese sentence with its values filled in."""
        return self.template % self.values if self.values else self.template

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"
