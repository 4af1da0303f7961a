"""Acts on photographs: adding one that was cropped and turned, taking one down.

Hides that an upload is never kept as it came: what is stored is a new picture made from pixels.
It is shown once somebody else has approved it (:mod:`registry.services.photograph_review`), or at
once where the setting ``photograph_second_look`` is off; the legal office's own are no exception.
"""

from registry.documents.photograph_checks import remarks_on
from registry.documents.photographs import Crop, PhotographRefused, take_photograph
from registry.rules.acts import Act, authorise
from registry.rules.refusals import Refusal, Refused, sentence
from registry.services.person_acts import person_for, reason_missing, written
from registry.store import photographs, settings


def add_photograph(
    act: Act, number: str, data: bytes, *, turn: int = 0, crop: Crop | None = None
) -> int:
    """Make the upload into a photograph that waits for the second look; gives its version.

    ``turn``: degrees clockwise, a multiple of 90; ``crop``: fractions of the turned picture.
    Raises Refused for what is no photograph.
    """
    act = authorise(act, "photograph.add")
    row = person_for(act, number)
    try:
        taken = take_photograph(data, turn=turn, crop=crop)
    except PhotographRefused as refused:
        raise Refused(
            Refusal(refused.code, refused.template, "registry-rule", refused.values)
        ) from None
    return written(
        act,
        row,
        lambda book: photographs.add(
            book,
            act,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            jpeg=taken.jpeg,
            width=taken.width,
            height=taken.height,
            remarks=remarks_on(taken.jpeg),
            shown=not settings.flag("photograph_second_look"),
        ),
    )


def withdraw_photograph(act: Act, number: str, version: int) -> None:
    """Stop showing a version, with a reason; an earlier one that still stands is shown again."""
    act = authorise(act, "photograph.add")
    row = person_for(act, number)
    refusals = reason_missing(act)
    known = photographs.version_of(row.person_id, version)
    if known is None or known.withdrawn_at is not None:
        refusals.append(
            Refusal(
                "no-such-photograph",
                sentence("没有这张照片，或者已经撤下。请刷新页面。"),
                "registry-rule",
            )
        )
    if refusals or known is None:
        raise Refused(refusals)
    written(act, row, lambda book: photographs.withdraw(book, act, known, row.organisation_id))
