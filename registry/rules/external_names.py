"""In whose name a unit enforces towards the outside, decided per matter, with the reason.

The district's own report (seed) lets a merged team act in its own name where its predecessor was
authorised by law or regulation for the matter before the merger, and names the competent bureau
everywhere else. National opinions override this for some fields: there the bureau's name is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from registry.rules.refusals import Term, sentence

NameRule = Literal["by-authorisation", "bureau"]

NAME_RULES: dict[str, str] = {
    "by-authorisation": sentence("按合并前的授权，逐项确定"),
    "bureau": sentence("一律以主管局的名义"),
}

# Fields whose teams use the bureau's name by a national text, with that text.
SECTOR_OVERRIDES: dict[str, tuple[NameRule, str]] = {
    "ecology": ("bureau", "ecology-opinion"),
    "agriculture": ("bureau", "agriculture-rule-9"),
    "emergency": ("bureau", "emergency-opinion"),
}


def name_rule_for(
    sector: str, district: Mapping[str, NameRule] | None = None
) -> tuple[NameRule, str]:
    """The rule for a field and its basis: the district's own choice, else the national text,
    else the district's report."""
    if district and sector in district:
        return district[sector], "registry-rule"
    return SECTOR_OVERRIDES.get(sector, ("by-authorisation", "seed-2018"))


@dataclass(frozen=True)
class UnitFacts:
    """The unit that acts: its name and type, and its competent bureau or commissioner."""

    name: str
    subject_type: str
    bureau: str = ""
    merged: bool = False


AuthorisedBy = Literal["law", "administrative-regulation", "local-regulation"]

AUTHORISED_BY: dict[str, str] = {
    "law": sentence("法律"),
    "administrative-regulation": sentence("行政法规"),
    "local-regulation": sentence("地方性法规"),
}


@dataclass(frozen=True)
class MatterFacts:
    """One matter on record for the unit.

    ``authorised``: whether the unit (of a merged team: the ``predecessor``) was authorised for
    the matter, None when nobody has found out. ``article``: by which article.
    """

    title: str
    category: str
    authorised: bool | None = None
    authorised_by: AuthorisedBy | None = None
    predecessor: str = ""
    article: str = ""


@dataclass(frozen=True)
class ExternalSubject:
    """Whose name stands on the document, and why."""

    name: str
    own_name: bool
    template: str
    basis: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The Chinese reason with its values filled in."""
        return self.template % self.values


def external_subject(
    unit: UnitFacts,
    matter: MatterFacts | None = None,
    name_rule: tuple[NameRule, str] = ("by-authorisation", "seed-2018"),
) -> ExternalSubject:
    """In whose name ``unit`` enforces in ``matter``, and why.

    行政处罚法 17–21 and the district's report of 2018, 三(一).

    ``name_rule`` as :func:`name_rule_for` gives it. Without a matter, or where nothing is known
    of its authorisation, it is the bureau; an authority always acts in its own name. The name is
    empty where the bureau isn't on record.
    """
    values: dict[str, object] = {
        "unit": unit.name,
        "bureau": unit.bureau,
        "matter": matter.title if matter else "",
    }

    def bureau(template: str, basis: str) -> ExternalSubject:
        if not unit.bureau:
            missing = sentence("%(unit)s还没有登记主管局，请先登记，再确定以谁的名义执法。")
            return ExternalSubject("", False, missing, "penalty-law-20", values)
        return ExternalSubject(unit.bureau, False, template, basis, values)

    if unit.subject_type == "authority":
        return ExternalSubject(
            unit.name,
            True,
            sentence("%(unit)s是法定行政机关，以自己的名义执法。"),
            "penalty-law-17",
            values,
        )
    rule, rule_basis = name_rule
    if rule == "bureau":
        return bureau(
            sentence("这一领域的执法队伍以主管局的名义执法，所以用%(bureau)s的名义。"), rule_basis
        )
    if matter is None or matter.authorised is None:
        if unit.subject_type == "authorised" and not unit.merged and matter is None:
            return ExternalSubject(
                unit.name,
                True,
                sentence("%(unit)s由法律、法规授权，在授权范围内以自己的名义执法。"),
                "penalty-law-19",
                values,
            )
        if unit.subject_type == "commissioned":
            return bureau(
                sentence("%(unit)s是受委托组织，没有查到自己的授权，以%(bureau)s的名义执法。"),
                "penalty-law-20",
            )
        if matter is None:
            return bureau(
                sentence("没有查到%(unit)s自己的授权，以主管局%(bureau)s的名义执法。"), "seed-2018"
            )
        return bureau(
            sentence("没有查到%(unit)s对“%(matter)s”的授权，以主管局%(bureau)s的名义执法。"),
            "seed-2018",
        )
    if not matter.authorised:
        if unit.subject_type == "commissioned":
            return bureau(
                sentence("“%(matter)s”没有授权给%(unit)s，受委托以%(bureau)s的名义执法。")
                if matter.category != "coercion"
                else sentence("“%(matter)s”不得委托，只能由%(bureau)s自己实施。"),
                "penalty-law-20" if matter.category != "coercion" else "coercion-law-17",
            )
        return bureau(
            sentence("“%(matter)s”没有授权给%(unit)s，以主管局%(bureau)s的名义执法。"), "seed-2018"
        )
    values["article"] = matter.article
    values["predecessor"] = matter.predecessor or unit.name
    if matter.category == "coercion" and matter.authorised_by == "local-regulation":
        return bureau(
            sentence("行政强制只认法律、行政法规的授权，“%(matter)s”以%(bureau)s的名义实施。"),
            "coercion-law-70",
        )
    if matter.authorised_by is not None:
        values["authorised_by"] = Term(AUTHORISED_BY[matter.authorised_by])
    if unit.merged or matter.predecessor:
        return ExternalSubject(
            unit.name,
            True,
            sentence(
                "合并前%(predecessor)s对“%(matter)s”有授权，合并后的%(unit)s可以自己的名义执法。"
            ),
            "seed-2018",
            values,
        )
    return ExternalSubject(
        unit.name,
        True,
        sentence("法律、法规把“%(matter)s”授权给%(unit)s，以自己的名义执法。"),
        {"coercion": "coercion-law-70", "licence": "licence-law-23"}.get(
            matter.category, "penalty-law-19"
        ),
        values,
    )
