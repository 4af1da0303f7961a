"""Small tables that come back to the office: read in the guarded child, refused in words."""

from registry.documents.spreadsheets import Unreadable, read_tables
from registry.rules.refusals import Refusal, Refused
from registry.rules.small_tables import Cells


def rows_of(data: bytes, filename: str = "") -> list[tuple[int, Cells]]:
    """The rows of the first sheet that has any; raises Refused for what is no spreadsheet."""
    try:
        tables = read_tables(data, filename)
    except Unreadable as unreadable:
        raise Refused(
            Refusal(unreadable.code, unreadable.template, "registry-rule", unreadable.values)
        ) from unreadable
    for table in tables:
        if table.rows and not table.hidden:
            return [(number, cells) for number, cells in table.rows]
    return []
