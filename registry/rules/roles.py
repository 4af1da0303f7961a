"""Who may do what: the closed table of acts and the roles that each is open to.

Scope by organisation (an HR clerk's own organ and below) is not here: the store applies it to
the rows. An account has exactly one role. An act outside the table can't be asked about.
"""

from dataclasses import dataclass

from registry.rules.refusals import sentence


@dataclass(frozen=True)
class Role:
    """One role: its permanent code and its name in both languages."""

    code: str
    title: str
    title_en: str


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("administrator", sentence("系统管理员"), "Administrator"),
        Role("legal-office", sentence("法制机构人员"), "Legal office"),
        Role("hr", sentence("人事经办人"), "HR clerk"),
        Role("exam-coordinator", sentence("考务人员"), "Exam coordinator"),
        Role("typist", sentence("成绩录入员"), "Typist of one sitting"),
        Role("auditor", sentence("审计监督人员"), "Auditor"),
    )
}

# Roles that see one organ and what is below it; the others see the whole register or none of it.
SCOPED_ROLES: frozenset[str] = frozenset({"hr"})

# Roles that an account is given by being opened for one sitting, never by hand.
BOUND_ROLES: frozenset[str] = frozenset({"typist"})

_EVERYBODY = frozenset(ROLES)
_ADMINISTRATOR = frozenset({"administrator"})
_LEGAL = frozenset({"legal-office"})
_OFFICE = frozenset({"legal-office", "hr"})
_CLERK = frozenset({"hr"})
_READERS = frozenset({"legal-office", "hr", "auditor"})
_AUDITOR = frozenset({"auditor"})
_EXAM = frozenset({"exam-coordinator", "legal-office"})
_TRAINERS = frozenset({"exam-coordinator", "legal-office"})

ACTS: dict[str, frozenset[str]] = {
    "home.view": _EVERYBODY,
    "account.own": _EVERYBODY,
    "account.manage": _ADMINISTRATOR,
    "account.reset-clerk": _LEGAL,
    "setting.change": _ADMINISTRATOR,
    "key.manage": _ADMINISTRATOR,
    "organisation.view": _READERS,
    "organisation.edit": _LEGAL,
    "organisation.import": _LEGAL,
    "person.view": _READERS,
    "person.add": _OFFICE,
    "person.edit": _OFFICE,
    "person.correct": _OFFICE,
    "person.transfer": _OFFICE,
    "person.reclassify": _OFFICE,
    "person.leave": _OFFICE,
    "person.second": _OFFICE,
    "person.bar": _LEGAL,
    "person.reveal": _OFFICE,
    "person.record": _OFFICE,
    "photograph.add": _OFFICE,
    "photograph.review": _LEGAL,
    "roster.import": _OFFICE,
    "certificate.view": _READERS,
    "certificate.record": _OFFICE,
    "certificate.issue": _LEGAL,
    "certificate.exchange": _LEGAL,
    "certificate.suspend": _LEGAL,
    "certificate.release": _LEGAL,
    "certificate.lost": _OFFICE,
    "certificate.found": _OFFICE,
    "certificate.replace": _LEGAL,
    "certificate.cancel": _LEGAL,
    "certificate.revoke": _LEGAL,
    "certificate.expire": _LEGAL,
    "certificate.rectify": _LEGAL,
    "certificate.print": _LEGAL,
    "custody.view": _READERS,
    "custody.make": _LEGAL,
    "custody.hand": _OFFICE,
    "custody.keep": _LEGAL,
    "custody.destroy": _LEGAL,
    "person.merge": _LEGAL,
    "export.view": _READERS,
    "export.identity-numbers": _OFFICE,
    "export-template.edit": _LEGAL,
    "finding.view": _READERS,
    "finding.decide": _LEGAL,
    "proposal.view": _READERS,
    "proposal.act": _OFFICE,
    "transfer.view": _READERS,
    # The receiving side asks; whoever reaches the person decides. The legal office reaches all.
    "transfer.ask": _CLERK,
    "transfer.decide": _OFFICE,
    "training.view": _READERS | _TRAINERS,
    "training.manage": _TRAINERS,
    "training.put-down": frozenset({"hr"}) | _TRAINERS,
    "training.enter-hours": frozenset({"hr"}),
    "training.approve-hours": _TRAINERS,
    "exam.view": _READERS | _EXAM,
    "exam.manage": _EXAM,
    "exam.enrol": frozenset({"hr"}) | _EXAM,
    "exam.enter": frozenset({"typist"}) | _EXAM,
    "exam.publish": _EXAM,
    "exam.correct": _EXAM,
    "exam.approve": _EXAM,
    "exam.exempt": _LEGAL,
    "exam.prove": frozenset({"hr"}) | _EXAM,
    "book.view": _AUDITOR,
    # Done by whoever runs the machine, never by an account.
    "register.migrate": frozenset(),
}

# Acts that ask for the password again shortly before: what can't be taken back, and what shows
# or hands out more than a stolen session should.
FRESH_ACTS: frozenset[str] = frozenset(
    {
        "account.manage",
        "account.reset-clerk",
        "key.manage",
        "person.bar",
        "person.reveal",
        "export.identity-numbers",
        "certificate.issue",
        "certificate.exchange",
        "certificate.replace",
        "certificate.cancel",
        "certificate.revoke",
        "certificate.rectify",
        "exam.publish",
        "exam.approve",
        "custody.destroy",
        "person.merge",
    }
)


def may(role: str, act: str) -> bool:
    """Whether ``role`` may do ``act``; raises KeyError for an act that the table doesn't know."""
    return role in ACTS[act]


def acts_of(role: str) -> frozenset[str]:
    """All acts open to ``role``."""
    return frozenset(act for act, roles in ACTS.items() if role in roles)
