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
    "already-asked": sentence("本单位对这个身份证号的请求还在等答复，不用再提。"),
    "organisation-word-taken": sentence(
        "机构代码、名称或简称刚刚被另一个机构用了，未作任何改动。请刷新后核对。"
    ),
    "sitting-is-published": sentence("这场考试已经公布或者取消，不能再改。请办理成绩更正。"),
    "candidate-not-officer": sentence(
        "此人不是在岗的行政执法人员，不能参加资格考试。请先核对用工性质和任职。"
    ),
    "candidate-is-a-copy": sentence("报名时记下的姓名和单位不得修改。"),
    "candidate_once": sentence("此人已经报名参加这场考试。"),
    "ticket-is-kept": sentence("准考证号和座位已被使用，或者已经公布，不得再用或改动。"),
    "ticket-of-another": sentence("准考证不是此人这一天的。请核对准考证号。"),
    "exam-room-is-kept": sentence("考场不得改属另一天的考试。"),
    "entry-of-another": sentence("您不是这一遍成绩的录入人。请从考试页面选择录入。"),
    "entry-is-finished": sentence("这一遍成绩已经录完，不能再改。要改，请考务人员重新打开。"),
    "entry-is-kept": sentence("录入的记录刚刚变动过，或者不得改动。请刷新后重试。"),
    "one-entry-unread": sentence("两遍成绩里最多一遍可以粘贴或导入，另一遍要照试卷录入。"),
    "same-person-both-entries": sentence("同一个人不能录两遍成绩。请由另一人录第二遍。"),
    "publisher-typed": sentence("录过成绩的人不能公布这场考试。请由另一人公布。"),
    "sitting-is-open": sentence("这场考试的成绩还没有核对完，不能公布。请先处理未了事项。"),
    "external-not-checked": sentence("外来成绩还没有由另一人与原件核对，不能公布。"),
    "sitting-not-held": sentence("这场考试还没有开考，或者已经结束，不能录入成绩。"),
    "sitting-has-marks": sentence("已经录入成绩，不能再改满分、合格线、科目和录入遍数。"),
    "mark-of-another-sitting": sentence("成绩与考生不属于同一场考试。请刷新后重试。"),
    "mark-over-full": sentence("分数超过满分。请照试卷重新录入。"),
    "mark-version": sentence("这一格刚刚有人改过。请刷新后核对。"),
    "client-id-used": sentence("这一次录入已经保存过。"),
    "form-by-typist": sentence(
        "录过这场考试成绩的人不能说明登记表有误。请由没有录过的另一人清点试卷。"
    ),
    "form-not-typed": sentence("登记表的份数和总分刚刚改动过，或者还没有录。请刷新后核对。"),
    "wrong_form_differs": sentence(
        "清点的份数和总分与登记表相同，登记表没有错。请照试卷核对成绩。"
    ),
    "settlement-equals-neither": sentence("这个分数与两遍录入都不相同，不能作为核对结果。"),
    "result-without-mark": sentence("公布的成绩与录入的成绩不一致，未作任何改动。"),
    "correction-not-approved": sentence("成绩更正要由另一人批准以后才能生效。"),
    "correction-is-kept": sentence("成绩更正的申请不得修改。请另行申请。"),
    "correction_two": sentence("申请更正和批准更正要由两个人办理。请由另一人批准。"),
    "qualification-is-kept": sentence("资格记录只能撤销，不得修改。"),
    "qualification-without-pass": sentence("没有已公布的合格成绩，不能登记考试取得的资格。"),
    "typist-is-bound": sentence("这个录入账号只能用于它的那一场考试，或者已经停用。"),
    "proof-is-kept": sentence("合格证明不得修改，每项资格只有一份。请刷新后重试。"),
    "proof-without-qualification": sentence("这项资格已经撤销或者与证明不符，不能出具合格证明。"),
    "review-is-kept": sentence("复核申请已经答复，不得修改。"),
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
    "transfer_request_one_open": "already-asked",
    "rectification_two": "rectification-names-no-act",
    "photograph_two": "photograph-second-look",
    "photograph_two_back": "photograph-second-look",
    "photograph_once": "photograph-added-meanwhile",
    "proof_of_passing_once": "proof-is-kept",
    "proof_of_passing_number": "proof-is-kept",
    "proof_of_passing_code": "proof-is-kept",
    "custody_pkey": "custody-is-kept",
    "custody_slip_witnesses": "card-destroyed-by-two",
    "person_merge_two": "merge-names-two",
    "person_merge_two_records": "merge-names-two",
    "person_merge_pkey": "merge-is-kept",
    "rectification_act_once": "rectification-is-kept",
    "exam_ticket_number": "ticket-is-kept",
    "exam_ticket_once": "ticket-is-kept",
    "exam_ticket_seat": "ticket-is-kept",
    "candidate_ticket_once": "ticket-is-kept",
    "sitting_entry_once": "entry-is-kept",
    "sitting_entry_one_unread": "one-entry-unread",
    "entry_account_once": "same-person-both-entries",
    "mark_cell_once": "mark-version",
    "mark_history_client": "client-id-used",
    "settlement_client": "client-id-used",
    "room_total_once": "entry-is-kept",
    "exam_result_once": "correction-not-approved",
    "exam_result_correction_once": "correction-not-approved",
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
    "transfer_request.person_id, transfer_request.organisation_id": "transfer_request_one_open",
    "account.login": "account_login",
    "custody.certificate_id": "custody_pkey",
    "person_merge.absorbed_id": "person_merge_pkey",
    "attempt.fingerprint": "attempt_once",
    "photograph.person_id, photograph.version": "photograph_once",
    "exam_ticket.number": "exam_ticket_number",
    "exam_ticket.round_id, exam_ticket.person_id": "exam_ticket_once",
    "exam_ticket.room_id, exam_ticket.seat": "exam_ticket_seat",
    "candidate.sitting_id, candidate.person_id": "candidate_once",
    "candidate.sitting_id, candidate.ticket_id": "candidate_ticket_once",
    "sitting_entry.sitting_id, sitting_entry.entry": "sitting_entry_once",
    "sitting_entry.sitting_id": "sitting_entry_one_unread",
    "entry_account.sitting_id, entry_account.account_id": "entry_account_once",
    "mark_cell.candidate_id, mark_cell.entry": "mark_cell_once",
    "mark_history.client_id": "mark_history_client",
    "settlement.client_id": "settlement_client",
    "room_total.sitting_id, room_total.room_id, room_total.entry": "room_total_once",
    "exam_result.candidate_id, exam_result.version": "exam_result_once",
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
