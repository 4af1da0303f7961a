"""The register's tables as Peewee models: columns only, no behaviour.

What the schema promises (keys, checks, triggers) is written in ``migrations/``; a test compares
the two. Days are ISO text, moments UTC text, flags 0 or 1: the same values on both engines.
"""

from peewee import SQL, AutoField, BlobField, CompositeKey, IntegerField, Model, TextField

from registry.store.database import database

# Keys are plain integers: joins are written out where they are used, so no model row ever
# fetches another behind a template's back.


class Row(Model):
    """A row of the register; only what was set is written."""

    class Meta:
        database = database
        only_save_dirty = True
        legacy_table_names = False


class Establishment(Row):
    code = TextField(primary_key=True)
    category = TextField()


class Organisation(Row):
    id = AutoField()
    code = TextField()
    name = TextField()
    subject_type = TextField()
    parent_id = IntegerField(null=True)
    fields = TextField(default="")
    area = TextField(default="")
    categories = TextField(default="")
    issuing_authority = TextField(default="")
    complaint_telephone = TextField(default="")
    name_rule = TextField(null=True)
    merged = IntegerField(default=0)
    created_at = TextField()
    ended_on = TextField(null=True)


class OrganisationAlias(Row):
    id = AutoField()
    organisation_id = IntegerField()
    # Covers Model.alias(), which nothing here calls on this table.
    alias = TextField()  # type: ignore[assignment]


class CommissionLetter(Row):
    id = AutoField()
    commissioned_id = IntegerField()
    commissioner_id = IntegerField()
    number = TextField()
    matters = TextField()
    from_on = TextField()
    until_on = TextField()
    published_by_commissioner_on = TextField(null=True)
    published_by_commissioned_on = TextField(null=True)
    ended_on = TextField(null=True)


class Matter(Row):
    id = AutoField()
    organisation_id = IntegerField()
    matter = TextField()
    category = TextField()
    field = TextField(default="")
    predecessor = TextField(default="")
    authorised = IntegerField(null=True)
    authorised_by = TextField(null=True)
    article = TextField(default="")
    document = TextField(default="")


class Account(Row):
    id = AutoField()
    login = TextField()
    name = TextField()
    role = TextField()
    organisation_id = IntegerField(null=True)
    password_hash = TextField()
    must_change = IntegerField(default=0)
    disabled_at = TextField(null=True)
    created_at = TextField()
    last_sign_in_at = TextField(null=True)


class AccountSlip(Row):
    """A one-time password on paper; its hash is the account's own while the slip stands."""

    id = AutoField()
    account_id = IntegerField()
    made_at = TextField()
    made_by = IntegerField(null=True)
    expires_at = TextField()
    used_at = TextField(null=True)
    ended_at = TextField(null=True)


class AccountSession(Row):
    id = TextField(primary_key=True)
    account_id = IntegerField()
    created_at = TextField()
    last_seen_at = TextField()
    fresh_at = TextField(null=True)
    ended_at = TextField(null=True)
    ended_why = TextField(null=True)
    network = TextField(default="")
    agent = TextField(default="")


class Throttle(Row):
    key = TextField(primary_key=True)
    failures = IntegerField()
    last_failed_at = TextField()
    wait_until = TextField()


class Person(Row):
    id = AutoField()
    number = TextField()
    name = TextField()
    pinyin = TextField(default="")
    initials = TextField(default="")
    sex = TextField()
    birth_on = TextField()
    barred = IntegerField(default=0)
    barred_until = TextField(null=True)
    identity_sealed = BlobField()
    identity_key = TextField()
    identity_index = TextField()
    identity_tail_index = TextField()
    created_at = TextField()


