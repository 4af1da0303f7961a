"""Training classes: who was invited, who came to which session, and hours earned elsewhere.

Hours are counted in quarters, so that half a day of seven hours is a whole number on both
engines. A class and its session stand together in every attendance row, so that nobody's mark can
be filed under another class's session.
"""

from registry.store.ddl import Ddl, run

TABLES = (
    "training_class",
    "training_session",
    "training_invitation",
    "training_attendee",
    "training_attendance",
    "training_elsewhere",
)


def _ddl(db):
    words = Ddl(db)
    key, integer = words.key, words.integer
    day, moment, flag, length = words.day, words.moment, words.flag, words.length
    between, one_of, table, refers = words.between, words.one_of, words.table, words.refers
    return [
        table(
            "training_class",
            key,
            "title text not null",
            "kind text not null",
            "field text not null default ''",
            "place text not null default ''",
            "from_on text not null",
            "to_on text not null",
            f"day_quarters {integer} not null",
            "state text not null default 'planned'",
            refers("training_class", "created_by_id", "account", required=False),
            "created_at text not null",
            length("training_class", "title", 1, 100),
            length("training_class", "field", 0, 60),
            length("training_class", "place", 0, 100),
            one_of(
                "training_class", "kind", "public-law", "professional-law", "backbone", "off-post"
            ),
            one_of("training_class", "state", "planned", "open", "held", "closed", "cancelled"),
            day("training_class", "from_on"),
            day("training_class", "to_on"),
            between("training_class", "day_quarters", 2, 64),
            moment("training_class", "created_at"),
            "constraint training_class_days check (to_on >= from_on)",
        ),
        "create index training_class_by_day on training_class(from_on)",
        table(
            "training_session",
            key,
            refers("training_session", "class_id", "training_class"),
            "held_on text not null",
            "part text not null",
            "lecturer text not null default ''",
            "topic text not null default ''",
            f"quarters {integer} not null",
            f"dropped {integer} not null default 0",
            "code_until text",
            day("training_session", "held_on"),
            one_of("training_session", "part", "day", "morning", "afternoon"),
            length("training_session", "lecturer", 0, 100),
            length("training_session", "topic", 0, 200),
            between("training_session", "quarters", 2, 64),
            "constraint training_session_halves check (quarters % 2 = 0)",
            flag("training_session", "dropped"),
            moment("training_session", "code_until"),
            "constraint training_session_of_class unique (id, class_id)",
        ),
        "create unique index training_session_once on training_session(class_id, held_on, part) "
        "where dropped = 0",
        table(
            "training_invitation",
            key,
            refers("training_invitation", "class_id", "training_class"),
            refers("training_invitation", "organisation_id", "organisation"),
            f"quota {integer} not null",
            "deadline_on text not null",
            between("training_invitation", "quota", 1, 9999),
            day("training_invitation", "deadline_on"),
            "constraint training_invitation_once unique (class_id, organisation_id)",
            "constraint training_invitation_of_class unique (id, class_id)",
        ),
        table(
            "training_attendee",
            key,
            refers("training_attendee", "class_id", "training_class"),
            refers("training_attendee", "person_id", "person"),
            refers("training_attendee", "organisation_id", "organisation"),
            f"invitation_id {integer}",
            f"withdrawn {integer} not null default 0",
            refers("training_attendee", "put_down_by_id", "account", required=False),
            "put_down_at text not null",
            flag("training_attendee", "withdrawn"),
            moment("training_attendee", "put_down_at"),
            "constraint training_attendee_once unique (class_id, person_id)",
            "constraint training_attendee_of_class unique (id, class_id)",
            "constraint training_attendee_invitation foreign key (invitation_id, class_id) "
            "references training_invitation(id, class_id)",
        ),
        "create index training_attendee_by_person on training_attendee(person_id)",
        "create index training_attendee_by_invitation on training_attendee(invitation_id)",
        table(
            "training_attendance",
            key,
            f"class_id {integer} not null",
            f"session_id {integer} not null",
            f"attendee_id {integer} not null",
            "word text not null",
            "source text not null",
            "ticket text",
            refers("training_attendance", "recorded_by_id", "account", required=False),
            "recorded_at text not null",
            one_of(
                "training_attendance",
                "word",
                "present",
                "morning",
                "afternoon",
                "leave",
                "absent",
                "blank",
            ),
            one_of("training_attendance", "source", "hand", "import", "screen"),
            moment("training_attendance", "recorded_at"),
            "constraint training_attendance_once unique (session_id, attendee_id)",
            "constraint training_attendance_session foreign key (session_id, class_id) "
            "references training_session(id, class_id)",
            "constraint training_attendance_attendee foreign key (attendee_id, class_id) "
            "references training_attendee(id, class_id)",
        ),
        "create index training_attendance_by_attendee on training_attendance(attendee_id)",
        "create unique index training_attendance_ticket on training_attendance(ticket) "
        "where ticket is not null",
        table(
            "training_elsewhere",
            key,
            refers("training_elsewhere", "person_id", "person"),
            refers("training_elsewhere", "organisation_id", "organisation"),
            "ended_on text not null",
            "provider text not null",
            "topic text not null",
            f"quarters {integer} not null",
            "document text not null",
            "state text not null default 'waiting'",
            refers("training_elsewhere", "entered_by_id", "account"),
            "entered_at text not null",
            refers("training_elsewhere", "decided_by_id", "account", required=False),
            "decided_at text",
            "decided_why text not null default ''",
            day("training_elsewhere", "ended_on"),
            length("training_elsewhere", "provider", 1, 100),
            length("training_elsewhere", "topic", 1, 200),
            length("training_elsewhere", "document", 1, 100),
            length("training_elsewhere", "decided_why", 0, 500),
            between("training_elsewhere", "quarters", 2, 2000),
            "constraint training_elsewhere_halves check (quarters % 2 = 0)",
            one_of("training_elsewhere", "state", "waiting", "approved", "declined"),
            moment("training_elsewhere", "entered_at"),
            moment("training_elsewhere", "decided_at"),
            "constraint training_elsewhere_decided check "
            "((state = 'waiting') = (decided_by_id is null))",
            "constraint training_elsewhere_two check "
            "(decided_by_id is null or decided_by_id <> entered_by_id)",
        ),
        "create index training_elsewhere_by_person on training_elsewhere(person_id)",
        "create unique index training_elsewhere_proof on "
        "training_elsewhere(person_id, provider, document) where state <> 'declined'",
    ]


def up(migrator, db):
    run(db, *_ddl(db))


def down(migrator, db):
    run(db, *(f"drop table {name}" for name in reversed(TABLES)))
