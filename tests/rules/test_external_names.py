"""In whose name: per unit and per matter, with the reason and its article."""

import pytest

from registry.rules.bases import BASES
from registry.rules.external_names import (
    MatterFacts,
    UnitFacts,
    external_subject,
    name_rule_for,
)

TEAM = UnitFacts("市场监管大队", "commissioned", "区市场监管局", merged=True)
AUTHORISED = UnitFacts("城管大队", "authorised", "区城管局", merged=True)
SETTLED = UnitFacts("卫生监督所", "authorised", "区卫健局")
BUREAU = UnitFacts("区水利局", "authority")


def matter(category="penalty", authorised=None, by=None, predecessor=""):
    return MatterFacts("查处无照经营", category, authorised, by, predecessor, "某法第一条")


@pytest.mark.parametrize(
    ("unit", "question", "name", "basis"),
    [
        (BUREAU, None, "区水利局", "penalty-law-17"),
        (BUREAU, matter(authorised=False), "区水利局", "penalty-law-17"),
        # Nothing known: the bureau.
        (TEAM, None, "区市场监管局", "penalty-law-20"),
        (TEAM, matter(), "区市场监管局", "penalty-law-20"),
        (AUTHORISED, None, "区城管局", "seed-2018"),
        (AUTHORISED, matter(), "区城管局", "seed-2018"),
        (SETTLED, None, "卫生监督所", "penalty-law-19"),
        (SETTLED, matter(), "区卫健局", "seed-2018"),
        # Not authorised: the bureau.
        (TEAM, matter(authorised=False), "区市场监管局", "penalty-law-20"),
        (TEAM, matter("coercion", authorised=False), "区市场监管局", "coercion-law-17"),
        (AUTHORISED, matter(authorised=False), "区城管局", "seed-2018"),
        # Authorised before the merger: the merged team, whatever it is called.
        (TEAM, matter(authorised=True, predecessor="原工商所"), "市场监管大队", "seed-2018"),
        (AUTHORISED, matter(authorised=True), "城管大队", "seed-2018"),
        (SETTLED, matter(authorised=True), "卫生监督所", "penalty-law-19"),
        (SETTLED, matter("licence", True), "卫生监督所", "licence-law-23"),
        (SETTLED, matter("coercion", True, "law"), "卫生监督所", "coercion-law-70"),
        (
            SETTLED,
            matter("coercion", True, "administrative-regulation"),
            "卫生监督所",
            "coercion-law-70",
        ),
        # Coercion: a local regulation's authorisation is not enough.
        (SETTLED, matter("coercion", True, "local-regulation"), "区卫健局", "coercion-law-70"),
        (AUTHORISED, matter("coercion", True, "local-regulation"), "区城管局", "coercion-law-70"),
        (SETTLED, matter("penalty", True, "local-regulation"), "卫生监督所", "penalty-law-19"),
    ],
)
def test_whose_name(unit, question, name, basis):
    answer = external_subject(unit, question)
    assert (answer.name, answer.basis) == (name, basis)
    assert answer.own_name == (name == unit.name)
    assert basis in BASES
    assert answer.reason and "%(" not in answer.reason


@pytest.mark.parametrize("sector", ["ecology", "agriculture", "emergency"])
def test_national_texts_override_the_districts_rule(sector):
    rule = name_rule_for(sector)
    answer = external_subject(AUTHORISED, matter(authorised=True), rule)
    assert answer.name == "区城管局" and answer.basis == rule[1] and rule[1] in BASES


def test_the_district_may_choose_otherwise_per_field():
    assert name_rule_for("market-regulation") == ("by-authorisation", "seed-2018")
    assert name_rule_for("agriculture", {"agriculture": "by-authorisation"}) == (
        "by-authorisation",
        "registry-rule",
    )
    chosen = name_rule_for("market-regulation", {"market-regulation": "bureau"})
    assert external_subject(TEAM, matter(authorised=True), chosen).name == "区市场监管局"


def test_a_unit_without_a_bureau_on_record_says_so():
    answer = external_subject(UnitFacts("执法队", "commissioned"))
    assert answer.name == "" and not answer.own_name
    assert "还没有登记主管局" in answer.reason
    lone = UnitFacts("卫生监督所", "authorised")
    assert external_subject(lone, matter(authorised=True)).name == "卫生监督所"