class Engagement(Row):
    """A spell of employment; ``may_hold`` is computed by the database and never written."""

    id = AutoField()
    person_id = IntegerField()
    person_barred = IntegerField(default=0)
    organisation_id = IntegerField()
    establishment = TextField()
    category = TextField()
    may_hold = IntegerField(constraints=[SQL("GENERATED ALWAYS AS (…) STORED")])
    started_on = TextField(null=True)
    on_record_since = TextField()
    planned_end_on = TextField(null=True)
    ended_on = TextField(null=True)
    ended_why = TextField(null=True)
    section = TextField(default="")
    post = TextField(default="")
    field = TextField(default="")
    telephone = TextField(default="")
    remarks = TextField(default="")
    in_enforcement_post = IntegerField(default=1)
    seconded_to = TextField(default="")
    seconded_on = TextField(null=True)
    supervisor_names = TextField(default="")
    supervisor_id = IntegerField(null=True)


class Batch(Row):
    id = AutoField()
    kind = TextField()
    organisation_id = IntegerField(null=True)
    letter_number = TextField(default="")
    letter_on = TextField(null=True)
    state = TextField()
    first_on = TextField(null=True)
    prepared_by = IntegerField()
    prepared_at = TextField()
    issued_at = TextField(null=True)


class Certificate(Row):
    """A certificate and the copy of what it certifies; only ``state`` ever changes."""

    id = AutoField()
    number = TextField()
    kind = TextField()
    person_id = IntegerField()
    engagement_id = IntegerField()
    holder_may_hold = IntegerField()
    state = TextField()
    name = TextField()
    organisation_id = IntegerField()
    organisation_name = TextField()
    post = TextField(default="")
    fields = TextField(default="")
    area = TextField(default="")
    categories = TextField(default="")
    in_whose_name = TextField(default="")
    issuing_authority = TextField(default="")
    complaint_telephone = TextField(default="")
    issued_on = TextField(null=True)
    valid_from = TextField(null=True)
    valid_until = TextField(null=True)
    code = TextField(null=True)
    list = IntegerField(null=True)
    list_index = IntegerField(null=True)
    replaces_id = IntegerField(null=True)
    batch_id = IntegerField(null=True)
    created_at = TextField()


class BatchEntry(Row):
    id = AutoField()
    batch_id = IntegerField()
    person_id = IntegerField()
    outcome = TextField(null=True)
    certificate_id = IntegerField(null=True)
    refusals = TextField(default="[]")


class Event(Row):
    seq = IntegerField(primary_key=True)
    at = TextField()
    actor_id = IntegerField(null=True)
    actor = TextField()
    act = TextField()
    subject = TextField()
    subject_id = IntegerField(null=True)
    person_id = IntegerField(null=True)
    organisation_id = IntegerField(null=True)
    effective_on = TextField()
    reason = TextField(default="")
    document = TextField(default="")
    basis = TextField(default="")
    details = TextField(default="{}")
    personal = TextField(default="{}")
    leaf = BlobField()
    root = BlobField()


class EventValue(Row):
    seq = IntegerField()
    field = TextField()
    salt = BlobField()
    value = TextField()

    class Meta:
        primary_key = CompositeKey("seq", "field")


class BookHead(Row):
    id = IntegerField(primary_key=True)
    size = IntegerField()
    peaks = BlobField()


class Rectification(Row):
    id = AutoField()
    certificate_id = IntegerField()
    event_seq = IntegerField()
    to_state = TextField()
    first_account_id = IntegerField()
    second_account_id = IntegerField()
    used = IntegerField(default=0)
    at = TextField()


class Finding(Row):
    id = AutoField()
    kind = TextField()
    fingerprint = TextField()
    person_id = IntegerField(null=True)
    organisation_id = IntegerField(null=True)
    facts = TextField(default="{}")
    opened_at = TextField()
    due_on = TextField(null=True)
    decided_at = TextField(null=True)
    decided_by = IntegerField(null=True)
    decision = TextField(null=True)
    reason = TextField(default="")


class Proposal(Row):
    id = AutoField()
    act = TextField()
    person_id = IntegerField()
    target = TextField()
    digest = TextField()
    facts = TextField(default="{}")
    state = TextField(default="open")
    opened_at = TextField()
    closed_at = TextField(null=True)
    closed_by = IntegerField(null=True)
    reason = TextField(default="")


