"""Putting on record, matter by matter, what decides in whose name a unit enforces."""

from registry.rules.acts import Act, authorise
from registry.rules.external_names import AuthorisedBy, ExternalSubject
from registry.rules.organisation_entries import NO_ORGANISATION, check_matter
from registry.rules.refusals import Refused, sentence
from registry.rules.text import clean_text, required_text
from registry.store import external_names as store
from registry.store.book import transaction
from registry.store.external_names import MatterRow
from registry.store.organisations import by_code


def record_matter(
    act: Act,
    code: str,
    *,
    title: str,
    category: str,
    field: str = "",
    authorised: bool | None = None,
    authorised_by: AuthorisedBy | None = None,
    predecessor: str = "",
    article: str = "",
    document: str = "",
) -> ExternalSubject:
    """Record a matter of the organisation ``code`` and say in whose name it enforces there.

    ``authorised`` is None while nobody knows: then it is the competent bureau's name. ``document``
    is the evidence. A title already on record is brought up to date. Raises Refused when an
    authorisation lacks article or evidence, or the matter can't be commissioned (行政强制法 17).
    """
    act = authorise(act, "organisation.edit")
    matter = MatterRow(
        id=0,
        organisation_id=0,
        title=required_text(title, limit=200, name=sentence("执法事项")),
        category=category,
        field=field,
        predecessor=clean_text(predecessor, limit=100, name=sentence("合并前的机构")),
        authorised=authorised,
        authorised_by=authorised_by if authorised else None,
        article=clean_text(article, limit=200, name=sentence("授权条款")),
        document=clean_text(document, limit=200, name=sentence("证明文件")),
    )
    with transaction() as book:
        row = by_code(code, act.by.scope)
        if row is None:
            raise Refused(NO_ORGANISATION)
        refusals = check_matter(row.subject_type, matter.facts, matter.field, matter.document)
        if refusals:
            raise Refused(refusals)
        matter = MatterRow(**{**matter.__dict__, "organisation_id": row.id})
        result = store.Names(act.on).subject(row.id, matter)
        store.record_matter(book, act, matter, result)
    return result
