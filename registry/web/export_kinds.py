"""What a list that goes out is: its page, who may see it, what its address is asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from registry.rules.acts import Act
from registry.rules.export_columns import ROWS
from registry.rules.refusals import Refusal
from registry.rules.rosters import Cell
from registry.services import exports as services
from registry.services.exports import Listed
from registry.web.wording import as_date, citation, moment, refusal_sentence


@dataclass(frozen=True)
class ListKind:
    """A list that goes out.

    ``act`` is what its reader must be allowed to do; ``arguments`` are the filters that its
    address carries, ``placed`` those that the page's own address holds as a part, with the part's
    name. ``named`` gives the list's title where the address decides it, "" where the address
    names no list. ``headings`` are the columns of a list of rows.
    """

    name: str
    title: Any
    subject: str
    page: str
    read: Callable[[Act], Listed]
    arguments: frozenset[str]
    comes_back: bool = True
    act: str = "export.view"
    placed: Mapping[str, str] = field(default_factory=dict)
    named: Callable[[], str] | None = None
    headings: tuple[Any, ...] = ()

    @property
    def has_own_routes(self) -> bool:
        """Whether who sees its page may take it out, whatever else that role may take out."""
        return self.subject == ROWS


def title_of(kind: ListKind) -> str:
    """The list's name on a page, "" where the address names none."""
    return kind.named() if kind.named else str(kind.title)


def rows_kind(
    name: str,
    title: Any,
    page: str,
    act: str,
    columns: Sequence[Any],
    rows: Callable[[], Iterable[Sequence[Cell]]],
    *,
    arguments: Iterable[str] = (),
    placed: Mapping[str, str] | None = None,
    named: Callable[[], str] | None = None,
) -> ListKind:
    """A list that goes out row by row as its page shows it, to whoever may do the page's ``act``.

    ``rows`` reads the filters as the page itself reads them.
    """

    def read(by: Act) -> Listed:
        return services.rows_of(by, act, title_of(kind), [str(one) for one in columns], rows())

    kind = ListKind(
        name,
        title,
        ROWS,
        page,
        read,
        frozenset(arguments),
        comes_back=False,
        act=act,
        placed=placed or {},
        named=named,
        headings=tuple(columns),
    )
    return kind


# --- cells -----------------------------------------------------------------------------------


def day_cell(value: date | str | None) -> date | None:
    """A day as a date of the workbook."""
    return as_date(value) if value else None


def moment_cell(value: datetime | str | None) -> datetime | None:
    """A UTC moment as Beijing time, as pages show it."""
    return datetime.fromisoformat(moment(value)) if value else None


def reasons_cell(refusals: Iterable[Refusal], *, with_basis: bool = True) -> str:
    """Everything that speaks against something, each with its article."""
    return "\n".join(
        refusal_sentence(one)
        + (
            gettext("（依据：%(basis)s）", basis=citation(one.basis))
            if with_basis and one.basis
            else ""
        )
        for one in refusals
    )