class Absence(Row):
    """Somebody on the register whom a whole roster of the organ did not name."""

    id = AutoField()
    person_id = IntegerField()
    engagement_id = IntegerField()
    kind = TextField()
    digest = TextField()
    state = TextField(default="open")
    opened_at = TextField()
    closed_at = TextField(null=True)
    closed_by = IntegerField(null=True)
    reason = TextField(default="")


class TransferRequest(Row):
    """A transfer asked for by the receiving organ; ``name`` is as the asking clerk typed it."""

    id = AutoField()
    person_id = IntegerField()
    organisation_id = IntegerField()
    establishment = TextField()
    name = TextField()
    section = TextField(default="")
    post = TextField(default="")
    field = TextField(default="")
    wanted_on = TextField(null=True)
    document = TextField(default="")
    note = TextField(default="")
    state = TextField(default="open")
    asked_at = TextField()
    asked_by = IntegerField()
    expires_on = TextField()
    decided_at = TextField(null=True)
    decided_by = IntegerField(null=True)
    reason = TextField(default="")


class Attempt(Row):
    id = AutoField()
    fingerprint = TextField()
    event_seq = IntegerField()


class Upload(Row):
    id = TextField(primary_key=True)
    account_id = IntegerField()
    kind = TextField()
    created_at = TextField()
    expires_at = TextField()
    key = TextField()
    sealed = BlobField()
    mapping = TextField(default="{}")


class UploadPart(Row):
    upload_id = TextField()
    place = IntegerField()
    key = TextField()
    sealed = BlobField()

    class Meta:
        primary_key = CompositeKey("upload_id", "place")


class ImportMapping(Row):
    id = AutoField()
    kind = TextField()
    what = TextField()
    field = TextField(default="")
    source = TextField()
    target = TextField()


class Photograph(Row):
    id = AutoField()
    person_id = IntegerField()
    version = IntegerField()
    jpeg = BlobField()
    width = IntegerField()
    height = IntegerField()
    digest = TextField()
    added_at = TextField()
    added_by = IntegerField(null=True)
    approved_at = TextField(null=True)
    approved_by = IntegerField(null=True)
    withdrawn_at = TextField(null=True)
    remarks = TextField(default="")
    sent_back_at = TextField(null=True)
    sent_back_by = IntegerField(null=True)
    sent_back_why = TextField(null=True)
    sent_back_note = TextField(default="")


class Sanction(Row):
    id = AutoField()
    person_id = IntegerField()
    kind = TextField()
    effective_on = TextField()
    until_on = TextField()
    document = TextField(default="")
    lifted_on = TextField(null=True)


class Conviction(Row):
    id = AutoField()
    person_id = IntegerField()
    decided_on = TextField()
    document = TextField(default="")
    withdrawn_on = TextField(null=True)


class Appraisal(Row):
    id = AutoField()
    person_id = IntegerField()
    year = IntegerField()
    grade = TextField()
    document = TextField(default="")


class RegistryKey(Row):
    id = TextField(primary_key=True)
    purpose = TextField()
    public = BlobField(null=True)
    check_value = TextField()
    created_at = TextField()
    retired_at = TextField(null=True)


class Setting(Row):
    name = TextField(primary_key=True)
    value = TextField()


class ExportTemplateRow(Row):
    id = AutoField()
    subject = TextField()
    name = TextField()
    title = TextField(default="")
    layout = TextField()
    saved_at = TextField()
    saved_by = IntegerField(null=True)
    removed_at = TextField(null=True)

    class Meta:
        table_name = "export_template"


class NumberSequence(Row):
    pattern = TextField(primary_key=True)
    next_number = IntegerField()


