"""The second look: approving photographs and sending them back, many at once.

Hides that a whole page of decisions is one transaction: where one of them can't stand any more,
none is written.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from registry.rules.acts import Act, account_of, authorise
from registry.rules.photographs import judge_second_look, not_waiting
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import clean_text
from registry.store import photograph_review as store
from registry.store.book import transaction
from registry.store.violations import in_words

NOTE_LIMIT = 200


@dataclass(frozen=True)
class SendBack:
    """Why a photograph goes back: a code of the rules' reasons, and a word about it."""

    why: str
    note: str = ""


def review(act: Act, approved: Collection[int], sent_back: Mapping[int, SendBack]) -> None:
    """Approve photographs (by row id) and send others back, all of it or nothing.

    An approved photograph is shown from now on; one sent back is taken down and stands on its
    organ's list with the reason. Raises Refused for one's own uploads, for a reason outside the
    list, and for what no longer waits.
    """
    act = authorise(act, "photograph.review")
    reviewer = account_of(act)
    notes = {
        photograph: clean_text(one.note, limit=NOTE_LIMIT, name=sentence("退回说明"))
        for photograph, one in sent_back.items()
    }
    ids = {*approved, *sent_back}
    if not ids or ids != {*approved} ^ {*sent_back}:
        raise Refused(_nothing_decided())
    with in_words(), transaction() as book:
        held = store.hold(ids)
        rows = {row.id: row for row in store.waiting_among(ids, act.by.scope, reviewer)}
        refusals: dict[str, Refusal] = {}
        for photograph in sorted(ids):
            row, back = rows.get(photograph), sent_back.get(photograph)
            found = judge_second_look(
                uploader=reviewer if row is not None and row.own else None,
                reviewer=reviewer,
                waits=row is not None,
                sends_back=back is not None,
                why=back.why if back else "",
                note=notes.get(photograph, ""),
            )
            refusals |= {refusal.code: refusal for refusal in found}
        if refusals:
            raise Refused(list(refusals.values()))
        for photograph in sorted(ids):
            row, (digest, organisation_id) = rows[photograph], held[photograph]
            back = sent_back.get(photograph)
            done = (
                store.approve(book, act, row, digest, organisation_id)
                if back is None
                else store.send_back(
                    book, act, row, digest, organisation_id, back.why, notes[photograph]
                )
            )
            if not done:
                raise Refused(not_waiting())


def _nothing_decided() -> Refusal:
    return Refusal(
        "nothing-decided",
        sentence("还没有对照片作出决定，或者同一张选了两种。请逐张选通过或退回。"),
        "registry-rule",
    )
