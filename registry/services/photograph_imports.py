"""Photographs by the hundred: reading an upload, what it would do, and doing all of it or nothing.

Hides that files are matched with people twice, for the eye and inside the transaction, and that
both must come to the same decisions. What is taken waits for the second look like any other.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from registry.documents.photograph_files import Progress, ReadFile, Upload
from registry.documents.photograph_files import read_photographs as read_files
from registry.documents.wording import DocumentRefused
from registry.rules.acts import Act, account_of, authorise
from registry.rules.identity_number import without_identity_numbers
from registry.rules.photographs import (
    BASIS,
    Organ,
    nobody_here,
    read_file_name,
    sent_back_before,
    two_for_one,
)
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import clean_text
from registry.store import keys, organisations, photograph_review, photograph_uploads, settings
from registry.store import photographs as store
from registry.store.book import Book, transaction
from registry.store.photograph_review import Place, Standing
from registry.store.photograph_uploads import (
    FinishedPhotographs,
    HeldPhotographs,
    Own,
    PhotographEntry,
)
from registry.store.violations import in_words

__all__ = [
    "FinishedPhotographs",
    "HeldPhotographs",
    "Line",
    "Own",
    "Preview",
    "ReadUpload",
    "Upload",
    "commit",
    "preview",
    "read_upload",
]

# Also one that is broken up: what might be an ID number is nobody's to read.
_LONG_NUMBER = re.compile(r"[0-9０-９](?:[\s_.\-－—]?[0-9０-９]){16,}[\s_.\-]?[XxＸｘ]?")
#: Sorts of lines, in the order in which they are told.
SORTS = ("refused", "unmatched", "added", "replacing", "unchanged")


@dataclass(frozen=True)
class ReadUpload:
    """An upload that was read: its name masked, and its pictures by place."""

    name: str
    entries: tuple[PhotographEntry, ...] = field(repr=False)
    pictures: Mapping[int, bytes] = field(repr=False)


@dataclass(frozen=True)
class Line:
    """One file as it is shown: its name masked, whose it is, which version it replaces."""

    file: str
    place: int | None
    person: Place | None = None
    replaces: int = 0
    remarks: tuple[str, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Preview:
    """What an upload would do, sort by sort, and who is without a photograph after it."""

    added: tuple[Line, ...]
    replacing: tuple[Line, ...]
    unchanged: tuple[Line, ...]
    unmatched: tuple[Line, ...]
    refused: tuple[Line, ...]
    without: tuple[Place, ...]
    decisions: str = field(repr=False)

    def lines(self, sort: str) -> tuple[Line, ...]:
        """The lines of a sort out of :data:`SORTS`."""
        return dict(zip(SORTS, self._sorted(), strict=True))[sort]

    def _sorted(self) -> tuple[tuple[Line, ...], ...]:
        return self.refused, self.unmatched, self.added, self.replacing, self.unchanged

    @property
    def written(self) -> int:
        """How many photographs the import writes."""
        return len(self.added) + len(self.replacing)

    def counts(self) -> dict[str, int]:
        """How many files there are and what becomes of them, as the book tells it."""
        return {
            "files": sum(map(len, self._sorted())),
            "good": self.written + len(self.unchanged),
            "added": self.written,
            "unchanged": len(self.unchanged),
            "unmatched": len(self.unmatched),
            "refused": len(self.refused),
            "without": len(self.without),
        }


def read_upload(
    act: Act, uploads: Sequence[Upload], progress: Progress | None = None
) -> ReadUpload:
    """Read files and zips aside. Raises Refused where nothing can be read of them."""
    authorise(act, "photograph.add")
    try:
        found = read_files(uploads, progress)
    except DocumentRefused as refused:
        raise Refused(_refusal(refused)) from None
    name = uploads[0].name if len(uploads) == 1 else ""
    entries = tuple(_entry(place, one) for place, one in enumerate(found))
    pictures = {place: one.jpeg for place, one in enumerate(found) if one.refused is None}
    return ReadUpload(_shown_name(name), entries, pictures)


def preview(act: Act, entries: Sequence[PhotographEntry], organisation_id: int | None) -> Preview:
    """What these files would do now. Raises Refused for an organ that the actor doesn't reach."""
    act = authorise(act, "photograph.add")
    return _judged(act, entries, organisation_id)


def commit(
    act: Act,
    name: str,
    entries: Sequence[PhotographEntry],
    organisation_id: int | None,
    picture_of: Callable[[int], bytes | None],
    *,
    decisions: str = "",
    held: HeldPhotographs | None = None,
) -> Preview:
    """Write every good photograph in one transaction; what was done, file by file.

    ``decisions`` is what the preview said: Refused (``photographs-changed-meanwhile``) where the
    register has moved on and it would be another now. ``held``: the upload that waited.
    """
    act = authorise(act, "photograph.add")
    with in_words(), transaction() as book:
        shown = _judged(act, entries, organisation_id)
        if decisions and decisions != shown.decisions:
            raise Refused(_changed_meanwhile())
        _write(book, act, shown, entries, picture_of)
        refused = [*shown.refused, *shown.unmatched]
        told = [(line.file, line.refusal) for line in refused if line.refusal is not None]
        if held is not None and not photograph_uploads.finish(
            held, account_of(act), shown.counts(), told
        ):
            raise Refused(_changed_meanwhile())
        digest = hashlib.sha256(
            "".join(sorted(entry.digest for entry in entries)).encode()
        ).hexdigest()
        counts = {name: number for name, number in shown.counts().items() if name != "good"}
        book.record(
            "photographs-imported",
            act,
            organisation_id=organisation_id,
            details=counts | {"digest": digest},
            personal={"file_name": name} if name else {},
        )
    return shown


