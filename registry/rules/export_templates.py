"""Export templates: a name, a title and an order of columns, for the city's and province's forms.

Data, not code: the legal office makes one from the closed list of columns. The roster's own
layout is no template of these: it is always there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.rules.export_columns import COLUMNS, SUBJECTS, Layout
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.text import clean_text, required_text

NAME_LIMIT = 60
TITLE_LIMIT = 100
HEADING_LIMIT = 40


@dataclass(frozen=True)
class ExportTemplate:
    """A form of the city's or the province's: which columns in which order under which titles."""

    name: str
    subject: str
    title: str
    layout: Layout


def check_template(
    name: object, subject: str, title: object, chosen: Iterable[tuple[str, object]]
) -> ExportTemplate:
    """The template that was typed; ``chosen`` are columns and headings in their order.

    A heading left blank is the column's own. Raises Refused with everything that is wrong.
    """
    refusals: list[Refusal] = []
    clean_name = clean_title = ""
    try:
        clean_name = required_text(name, limit=NAME_LIMIT, name=sentence("格式名称"))
    except Refused as refused:
        refusals += refused.refusals
    try:
        clean_title = clean_text(title, limit=TITLE_LIMIT, name=sentence("表格标题"))
    except Refused as refused:
        refusals += refused.refusals
    if subject not in SUBJECTS:
        refusals.append(
            Refusal("template-subject", sentence("请选这个格式用于哪种名单。"), "registry-rule")
        )
        raise Refused(refusals)
    layout: list[tuple[str, str]] = []
    for code, typed in chosen:
        own = COLUMNS[subject].get(code)
        if own is None or code in dict(layout):
            refusals.append(
                Refusal(
                    "template-column",
                    sentence("所选的列不在可选的范围内，或者选了两次。请刷新页面重新选。"),
                    "registry-rule",
                )
            )
            continue
        try:
            heading = clean_text(typed, limit=HEADING_LIMIT, name=own)
        except Refused as refused:
            refusals += refused.refusals
            continue
        layout.append((code, heading or own))
    headings = [heading for _, heading in layout]
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    if twice:
        refusals.append(
            Refusal(
                "template-heading-twice",
                sentence("两列用了同一个列名“%(text)s”，请改成不同的列名。"),
                "registry-rule",
                {"text": Term(twice[0])},
            )
        )
    if not layout and not refusals:
        refusals.append(
            Refusal(
                "template-empty", sentence("一列也没有选。请至少给一列写上次序。"), "registry-rule"
            )
        )
    if refusals:
        raise Refused(refusals)
    return ExportTemplate(clean_name, subject, clean_title, tuple(layout))
