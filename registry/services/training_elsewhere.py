"""Hours earned elsewhere: entered by an organ for its own people, decided by the exam room.

Hides that who enters never decides, which the schema refuses too, and that a file of such hours
is judged again inside the transaction that takes it over.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from registry.rules.acts import Act, account_of, authorise
from registry.rules.identity_number import without_identity_numbers
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.rosters import Cell, RowRefusal
from registry.rules.text import clean_text
from registry.rules.training import BASIS, hours_text
from registry.rules.training_elsewhere import (
    COLUMNS,
    Claim,
    ClaimRow,
    claimed_before,
    other_name,
    read_claim_rows,
    stranger,
)
from registry.store import person_rows, uploads
from registry.store import training_elsewhere as store
from registry.store.book import Book, transaction
from registry.store.database import connection
from registry.store.person_rows import PersonRow
from registry.store.uploads import FinishedUpload, HeldUpload, Refuses, RosterFile
from registry.store.violations import in_words

_KIND = "training-elsewhere"


def enter(act: Act, person_number: str, claim: Claim) -> int:
    """Enter hours that somebody of the own organ earned elsewhere; gives the claim's id.

    Raises Refused (``no-such-person``, ``claimed-before``).
    """
    act = authorise(act, "training.enter-hours")
    account_of(act)
    with in_words(), transaction() as book:
        person = person_rows.find(person_number, act.by.scope)
        if person is None:
            raise Refused(
                Refusal(
                    "no-such-person",
                    sentence("登记里没有这个人员编号，请核对后再办。"),
                    "registry-rule",
                )
            )
        known = store.proofs_of([person.person_id])
        if (person.person_id, claim.provider, claim.document) in known:
            raise Refused(claimed_before(claim.document))
        return _write(book, act, person, claim)


def decide(act: Act, claim_id: int, *, approve: bool, why: str = "") -> None:
    """Count a claim's hours, or decline them with a reason. Raises Refused."""
    act = authorise(act, "training.approve-hours")
    account = account_of(act)
    why = clean_text(why, limit=500, name=sentence("理由"))
    with in_words(), transaction() as book:
        store.hold_claim(claim_id)
        row = store.claim_of(claim_id, act.by.scope)
        if row is None:
            raise Refused(
                Refusal("no-such-claim", sentence("没有这条学时填报。请刷新后重新选择。"), BASIS)
            )
        refusals = []
        if row.state != "waiting":
            refusals.append(
                Refusal("claim-decided", sentence("这条填报已经审定过，不能再改。"), BASIS)
            )
        if row.entered_by_id == account:
            refusals.append(
                Refusal(
                    "same-person-decides",
                    sentence("填报的人不能自己审定。请由另一名考务人员审定。"),
                    BASIS,
                )
            )
        if not approve and not why:
            refusals.append(
                Refusal(
                    "reason-missing",
                    sentence("不予认定必须说明理由。请填写理由。"),
                    BASIS,
                )
            )
        if refusals:
            raise Refused(refusals)
        state = "approved" if approve else "declined"
        store.decide(act, claim_id, state, why)
        book.record(
            "hours-elsewhere-decided",
            Act(act.by, act.at, act.on, act.reason or why, act.document, act.basis),
            row.person_id,
            organisation_id=row.organisation_id,
            details={
                "elsewhere": claim_id,
                "decision": state,
                "ended_on": row.ended_on,
                "hours": hours_text(row.quarters),
            },
        )


def _write(book: Book, act: Act, person: PersonRow, claim: Claim) -> int:
    written = store.add_claim(act, person.person_id, person.organisation_id, claim)
    book.record(
        "hours-elsewhere-entered",
        act,
        person.person_id,
        organisation_id=person.organisation_id,
        details={
            "elsewhere": written,
            "ended_on": claim.ended_on.isoformat(),
            "provider": claim.provider,
            "topic": claim.topic,
            "hours": hours_text(claim.quarters),
            "document": claim.document,
        },
    )
    return written


# --- a file of them -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """What a file would enter. ``decisions`` names exactly this; give it back to commit it."""

    file_name: str
    rows: int
    good: tuple[tuple[ClaimRow, PersonRow], ...]
    refused: tuple[RowRefusal, ...]
    decisions: str
    typed: Mapping[int, Mapping[str, str]] = field(repr=False)

    def counts(self) -> dict[str, int]:
        """Rows, those taken over, and those refused."""
        return {
            "rows": self.rows,
            "good": len(self.good),
            "refused": len({one.row for one in self.refused}),
        }


