"""Photographs: whose a file is by its name, and the second look that each needs before it shows.

A file belongs to whom its name says: by ID number, by person number, or by a name that one person
alone bears in the organ. The stronger mark decides and the weaker may not contradict it; where two
answers are possible there is none. Nobody gives the second look at what he uploaded himself.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.rules.identity_number import fold_identity_number
from registry.rules.refusals import Refusal, Term, sentence
from registry.rules.text import fold_width

BASIS = "registry-rule"

#: Why a photograph goes back to whoever sent it; the last one has to be explained.
REASONS: dict[str, str] = {
    "another-person": sentence("不是本人"),
    "not-frontal": sentence("不是正面免冠"),
    "blurred": sentence("模糊不清"),
    "background": sentence("背景杂乱或者不是纯色"),
    "light": sentence("太暗或者过亮"),
    "retouched": sentence("美颜或者修图过度"),
    "too-old": sentence("旧照片，和现在相貌差别大"),
    "clothing": sentence("着装不合要求"),
    "other": sentence("其他原因，见说明"),
}
OTHER = "other"

#: What a look at the pixels noticed; it holds nothing back, people decide.
REMARKS: dict[str, str] = {
    "blurred": sentence("可能模糊"),
    "dark": sentence("偏暗"),
    "bright": sentence("过亮"),
    "background": sentence("背景可能不是纯色"),
    "blank": sentence("画面几乎是一片空白"),
}

_IDENTITY = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[Pp][0-9]{6,12}(?![0-9A-Za-z])")
# Long runs of digits that are neither: a phone's time of taking, or an ID number gone wrong.
_DIGITS = re.compile(r"[0-9]+[Xx]?")
_BETWEEN = re.compile(r"[\s_\-—–.,，。、;；:：+&#@()（）\[\]【】《》<>\"'“”|]+")
_NOISE = re.compile(
    "证件照|登记照|标准照|免冠照|工作照|照片|相片|原图|正面|免冠|"
    "一寸|二寸|两寸|小二寸|寸照|白底|蓝底|红底|副本|复制|"
    "微信图片|IMG|DSC|copy|photo|mmexport",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FileMarks:
    """What a file's name says: ID numbers, person numbers, and the words that may be a name."""

    identity_numbers: tuple[str, ...]
    numbers: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """Somebody in the organ; ``identity`` is the ID number's blind index or the number itself."""

    number: str
    name: str
    identity: str


def read_file_name(path: str) -> FileMarks:
    """The marks in a file's name; folders before it and its ending say nothing."""
    stem = fold_width(unicodedata.normalize("NFC", path)).replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, ending = stem.rpartition(".")
    if not dot:
        stem = ending
    identity = tuple(dict.fromkeys(map(fold_identity_number, _IDENTITY.findall(stem))))
    rest = _IDENTITY.sub(" ", stem)
    numbers = tuple(dict.fromkeys(found.upper() for found in _NUMBER.findall(rest)))
    rest = _DIGITS.sub(" ", _NOISE.sub(" ", _NUMBER.sub(" ", rest)))
    pieces = [piece for piece in _BETWEEN.split(rest) if piece]
    # A Latin name holds blanks: the whole counts as one word beside its parts.
    words = dict.fromkeys([*pieces, " ".join(pieces), "".join(pieces)])
    return FileMarks(identity, numbers, tuple(word for word in words if word))


