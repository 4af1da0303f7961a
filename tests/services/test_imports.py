"""Imports: the district's own paperwork row by row, and each promise of an import by itself."""

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import imports, uploads
from registry.services.imports import Outcome, Preview, commit, preview, read_file
from registry.store import organisations, roster_writing
from registry.store import uploads as upload_rows
from registry.store.book import transaction
from registry.store.database import ConstraintViolation, connection
from registry.store.imports import Meanings, remembered
from registry.store.tables import (
    TABLES,
    Attempt,
    Certificate,
    Engagement,
    Event,
    Finding,
    ImportMapping,
    Person,
    Proposal,
    Row,
    Upload,
)
from tests.roster_files import (
    auxiliary,
    auxiliary_roster,
    identity_number,
    import_organisations,
    officer,
    roster,
)
from tests.staff import add_account

BUREAU, TOWN = "市场监督管理局", "朱林镇人民政府"
ActOf = Callable[..., Act]


@pytest.fixture
def district(register: Config, act: Act) -> Act:
    """A government with a bureau and a town under it; gives the legal office's act."""
    import_organisations(act, "区人民政府", BUREAU, TOWN)
    return act


@pytest.fixture
def clerk(district: Act, act_of: ActOf) -> Act:
    """An act of the bureau's clerk."""
    bureau = organisations.by_code("ORG-1")
    assert bureau is not None
    account = add_account("clerk", "hr", bureau.id)
    return act_of(Actor(account, "clerk", "经办", "hr", organisations.below(bureau.id)))


def run(act: Act, data: bytes, kind: str | None = None, **options: Any) -> Outcome:
    return commit(act, read_file(data, "roster.xlsx"), kind, **options)


def look(act: Act, data: bytes, kind: str | None = None, **options: Any) -> Preview:
    return preview(act, read_file(data, "roster.xlsx"), kind, **options)


def codes(shown: Preview) -> dict[int, list[str]]:
    return {line.row: [entry.code for entry in line.reasons] for line in shown.refused}


def digests(*, but: tuple[type[Row], ...] = ()) -> dict[str, str]:
    """A digest of every table's rows."""
    found = {}
    for table in TABLES:
        if table not in but:
            rows = sorted(repr(tuple(map(_plain, row))) for row in table.select().tuples())
            found[table.__name__] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def events(name: str) -> int:
    return int(Event.select().where(Event.act == name).count())


# --- the district's own paperwork ----------------------------------------------------------------


def test_the_samples_give_exactly_what_a_careful_importer_must_answer(
    register: Config, act: Act, sample_data: Path, expected: dict[str, Any]
) -> None:
    def read(name: str) -> imports.RosterFile:
        return read_file((sample_data / name).read_bytes(), name)

    def causes(key: str) -> dict[int, list[str]]:
        return {
            int(row): [cause.replace(",", "").replace(" ", "-")]
            for row, cause in expected[key]["wrong"].items()
        }

    done = commit(act, read("organisations.csv"))
    assert done.preview.counts()["added"] == expected["organisations"]

    officers = read("roster-officers.xlsx")
    done = commit(act, officers)
    assert_only_the_book_grows(lambda: commit(act, officers))
    assert codes(done.preview) == causes("officers")
    assert done.preview.good == expected["officers"]["good"] == Person.select().count()
    live = Certificate.select().where(Certificate.kind == "jiangsu-legacy")
    assert live.count() == expected["officers"]["with_legacy_certificate"]

    assistants = read("roster-auxiliary.xlsx")
    done = commit(act, assistants)
    assert codes(done.preview) == causes("auxiliary")
    assert done.preview.good == expected["auxiliary"]["good"]
    held_back = Finding.select().where(Finding.kind == "on-both-rosters")
    assert held_back.count() == 12

    later = read("roster-officers-2019.xlsx")
    done = commit(act, later)
    assert codes(done.preview) == causes("officers_2019")
    counts, wanted = done.preview.counts(), expected["officers_2019"]
    for name in ("rows", "good", "added", "changed", "unchanged", "absent"):
        assert counts[name] == wanted[name], name
    acts = {str(line.row): line.acts[0] for line in done.preview.proposed}
    assert acts == wanted["proposed"]

    for file, times in ((later, 2), (assistants, 1), (read("organisations.csv"), 1)):
        for _ in range(times):
            assert_only_the_book_grows(lambda file=file: commit(act, file))