def preview(act: Act, file: RosterFile) -> Preview:
    """Say row by row what ``file`` would enter; writes nothing. Raises Refused."""
    authorise(act, "training.enter-hours")
    with connection():
        return _judge(act, file)


def commit(act: Act, file: RosterFile, decisions: str, held: HeldUpload) -> Preview:
    """Enter the good rows of ``file`` as previewed, or nothing. Raises Refused."""
    act = authorise(act, "training.enter-hours")
    account = account_of(act)
    with in_words(), transaction() as book:
        shown = _judge(act, file)
        if decisions != shown.decisions:
            raise Refused(
                Refusal(
                    "register-moved",
                    sentence("登记在预览之后有了变动，这次没有导入。请重新看一遍预览再导入。"),
                    BASIS,
                )
            )
        for row, person in shown.good:
            _write(book, act, person, row.claim)
        book.record(
            "hours-elsewhere-imported",
            act,
            details={"digest": file.digest, "bytes": file.size, **shown.counts()},
            personal={"file_name": without_identity_numbers(file.name)} if file.name else {},
        )
        headings, rows = _to_mend(shown)
        refused = Refuses(
            tuple(headings),
            tuple(("", number, tuple(cells)) for number, cells in rows),
            shown.refused,
        )
        if not uploads.finish(held, account, shown.counts(), refused):
            raise Refused(
                Refusal(
                    "imported-meanwhile",
                    sentence("这个文件刚刚已经导入，或者在别的窗口里改过，这次没有再导入。"),
                    BASIS,
                )
            )
    return shown


def hold_file(act: Act, file: RosterFile) -> str:
    """Keep a file for its preview and give the name it waits under. Raises Refused."""
    preview(act, file)
    with transaction():
        uploads.purge(act.at)
        return uploads.keep(account_of(act), _KIND, file, act.at)


def waiting_file(act: Act, upload_id: str) -> HeldUpload | None:
    """The actor's own file of such hours in preview."""
    held = uploads.waiting(upload_id, act.by.account_id or 0, act.at)
    return held if held is not None and held.kind == _KIND else None


def finished_file(act: Act, upload_id: str) -> FinishedUpload | None:
    """What is left of the actor's own file after its import: the refused rows."""
    done = uploads.finished(upload_id, act.by.account_id or 0, act.at)
    return done if done is not None and done.kind == _KIND else None


def _judge(act: Act, file: RosterFile) -> Preview:
    shown = [table for table in file.tables if not table.hidden and table.rows]
    today: date = act.on
    rows, good, faults, typed = read_claim_rows(shown[0].rows if shown else (), today)
    people = person_rows.people_by_identity([one.identity_number for one in good])
    known = store.proofs_of([person.person_id for person in people.values()])
    taken: list[tuple[ClaimRow, PersonRow]] = []
    for one in good:
        person = people.get(one.identity_number)
        if person is None or not act.by.reaches(person.organisation_id):
            faults.append(stranger(one.row))
            continue
        if person.name != one.name:
            faults.append(other_name(one.row, person.name, one.name))
            continue
        proof = (person.person_id, one.claim.provider, one.claim.document)
        if proof in known:
            refusal = claimed_before(one.claim.document)
            faults.append(RowRefusal("", one.row, "document", refusal, ""))
            continue
        known.add(proof)
        taken.append((one, person))
    faults.sort(key=lambda entry: entry.row)
    text = json.dumps([[one.row, person.person_id] for one, person in taken])
    return Preview(
        file.name,
        rows,
        tuple(taken),
        tuple(faults),
        hashlib.sha256(text.encode()).hexdigest()[:32],
        typed,
    )


def _to_mend(shown: Preview) -> tuple[list[str], list[tuple[int, list[Cell]]]]:
    wrong = dict.fromkeys(entry.row for entry in shown.refused)
    rows: list[tuple[int, list[Cell]]] = []
    for number in wrong:
        cells: Sequence[Cell] = [shown.typed[number].get(name, "") for name in COLUMNS]
        rows.append((number, list(cells)))
    return list(COLUMNS.values()), rows
