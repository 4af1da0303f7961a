"""The closed list of events: unknown names and fields raise."""

import pytest

from registry.rules.events import EVENTS, ORIGIN, SUBJECTS, check_event


def test_every_kind_is_well_formed():
    for name, kind in EVENTS.items():
        assert kind.name == name
        assert kind.subject in SUBJECTS
        assert kind.title
        assert kind.details >= ORIGIN
        assert not kind.details & kind.personal


def test_known_fields_pass():
    kind = check_event("certificate-issued", {"number": "1", "batch": 2}, {"name": "张三"})
    assert kind.subject == "certificate"
    assert check_event("signed-out").name == "signed-out"


@pytest.mark.parametrize(
    ("name", "details", "personal"),
    [
        ("certificate-forged", {}, {}),
        ("certificate-issued", {"colour": 1}, {}),
        ("certificate-issued", {}, {"number": "1"}),
        # A name among the readable details could never be erased.
        ("person-added", {"name": "张三"}, {}),
        ("identity-number-corrected", {"identity_number": "3204"}, {}),
    ],
)
def test_unknown_names_and_fields_raise(name, details, personal):
    with pytest.raises(ValueError, match=name):
        check_event(name, details, personal)


@pytest.mark.parametrize("field", ["identity_number", "telephone", "birth_on", "remarks"])
def test_private_matters_are_never_readable_details(field):
    assert not any({field, f"{field}_from"} & kind.details for kind in EVENTS.values())
