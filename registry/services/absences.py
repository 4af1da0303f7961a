"""Setting aside that a roster does not name somebody: still here, with the reason, in the book.

Leaving is an act on employment like any other, and closes the absence by itself.
"""

from registry.rules.acts import Act, authorise
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store import absences as store
from registry.store.book import transaction


def dismiss_absence(act: Act, absence_id: int) -> None:
    """Note that somebody whom a roster did not name is still here; asks for a reason.

    The next whole roster that does not name the person lists them again. Raises Refused.
    """
    act = authorise(act, "proposal.act")
    with transaction() as book:
        row = store.absence(absence_id, act.by.scope)
        refusals = []
        if row is None:
            refusals.append(_no_such_absence())
        if not act.reason:
            refusals.append(
                Refusal(
                    "reason-for-staying-missing",
                    sentence("没有写凭什么知道人还在岗，请写明理由。"),
                    "registry-rule",
                )
            )
        if refusals or row is None:
            raise Refused(refusals)
        if not store.dismiss(book, act, row):
            raise Refused(_no_such_absence())


def _no_such_absence() -> Refusal:
    return Refusal(
        "no-such-absence",
        sentence("没有这一条，或者已经有人办过了；请刷新列表。"),
        "registry-rule",
    )