def assert_only_the_book_grows(again: Callable[[], object]) -> None:
    """A file imported twice leaves every table the same but for the event of the import."""
    before, size = digests(), Event.select().count()
    again()
    changed = {name for name, digest in digests().items() if digest != before[name]}
    assert changed == {"Event", "EventValue", "BookHead"}
    assert Event.select().count() == size + 1
    last = Event.select().order_by(Event.seq.desc()).first()
    assert last.act in ("roster-imported", "organisations-imported")


def test_the_rosters_in_the_other_order_refuse_the_other_half_of_each_pair(
    register: Config, act: Act, sample_data: Path, expected: dict[str, Any]
) -> None:
    for name in ("organisations.csv", "roster-auxiliary.xlsx", "roster-officers.xlsx"):
        done = commit(act, read_file((sample_data / name).read_bytes(), name))
    pairs = [line for line in done.preview.refused if len(line.reasons) == 1]
    assert Counter(line.reasons[0].code for line in pairs)[
        "already-on-the-register-as-auxiliary"
    ] == list(expected["auxiliary"]["wrong"].values()).count(
        "already on the register as an officer"
    )


# --- adding, changing, proposing -----------------------------------------------------------------


def test_an_officer_is_on_record_since_the_rosters_day_with_the_old_card(district: Act) -> None:
    run(district, roster(officer(1, number="32041300001", issued_on="2016年9月26日")))
    place = Engagement.select().get()
    assert (place.on_record_since, place.started_on) == ("2026-06-15", None)
    assert place.in_enforcement_post == 1 and place.may_hold == 1
    card = Certificate.select().get()
    assert (card.number, card.kind, card.state) == ("32041300001", "jiangsu-legacy", "active")
    assert (card.issued_on, card.valid_until, card.code) == ("2016-09-26", None, None)


def test_an_auxiliary_is_linked_to_the_one_officer_who_bears_the_name(district: Act) -> None:
    run(district, roster(officer(1, "陈大文"), officer(3, "李四"), officer(5, "李四")))
    done = run(
        district,
        auxiliary_roster(auxiliary(11, supervisor="陈大文"), auxiliary(13, supervisor="李四")),
    )
    assert [finding.kind for finding in done.preview.findings] == ["supervisor-not-found"]
    linked, unlinked = (
        Engagement.select().where(Engagement.category == "auxiliary").order_by(Engagement.id)
    )
    chief = Person.select().where(Person.name == "陈大文").get()
    assert linked.supervisor_id == chief.id and linked.planned_end_on == "2027-06-30"
    assert (unlinked.supervisor_id, unlinked.supervisor_names) == (None, "李四")
    assert linked.started_on == "2024-07-01"


def test_only_harmless_fields_change_and_a_blank_erases_nothing(district: Act) -> None:
    run(district, roster(officer(1, telephone="13912345678", remarks="旧")))
    done = run(district, roster(officer(1, section="法制科", post=None, remarks="新")))
    (line,) = done.preview.changed
    assert {change.field for change in line.changes} == {"section", "remarks"}
    place = Engagement.select().get()
    assert (place.section, place.post, place.remarks) == ("法制科", "科员", "新")
    assert place.telephone == "13912345678"


@pytest.mark.parametrize(
    ("changed", "act_name", "target"),
    [
        ({"place": TOWN}, "transfer", "ORG-2"),
        ({"establishment": "参公"}, "reclassify", "civil-service-equivalent"),
        ({"name": "陈小文"}, "correct the name", "陈小文"),
        ({"number": "32041300009"}, "new legacy number", "32041300009"),
    ],
)
def test_a_consequential_change_is_proposed_and_changes_nothing(
    district: Act, changed: dict[str, Any], act_name: str, target: str
) -> None:
    run(district, roster(officer(1, "陈大文", number="32041300001")))
    before = digests()
    done = run(district, roster(officer(1, **({"name": "陈大文"} | changed), section="法制科")))
    assert done.preview.good == 0 and [line.acts for line in done.preview.proposed] == [(act_name,)]
    waiting = Proposal.select().get()
    assert (waiting.act, waiting.target, waiting.state) == (act_name, target, "open")
    facts = json.loads(waiting.facts)
    assert facts["section"] == "法制科" and identity_number(1) not in waiting.facts
    after = digests()
    changed_tables = {name for name in after if after[name] != before[name]}
    assert changed_tables == {"Proposal", "Event", "EventValue", "BookHead"}


