"""Two records of one person become one: which may be kept, and what has to be ended before.

The record that is kept loses nothing, and nothing that stands against a person is lost by it: a
bar, a conviction, a sanction come along. A certificate never changes its holder, so the record
that goes may hold none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.rules.certificates import KINDS
from registry.rules.refusals import Refusal, Term, sentence

_OWN = "registry-rule"
_RULE = "jiangsu-certificate-rule"


@dataclass(frozen=True)
class RecordFacts:
    """What decides whether a record may be merged.

    ``live`` maps a certificate's kind to its number, ``appraisals`` a year to its grade;
    ``merged_into`` is the number of the record that it was made one with already, or "";
    ``open_findings`` counts what nobody has decided yet about the record.
    """

    number: str
    engaged: bool
    barred: bool
    live: Mapping[str, str] = field(default_factory=dict)
    appraisals: Mapping[int, str] = field(default_factory=dict)
    merged_into: str = ""
    open_findings: int = 0


def may_merge(survivor: RecordFacts, absorbed: RecordFacts) -> tuple[Refusal, ...]:
    """Whether ``absorbed`` may be made one with ``survivor``, which is kept; () when it may.

    Nobody holds two live certificates of a kind (江苏省行政执法证件管理办法), whatever the records
    said while they were two.
    """
    if survivor.number == absorbed.number:
        return (
            Refusal(
                "merge-same-record",
                sentence("%(number)s和它自己不用合并，请写另一条记录的人员编号。"),
                _OWN,
                {"number": survivor.number},
            ),
        )
    merged = tuple(
        Refusal(
            "merged-already",
            sentence("%(number)s已经并入%(into)s，请在%(into)s上办理。"),
            _OWN,
            {"number": one.number, "into": one.merged_into},
        )
        for one in (survivor, absorbed)
        if one.merged_into
    )
    return merged or (*_certificates(survivor, absorbed), *_standing(survivor, absorbed))


def _certificates(survivor: RecordFacts, absorbed: RecordFacts) -> list[Refusal]:
    refusals = []
    for kind, card in sorted(absorbed.live.items()):
        other = survivor.live.get(kind)
        if other is not None:
            refusals.append(
                Refusal(
                    "both-hold-live",
                    sentence(
                        "两条记录都有有效的《%(kind)s》：%(kept)s和%(card)s。"
                        "一人只能有一张，请先注销要并入的记录上的%(card)s，再合并。"
                    ),
                    _RULE,
                    {"kind": Term(KINDS[kind]), "kept": other, "card": card},
                )
            )
        else:
            refusals.append(
                Refusal(
                    "absorbed-holds-live",
                    sentence(
                        "要并入的记录%(number)s还有有效证件%(card)s，证件不能换持证人；"
                        "请改为保留这条记录，或先注销这张证件。"
                    ),
                    _RULE,
                    {"number": absorbed.number, "card": card},
                )
            )
    return refusals


def _standing(survivor: RecordFacts, absorbed: RecordFacts) -> list[Refusal]:
    refusals = []
    if absorbed.engaged and not survivor.engaged:
        refusals.append(
            Refusal(
                "absorbed-in-post",
                sentence(
                    "要并入的记录%(number)s在职，要保留的%(kept)s已经离开；请改为保留在职的这条。"
                ),
                _OWN,
                {"number": absorbed.number, "kept": survivor.number},
            )
        )
    if absorbed.barred and not survivor.barred:
        refusals.append(
            Refusal(
                "absorbed-is-barred",
                sentence(
                    "要并入的记录%(number)s被禁止持证，合并不能使禁令消失；"
                    "请改为保留这条记录，或先对%(kept)s办理禁止持证。"
                ),
                _RULE,
                {"number": absorbed.number, "kept": survivor.number},
            )
        )
    if absorbed.open_findings:
        refusals.append(
            Refusal(
                "absorbed-has-findings",
                sentence("要并入的记录%(number)s还有%(n)s件待定事项没有决定，请先决定，再合并。"),
                _OWN,
                {"number": absorbed.number, "n": absorbed.open_findings},
            )
        )
    years = sorted(
        year
        for year, grade in absorbed.appraisals.items()
        if survivor.appraisals.get(year, grade) != grade
    )
    if years:
        refusals.append(
            Refusal(
                "appraisals-contradict",
                sentence("两条记录%(years)s年度的考核等次不同，请先查明并更正，再合并。"),
                _OWN,
                {"years": "、".join(map(str, years))},
            )
        )
    return refusals


def may_confirm(requested_by: int, confirmed_by: int) -> Refusal | None:
    """Two people merge, as two people rectify: a wrong merge can't be undone by an act."""
    if requested_by != confirmed_by:
        return None
    return Refusal(
        "same-person",
        sentence("申请和确认合并要由两个不同的账号办理，请由另一人确认。"),
        _OWN,
    )
