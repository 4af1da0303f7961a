"""The two entries side by side: which cells differ, and the third reading that settles them.

Neither mark of a differing cell leaves this room before it is settled. Slipped rows and swapped
digits are told only once nothing is open.
"""

from dataclasses import dataclass

from registry.rules.acts import Act, account_of, authorise
from registry.rules.exams import may
from registry.rules.marks import EMPTY, read_mark
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.second_entry import (
    NOTHING,
    Mark,
    Slip,
    differing,
    out_by_ten,
    settles,
    slips,
    swapped,
)
from registry.store import marks as store
from registry.store import settings, sittings
from registry.store.book import transaction
from registry.store.sittings import CandidateRow, SittingRow
from registry.store.violations import in_words


@dataclass(frozen=True)
class Difference:
    """A candidate whose two marks differ; ``read`` says how the last third reading ended."""

    candidate: CandidateRow
    settled: bool
    read: bool


@dataclass(frozen=True)
class Hint:
    """What a settled difference was: ``swapped-digits`` or ``out-by-ten``."""

    candidate: CandidateRow
    kind: str


@dataclass(frozen=True)
class SlippedRows:
    """A run of seats in which one entry is the other moved by ``by``."""

    first: CandidateRow
    last: CandidateRow
    by: int


@dataclass(frozen=True)
class Comparison:
    """What the two entries say together; hints and slips only once nothing is open."""

    count: int
    agreeing: int
    differences: tuple[Difference, ...]
    slips: tuple[SlippedRows, ...] = ()
    hints: tuple[Hint, ...] = ()

    @property
    def open(self) -> tuple[CandidateRow, ...]:
        """Whoever is not settled yet."""
        return tuple(one.candidate for one in self.differences if not one.settled)


def compare(sitting_id: int) -> Comparison | None:
    """The two entries side by side; None until both are finished. Holds no mark."""
    if not both_finished(sitting_id):
        return None
    everybody = sittings.candidates(sitting_id)
    first, second = store.both(sitting_id)
    settled = store.settlements(sitting_id)
    differ = set(differing({one.id: first.get(one.id, NOTHING) for one in everybody}, second))
    differences = tuple(
        Difference(one, settled.get(one.id, (NOTHING, False))[1], one.id in settled)
        for one in everybody
        if one.id in differ
    )
    found = Comparison(len(everybody), len(everybody) - len(differences), differences)
    if found.open:
        return found
    ordered = [(first.get(one.id, NOTHING), second.get(one.id, NOTHING)) for one in everybody]
    runs = slips([pair[0] for pair in ordered], [pair[1] for pair in ordered])
    return Comparison(
        found.count,
        found.agreeing,
        differences,
        tuple(_slipped(everybody, run) for run in runs),
        tuple(
            Hint(one, kind)
            for one, pair in zip(everybody, ordered, strict=True)
            if one.id in differ
            for kind, told in (("swapped-digits", swapped), ("out-by-ten", out_by_ten))
            if told(*pair)
        ),
    )


def both_finished(sitting_id: int) -> bool:
    """Whether both entries of a sitting are complete."""
    begun = store.entries(sitting_id)
    return all(entry in begun and begun[entry].finished_at for entry in (1, 2))


def _slipped(everybody: list[CandidateRow], run: Slip) -> SlippedRows:
    return SlippedRows(everybody[run.first], everybody[run.last], run.by)


def may_settle(sitting: SittingRow, account_id: int) -> Refusal | None:
    """Refusal of a third reading by one of the two who typed (setting ``exam_settle_by``)."""
    if settings.value("exam_settle_by") == "anybody":
        return None
    known = sittings.entry_accounts(sitting.id)
    if account_id not in known:
        return None
    return Refusal(
        "settled-by-typist",
        sentence("您录过这场考试的第%(entry)s遍成绩，不一致的成绩要由第三人照试卷再录。"),
        "registry-rule",
        {"entry": known[account_id][0]},
    )


def settle(act: Act, sitting_id: int, candidate_id: int, typed: str, client_id: str) -> bool:
    """Type a differing mark again from the paper; whether that settles it.

    Equal to one of the two it is settled, else it stays open and neither mark is shown. The same
    ``client_id`` is written once. Raises Refused.
    """
    act = authorise(act, "exam.enter")
    account_id = account_of(act)
    with in_words(), transaction() as book:
        sitting = sittings.hold(sitting_id)
        if sitting is None or (
            act.by.role == "typist" and sittings.typist_sitting(account_id) != sitting_id
        ):
            raise Refused(
                Refusal(
                    "no-such-sitting",
                    sentence("没有这场考试。请从考试列表里重新打开。"),
                    "registry-rule",
                )
            )
        against = may("settle", sitting.state) or may_settle(sitting, account_id)
        if against:
            raise Refused(against)
        if (known := store.settlement_known(client_id)) is not None:
            return known
        if not both_finished(sitting_id):
            raise Refused(
                Refusal(
                    "entries-not-finished",
                    sentence("两遍成绩还没有都录完，不能核对。"),
                    "registry-rule",
                )
            )
        first, second = store.both(sitting_id)
        one, other = first.get(candidate_id, NOTHING), second.get(candidate_id, NOTHING)
        done = store.settlements(sitting_id).get(candidate_id, (NOTHING, False))[1]
        if one == other or done:
            raise Refused(
                Refusal(
                    "nothing-to-settle",
                    sentence("这位考生的成绩没有要核对的，或者已经核对好了。"),
                    "registry-rule",
                )
            )
        reading = read_mark(typed, sitting.full_mark)
        if reading.state == EMPTY:
            raise Refused(
                Refusal(
                    "mark-missing",
                    sentence("没有填成绩。请照试卷录入，缺考录“缺”，违纪录“违”。"),
                    "registry-rule",
                )
            )
        mark: Mark = (reading.state, reading.half_points)
        settled = settles(mark, one, other)
        store.add_settlement(
            act, sitting_id, candidate_id, mark, settled=settled, client_id=client_id
        )
        left = compare(sitting_id)
        if left is not None and not left.open:
            book.record(
                "entry-compared",
                act,
                sitting_id,
                details={
                    **sitting.told(),
                    "count": left.count,
                    "differ": len(left.differences),
                },
            )
    return settled
