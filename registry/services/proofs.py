"""Proofs of passing: made once, signed, and printed again from the same string for ever."""

import hashlib
from datetime import date

from registry import credential
from registry.config import Config
from registry.documents import exam_papers
from registry.documents.fonts import Fonts
from registry.documents.qr import qr_svg
from registry.rules.acts import Act, authorise
from registry.rules.exams import paper_name
from registry.rules.identity_number import mask_identity_number
from registry.rules.refusals import Refusal, Refused, sentence
from registry.services.on_paper import on_paper
from registry.store import keys, person_rows, proofs, settings
from registry.store.book import transaction
from registry.store.proofs import Passed, ProofRow
from registry.store.violations import in_words

#: A proof without an end is signed with the last day that the format knows.
_WITHOUT_END = date(2199, 12, 31)


def print_proof(
    act: Act, qualification_id: int, *, config: Config, fonts: Fonts
) -> exam_papers.Paper:
    """The proof of a standing pass as a PDF; its code is made at the first print and stays.

    Raises Refused for a person outside the account's scope (as if absent), for a qualification
    that no exam gave, that is withdrawn or whose person now bears another name.
    """
    act = authorise(act, "exam.prove")
    found = proofs.passed(qualification_id)
    person = person_rows.find_by_id(found.person_id, act.by.scope) if found else None
    if found is None or person is None:
        raise Refused(
            Refusal(
                "no-such-qualification",
                sentence("没有这项资格。请从人员页面进入。"),
                "registry-rule",
            )
        )
    if found.source != "exam" or found.withdrawn:
        raise Refused(
            Refusal(
                "no-pass-to-prove",
                sentence("只有考试合格并且没有撤销的资格才能出具合格证明。请核对资格记录。"),
                "registry-rule",
            )
        )
    proof = _made(act, found)
    numbers = person_rows.identity_numbers([found.person_id])
    issuer = settings.text("default_issuing_authority")
    with on_paper():
        content = exam_papers.proof_of_passing_pdf(
            exam_papers.Proof(
                name=found.name,
                masked_id_number=mask_identity_number(numbers[found.person_id]),
                unit=person.organisation_name,
                subject=paper_name(found.subject, found.field),
                passed_on=found.passed_on,
                valid_until=found.until_on,
                number=proof.number,
                issuer=issuer,
                qr_svg=qr_svg(config.public_url, proof.code, path="/p/"),
                host=config.public_host,
            ),
            fonts,
        )
    return exam_papers.Paper(f"{proof.number}.pdf", content)


def _made(act: Act, found: Passed) -> ProofRow:
    """The qualification's proof, made now where there is none."""
    with in_words(), transaction() as book:
        there = proofs.proof_of(found.qualification_id)
        if there is not None:
            return there
        number = f"HG{found.passed_on.year}{found.qualification_id:06d}"
        last_day = found.until_on or _WITHOUT_END
        code = credential.sign_proof(
            credential.Proof(
                number, found.name, found.subject, found.field, found.passed_on, last_day
            ),
            keys.bound().signing_key(credential.PROOF_OF_PASSING),
        )
        proof = ProofRow(number, code, found.passed_on, last_day)
        proofs.add_proof(act, found, proof)
        book.record(
            "proof-made",
            act,
            found.person_id,
            person_id=found.person_id,
            details={
                "qualification": found.qualification_id,
                "subject": found.subject,
                "field": found.field,
                "number": number,
                "code_digest": hashlib.sha256(code.encode()).hexdigest()[:16],
            },
        )
    return proof
