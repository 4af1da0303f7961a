"""How a name is read aloud in Latin letters, so that people are found by pinyin and by initials.

Hides pypinyin, which takes half a second to load and reads a surname like any other character.
Readings hold the letters a to z and digits alone: both engines sort those alike.
"""

import re
import unicodedata

from registry.rules.text import fold_width

# Characters that are read otherwise when they are a surname.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "查": "zha", "区": "ou", "朴": "piao",
    "盖": "ge", "翟": "zhai", "黑": "he", "洗": "xian", "缪": "miao", "秘": "bi", "员": "yun",
    "折": "she", "繁": "po", "种": "chong", "召": "shao", "乐": "yue", "阚": "kan", "覃": "qin",
    "隗": "wei", "牟": "mu", "能": "nai", "祭": "zhai", "郇": "xun", "都": "du", "便": "pian",
    "句": "gou", "卜": "bu", "会": "gui", "适": "kuo", "佴": "nai", "藏": "zang",
}  # fmt: skip
# Surnames of two characters that begin with one of the above; other double ones read right.
_DOUBLE_SURNAMES = {"单于": ("chan", "yu")}
_NOT_LETTERS = re.compile("[^a-z0-9]")


def latin_letters(text: str) -> str:
    """``text`` as it is searched for: narrow, lower case, without accents, letters and digits."""
    folded = unicodedata.normalize("NFD", fold_width(text).lower().replace("ü", "v"))
    return _NOT_LETTERS.sub("", folded)


def reading_of(name: str) -> tuple[str, str]:
    """The pinyin of a cleaned name and its initials: 单晓梅 gives ``shanxiaomei``, ``sxm``.

    ü is written v, as it is typed. Latin names give their letters and the first of each word;
    a character that nobody has given a reading gives nothing.
    """
    syllables: list[str] = []
    first_word = True
    for word in re.split("[· ]", name):
        syllables += _syllables(word, surname=first_word)
        first_word = False
    return "".join(syllables)[:120], "".join(syllable[0] for syllable in syllables)[:60]


def _syllables(word: str, *, surname: bool) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # takes half a second: loaded when first needed

    known: tuple[str, ...] = ()
    if surname:
        known = _DOUBLE_SURNAMES.get(word[:2], ())
        if not known and len(word) > 1 and word[0] in _SURNAMES:
            known = (_SURNAMES[word[0]],)
    read = lazy_pinyin(word[len(known) :], style=Style.NORMAL, errors="default")
    letters = (latin_letters(syllable) for syllable in read)
    return [*known, *(syllable for syllable in letters if syllable)]