class Organ:
    """The people of an organ, found by what a file's name may say of them."""

    def __init__(self, people: Iterable[Candidate]) -> None:
        self._by_identity: dict[str, Candidate] = {}
        self._by_number: dict[str, Candidate] = {}
        self._by_name: dict[str, list[Candidate]] = {}
        for one in people:
            self._by_identity[one.identity] = one
            self._by_number[one.number] = one
            self._by_name.setdefault(_name_key(one.name), []).append(one)

    def owner(self, marks: FileMarks, indexes: Mapping[str, str]) -> Candidate | Refusal:
        """Whose photograph it is, or why it is nobody's or can't be told.

        ``indexes`` gives for each ID number of ``marks`` what :class:`Candidate` calls identity.
        """
        named = [one for word in marks.words for one in self._by_name.get(_name_key(word), ())]
        strong = [self._by_identity.get(indexes[number]) for number in marks.identity_numbers]
        strong += [self._by_number.get(number) for number in marks.numbers]
        if strong:
            owner = strong[0]
            if owner is None:
                return nobody_here()
            if any(one != owner for one in strong) or (named and owner not in named):
                return _contradicts()
            return owner
        bearers = {one.number: one for one in named}
        if not bearers:
            return nobody_here() if marks.words else _says_nothing()
        if len(bearers) == 1:
            return next(iter(bearers.values()))
        if len({_name_key(one.name) for one in bearers.values()}) > 1:
            return _contradicts()
        return Refusal(
            "name-borne-by-several",
            sentence("这个单位有%(count)s个人叫“%(name)s”。请在文件名里加上人员编号或身份证号。"),
            BASIS,
            {"count": len(bearers), "name": next(iter(bearers.values())).name},
        )


def nobody_here() -> Refusal:
    """A file that fits nobody in the organ; the same words for somebody registered elsewhere."""
    return Refusal(
        "fits-nobody",
        sentence(
            "文件名在这个单位里对不上任何人。请改成姓名、人员编号或身份证号，或者换一个单位。"
        ),
        BASIS,
    )


def two_for_one(files: int) -> Refusal:
    """Several photographs of one person in one upload: all are refused, we never guess."""
    return Refusal(
        "two-photographs-for-one-person",
        sentence("这个人有%(count)s张照片，不知道用哪一张。请只留一张。"),
        BASIS,
        {"count": files},
    )


def sent_back_before(why: str) -> Refusal:
    """The very picture that was sent back (``why``: a code of :data:`REASONS`) comes again."""
    return Refusal(
        "photograph-was-sent-back",
        sentence("这张照片审定时已经退回：%(why)s。请换一张。"),
        BASIS,
        {"why": Term(REASONS.get(why, why))},
    )


def judge_second_look(
    *,
    uploader: int | None,
    reviewer: int,
    waits: bool,
    sends_back: bool = False,
    why: str = "",
    note: str = "",
) -> list[Refusal]:
    """What speaks against approving a photograph, or against sending it back for ``why``.

    ``waits``: it still waits, and no newer one stands in its place. A photograph is looked at by
    another account than the one that uploaded it (the register's own rule of two).
    """
    refusals = []
    if not waits:
        refusals.append(not_waiting())
    if uploader is not None and uploader == reviewer:
        refusals.append(
            Refusal(
                "own-photograph",
                sentence("这张照片是您自己上传的，要由另一个账号审定。"),
                BASIS,
            )
        )
    if sends_back and why not in REASONS:
        refusals.append(Refusal("why-unknown", sentence("请从列出的原因里选一项再退回。"), BASIS))
    if why == OTHER and not note:
        refusals.append(Refusal("why-missing", sentence("请写明退回的原因。"), BASIS))
    return refusals


def not_waiting() -> Refusal:
    """A photograph that somebody has decided on, taken down or replaced meanwhile."""
    return Refusal(
        "photograph-not-waiting",
        sentence("有照片已经审定、撤下或者换成了新的。请刷新页面后再办。"),
        BASIS,
    )


def _contradicts() -> Refusal:
    return Refusal(
        "file-name-contradicts-itself",
        sentence("文件名里的姓名、编号或身份证号不是同一个人。请核对后改名。"),
        BASIS,
    )


def _says_nothing() -> Refusal:
    return Refusal(
        "fits-nobody",
        sentence("文件名里没有姓名、人员编号或身份证号。请改名后再上传。"),
        BASIS,
    )


def _name_key(name: str) -> str:
    """One key for one name: interpuncts, blanks and hyphens don't tell people apart."""
    return re.sub(r"\W|_", "", fold_width(unicodedata.normalize("NFC", name))).casefold()
