"""Words that the exam room's pages and the candidates' door share."""

from flask_babel import gettext

from registry.rules.exams import SUBJECTS
from registry.rules.organisations import FIELDS


def paper_title(subject: str, field: str) -> str:
    """A paper's name in the page's language, with its field; as it came where it is unknown."""
    title = gettext(SUBJECTS[subject]) if subject in SUBJECTS else subject
    if not field:
        return title
    name = gettext(FIELDS[field].title) if field in FIELDS else field
    return gettext("%(subject)s（%(field)s）", subject=title, field=name)