def _write(
    book: Book,
    act: Act,
    shown: Preview,
    entries: Sequence[PhotographEntry],
    picture_of: Callable[[int], bytes | None],
) -> None:
    by_place = {entry.place: entry for entry in entries}
    at_once = not settings.flag("photograph_second_look")
    for line in (*shown.added, *shown.replacing):
        picture = None if line.place is None else picture_of(line.place)
        if picture is None or line.person is None:
            raise Refused(_changed_meanwhile())
        entry = by_place[line.place]
        store.add(
            book,
            act,
            person_id=line.person.person_id,
            organisation_id=line.person.organisation_id,
            jpeg=picture,
            width=entry.width,
            height=entry.height,
            remarks=entry.remarks,
            shown=at_once,
        )


def _judged(act: Act, entries: Sequence[PhotographEntry], organisation_id: int | None) -> Preview:
    reach = _reach(act, organisation_id)
    places = {one.candidate.number: one for one in photograph_review.people_in(reach)}
    lines = _matched(entries, places)
    ids = [line.person.person_id for line in lines if line.person]
    standing = photograph_review.standing(ids)
    came_back = photograph_review.sent_back_pictures(ids)
    sorted_lines: dict[str, list[Line]] = {sort: [] for sort in SORTS}
    for entry, line in zip(entries, lines, strict=True):
        if line.person and line.refusal is None:
            why = came_back.get((line.person.person_id, entry.digest))
            if why is not None:
                line = replace(line, refusal=sent_back_before(why))
        sorted_lines[_sort_of(entry, line, standing)].append(_with_version(line, standing))
    taken = {
        line.person.person_id
        for sort in ("added", "replacing")
        for line in sorted_lines[sort]
        if line.person
    }
    without = [one for one in photograph_review.without_any(reach) if one.person_id not in taken]
    decided = [
        [sort, line.place, line.person.candidate.number if line.person else ""]
        for sort in SORTS
        for line in sorted_lines[sort]
    ]
    return Preview(
        **{sort: tuple(found) for sort, found in sorted_lines.items()},
        without=tuple(without),
        decisions=hashlib.sha256(json.dumps(decided).encode()).hexdigest(),
    )


def _reach(act: Act, organisation_id: int | None) -> frozenset[int]:
    tree = organisations.tree()
    if organisation_id is None:
        return frozenset(tree.rows) if act.by.scope is None else act.by.scope
    if organisation_id not in tree.rows or not act.by.reaches(organisation_id):
        raise Refused(
            Refusal(
                "no-such-organisation",
                sentence("没有这个单位，或者不在您经办的范围内。请重新选择。"),
                BASIS,
            )
        )
    below = tree.below(organisation_id)
    return below if act.by.scope is None else below & act.by.scope


def _matched(entries: Sequence[PhotographEntry], places: Mapping[str, Place]) -> list[Line]:
    """Each file with its person, or with why it has none; several of one person have none."""
    organ = Organ(one.candidate for one in places.values())
    ring = keys.bound()
    lines = []
    for entry in entries:
        line = Line(_shown_name(entry.name), entry.place, None, 0, entry.remarks, entry.refusal)
        if entry.refusal is None:
            marks = read_file_name(entry.name)
            indexes = {one: ring.identity_index(one) for one in marks.identity_numbers}
            owner = organ.owner(marks, indexes)
            if isinstance(owner, Refusal):
                line = replace(line, refusal=owner)
            else:
                line = replace(line, person=places[owner.number])
        lines.append(line)
    times = Counter(line.person.person_id for line in lines if line.person)
    return [
        replace(line, refusal=two_for_one(times[line.person.person_id]))
        if line.person and times[line.person.person_id] > 1
        else line
        for line in lines
    ]


def _sort_of(entry: PhotographEntry, line: Line, standing: Mapping[int, Standing]) -> str:
    if line.refusal is not None:
        return "unmatched" if line.refusal.code == nobody_here().code else "refused"
    known = standing.get(line.person.person_id) if line.person else None
    if known is None:
        return "added"
    return "unchanged" if known.digest == entry.digest else "replacing"


def _with_version(line: Line, standing: Mapping[int, Standing]) -> Line:
    known = standing.get(line.person.person_id) if line.person else None
    return line if known is None else replace(line, replaces=known.version)


def _entry(place: int, one: ReadFile) -> PhotographEntry:
    if one.refused is not None:
        return PhotographEntry(one.name, refusal=_refusal(one.refused))
    return PhotographEntry(one.name, place, one.width, one.height, one.digest, one.remarks)


def _refusal(refused: DocumentRefused) -> Refusal:
    return Refusal(refused.code, refused.template, BASIS, refused.values)


def _shown_name(name: str) -> str:
    """A file's name as it may be shown and kept: no ID number in it, nothing invisible."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    masked = _LONG_NUMBER.sub(lambda found: "*" * len(found[0]), without_identity_numbers(last))
    try:
        return clean_text(masked, limit=200, name=sentence("文件名"))
    except Refused:
        return "?"


def _changed_meanwhile() -> Refusal:
    return Refusal(
        "photographs-changed-meanwhile",
        sentence("登记在预览以后变了，照片还没有保存。请看过新的预览再办。"),
        BASIS,
    )