class CustodySlip(Row):
    """One act on cards, with its paper: who, when, and for a destruction who saw it."""

    id = AutoField()
    act = TextField()
    organisation_id = IntegerField(null=True)
    effective_on = TextField()
    at = TextField()
    account_id = IntegerField(null=True)
    document = TextField(default="")
    reason = TextField(default="")
    manner = TextField(default="")
    witness_1 = TextField(default="")
    witness_2 = TextField(default="")


class Custody(Row):
    """In whose hands a certificate's card is; no row: as it begins by its kind."""

    certificate_id = IntegerField(primary_key=True)
    state = TextField()
    since_on = TextField()
    slip_id = IntegerField(null=True)


class CustodyLine(Row):
    id = AutoField()
    slip_id = IntegerField()
    certificate_id = IntegerField()
    state_from = TextField()
    state_to = TextField()
    note = TextField(default="")


class PersonMerge(Row):
    """A record that was made one with another, by two accounts."""

    absorbed_id = IntegerField(primary_key=True)
    survivor_id = IntegerField()
    first_account_id = IntegerField()
    second_account_id = IntegerField()
    at = TextField()


class PersonToldApart(Row):
    """Two records that look alike and are two people, as somebody found out."""

    id = AutoField()
    first_id = IntegerField()
    second_id = IntegerField()
    at = TextField()
    account_id = IntegerField(null=True)


class TrainingClass(Row):
    id = AutoField()
    title = TextField()
    kind = TextField()
    field = TextField(default="")
    place = TextField(default="")
    from_on = TextField()
    to_on = TextField()
    day_quarters = IntegerField()
    state = TextField(default="planned")
    created_by_id = IntegerField(null=True)
    created_at = TextField()


class TrainingSession(Row):
    id = AutoField()
    class_id = IntegerField()
    held_on = TextField()
    part = TextField()
    lecturer = TextField(default="")
    topic = TextField(default="")
    quarters = IntegerField()
    dropped = IntegerField(default=0)
    code_until = TextField(null=True)


class TrainingInvitation(Row):
    id = AutoField()
    class_id = IntegerField()
    organisation_id = IntegerField()
    quota = IntegerField()
    deadline_on = TextField()


class TrainingAttendee(Row):
    id = AutoField()
    class_id = IntegerField()
    person_id = IntegerField()
    organisation_id = IntegerField()
    invitation_id = IntegerField(null=True)
    withdrawn = IntegerField(default=0)
    put_down_by_id = IntegerField(null=True)
    put_down_at = TextField()


class TrainingAttendance(Row):
    id = AutoField()
    class_id = IntegerField()
    session_id = IntegerField()
    attendee_id = IntegerField()
    word = TextField()
    source = TextField()
    ticket = TextField(null=True)
    recorded_by_id = IntegerField(null=True)
    recorded_at = TextField()


class TrainingElsewhere(Row):
    id = AutoField()
    person_id = IntegerField()
    organisation_id = IntegerField()
    ended_on = TextField()
    provider = TextField()
    topic = TextField()
    quarters = IntegerField()
    document = TextField()
    state = TextField(default="waiting")
    entered_by_id = IntegerField()
    entered_at = TextField()
    decided_by_id = IntegerField(null=True)
    decided_at = TextField(null=True)
    decided_why = TextField(default="")


class ExamRound(Row):
    """The papers of one exam day: one ticket and one seat for the day."""

    id = AutoField()
    title = TextField()
    held_on = TextField()
    created_by = IntegerField(null=True)
    created_at = TextField()
    tickets_frozen_at = TextField(null=True)


class Sitting(Row):
    """One paper of a round; marks are whole numbers of half points."""

    id = AutoField()
    round_id = IntegerField()
    subject = TextField()
    field = TextField(default="")
    full_mark = IntegerField()
    pass_mark = IntegerField()
    state = TextField()
    entries = IntegerField(default=2)
    enrol_from = TextField(null=True)
    enrol_until = TextField(null=True)
    quota = IntegerField(null=True)
    external_body = TextField(default="")
    external_document = TextField(default="")
    checked_by = IntegerField(null=True)
    checked_at = TextField(null=True)
    created_by = IntegerField(null=True)
    created_at = TextField()
    published_by = IntegerField(null=True)
    published_at = TextField(null=True)
    published_on = TextField(null=True)


