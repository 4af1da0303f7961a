"""Turning a fixed template and plain data into a PDF, where nothing in the data can do harm.

Hides Typst. Templates are the ``.typ`` files beside this one and never change with the data;
names, numbers and pictures reach them only as a JSON file and picture files in a private folder
that holds nothing else. A child process without our environment does the work, with a limit on
its memory, its processor time and the clock (``typesetting_child.py``).
"""

import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from registry.documents.fonts import Fonts
from registry.documents.wording import DocumentRefused, sentence

MEMORY_BYTES = 2 * 1024**3
SECONDS = 60
TEMPLATES = Path(__file__).parent
CHILD = TEMPLATES / "typesetting_child.py"


def typeset(
    template: str,
    data: Mapping[str, object],
    fonts: Fonts,
    pictures: Mapping[str, bytes] | None = None,
    *,
    seconds: float = SECONDS,
) -> bytes:
    """The PDF of ``template`` (a file name) filled with ``data`` and ``pictures`` (name: bytes).

    Every text in ``data`` must have gone through :func:`printable`. Raises :class:`TextDoesNotFit`,
    and DocumentRefused (``print-takes-too-long``) after ``seconds``.
    """
    with tempfile.TemporaryDirectory(prefix="registry-page-") as private:
        root, faces = Path(private, "page"), Path(private, "fonts")
        root.mkdir()
        faces.mkdir()
        for source in TEMPLATES.glob("*.typ"):
            (root / source.name).write_bytes(source.read_bytes())
        for name, content in (pictures or {}).items():
            (root / name).write_bytes(content)
        families = {"regular": fonts.regular.family, "bold": fonts.bold.family}
        (root / "job.json").write_text(json.dumps({**data, "fonts": families}), "utf-8")
        for place, path in enumerate({fonts.regular.path, fonts.bold.path}):
            (faces / f"{place}{path.suffix}").symlink_to(path)
        try:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", CHILD, private, template, str(MEMORY_BYTES), str(SECONDS)],
                env={"RAYON_NUM_THREADS": "2", "HOME": private, "TMPDIR": private},
                cwd=private,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DocumentRefused(
                "print-takes-too-long",
                sentence("排版超过 %(seconds)d 秒，已停止。请减少一次打印的份数后重试。"),
                {"seconds": int(seconds)},
            ) from None
        if done.returncode == 0:
            return Path(private, "page.pdf").read_bytes()
    complaint = done.stderr.decode("utf-8", "replace")
    misfit = re.search(r"does-not-fit\W+([a-z_]+)\W+(\d+)", complaint)
    if misfit:
        raise TextDoesNotFit(misfit[1], int(misfit[2]))
    raise RuntimeError(f"{template} could not be set: {complaint.strip()[:400]}")


class TextDoesNotFit(Exception):
    """A template found that the text of ``field`` in record ``row`` (from 0) fits no size."""

    def __init__(self, field: str, row: int) -> None:
        self.field = field
        self.row = row
        super().__init__(f"{field} of record {row} does not fit")


def printable(text: str, fonts: Fonts) -> str:
    """``text`` as it can be printed: line breaks become spaces, signs that can't be seen go.

    What goes are control and formatting characters, direction overrides among them, which would
    reorder their neighbours on paper. Raises DocumentRefused (``character-not-in-fonts``) that
    names the first character which the typefaces don't have, rather than print an empty box.
    """
    seen = "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf")
    ).strip()
    # Variation selectors choose among the forms of the character before; they have no glyph.
    missing = fonts.missing("".join(sign for sign in seen if not _selects_variant(sign)))
    if missing is not None:
        raise DocumentRefused(
            "character-not-in-fonts",
            sentence(
                "“%(text)s”中的字“%(character)s”（U+%(point)s）不在打印字体里，印出来会是空框。"
                "请核对这个字，或换用含有它的字体文件夹。"
            ),
            {
                "text": seen.encode("utf-8", "replace").decode()[:40],
                "character": missing.encode("utf-8", "replace").decode(),
                "point": f"{ord(missing):04X}",
            },
        )
    return seen


def _selects_variant(sign: str) -> bool:
    return 0xFE00 <= ord(sign) <= 0xFE0F or 0xE0100 <= ord(sign) <= 0xE01EF
