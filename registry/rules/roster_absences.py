"""Whether a roster is a whole one, so that whoever it does not name has to be asked about.

Rows mended after an import, or a list of some people, come in by the same door as a whole
roster; taken for one they would put a whole organ on the list of the missing.
"""


def names_most(named: int, absent: int) -> bool:
    """Whether a file names most of its organs' people, and so is taken for their whole roster.

    ``named`` people of the register are in the file, ``absent`` are not. Whoever imports may say
    otherwise either way (register's own rule).
    """
    return absent <= named
