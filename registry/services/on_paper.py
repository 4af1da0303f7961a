"""What paper can't hold is refused in the same words and way as everything else."""

from collections.abc import Iterator
from contextlib import contextmanager

from registry.documents.wording import DocumentRefused
from registry.rules.refusals import Refusal, Refused


@contextmanager
def on_paper() -> Iterator[None]:
    """The block sets a document; raises Refused where the document can't be made."""
    try:
        yield
    except DocumentRefused as refused:
        raise Refused(
            Refusal(refused.code, refused.template, "registry-rule", refused.values)
        ) from None