class SittingScan(Row):
    id = AutoField()
    sitting_id = IntegerField()
    file_name = TextField()
    kind = TextField()
    digest = TextField()
    key = TextField()
    sealed = BlobField()
    added_by = IntegerField()
    added_at = TextField()


class ExamRoom(Row):
    id = AutoField()
    round_id = IntegerField()
    code = TextField()
    place = TextField(default="")
    seats = IntegerField()
    reserve = IntegerField(default=0)


class ExamTicket(Row):
    """A ticket number, never used again, and the seat of the day."""

    id = AutoField()
    round_id = IntegerField()
    person_id = IntegerField()
    number = TextField()
    room_id = IntegerField(null=True)
    seat = IntegerField(null=True)
    made_at = TextField()
    printed_at = TextField(null=True)


class Candidate(Row):
    """Somebody enrolled for one paper, with name and organ as they were at enrolment."""

    id = AutoField()
    sitting_id = IntegerField()
    person_id = IntegerField()
    ticket_id = IntegerField(null=True)
    name = TextField()
    organisation_id = IntegerField()
    organisation_name = TextField()
    establishment = TextField()
    holder = IntegerField(default=0)
    state = TextField(default="enrolled")
    on_leave = IntegerField(default=0)
    came_by = TextField()
    passed_over = TextField(default="")
    enrolled_by = IntegerField(null=True)
    enrolled_at = TextField()


class SittingEntry(Row):
    id = AutoField()
    sitting_id = IntegerField()
    entry = IntegerField()
    how = TextField(default="typed")
    started_at = TextField()
    finished_at = TextField(null=True)
    finished_by = IntegerField(null=True)


class EntryAccount(Row):
    """Who types which entry of a sitting: an account stands in one of the two."""

    id = AutoField()
    sitting_id = IntegerField()
    entry = IntegerField()
    account_id = IntegerField()
    at = TextField()


class MarkCell(Row):
    """A candidate's mark in one entry as it stands; ``version`` is what a change replaces."""

    id = AutoField()
    sitting_id = IntegerField()
    candidate_id = IntegerField()
    entry = IntegerField()
    state = TextField()
    value = IntegerField(null=True)
    version = IntegerField()
    account_id = IntegerField()
    at = TextField()


class MarkHistory(Row):
    """Every mark that was ever typed, the ones that lost to another included."""

    id = AutoField()
    sitting_id = IntegerField()
    candidate_id = IntegerField()
    entry = IntegerField()
    state = TextField()
    value = IntegerField(null=True)
    typed = TextField(default="")
    from_version = IntegerField()
    version = IntegerField(null=True)
    how = TextField()
    outcome = TextField()
    account_id = IntegerField()
    at = TextField()
    client_id = TextField()


class RoomTotal(Row):
    id = AutoField()
    sitting_id = IntegerField()
    room_id = IntegerField()
    entry = IntegerField()
    scripts = IntegerField()
    total = IntegerField()
    source = TextField()
    version = IntegerField()
    account_id = IntegerField()
    at = TextField()


class WrongForm(Row):
    """Somebody's word that a room's form was added up wrong, with what they counted."""

    id = AutoField()
    sitting_id = IntegerField()
    room_id = IntegerField()
    entry = IntegerField()
    scripts = IntegerField()
    total = IntegerField()
    counted_scripts = IntegerField()
    counted_total = IntegerField()
    seen = TextField()
    reason = TextField()
    account_id = IntegerField()
    at = TextField()


class Settlement(Row):
    """A mark typed again from the paper because the two entries differ."""

    id = AutoField()
    sitting_id = IntegerField()
    candidate_id = IntegerField()
    state = TextField()
    value = IntegerField(null=True)
    settled = IntegerField()
    account_id = IntegerField()
    at = TextField()
    client_id = TextField()


