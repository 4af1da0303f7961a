"""Who may be issued a certificate: each refusal alone, all of them together, each edge day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.rules.bases import BASES
from registry.rules.conduct import GRADES, SANCTIONS, Sanction, sanction_end
from registry.rules.eligibility import LACKS, HolderFacts, IssueSettings, eligibility
from registry.rules.people import ESTABLISHMENTS

ON = date(2026, 3, 5)
GOOD = HolderFacts(
    establishment="civil-servant",
    born_on=date(1985, 6, 1),
    appraisals={2025: "competent"},
    live={"jiangsu-legacy": "active"},
    subject_type="authority",
)


def judge(facts=GOOD, on=ON, *, exchange=True, settings=None):
    refusals, warnings = eligibility(facts, on, exchange=exchange, settings=settings)
    for one in (*refusals, *warnings):
        assert one.basis in BASES
        assert "%(" not in one.sentence
    return [one.code for one in refusals], [one.code for one in warnings]


def test_a_holder_of_an_old_card_in_good_standing_is_held_back_by_nothing():
    assert judge() == ([], [])


def test_exchange_asks_for_no_exam_and_a_first_issue_does():
    assert judge(exchange=False) == (["not-qualified"], [])
    assert judge(replace(GOOD, qualified=True, live={}), exchange=False) == ([], [])
    strict = IssueSettings(exchange_without_exam=False)
    assert judge(settings=strict) == (["not-qualified"], [])
    assert judge(replace(GOOD, qualified=True), settings=strict) == ([], [])


@pytest.mark.parametrize("establishment", ESTABLISHMENTS)
def test_every_establishment(establishment):
    refusals, _ = judge(replace(GOOD, establishment=establishment))
    assert (
        refusals
        == {
            "officer": [],
            "auxiliary": ["auxiliary-employment"],
            "barred": ["barred-employment"],
        }[ESTABLISHMENTS[establishment].category]
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"establishment": ""}, "not-engaged"),
        ({"barred": True}, "person-barred"),
        ({"on_auxiliary_roster": True}, "on-auxiliary-roster"),
        ({"on_both_rosters": True}, "on-both-rosters"),
        ({"sanctions": (Sanction("demerit", ON),)}, "sanction-in-period"),
        ({"sanctions": (Sanction("expulsion", date(2001, 1, 1)),)}, "sanction-in-period"),
        ({"convicted": True}, "criminal-record"),
        ({"revoked_on": (ON,)}, "reapplication-banned-until"),
        ({"holds_supervision_post": True}, "supervision-post"),
        ({"in_enforcement_post": False}, "not-in-enforcement-post"),
        ({"organisation_closed": True}, "organisation-closed"),
        ({"subject_type": ""}, "not-a-subject"),
        ({"subject_type": "commissioned", "letter_state": "lapsed"}, "letter-lapsed"),
        ({"subject_type": "commissioned", "letter_state": "not-yet"}, "letter-not-yet"),
        ({"appraisals": {2025: "basically-competent"}}, "appraisal-below"),
        ({"live": {"jiangsu-legacy": "active", "national": "lost"}}, "already-holds"),
        ({"live": {}}, "no-legacy-certificate"),
        ({"live": {"jiangsu-legacy": "suspended"}}, "legacy-suspended"),
        (
            {"live": {"jiangsu-legacy": "lost"}, "suspension_stands": True},
            "legacy-suspended",
        ),
    ],
)
def test_each_refusal_alone(change, code):
    assert judge(replace(GOOD, **change)) == ([code], [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"subject_type": "commissioned", "letter_state": "missing"}, "letter-missing"),
        ({"appraisals": {}}, "appraisal-missing"),
        ({"appraisals": {2024: "incompetent"}}, "appraisal-missing"),
        ({"appraisals": {2025: "undetermined"}}, "appraisal-missing"),
        ({"seconded_out": True}, "seconded-out"),
        ({"in_enforcement_post": None}, "post-not-known"),
        ({"born_on": date(1965, 12, 5), "sex": "male"}, "past-retirement-age"),
        ({"born_on": date(1966, 3, 5), "sex": "male"}, "near-retirement-age"),
        ({"born_on": date(1970, 7, 5), "sex": "female"}, "past-retirement-age"),
        ({"name": "阿卜杜热西提·买买提吐尔逊江阿"}, "name-on-two-lines"),
        ({"name": "阿" * 45}, "name-does-not-fit"),
        (
            {"subject_type": "commissioned", "letter_until": date(2031, 3, 3)},
            "letter-ends-before-card",
        ),
        ({"legacy_last_day": ON - timedelta(days=1)}, "legacy-past-its-end"),
        *(({"lacks": frozenset({lack})}, f"lacks-{lack}") for lack in LACKS),
    ],
)
def test_each_warning_alone(change, code):
    assert judge(replace(GOOD, **change)) == ([], [code])


def test_edges_of_the_warnings():
    # 60 years and 6 months: a year ahead to the day, and a day more.
    assert judge(replace(GOOD, born_on=date(1966, 9, 5))) == ([], ["near-retirement-age"])
    assert judge(replace(GOOD, born_on=date(1966, 9, 6))) == ([], [])
    assert judge(replace(GOOD, name="阿" * 14)) == ([], [])
    lasting = replace(GOOD, subject_type="commissioned", letter_until=date(2031, 3, 4))
    assert judge(lasting) == ([], [])
    assert judge(replace(GOOD, legacy_last_day=ON)) == ([], [])
    assert judge(replace(GOOD, live={"jiangsu-legacy": "lost"})) == ([], [])


def test_every_reason_is_named_at_once():
    facts = HolderFacts(
        establishment="contract",
        in_enforcement_post=False,
        barred=True,
        on_auxiliary_roster=True,
        on_both_rosters=True,
        holds_supervision_post=True,
        sanctions=(Sanction("demerit", ON), Sanction("removal", ON)),
        convicted=True,
        appraisals={2025: "incompetent"},
        revoked_on=(ON,),
        live={"national": "active"},
        subject_type="commissioned",
        letter_state="lapsed",
    )
    refusals, _ = judge(facts, exchange=True, settings=IssueSettings(exchange_without_exam=False))
    assert refusals == [
        "auxiliary-employment", "on-auxiliary-roster", "on-both-rosters", "person-barred",
        "sanction-in-period", "sanction-in-period", "criminal-record",
        "reapplication-banned-until", "supervision-post", "not-in-enforcement-post",
        "letter-lapsed", "appraisal-below", "already-holds", "no-legacy-certificate",
        "not-qualified",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", SANCTIONS)
def test_a_sanction_holds_back_through_the_last_day_of_its_period(kind):
    effective = date(2025, 8, 31)
    facts = replace(
        GOOD,
        sanctions=(Sanction(kind, effective),),
        appraisals={year: "competent" for year in range(2020, 2040)},
    )
    held = ["sanction-in-period"] if SANCTIONS[kind].bars else []
    assert judge(facts, effective - timedelta(days=1))[0] == []
    assert judge(facts, effective)[0] == held
    if SANCTIONS[kind].months:
        end = sanction_end(kind, effective)
        assert judge(facts, end)[0] == held
        assert judge(facts, end + timedelta(days=1))[0] == []


def test_the_sentence_names_the_day_from_which_it_is_free():
    facts = replace(GOOD, sanctions=(Sanction("demerit", date(2025, 8, 31)),))
    [refusal], _ = eligibility(facts, ON, exchange=True)
    assert "2026-08-31起可以再申领" in refusal.sentence


@pytest.mark.parametrize("grade", GRADES)
def test_every_grade_of_last_year(grade):
    refusals, warnings = judge(replace(GOOD, appraisals={2025: grade}))
    enough = GRADES[grade].enough
    assert refusals == (["appraisal-below"] if enough is False else [])
    assert warnings == (["appraisal-missing"] if enough is None else [])


def test_last_year_is_the_calendar_year_before():
    facts = replace(GOOD, appraisals={2025: "incompetent", 2026: "competent"})
    assert judge(facts, date(2026, 12, 31))[0] == ["appraisal-below"]
    assert judge(facts, date(2027, 1, 1))[0] == []


def test_a_missing_appraisal_can_hold_back_a_first_issue_but_no_exchange():
    strict = IssueSettings(missing_appraisal_holds_back=True)
    unknown = replace(GOOD, appraisals={}, qualified=True)
    out = date(2026, 3, 31)
    assert judge(unknown, out, settings=strict) == ([], ["appraisal-missing"])
    first = replace(unknown, live={})
    assert judge(first, out, exchange=False, settings=strict) == (["appraisal-missing"], [])


@pytest.mark.parametrize(
    ("by", "on", "held_back"),
    [
        ((3, 31), date(2026, 1, 1), False),
        ((3, 31), date(2026, 3, 30), False),
        ((3, 31), date(2026, 3, 31), True),
        ((3, 31), date(2026, 12, 31), True),
        ((1, 1), date(2026, 1, 1), True),
        ((12, 31), date(2026, 12, 30), False),
    ],
)
def test_before_the_grades_are_out_a_missing_one_is_only_a_warning(by, on, held_back):
    strict = IssueSettings(missing_appraisal_holds_back=True, appraisals_out_by=by)
    first = replace(GOOD, appraisals={}, qualified=True, live={})
    against, beside = judge(first, on, exchange=False, settings=strict)
    assert ("appraisal-missing" in against) is held_back
    assert ("appraisal-missing" in beside) is not held_back


def test_the_ban_after_a_revocation():
    revoked = replace(
        GOOD,
        revoked_on=(date(2020, 1, 1), date(2024, 3, 6)),
        appraisals={2025: "competent"},
    )
    assert judge(revoked, date(2026, 3, 5))[0] == ["reapplication-banned-until"]
    assert judge(revoked, date(2026, 3, 6))[0] == []
    for_ever = IssueSettings(reapplication_ban_months=None)
    assert judge(revoked, date(2026, 3, 6), settings=for_ever)[0] == ["reapplication-banned"]
    assert judge(settings=for_ever) == ([], [])


def test_a_photograph_by_setting():
    bare = replace(GOOD, lacks=frozenset({"photograph"}))
    strict = IssueSettings(photograph_required=True)
    assert judge(bare)[0] == []
    assert judge(bare, settings=strict)[0] == ["photograph-missing"]
    assert judge(settings=strict) == ([], [])


def test_commissioned_organisations_by_setting():
    facts = replace(GOOD, subject_type="commissioned")
    assert judge(facts) == ([], [])
    closed = IssueSettings(commissioned_may_hold=False)
    assert judge(facts, settings=closed) == (["commissioned-not-allowed"], [])
    for subject_type in ("authority", "authorised"):
        other = replace(GOOD, subject_type=subject_type, letter_state="lapsed")
        assert judge(other, settings=closed) == ([], [])
