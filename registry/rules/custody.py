"""In whose hands a certificate's card is: a life of its own beside the certificate's legal state.

A card is ordered and made, handed over, taken back, destroyed. None of it changes what the
certificate is worth in law: a revoked certificate's card may still be with its holder, and a
suspended one's lie in the office's drawer. What the legal state does ask for is said here too:
only a certificate in use is handed out, only an ended one's card is destroyed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.rules.certificates import FINAL
from registry.rules.certificates import STATES as LEGAL_STATES
from registry.rules.refusals import Refusal, Term, sentence

STATES: dict[str, str] = {
    "not-made": sentence("还没有制作"),
    "ordered": sentence("正在制作"),
    "faulty": sentence("制作有误"),
    "with-office": sentence("在法制机构"),
    "with-unit": sentence("在单位"),
    "with-holder": sentence("在持证人手中"),
    "missing": sentence("下落不明"),
    "destroyed": sentence("已销毁"),
}
FINAL_CUSTODY: tuple[str, ...] = ("destroyed",)

ACTS: dict[str, str] = {
    "order": sentence("送制卡"),
    "made": sentence("制好入库"),
    "faulty": sentence("退回重制"),
    "to-unit": sentence("发到单位"),
    "hand-over": sentence("发给持证人"),
    "back-to-unit": sentence("单位收回"),
    "take-in": sentence("法制机构收回"),
    "write-off": sentence("记作下落不明"),
    "destroy": sentence("销毁"),
}

# The whole grid: act → where the card is → where it is afterwards. What isn't here is refused.
GRID: dict[str, dict[str, str]] = {
    "order": {"not-made": "ordered", "faulty": "ordered"},
    "made": {"not-made": "with-office", "ordered": "with-office", "faulty": "with-office"},
    "faulty": {"ordered": "faulty", "with-office": "faulty"},
    "to-unit": {"with-office": "with-unit"},
    "hand-over": {"with-office": "with-holder", "with-unit": "with-holder"},
    "back-to-unit": {"with-holder": "with-unit", "missing": "with-unit"},
    "take-in": {
        "with-unit": "with-office",
        "with-holder": "with-office",
        "missing": "with-office",
    },
    "write-off": {
        "ordered": "missing",
        "with-office": "missing",
        "with-unit": "missing",
        "with-holder": "missing",
    },
    "destroy": {"faulty": "destroyed", "with-office": "destroyed"},
}

#: Acts that bring a card nearer to its holder: only for a certificate in use.
_ONLY_IN_USE = frozenset({"order", "to-unit", "hand-over"})
#: Acts that have to say why.
_WITH_REASON = frozenset({"faulty", "write-off"})

#: Which permission each act needs.
PERMISSIONS: dict[str, str] = {
    "order": "custody.make",
    "made": "custody.make",
    "faulty": "custody.make",
    "to-unit": "custody.keep",
    "hand-over": "custody.hand",
    "back-to-unit": "custody.hand",
    "take-in": "custody.keep",
    "write-off": "custody.hand",
    "destroy": "custody.destroy",
}

_RULE = "jiangsu-certificate-rule"
_OWN = "registry-rule"


@dataclass(frozen=True)
class Witnesses:
    """Who saw cards being destroyed, where and how."""

    first: str
    second: str
    manner: str


def beginning(kind: str) -> str:
    """Where a card is of which nothing has been recorded: an old one is with its holder."""
    return "not-made" if kind == "national" else "with-holder"


def may(act: str, custody: str, legal_state: str, *, number: str = "") -> tuple[Refusal, ...]:
    """Whether ``act`` is open to a card that is ``custody``; () when it is.

    ``legal_state`` is the certificate's stored state, ``number`` names the card in sentences.
    Raises KeyError for an act or state outside the tables.
    """
    title, where, legal = ACTS[act], STATES[custody], LEGAL_STATES[legal_state]
    refusals = []
    if custody not in GRID[act]:
        refusals.append(
            Refusal(
                "card-not-there",
                sentence(
                    "证件%(number)s的卡片%(where)s，不能办理“%(act)s”；"
                    "请核对号码，或先登记它现在在哪里。"
                ),
                _OWN,
                {"number": number, "where": Term(where), "act": Term(title)},
            )
        )
    if act in _ONLY_IN_USE and legal_state != "active":
        refusals.append(
            Refusal(
                "card-not-to-be-given",
                sentence(
                    "证件%(number)s的状态是“%(state)s”，不在用的证件不能“%(act)s”；"
                    "请留在法制机构，或收回。"
                ),
                _RULE,
                {"number": number, "state": Term(legal), "act": Term(title)},
            )
        )
    if act == "destroy" and legal_state not in FINAL:
        refusals.append(
            Refusal(
                "card-still-counts",
                sentence(
                    "证件%(number)s的状态是“%(state)s”，还没有终结，卡片不能销毁；"
                    "损坏的请先办补发，制错的请退回重制。"
                ),
                _RULE,
                {"number": number, "state": Term(legal)},
            )
        )
    return tuple(refusals)


def custody_after(act: str, custody: str) -> str:
    """Where the card is after an allowed act; raises KeyError when the grid has no such step."""
    return GRID[act][custody]


def open_acts(custody: str, legal_state: str) -> tuple[str, ...]:
    """The acts open to a card as it is, in the order of the table."""
    return tuple(act for act in ACTS if not may(act, custody, legal_state))


def may_say(
    act: str, reason: str, witnesses: Witnesses | None, by_name: str
) -> tuple[Refusal, ...]:
    """Whether an act says what it has to: why, and for a destruction who saw it.

    Two witnesses, two people, and whoever enters it is none of them: else one person alone could
    make a card vanish. ``by_name`` is that person's name.
    """
    refusals = []
    if act in _WITH_REASON and not reason:
        refusals.append(
            Refusal(
                "custody-reason-missing",
                sentence("办理“%(act)s”要写明理由，请填写。"),
                _OWN,
                {"act": Term(ACTS[act])},
            )
        )
    if act != "destroy":
        return tuple(refusals)
    seen = witnesses or Witnesses("", "", "")
    if not (seen.first and seen.second and seen.manner):
        refusals.append(
            Refusal(
                "witnesses-missing",
                sentence("销毁卡片要写明两名监销人的姓名和销毁的方式、地点，请补全。"),
                _OWN,
            )
        )
    elif len({seen.first, seen.second, by_name}) < 3:
        refusals.append(
            Refusal(
                "witnesses-not-two",
                sentence("监销人要是两个不同的人，也不能是经办人自己，请另请一人。"),
                _OWN,
            )
        )
    return tuple(refusals)


def doubles(numbers: Sequence[str]) -> tuple[Refusal, ...]:
    """Refusals of numbers that one list names twice."""
    seen: set[str] = set()
    twice = []
    for number in numbers:
        if number in seen and number not in twice:
            twice.append(number)
        seen.add(number)
    return tuple(
        Refusal(
            "card-twice",
            sentence("证件%(number)s在这一份名单里出现了两次，请去掉一次。"),
            _OWN,
            {"number": number},
        )
        for number in twice
    )


# --- the worklists ---------------------------------------------------------------------------

#: List → (where the card is, the certificate's states). ``None``: every state.
LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    "to-take-back": (("with-unit", "with-holder"), (*FINAL, "suspended")),
    "to-hand-over": (("with-office", "with-unit"), ("active",)),
    "to-make": (("not-made", "faulty"), ("active",)),
    "at-maker": (("ordered",), None),
    "to-destroy": (("with-office", "faulty"), FINAL),
    "without-card": (("missing", "destroyed"), ("active", "suspended")),
}
LIST_TITLES: dict[str, str] = {
    "to-take-back": sentence("要收回的"),
    "to-hand-over": sentence("要发出的"),
    "to-make": sentence("要制作的"),
    "at-maker": sentence("正在制作的"),
    "to-destroy": sentence("要销毁的"),
    "without-card": sentence("没有卡片的"),
}
LIST_MEANINGS: dict[str, str] = {
    "to-take-back": sentence(
        "证件已经注销、吊销、到期、被新证替换，或正在暂扣，卡片还在外面。请收回。"
    ),
    "to-hand-over": sentence("卡片已经制好，还没有发到持证人手中。请发放并让持证人签名。"),
    "to-make": sentence("证件在用，还没有卡片，或制错了要重制。请送制卡，或自行打印。"),
    "at-maker": sentence("已经送去制作，还没有回音。制卡方的回单来了，请导入。"),
    "to-destroy": sentence("证件已经终结，卡片收回在法制机构。请由两人监销。"),
    "without-card": sentence("证件还有效，卡片已经没有了。需要的请办理补发。"),
}
#: Which acts a list offers.
LIST_ACTS: dict[str, tuple[str, ...]] = {
    "to-take-back": ("take-in", "back-to-unit", "write-off"),
    "to-hand-over": ("hand-over", "to-unit", "faulty"),
    "to-make": ("order", "made"),
    "at-maker": ("made", "faulty", "write-off"),
    "to-destroy": ("destroy",),
    "without-card": ("take-in",),
}
