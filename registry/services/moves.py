"""Moving somebody to a next place: the step that transfers and reclassifications share.

Hides the order in which it must be written: live certificates first, then the old engagement,
then the new one, which begins the same day. No act is done here.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from registry.rules.acts import Act
from registry.rules.people import ends_certificates
from registry.rules.refusals import Refusal, Refused, sentence
from registry.services.person_acts import hold_place, with_supervisor
from registry.store import absences, certificates, people, transfers
from registry.store.book import Book
from registry.store.people import PersonRow


@dataclass(frozen=True)
class Moved:
    """What a transfer or a change of establishment did.

    ``certificates`` are the numbers that ended; ``engagement_id`` is the current spell.
    """

    engagement_id: int
    certificates: tuple[str, ...]


def moving(
    act: Act,
    row: PersonRow,
    organisation_id: int,
    establishment: str,
    fields: Mapping[str, object],
    ending: Collection[str] | None = None,
) -> Callable[[Book], Moved]:
    """What writes the move; ``ending`` as in :func:`end_certificates`."""
    moves = organisation_id != row.organisation_id

    def write(book: Book) -> Moved:
        if moves:
            hold_place(organisation_id)
        ended: list[str] = []
        if ends_certificates(row.establishment, establishment, moves=moves):
            ended = end_certificates(
                book, act, row, "transferred" if moves else "reclassified", ending
            )
        engagement_id = people.move_engagement(
            book,
            act,
            row.engagement_id,
            organisation_id=organisation_id,
            establishment=establishment,
            certificates=ended,
            changes=with_supervisor(fields, organisation_id),
        )
        absences.close_of(book, act, row.engagement_id)
        if moves:
            transfers.overtaken(book, act, row.person_id, organisation_id)
        return Moved(engagement_id, tuple(ended))

    return write


def end_certificates(
    book: Book, act: Act, row: PersonRow, cause: str, ending: Collection[str] | None
) -> list[str]:
    """End every live certificate of the person; gives their numbers.

    ``ending`` are the numbers that whoever acts was told would end: where it would be others,
    nothing is done. None asks for no such promise. Raises Refused (``other-certificates-end``).
    """
    ended = certificates.end_all_live(book, act, row.person_id, cause=cause)
    keep_promise(ended, ending)
    return ended


def keep_promise(ended: Sequence[str], ending: Collection[str] | None) -> None:
    """Refuse what would end other certificates than were named before the act."""
    if ending is None or set(ended) == set(ending):
        return
    raise Refused(
        Refusal(
            "other-certificates-end",
            sentence("此人的证件刚有变动，会注销的已经不是列出的那些；请刷新页面后重新核对。"),
            "registry-rule",
        )
    )
