"""Paper about cards: lists to sign before an act, slips printed again, and the making list.

The making list is a zip for the card maker: one workbook, each holder's photograph, each code as
SVG and PNG. It is written to disk piece by piece, never whole in memory, and every name in it is
made by us. That it went out is in the book.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from registry.config import Config
from registry.documents import custody_lists
from registry.documents.custody_lists import CardLine, Words
from registry.documents.fonts import Fonts
from registry.documents.qr import qr_png, qr_svg
from registry.documents.spreadsheets import write_workbook
from registry.rules.acts import SHANGHAI, Act, authorise
from registry.rules.certificates import STATES
from registry.rules.custody import PERMISSIONS
from registry.rules.refusals import Refusal, Refused, sentence
from registry.services.on_paper import on_paper
from registry.store import certificates, custody_slips, photographs
from registry.store.book import transaction
from registry.store.certificates import CertificateRow
from registry.store.custody import CardRow
from registry.store.custody_slips import SlipRow

#: Acts that leave paper with signatures, and its words; a destruction has its own record.
PAPERS: dict[str, Words] = {
    "to-unit": custody_lists.HAND_OVER,
    "hand-over": custody_lists.HAND_OVER,
    "back-to-unit": custody_lists.RETURN,
    "take-in": custody_lists.RETURN,
}
PRINTED: frozenset[str] = frozenset({*PAPERS, "destroy"})
#: How many cards' pictures are in memory at a time.
AT_ONCE = 40
_SPOOL_BYTES = 4_000_000
_SAFE = re.compile(r"[0-9A-Za-z-]{1,40}")

MAKING_HEADINGS = (
    "序号",
    "证件号码",
    "姓名",
    "单位",
    "执法区域",
    "执法类别",
    "发证机关",
    "投诉电话",
    "有效期自",
    "有效期至",
    "照片文件",
    "二维码（SVG）",
    "二维码（PNG）",
    "制作结果",
    "说明",
)


@dataclass(frozen=True)
class Archive:
    """A finished zip: ``file`` stands at its beginning and is closed by whoever sends it."""

    name: str
    file: IO[bytes]
    cards: int
    without_photograph: tuple[str, ...]


def paper_before(act: Act, name: str, rows: Sequence[CardRow], fonts: Fonts) -> tuple[str, bytes]:
    """A list to be signed before the act ``name`` is entered: file name and PDF.

    ``rows`` have been judged. Raises KeyError for an act without paper, Refused for what can't be
    set.
    """
    act = authorise(act, PERMISSIONS[name])
    if name not in PRINTED:
        raise KeyError(name)
    ended = custody_slips.ended_on([row.certificate_id for row in rows])
    organisations = {row.organisation_name for row in rows}
    lines = [
        _line(name, row.number, row.name, row.organisation_name, row.state, row.valid_until,
              ended.get(row.certificate_id))
        for row in rows
    ]  # fmt: skip
    with on_paper():
        content = _pdf(name, lines, fonts, act, _place(organisations), None)
    _note(act, None, name, len(rows))
    return f"{name}.pdf", content


def print_slip(act: Act, slip_id: int, fonts: Fonts) -> tuple[str, bytes]:
    """The paper of an act that was entered: file name and PDF.

    Raises Refused where there is no such slip within reach, or none that is printed.
    """
    act = authorise(act, "custody.view")
    slip = custody_slips.slip(slip_id, act.by.scope)
    if slip is None or slip.act not in PRINTED:
        raise Refused(_no_paper())
    rows = custody_slips.lines(slip_id, act.by.scope)
    ended = custody_slips.ended_on([row.certificate_id for row in rows])
    lines = [
        _line(slip.act, row.number, row.name, row.organisation_name, row.state, row.valid_until,
              ended.get(row.certificate_id))
        for row in rows
    ]  # fmt: skip
    with on_paper():
        content = _pdf(
            slip.act, lines, fonts, act, _place({row.organisation_name for row in rows}), slip
        )
    _note(act, slip_id, slip.act, len(rows))
    return f"slip-{slip_id}.pdf", content


def making_list(act: Act, slip_id: int, *, config: Config) -> Archive:
    """The zip for the card maker, of a slip that ordered cards.

    Raises Refused where there is no such slip within reach.
    """
    act = authorise(act, "custody.make")
    slip = custody_slips.slip(slip_id, act.by.scope)
    if slip is None or slip.act != "order":
        raise Refused(_no_paper())
    ids = [line.certificate_id for line in custody_slips.lines(slip_id, act.by.scope)]
    file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 sent later
    try:
        without = _write_archive(file, ids, act, config)
        _note(act, slip_id, "making-list", len(ids))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Archive(f"making-list-{slip_id}.zip", file, len(ids), tuple(without))


def _write_archive(file: IO[bytes], ids: Sequence[int], act: Act, config: Config) -> list[str]:
    moment = act.at.astimezone(SHANGHAI).timetuple()[:6]
    without: list[str] = []
    table: list[list[str | int]] = []

    def put(archive: zipfile.ZipFile, name: str, content: bytes, how: int) -> None:
        entry = zipfile.ZipInfo(name, moment)
        entry.compress_type = how
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, content)

    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        for rows in _pieces(ids):
            pictures = photographs.shown_pictures(row.person_id for row in rows)
            for row in rows:
                if row.code is None:
                    raise LookupError(f"certificate {row.number} has no code")
                stem = _stem(row, len(table) + 1)
                picture = pictures.get(row.person_id)
                names = [f"codes/{stem}.svg", f"codes/{stem}.png"]
                put(
                    archive,
                    names[0],
                    qr_svg(config.public_url, row.code).encode(),
                    zipfile.ZIP_DEFLATED,
                )
                put(archive, names[1], qr_png(config.public_url, row.code), zipfile.ZIP_STORED)
                photograph = ""
                if picture is None:
                    without.append(row.number)
                else:
                    photograph = f"photographs/{stem}.jpg"
                    put(archive, photograph, picture, zipfile.ZIP_STORED)
                table.append(
                    [len(table) + 1, *_face(row), photograph or "没有照片", *names, "", ""]
                )
        workbook = write_workbook("行政执法证件制卡清单", MAKING_HEADINGS, table, sheet="制卡清单")
        put(archive, "making-list.xlsx", workbook, zipfile.ZIP_STORED)
    return without


def _pieces(ids: Sequence[int]) -> Iterator[list[CertificateRow]]:
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        found = {row.id: row for row in certificates.by_ids(part)}
        yield [found[one] for one in part]


def _stem(row: CertificateRow, place: int) -> str:
    """A file name that no system takes for anything else: made by us from a number of ours."""
    return f"card-{row.number}" if _SAFE.fullmatch(row.number) else f"card-row-{place}"


def _face(row: CertificateRow) -> list[str]:
    return [
        row.number,
        row.name,
        row.organisation_name,
        row.area,
        row.categories,
        row.issuing_authority,
        row.complaint_telephone,
        row.valid_from.isoformat() if row.valid_from else "",
        row.valid_until.isoformat() if row.valid_until else "",
    ]


def _line(
    name: str,
    number: str,
    holder: str,
    unit: str,
    state: str,
    valid_until: str | None,
    ended: str | None,
) -> CardLine:
    on_return = name in ("back-to-unit", "take-in", "destroy")
    until = (ended or "") if on_return else (valid_until or "")
    return CardLine(number, holder, unit, STATES[state], until)


def _pdf(
    name: str,
    lines: Sequence[CardLine],
    fonts: Fonts,
    act: Act,
    organisation: str,
    slip: SlipRow | None,
) -> bytes:
    number = f"第 {slip.id} 号" if slip else ""
    document = slip.document if slip else act.document
    facts = [("单位：", organisation), ("单号：", number), ("文号：", document)]
    if slip is not None:
        facts.append(("办理日期：", slip.effective_on))
    if name == "destroy":
        return custody_lists.destruction_record_pdf(
            lines,
            fonts,
            organisation=organisation,
            printed_on=act.on,
            manner=slip.manner if slip else "",
            witnesses=(slip.witness_1, slip.witness_2) if slip else ("", ""),
            keeper=slip.by if slip else act.by.name,
            facts=facts,
        )
    return custody_lists.card_list_pdf(
        lines,
        PAPERS[name],
        fonts,
        organisation=organisation,
        printed_on=act.on,
        facts=facts,
    )


def _place(organisations: set[str]) -> str:
    return next(iter(organisations)) if len(organisations) == 1 else "全区各执法单位"


def _note(act: Act, slip_id: int | None, form: str, count: int) -> None:
    details: dict[str, object] = {"form": form, "count": count}
    if slip_id is not None:
        details["card_slip"] = slip_id
    with transaction() as book:
        book.record("slip-printed", act, slip_id, details=details)


def _no_paper() -> Refusal:
    return Refusal(
        "no-such-slip",
        sentence("没有这张卡片流转单，或者它没有可以打印的内容。请从流转单列表里打开。"),
        "registry-rule",
    )
