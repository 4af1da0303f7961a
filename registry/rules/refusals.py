"""How the law says no: a refusal names itself, says why and what to do, and cites its basis.

Every rule answers with all refusals that apply, so that a clerk mends everything at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


def in_context(context: str, text: str) -> str:
    """Mark a word that is translated differently in ``context``; comes out as it went in."""
    return text


def sentence(text: str) -> str:
    """Mark a sentence for the translators' catalogue; comes out as it went in."""
    return text


class Term(str):
    """A word of the register's own vocabulary inside a sentence: translated along with it.

    Other values (names, numbers) are printed as they are, in every language.
    """


class Listing(tuple[str, ...]):
    """Names or numbers one after the other, apart as each language has it."""

    __slots__ = ()

    def __str__(self) -> str:
        return "、".join(self)


@dataclass(frozen=True)
class Refusal:
    """One reason for saying no.

    ``code`` is permanent and lower-case with hyphens; ``template`` is the Chinese sentence (what
    is wrong, then what to do) with ``%(name)s`` places that ``values`` fills; ``basis`` is a code
    from :data:`registry.rules.bases.BASES`, empty where no statute speaks.
    """

    code: str
    template: str
    basis: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The Chinese sentence with its values filled in."""
        return self.template % self.values if self.values else self.template

    def said_in(self, gettext: Callable[[str], str]) -> str:
        """The sentence in the language of ``gettext``, its own words and commas too."""
        template = gettext(self.template)
        if not self.values:
            return template
        return template % {name: _said(value, gettext) for name, value in self.values.items()}


def _said(value: object, gettext: Callable[[str], str]) -> object:
    if isinstance(value, Term):
        return gettext(value)
    return gettext("、").join(value) if isinstance(value, Listing) else value


class Refused(Exception):
    """An act was refused; ``refusals`` holds every reason, never none."""

    def __init__(self, refusals: Refusal | Iterable[Refusal]) -> None:
        self.refusals: tuple[Refusal, ...] = (
            (refusals,) if isinstance(refusals, Refusal) else tuple(refusals)
        )
        super().__init__("; ".join(refusal.code for refusal in self.refusals))
