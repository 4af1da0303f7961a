"""The closed tables: roles × acts, and the bases that acts and refusals cite."""

import pytest

from registry.rules.bases import BASES, DEFAULT_BASIS
from registry.rules.people import ESTABLISHMENT_BASIS
from registry.rules.roles import ACTS, FRESH_ACTS, ROLES, SCOPED_ROLES, acts_of, may


def test_every_act_names_known_roles_and_has_a_default_basis():
    assert set(DEFAULT_BASIS) == set(ACTS)
    assert set(DEFAULT_BASIS.values()) <= set(BASES)
    assert all(roles <= set(ROLES) for roles in ACTS.values())
    assert set(ACTS) >= FRESH_ACTS
    assert set(ROLES) >= SCOPED_ROLES


def test_an_unknown_act_cannot_be_asked_about():
    with pytest.raises(KeyError):
        may("legal-office", "certificate.forge")
    assert not may("nobody", "home.view")


def test_the_administrator_sees_no_register():
    areas = {act.split(".")[0] for act in acts_of("administrator")}
    assert areas == {"home", "account", "setting", "key"}


def test_the_auditor_reads_everything_and_writes_nothing():
    assert all(act.endswith(".view") or act == "account.own" for act in acts_of("auditor"))
    assert {act for act in ACTS if act.endswith(".view")} <= acts_of("auditor")


def test_who_applies_never_decides():
    for act in ("issue", "exchange", "suspend", "release", "replace", "cancel", "revoke",
                "rectify", "print"):  # fmt: skip
        assert ACTS[f"certificate.{act}"] == {"legal-office"}
    assert may("hr", "certificate.lost") and may("hr", "certificate.found")
    assert ACTS["finding.decide"] == {"legal-office"}


def test_the_exam_coordinator_has_the_exam_room_alone():
    areas = {act.split(".")[0] for act in acts_of("exam-coordinator")}
    assert areas <= {"home", "account", "exam", "training"}
    assert "exam.exempt" not in acts_of("exam-coordinator")


def test_a_typist_types_and_sees_nothing_else():
    assert acts_of("typist") == {"home.view", "account.own", "exam.enter"}


def test_everybody_has_an_own_account():
    assert all(may(role, "account.own") and may(role, "home.view") for role in ROLES)


def test_bases_are_cited_in_both_languages():
    for code, basis in BASES.items():
        assert basis.code == code
        assert basis.citation and basis.citation_en.isascii()
    assert set(ESTABLISHMENT_BASIS.values()) <= set(BASES)
