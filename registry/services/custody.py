"""Acts on cards, one or many at once: ordered, made, handed over, taken back, destroyed.

Every act leaves a slip with its cards, an event on each certificate, and nothing on what the
certificate is worth in law. A card outside the actor's scope is refused like one that isn't there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.rules import custody as rules
from registry.rules import maker_answers
from registry.rules.acts import Act, authorise
from registry.rules.custody import ACTS, PERMISSIONS, Witnesses
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.roles import may as role_may
from registry.rules.text import clean_text
from registry.services.small_files import rows_of
from registry.store import custody as store
from registry.store.book import transaction
from registry.store.custody import CardRow, Moved
from registry.store.violations import in_words


@dataclass(frozen=True)
class Answered:
    """What a maker's answer came to: cards made, cards to be made again, cards without a word."""

    made: Moved | None
    faulty: Moved | None
    unanswered: int

    @property
    def summary(self) -> dict[str, object]:
        """The same as plain values for a program to read."""
        return {
            "made": len(self.made.rows) if self.made else 0,
            "faulty": len(self.faulty.rows) if self.faulty else 0,
            "unanswered": self.unanswered,
            "slips": [moved.slip_id for moved in (self.made, self.faulty) if moved],
        }


def move_cards(
    act: Act, name: str, numbers: Sequence[str], *, witnesses: Witnesses | None = None
) -> Moved:
    """Do the act ``name`` (a key of :data:`registry.rules.custody.ACTS`) on those cards, or none.

    ``numbers`` are certificate numbers; ``witnesses`` belong to a destruction. Raises Refused
    with every reason of every card, KeyError for an unknown act.
    """
    act = authorise(act, PERMISSIONS[name])
    seen = _clean(witnesses)
    refusals = [*_length(numbers), *rules.doubles(numbers)]
    if refusals:
        raise Refused(refusals)
    with in_words(), transaction() as book:
        found = store.by_numbers(numbers, act.by.scope)
        refusals = list(rules.may_say(name, act.reason, seen, act.by.name))
        for number in numbers:
            row = found.get(number)
            if row is None:
                refusals.append(unknown_card(number))
            else:
                refusals += _against(act, name, row)
        if refusals:
            raise Refused(refusals)
        rows = store.in_pile(found.values())
        return store.move(
            book, act, name, rows, organisation_id=_one_organisation(rows), witnesses=seen
        )


def take_answer(act: Act, data: bytes, filename: str = "") -> Answered:
    """Take the card maker's answer, a spreadsheet: all of its lines or, with one fault, none.

    Raises Refused with every row in doubt.
    """
    act = authorise(act, "custody.make")
    answer = maker_answers.read_answer_rows(rows_of(data, filename))
    with in_words(), transaction() as book:
        found = store.by_numbers((line.number for line in answer.lines), act.by.scope)
        faults = list(answer.faults)
        for line in answer.lines:
            row = found.get(line.number)
            if row is None:
                faults.append(maker_answers.unknown_card(line))
            elif row.custody != "ordered":
                faults.append(maker_answers.not_at_maker(line, rules.STATES[row.custody]))
        if faults:
            raise Refused(sorted(faults, key=lambda fault: int(str(fault.values["row"]))))
        done: dict[str, Moved | None] = {}
        for name in ("made", "faulty"):
            lines = [line for line in answer.lines if line.result == name]
            rows = store.in_pile(found[line.number] for line in lines)
            notes = {line.number: line.note for line in lines}
            done[name] = (
                store.move(
                    book, act, name, rows, organisation_id=_one_organisation(rows), notes=notes
                )
                if rows
                else None
            )
    return Answered(done["made"], done["faulty"], answer.unanswered)


def cards_for_paper(act: Act, name: str, numbers: Sequence[str]) -> list[CardRow]:
    """Cards for a list that is signed before the act ``name`` is entered; judged as the act is.

    Raises Refused with every reason, so that nobody signs for what can't be done.
    """
    act = authorise(act, PERMISSIONS[name])
    refusals = [*_length(numbers), *rules.doubles(numbers)]
    found = store.by_numbers(numbers, act.by.scope)
    for number in numbers:
        row = found.get(number)
        refusals += [unknown_card(number)] if row is None else _against(act, name, row)
    if refusals:
        raise Refused(refusals)
    return store.in_pile(found.values())


def unknown_card(number: str) -> Refusal:
    """Refusal of a number that no certificate within reach bears."""
    return Refusal(
        "card-unknown",
        sentence("没有证件%(number)s，请核对证件号码。"),
        "registry-rule",
        {"number": number[:40]},
    )


def _against(act: Act, name: str, row: CardRow) -> tuple[Refusal, ...]:
    refusals = rules.may(name, row.custody, row.state, number=row.number)
    if row.custody == "with-office" and not role_may(act.by.role, "custody.keep"):
        return (
            *refusals,
            Refusal(
                "card-lies-in-the-office",
                sentence(
                    "证件%(number)s的卡片还在法制机构，单位不能办理“%(act)s”；请先向法制机构领取。"
                ),
                "registry-rule",
                {"number": row.number, "act": Term(ACTS[name])},
            ),
        )
    return refusals


def _clean(witnesses: Witnesses | None) -> Witnesses | None:
    if witnesses is None:
        return None
    return Witnesses(
        clean_text(witnesses.first, limit=60, name=sentence("监销人")),
        clean_text(witnesses.second, limit=60, name=sentence("监销人")),
        clean_text(witnesses.manner, limit=200, name=sentence("销毁的方式、地点")),
    )


def _length(numbers: Sequence[str]) -> list[Refusal]:
    if not numbers:
        return [
            Refusal(
                "no-cards-chosen",
                sentence("没有选证件。请先在名单里勾选，或写证件号码。"),
                "registry-rule",
            )
        ]
    if len(numbers) > store.CARDS_PER_SLIP:
        return [
            Refusal(
                "cards-too-many",
                sentence("一次最多办%(limit)s张卡片，现在有%(n)s张，请分开办理。"),
                "registry-rule",
                {"limit": store.CARDS_PER_SLIP, "n": len(numbers)},
            )
        ]
    return []


def _one_organisation(rows: Sequence[CardRow]) -> int | None:
    """The organisation that all the cards name, if it is one."""
    named = {row.organisation_id for row in rows}
    return named.pop() if len(named) == 1 else None
