"""A first certificate: who passed what is asked, and was appraised or is vouched for by the organ.

On top of everything that speaks against any issue (:mod:`registry.rules.eligibility`) a first one
asks for every subject of the setting ``first_issue_subjects`` (R07, R08) and for last year's
appraisal, or the organ's written statement in its place (R06).
"""

from dataclasses import replace
from datetime import date

from registry.rules.eligibility import HolderFacts, IssueSettings, Judgement, eligibility
from registry.rules.exams import SUBJECTS
from registry.rules.refusals import Refusal, Term, sentence


def first_issue(
    facts: HolderFacts, on: date, *, settings: IssueSettings | None = None, stated: bool = False
) -> Judgement:
    """All refusals and warnings of a first certificate; ``stated``: the organ wrote the grades.

    The refusals name what is missing: each subject, the year of the appraisal.
    """
    chosen = replace(
        settings or IssueSettings(),
        missing_appraisal_holds_back=not stated,
        appraisals_out_by=(1, 1),
    )
    refusals, warnings = eligibility(facts, on, exchange=False, settings=chosen)
    kept = [one for one in refusals if one.code != "not-qualified"]
    if not facts.qualified:
        kept += [_missing(subject) for subject in facts.missing_subjects or tuple(SUBJECTS)[:1]]
    if "jiangsu-legacy" in facts.live:
        kept.append(
            Refusal(
                "holds-legacy-certificate",
                sentence("此人持有旧版执法证，请办理换发，不按首次申领发证。"),
                "unified-card-notice",
            )
        )
    return tuple(kept), warnings


def _missing(subject: str) -> Refusal:
    return Refusal(
        "not-qualified",
        sentence(
            "此人没有在有效期内的“%(subject)s”合格成绩，也没有免试证明；"
            "请先参加资格考试，或登记免试证明。"
        ),
        "penalty-law-42",
        {"subject": Term(SUBJECTS[subject])},
    )