def test_a_row_of_two_acts_waits_under_each_of_them_once(district: Act) -> None:
    run(district, roster(officer(1, "陈大文")))
    data = roster(officer(1, "陈小文", place=TOWN))
    for _ in range(2):
        run(district, data)
    assert [row.act for row in Proposal.select().order_by(Proposal.id)] == [
        "transfer",
        "correct the name",
    ]


def test_nobody_is_touched_for_not_being_in_the_file(district: Act) -> None:
    run(district, roster(officer(1), officer(3)))
    before = digests(but=(Event,))
    done = run(district, roster(officer(1)))
    assert [line.name for line in done.preview.absent] == ["陈大文3"]
    after = digests(but=(Event,))
    # Who is missing is listed apart; people, places and certificates stay as they were.
    listed = {"EventValue", "BookHead", "Absence"}
    assert {name for name in after if after[name] != before[name]} <= listed


def test_a_refused_row_counts_as_in_the_file(district: Act) -> None:
    run(district, roster(officer(1), officer(3)))
    shown = look(district, roster(officer(1), officer(3, establishment="临时工")))
    assert shown.absent == () and codes(shown) == {4: ["barred-employment-type"]}


def test_the_file_says_short_names_and_wide_digits(district: Act) -> None:
    wide = identity_number(1).translate({48 + n: 0xFF10 + n for n in range(10)})
    done = run(district, roster(officer(1, identity=wide, place="市场 监督管理局")))
    assert done.preview.good == 1


# --- all or nothing -------------------------------------------------------------------------------


