"""Which two typefaces print our paper, and which characters they can print.

A page is set in one regular and one bold face, both for simplified Chinese. They come from a
folder that the operator names, or from two packages that are installed with the product. The
system's own fonts are never used, so that paper looks the same on every machine.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from registry.documents.wording import DocumentRefused, sentence

# In this order; the Japanese one is last because it holds the simplified forms too and shows
# them when the text is marked as Chinese. Other typefaces follow when they can print Chinese.
PREFERRED = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC")
JAPANESE = ("Noto Sans CJK JP", "Source Han Sans", "Source Han Sans JP")
SAMPLE = "中华人民共和国行政执法证姓名单位有效期"
REGULAR_WEIGHT, BOLD_WEIGHT = 400, 700


@dataclass(frozen=True)
class Face:
    """One face in a font file: the file, the face's place in it, the family that Typst knows."""

    path: Path
    index: int
    family: str
    weight: int


@dataclass(frozen=True)
class Fonts:
    """The regular and the bold face that all our paper is set in."""

    regular: Face
    bold: Face

    def missing(self, text: str) -> str | None:
        """The first character of ``text`` that either face can't print, or None."""
        regular, bold = _covered(self.regular), _covered(self.bold)
        return next(
            (sign for sign in text if ord(sign) not in regular or ord(sign) not in bold), None
        )


def find_fonts(folder: Path | None = None) -> Fonts:
    """The faces in ``folder`` (searched with its folders), or the installed packages' faces.

    Raises :class:`DocumentRefused` (``fonts-missing``) when the folder is not there or holds no
    regular and bold face that can print Chinese.
    """
    folders = _packaged() if folder is None else (Path(folder),)
    return _find(folders)


def _packaged() -> tuple[Path, ...]:
    return (
        Path(str(files("noto_cjk_sans_otc"))),
        Path(str(files("noto_cjk_sans_jp_bold"))),
    )


@lru_cache(maxsize=4)
def _find(folders: tuple[Path, ...]) -> Fonts:
    named = "、".join(str(folder) for folder in folders)
    for folder in folders:
        if not folder.is_dir():
            raise DocumentRefused(
                "fonts-missing",
                sentence("字体文件夹“%(folder)s”不存在，无法打印。请改正字体文件夹的设置。"),
                {"folder": str(folder)},
            )
    found = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )
    faces = [
        Face(Path(font.path), font.index, font.family, font.weight)
        for font in found.fonts()
        if font.path and font.style == "normal"
    ]
    regular = _choose([face for face in faces if 300 <= face.weight <= 500], REGULAR_WEIGHT, "")
    bold = _choose(
        [face for face in faces if face.weight >= 600],
        BOLD_WEIGHT,
        regular.family if regular else "",
    )
    if regular is None or bold is None:
        raise DocumentRefused(
            "fonts-missing",
            sentence(
                "字体文件夹“%(folder)s”里没有能打印中文的常规体和粗体字体。"
                "请放入思源黑体（Noto Sans CJK）的常规体和粗体，或改正字体文件夹的设置。"
            ),
            {"folder": named},
        )
    return Fonts(regular, bold)


def _choose(faces: list[Face], weight: int, family: str) -> Face | None:
    """The best of ``faces``: the given family first, then simplified, then Japanese, then any."""
    order = (family, *PREFERRED, *JAPANESE)

    def rank(face: Face) -> tuple[int, int, str, str, int]:
        place = order.index(face.family) if face.family in order else len(order)
        return place, abs(face.weight - weight), face.family, str(face.path), face.index

    for face in sorted(faces, key=rank):
        if all(ord(sign) in _covered(face) for sign in SAMPLE):
            return face
    return None


@lru_cache(maxsize=16)
def _covered(face: Face) -> frozenset[int]:
    """The code points that a face has a glyph for."""
    with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
        return frozenset(font.getBestCmap())
