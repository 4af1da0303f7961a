"""The scan of an official list: kept sealed beside the sitting whose results it proves."""

from hashlib import sha256

from registry.rules.acts import Act, account_of, authorise
from registry.rules.exams import ENDED, STATES
from registry.rules.identity_number import without_identity_numbers
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.services.entry_writing import no_such_sitting
from registry.store import exam_scans as store
from registry.store import sittings
from registry.store.book import transaction
from registry.store.violations import in_words

MOST_BYTES = 10 * 1024 * 1024
_KINDS = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"))


def add_scan(act: Act, sitting_id: int, data: bytes, file_name: str) -> int:
    """Keep a scan (PDF, JPEG or PNG) of an external list; gives its id. Raises Refused."""
    act = authorise(act, "exam.manage")
    account_of(act)
    kind = next((name for head, name in _KINDS if data.startswith(head)), "")
    if not kind or len(data) > MOST_BYTES:
        raise Refused(
            Refusal(
                "scan-unusable",
                sentence("扫描件要是PDF、JPEG或PNG，不超过10兆字节；请换一个文件。"),
                "registry-rule",
            )
        )
    name = without_identity_numbers(file_name.replace("\\", "/").rpartition("/")[2])[:200]
    with in_words(), transaction() as book:
        sitting = sittings.hold(sitting_id)
        if sitting is None:
            raise Refused(no_such_sitting())
        if sitting.state in ENDED or not sitting.external_body:
            raise Refused(
                Refusal(
                    "scan-not-asked",
                    sentence("这场考试（%(state)s）不收扫描件：只有还没有公布的外来成绩才收。"),
                    "registry-rule",
                    {"state": Term(STATES[sitting.state])},
                )
            )
        digest = sha256(data).hexdigest()
        scan_id = store.add(act, sitting_id, data, digest, kind, name or f"scan.{kind}")
        book.record(
            "sitting-scan-added",
            act,
            sitting_id,
            details={**sitting.told(), "digest": digest, "bytes": len(data)},
            personal={"file_name": name},
        )
    return scan_id