def test_nothing_is_written_when_one_row_cannot_be(
    district: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests()

    def fail(*args: Any, **options: Any) -> Any:
        raise ConstraintViolation("rule:final-state")

    run(district, roster(officer(5)))
    before = digests()
    monkeypatch.setattr(roster_writing.people, "edit_engagement", fail)
    with pytest.raises(Refused) as refused:
        run(district, roster(officer(1, number="32041300001"), officer(5, section="法制科")))
    assert refused.value.refusals[0].code == "final-state"
    assert digests() == before


def test_the_register_moved_since_the_preview(district: Act) -> None:
    data = roster(officer(1), officer(3))
    decisions = look(district, data).decisions
    run(district, roster(officer(3)))
    before = digests()
    with pytest.raises(Refused) as refused:
        run(district, data, decisions=decisions)
    assert refused.value.refusals[0].code == "register-moved"
    assert digests() == before
    run(district, data, decisions=look(district, data).decisions)
    assert Person.select().count() == 2


def test_two_people_commit_the_same_file_at_once(district: Act) -> None:
    file = read_file(roster(*(officer(serial) for serial in range(1, 60, 2))), "roster.xlsx")
    decisions = preview(district, file).decisions
    ready, answers = threading.Barrier(2), []

    def press() -> None:
        with connection():
            ready.wait()
            try:
                answers.append(commit(district, file, decisions=decisions).preview.good)
            except Refused as refused:
                answers.append(refused.refusals[0].code)

    people = [threading.Thread(target=press) for _ in range(2)]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    assert sorted(answers, key=str) == [30, "register-moved"]
    assert Person.select().count() == 30 and events("roster-imported") == 1


def test_what_the_register_cannot_hold_refuses_its_row_and_not_the_file(district: Act) -> None:
    done = run(
        district,
        roster(
            officer(1),
            officer(3, section="长" * 101),
            officer(5, "名" * 51),
            officer(9, "名" * 50),
            officer(7, telephone="139" * 14),
        ),
    )
    assert done.preview.good == 2
    assert codes(done.preview) == {
        4: ["text-not-understood"],
        5: ["name-too-long"],
        7: ["text-not-understood"],
    }


def test_an_act_on_somebody_in_the_file_waits_for_the_import(
    district: Act, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    run(district, roster(officer(1), officer(3)))
    person = Person.select().get()
    order: list[str] = []
    written = roster_writing.people.edit_engagement

    def act_meanwhile() -> None:
        with connection(), transaction():
            Person.select().where(Person.id == person.id).for_update().get()
            order.append("act")

    def edit(*args: Any, **options: Any) -> Any:
        other.start()
        other.join(0.5)
        order.append("import")
        return written(*args, **options)

    other = threading.Thread(target=act_meanwhile)
    monkeypatch.setattr(roster_writing.people, "edit_engagement", edit)
    run(district, roster(officer(1, section="法制科"), officer(3)))
    other.join()
    assert order == ["import", "act"]


# --- attempts and findings ------------------------------------------------------------------------


def test_an_attempt_is_recorded_once_for_person_number_and_file(district: Act) -> None:
    barred = officer(1, establishment="临时工", number="32041300001")
    for data in (roster(barred), roster(barred), roster(barred, officer(3))):
        run(district, data)
    assert Attempt.select().count() == events("attempt-refused") == 2
    told = json.loads(Event.select().where(Event.act == "attempt-refused").get().details)
    assert told["codes"] == ["barred-employment-type-with-a-certificate-number"]
    assert told["number"] == "32041300001"
    assert Certificate.select().count() == 0
    assert Finding.select().where(Finding.kind == "card-to-recover").count() == 1


def test_a_barred_kind_is_refused_for_someone_on_the_register_too(district: Act) -> None:
    run(district, roster(officer(1, number="32041300001")))
    before = digests(but=(Event,))
    done = run(district, roster(officer(1, establishment="工勤", number="32041300001")))
    assert done.preview.good == 0 and done.preview.proposed == ()
    attempt = Event.select().where(Event.act == "attempt-refused").get()
    assert attempt.person_id == Person.select().get().id
    changed = {name for name, digest in digests(but=(Event,)).items() if digest != before[name]}
    assert changed == {"Attempt", "Finding", "EventValue", "BookHead"}


def test_an_officer_on_the_auxiliary_roster_is_held_back(district: Act) -> None:
    run(district, roster(officer(1, number="32041300001")))
    done = run(district, auxiliary_roster(auxiliary(1)))
    assert codes(done.preview) == {3: ["already-on-the-register-as-an-officer"]}
    finding = Finding.select().get()
    assert (finding.kind, finding.person_id) == ("on-both-rosters", Person.select().get().id)
    assert Engagement.select().count() == 1


def test_a_number_in_the_remarks_is_imported_with_a_warning_and_an_attempt(district: Act) -> None:
    done = run(district, auxiliary_roster(auxiliary(1, remarks="执法证号32041300077")))
    assert done.preview.good == 1 and done.attempts_recorded == 1
    assert Finding.select().get().kind == "number-in-remarks"
    assert Finding.select().get().person_id == Person.select().get().id
    told = json.loads(Event.select().where(Event.act == "attempt-refused").get().details)
    assert told["number"] == "32041300077"


def test_two_people_of_one_number_are_both_refused_and_waiting_for_a_decision(
    district: Act,
) -> None:
    same = identity_number(1)
    done = run(district, roster(officer(1, "陈大文"), officer(3, "李四", identity=same)))
    assert codes(done.preview) == {3: ["id-twice-in-the-file"], 4: ["id-twice-in-the-file"]}
    assert Finding.select().get().kind == "one-id-two-people"


def test_a_decided_finding_opens_again_only_for_a_later_file(district: Act) -> None:
    from registry.store.findings import decide_finding, findings

    run(district, roster(officer(1)))
    first, later = auxiliary_roster(auxiliary(1)), auxiliary_roster(auxiliary(1), auxiliary(3))
    for data in (first, later):
        run(district, data)
    assert Finding.select().count() == 1
    with transaction() as book:
        decide_finding(book, district, findings(None)[0], "officer")
    run(district, first)
    assert Finding.select().count() == 1
    for _ in range(2):
        run(district, later)
    run(district, auxiliary_roster(auxiliary(1), auxiliary(5)))
    assert Finding.select().count() == 2


def test_no_id_number_stands_in_a_preview_a_finding_or_an_event(district: Act) -> None:
    data = roster(
        officer(1), officer(3, establishment="临时工", number="32041300001"), officer(5, "")
    )
    shown = look(district, data)
    run(district, data)
    run(district, roster(officer(1, "陈小文", place=TOWN), officer(5, section="别的科")))
    told = [repr(shown)]
    for table in (Event, Finding, Proposal, Attempt):
        told += [repr(tuple(map(_plain, row))) for row in table.select().tuples()]
    assert not re.search(r"(?<![0-9a-f])[0-9]{17}[0-9X](?![0-9a-f])", "\n".join(told))


# --- scope ----------------------------------------------------------------------------------------


def test_a_clerk_enters_people_of_her_own_organ_only(clerk: Act) -> None:
    done = run(clerk, roster(officer(1), officer(3, place=TOWN)))
    assert done.preview.good == 1
    assert codes(done.preview) == {4: ["organisation-of-others"]}


def test_a_clerk_learns_nothing_of_people_elsewhere(district: Act, clerk: Act) -> None:
    run(district, roster(officer(1, "陈大文", place=TOWN, number="32041300001"), officer(3)))
    shown = look(clerk, roster(officer(1, "陈大文")))
    assert codes(shown) == {3: ["registered-elsewhere"]}
    assert [line.name for line in shown.absent] == ["陈大文3"]
    assert "陈大文3" not in [line.name for line in look(clerk, roster(officer(5))).added]


def test_who_may_not_import_is_refused(district: Act, act_of: ActOf) -> None:
    auditor = act_of(Actor(None, "auditor", "审计", "auditor"))
    file = read_file(roster(officer(1)), "roster.xlsx")
    for ask in (preview, commit):
        with pytest.raises(Refused) as refused:
            ask(auditor, file)
        assert refused.value.refusals[0].code == "not-permitted"


def test_a_clerk_does_not_import_organisations(clerk: Act) -> None:
    with pytest.raises(Refused) as refused:
        import_organisations(clerk, "某区人民政府")
    assert refused.value.refusals[0].code == "not-permitted"


# --- columns and words ----------------------------------------------------------------------------


def test_a_missing_column_is_asked_for_before_anything_is_judged(district: Act) -> None:
    headings = ("序号", "姓名", "性别", "证件号码", "所在单位", "编制性质", "职务")
    rows = [[1, "陈大文", "男", identity_number(1), BUREAU, "公务员", "科员"]]
    data = roster(*rows, headings=headings)
    shown = look(district, data, "officer")
    assert shown.missing == ("identity_number",) and shown.added == ()
    with pytest.raises(Refused) as refused:
        run(district, data, "officer")
    assert refused.value.refusals[0].code == "column-missing"
    said = Meanings({"证件号码": "identity_number"})
    assert run(district, data, "officer", said=said).preview.good == 1
    # Remembered: the next file of this sort needs nobody's help.
    assert look(district, data, "officer").missing == ()


def test_a_word_is_asked_for_and_remembered_with_one_event(district: Act) -> None:
    data = roster(officer(1, establishment="聘用"))
    assert codes(look(district, data)) == {3: ["unknown-employment-type"]}
    said = Meanings({}, {("establishment", "聘用"): "public-institution"})
    for _ in range(2):
        run(district, data, said=said)
    assert events("mapping-remembered") == 1 and ImportMapping.select().count() == 1
    assert look(district, roster(officer(3, establishment="聘用"))).good == 1


def test_what_a_clerk_says_holds_for_her_own_organ_alone(district: Act, clerk: Act) -> None:
    said = Meanings({}, {("establishment", "聘用"): "public-institution"})
    run(clerk, roster(officer(1, establishment="聘用")), said=said)
    assert remembered(clerk, "officer").values == said.values
    assert remembered(district, "officer").values == {}


def test_a_remembered_organ_out_of_reach_is_forgotten_for_the_clerk(
    district: Act, clerk: Act
) -> None:
    said = Meanings({}, {("organisation", "大队"): "ORG-2"})
    run(district, roster(officer(1, place="大队")), said=said)
    assert codes(look(clerk, roster(officer(3, place="大队")))) == {3: ["unknown-organisation"]}


# --- organisations --------------------------------------------------------------------------------


def test_organisations_are_imported_twice_without_a_trace(
    register: Config, act: Act, sample_data: Path
) -> None:
    data = (sample_data / "organisations.csv").read_bytes()
    assert commit(act, read_file(data, "organisations.csv")).preview.counts()["added"] == 28
    before = digests()
    again = commit(act, read_file(data, "organisations.csv")).preview.counts()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 28)
    changed = {name for name, digest in digests().items() if digest != before[name]}
    assert changed == {"Event", "EventValue", "BookHead"}


def test_an_ended_organisation_does_not_come_back_by_a_file(district: Act) -> None:
    from registry.services.organisations import end_organisation

    end_organisation(district, "ORG-2")
    before = digests(but=(Event,))["Organisation"]
    with connection():
        import_organisations(district, "区人民政府", BUREAU, "朱林镇政府")
    assert digests(but=(Event,))["Organisation"] == before


# --- uploads --------------------------------------------------------------------------------------


def test_an_upload_is_sealed_its_owners_only_and_gone_after_a_day(clerk: Act) -> None:
    other = replace(clerk, by=replace(clerk.by, account_id=add_account("other", "hr")))
    file = read_file(roster(officer(1, "陈大文")), "roster.xlsx")
    waiting = uploads.hold_upload(clerk, file, None)
    held = uploads.waiting_upload(clerk, waiting)
    assert held is not None and held.file == file and held.kind == "officer"
    assert uploads.waiting_upload(other, waiting) is None
    sealed = bytes(Upload.select().get().sealed)
    for secret in (identity_number(1), "陈大文", "PK\x03\x04"):
        assert secret.encode() not in sealed
    # Nobody can pass it on by writing another owner into the row.
    Upload.update(account_id=other.by.account_id).execute()
    with pytest.raises(upload_rows.keys.KeyMissing):
        uploads.waiting_upload(other, waiting)
    Upload.update(account_id=clerk.by.account_id).execute()
    tomorrow = replace(clerk, at=clerk.at + timedelta(days=1))
    assert upload_rows.waiting(waiting, clerk.by.account_id or 0, tomorrow.at) is None
    assert uploads.waiting_upload(tomorrow, waiting) is None
    assert Upload.select().count() == 0


def test_purging_takes_only_what_has_waited_a_day(clerk: Act) -> None:
    file = read_file(roster(officer(1)), "roster.xlsx")
    uploads.hold_upload(clerk, file, None)
    assert uploads.purge_uploads(clerk.at + timedelta(hours=23)) == 0
    uploads.hold_upload(replace(clerk, at=clerk.at + timedelta(hours=2)), file, None)
    assert uploads.purge_uploads(clerk.at + timedelta(hours=25)) == 1


def test_one_upload_is_imported_once_and_only_its_refused_rows_stay(clerk: Act) -> None:
    data = roster(officer(1), officer(3, "=HYPERLINK(1)", establishment="临时工"))
    waiting = uploads.hold_upload(clerk, read_file(data, "roster.xlsx"), None)
    held = uploads.waiting_upload(clerk, waiting)
    assert held is not None
    commit(clerk, held.file, held.kind, held=held)
    with pytest.raises(Refused) as refused:
        commit(clerk, held.file, held.kind, held=held)
    assert refused.value.refusals[0].code == "imported-meanwhile"
    assert uploads.waiting_upload(clerk, waiting) is None
    done = uploads.finished_upload(clerk, waiting)
    assert done is not None and done.counts["added"] == 1
    ((_, row, cells),) = done.refused.rows
    assert row == 4 and "=HYPERLINK(1)" in cells
    assert [entry.code for entry in done.refused.entries] == ["barred-employment-type"]
    assert done.refused.entries[0].message


def test_a_meaning_out_of_reach_or_out_of_the_list_is_refused(clerk: Act) -> None:
    file = read_file(roster(officer(1, place="大队")), "roster.xlsx")
    held = uploads.waiting_upload(clerk, uploads.hold_upload(clerk, file, None))
    assert held is not None
    for said in (
        Meanings({}, {("organisation", "大队"): "ORG-2"}),
        Meanings({}, {("name", "大队"): "ORG-1"}),
        Meanings({"备注": "birth"}),
    ):
        with pytest.raises(Refused) as refused:
            uploads.say(clerk, held, said)
        assert refused.value.refusals[0].code == "meaning-unknown"
    uploads.say(clerk, held, Meanings({}, {("organisation", "大队"): "ORG-1"}))
    with pytest.raises(Refused) as refused:
        uploads.say(clerk, held, Meanings())
    assert refused.value.refusals[0].code == "upload-gone"