class ReviewRequest(Row):
    id = AutoField()
    sitting_id = IntegerField()
    candidate_id = IntegerField()
    reason = TextField()
    asked_on = TextField()
    recorded_by = IntegerField(null=True)
    recorded_at = TextField()
    answer = TextField(default="")
    answered_by = IntegerField(null=True)
    answered_at = TextField(null=True)


class Correction(Row):
    """A request to correct published marks, and the second account's decision."""

    id = AutoField()
    sitting_id = IntegerField()
    reason = TextField()
    document = TextField(default="")
    review_id = IntegerField(null=True)
    requested_by = IntegerField()
    requested_at = TextField()
    decision = TextField(null=True)
    decided_by = IntegerField(null=True)
    decided_at = TextField(null=True)


class CorrectionLine(Row):
    id = AutoField()
    correction_id = IntegerField()
    candidate_id = IntegerField()
    from_version = IntegerField()
    state = TextField()
    value = IntegerField(null=True)


class ExamResult(Row):
    """A published mark; a correction is a further version, the newest one counts."""

    id = AutoField()
    sitting_id = IntegerField()
    candidate_id = IntegerField()
    version = IntegerField()
    state = TextField()
    value = IntegerField(null=True)
    passed = IntegerField()
    correction_id = IntegerField(null=True)
    at = TextField()


class Qualification(Row):
    """A pass, or an exemption with its proof; only ever withdrawn, never changed."""

    id = AutoField()
    person_id = IntegerField()
    subject = TextField()
    field = TextField(default="")
    source = TextField()
    sitting_id = IntegerField(null=True)
    candidate_id = IntegerField(null=True)
    proof = TextField(default="")
    passed_on = TextField()
    counts_from = TextField()
    until_on = TextField(null=True)
    recorded_by = IntegerField(null=True)
    recorded_at = TextField()
    withdrawn_by = IntegerField(null=True)
    withdrawn_at = TextField(null=True)
    withdrawn_why = TextField(default="")


class Typist(Row):
    """An account that types for one sitting and ends with it."""

    account_id = IntegerField(primary_key=True)
    sitting_id = IntegerField()
    opened_by = IntegerField()
    opened_at = TextField()
    ended_at = TextField(null=True)


class ProofOfPassing(Row):
    """What a proof of passing certifies, and its one string; never edited."""

    id = AutoField()
    qualification_id = IntegerField()
    number = TextField()
    code = TextField()
    name = TextField()
    subject = TextField()
    field = TextField(default="")
    first_day = TextField()
    last_day = TextField()
    made_by = IntegerField(null=True)
    made_at = TextField()


TABLES: tuple[type[Row], ...] = (
    Establishment,
    Organisation,
    OrganisationAlias,
    CommissionLetter,
    Matter,
    Account,
    AccountSlip,
    AccountSession,
    Throttle,
    Person,
    Engagement,
    Batch,
    Certificate,
    BatchEntry,
    Event,
    EventValue,
    BookHead,
    Rectification,
    Finding,
    Proposal,
    Absence,
    TransferRequest,
    Attempt,
    Upload,
    UploadPart,
    ImportMapping,
    Photograph,
    Sanction,
    Conviction,
    Appraisal,
    RegistryKey,
    Setting,
    ExportTemplateRow,
    NumberSequence,
    CustodySlip,
    Custody,
    CustodyLine,
    PersonMerge,
    PersonToldApart,
    TrainingClass,
    TrainingSession,
    TrainingInvitation,
    TrainingAttendee,
    TrainingAttendance,
    TrainingElsewhere,
    ExamRound,
    Sitting,
    SittingScan,
    ExamRoom,
    ExamTicket,
    Candidate,
    SittingEntry,
    EntryAccount,
    MarkCell,
    MarkHistory,
    RoomTotal,
    WrongForm,
    Settlement,
    ReviewRequest,
    Correction,
    CorrectionLine,
    ExamResult,
    Qualification,
    Typist,
    ProofOfPassing,
)
