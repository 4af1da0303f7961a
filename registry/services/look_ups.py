"""Looking up a result or a certificate at the candidates' door.

Every wrong pair gets one answer, whichever half of it is wrong and whatever the register knows;
tries are counted before anything is looked at. Nothing is written but those counts.
"""

import re
from datetime import datetime

from registry.rules.candidates import read_pair
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import clean_person_name, fold_width
from registry.store import candidate_tries, keys, look_ups
from registry.store.book import transaction
from registry.store.look_ups import ResultRow

_NUMBER = re.compile(r"[0-9A-Za-z-]{1,40}", re.ASCII)


def look_up_results(ticket: str, tail: str, *, network: str, at: datetime) -> list[ResultRow]:
    """The published results that go with a ticket number and the last six of its ID number.

    Raises Refused with one answer for a wrong pair and for a result that isn't published, and
    :class:`~registry.store.candidate_tries.TooEarly`, which looks at nothing.
    """
    number = _folded(ticket)
    # The name in read_pair is only there to fold the six characters as everywhere.
    pair = read_pair("考生", tail)
    candidate_tries.count_try("result", number, network, at)
    found = look_ups.results_of_ticket(
        number, keys.bound().tail_index(pair[1] if pair else "000000")
    )
    if pair is None or not found:
        raise Refused(
            Refusal(
                "result-not-found",
                sentence(
                    "没有查到：准考证号和身份证号后六位对不上，或者成绩还没有公布。请核对后再查。"
                ),
                "registry-rule",
            )
        )
    with transaction():
        candidate_tries.forgive("result", number, network, at)
    return found


def look_up_certificate(number: str, name: str, *, network: str, at: datetime) -> str:
    """The code of the certificate with that number and that name on it.

    Raises as :func:`look_up_results`; the answer doesn't say which half is wrong.
    """
    asked = _folded(number)
    try:
        holder = clean_person_name(name)
    except Refused:
        holder = ""
    candidate_tries.count_try("certificate", asked, network, at)
    code = look_ups.code_of(asked, holder)
    if code is None:
        raise Refused(
            Refusal(
                "certificate-not-found",
                sentence(
                    "没有查到：证件号码和姓名对不上，或者这张证件不是这里签发的。"
                    "请核对后再查，或者扫描证件上的二维码。"
                ),
                "registry-rule",
            )
        )
    with transaction():
        candidate_tries.forgive("certificate", asked, network, at)
    return code


def _folded(typed: str) -> str:
    """A number as it was printed: half width, no spaces; empty where it can't be one."""
    number = re.sub(r"\s", "", fold_width(typed))
    return number if _NUMBER.fullmatch(number) else ""
