"""From a constraint's name to a refusal: what the database refused, said in a sentence.

Only the name of the constraint is read, never the message, which holds values.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from registry.rules.refusals import Refusal, Refused, sentence
from registry.store.database import ConstraintViolation

_SENTENCES: dict[str, str] = {
    "holder-not-eligible-officer": sentence(
        "持证人不是在岗的行政执法人员，不能持有有效证件。请先核对其用工性质和任职。"
    ),
    "certificate-of-another-person": sentence("证件与任职不属于同一人。请从该人员的页面重新办理。"),
    "certificate-is-kept": sentence("证件号码或位置已被使用，证件不得覆盖或删除。请换用新号码。"),
    "one-live-certificate": sentence("该人员已持有同类有效证件。请先办结原证件。"),
    "certificate-is-a-copy": sentence("证件记载的内容不得修改。请办理换发。"),
    "final-state": sentence("证件已处于终结状态，只能由两人以更正程序恢复。"),
    "one-current-engagement": sentence("该人员已有当前任职。请先结束原任职。"),
    "engagement-facts": sentence("任职记载的用工性质或禁止持证标记与登记不符。请刷新后重试。"),
    "engagement-keeps-its-person": sentence("任职不得改属他人。请另行登记。"),
    "engagement-is-kept": sentence("任职记录不得覆盖。"),
    "end-the-certificate-first": sentence("该人员仍持有有效证件。请先办结证件。"),
    "person-is-kept": sentence("该人员已在册，记录不得覆盖。"),
    "person-keeps-its-number": sentence("人员编号不得更改。"),
    "one-id-one-person": sentence("该身份证号已登记在另一人名下。请联系法制机构核对。"),
    "establishment-is-kept": sentence("用工性质代码已存在。"),
    "establishment-in-use": sentence("用工性质已被使用，不得改变其类别。"),
    "book-is-append-only": sentence("台账只能追加，不得修改或删除。"),
    "rectification-names-no-act": sentence("更正必须由两人办理，并指明被更正的那一次办理。"),
    "rectification-is-kept": sentence("更正记录不得修改。"),
    "photograph-is-kept": sentence("照片不得覆盖。请上传新照片。"),
    "photograph-second-look": sentence(
        "照片要由上传人以外的账号审定，审定或退回以后不能再改。请换一个账号审定，或者重新上传。"
    ),
    "photograph-added-meanwhile": sentence(
        "同一个人的照片刚刚由别人上传，未作任何改动。请刷新后核对。"
    ),
    "custody-is-kept": sentence("卡片的去向已有记载，已销毁的不能改回。请刷新后核对。"),
    "card-destroyed-by-two": sentence("只能销毁已终结证件的卡片，并且要有两名监销人。"),
    "slip-is-kept": sentence("卡片流转单不得修改。请另办一次。"),
    "merge-is-kept": sentence("合并的记录不得修改。"),
    "merge-names-two": sentence("合并要由两人办理，保留的记录不能是已经并入别人的。"),
    "end-before-merging": sentence("要并入的记录还有任职或有效证件。请先办结，再合并。"),
    "merged-into-another": sentence("此记录已并入另一人，不能再任职。请在保留的记录上办理。"),
    "rows-are-kept": sentence("登记记录不得删除。"),
    "organisation-word-taken": sentence(
        "机构代码、名称或简称刚刚被另一个机构用了，未作任何改动。请刷新后核对。"
    ),
}

# Declared keys and checks say the same as some trigger does; they share its refusal.
_CONSTRAINTS: dict[str, str] = {
    "certificate_live_needs_officer": "holder-not-eligible-officer",
    "certificate_holder": "holder-not-eligible-officer",
    "certificate_number": "certificate-is-kept",
    "certificate_code": "certificate-is-kept",
    "certificate_list_place": "certificate-is-kept",
    "certificate_one_live": "one-live-certificate",
    "engagement_one_current": "one-current-engagement",
    "engagement_establishment": "engagement-facts",
    "engagement_person": "engagement-facts",
    "person_identity": "one-id-one-person",
    "person_number": "person-is-kept",
    "organisation_code": "organisation-word-taken",
    "organisation_name": "organisation-word-taken",
    "organisation_alias_once": "organisation-word-taken",
    "rectification_two": "rectification-names-no-act",
    "photograph_two": "photograph-second-look",
    "photograph_two_back": "photograph-second-look",
    "photograph_once": "photograph-added-meanwhile",
    "custody_pkey": "custody-is-kept",
    "custody_slip_witnesses": "card-destroyed-by-two",
    "person_merge_two": "merge-names-two",
    "person_merge_two_records": "merge-names-two",
    "person_merge_pkey": "merge-is-kept",
    "rectification_act_once": "rectification-is-kept",
}

# SQLite names the columns of a unique constraint, not the constraint.
_SQLITE_UNIQUE: dict[str, str] = {
    "certificate.number": "certificate_number",
    "certificate.code": "certificate_code",
    "certificate.list, certificate.list_index": "certificate_list_place",
    "certificate.person_id, certificate.kind": "certificate_one_live",
    "engagement.person_id": "engagement_one_current",
    "person.identity_index": "person_identity",
    "person.number": "person_number",
    "organisation.code": "organisation_code",
    "organisation.name": "organisation_name",
    "organisation_alias.alias": "organisation_alias_once",
    "account.login": "account_login",
    "custody.certificate_id": "custody_pkey",
    "person_merge.absorbed_id": "person_merge_pkey",
    "attempt.fingerprint": "attempt_once",
    "photograph.person_id, photograph.version": "photograph_once",
}


def constraint_of(violation: ConstraintViolation) -> str:
    """Name of the violated constraint or rule; empty where the engine does not tell."""
    cause = getattr(violation, "orig", None) or violation.__cause__ or violation
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None and diagnosis.constraint_name:
        return str(diagnosis.constraint_name)
    text = str(cause)
    if found := re.search(r"rule:([a-z-]+)", text):
        return found[1]
    if found := re.search(r"CHECK constraint failed: ([a-z_]+)", text):
        return found[1]
    if found := re.search(r"UNIQUE constraint failed: (.+)", text):
        return _SQLITE_UNIQUE.get(found[1], found[1])
    return ""


def refusal_of(violation: ConstraintViolation) -> Refusal:
    """The refusal that says what the database refused; holds no value of any row."""
    name = constraint_of(violation)
    code = _CONSTRAINTS.get(name, name)
    if code in _SENTENCES:
        return Refusal(code, _SENTENCES[code], "registry-rule")
    return Refusal(
        "refused-by-the-database",
        sentence("登记库拒绝了这次写入（约束：%(constraint)s），未作任何改动。请刷新后重试。"),
        "registry-rule",
        {"constraint": code or "unknown"},
    )


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the database refuses inside the block into :class:`Refused`; goes around a
    transaction, never inside one."""
    try:
        yield
    except ConstraintViolation as violation:
        raise Refused(refusal_of(violation)) from None
