"""The closed list of what the book can say: every event's name, subject and exact fields.

``details`` stay readable for ever and hold nothing about a private life; ``personal`` values are
kept apart under salted hashes so that they can be erased one day while the book still proves
itself. An unknown name or field raises, so that a slip in a service shows in its first test.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.rules.refusals import in_context

SUBJECTS: frozenset[str] = frozenset(
    {
        "person",
        "certificate",
        "organisation",
        "account",
        "batch",
        "sitting",
        "finding",
        "proposal",
        "slip",
        "absence",
        "transfer-request",
        "training-class",
        "import",
        "key",
        "setting",
        "register",
        "export",
    }
)

# Where an act came from and what it belongs to; any event may carry these.
ORIGIN: frozenset[str] = frozenset(
    {
        "effective_on",
        "document",
        "door",
        "batch",
        "import",
        "row",
        "finding",
        "proposal",
        "corrects",
    }
)


@dataclass(frozen=True)
class EventKind:
    """One kind of event: what it is about, which fields it may carry, and its Chinese title."""

    name: str
    subject: str
    details: frozenset[str]
    personal: frozenset[str]
    title: str


_PLACE = "organisation establishment category engagement"
_CLASS = "class title kind field place from_on to_on hours"
_SESSION = "class class_session held_on part lecturer topic hours"
_CARD = (
    "number kind state state_from person organisation valid_from valid_until replaces cause "
    "replaced_by printed"
)
_SITTING = "sitting round subject field held_on state"
_CUSTODY = "number custody custody_from card_slip note"


def _kind(name: str, subject: str, title: str, details: str = "", personal: str = "") -> EventKind:
    return EventKind(
        name, subject, frozenset(details.split()) | ORIGIN, frozenset(personal.split()), title
    )


_ALL = (
    # People
    _kind(
        "person-added",
        "person",
        in_context("event", "登记人员"),
        f"number {_PLACE} roster started_on on_record_since filed_on sex section post field "
        "fields in_enforcement_post planned_end_on seconded_to kind",
        "name identity_number birth_on telephone remarks supervisors",
    ),
    _kind(
        "person-edited",
        "person",
        in_context("event", "修改人员资料"),
        "changed section section_from post post_from field field_from fields fields_from "
        "in_enforcement_post in_enforcement_post_from planned_end_on planned_end_on_from "
        "filed_on roster engagement seconded_to supervisor_id",
        "telephone telephone_from remarks remarks_from supervisors supervisors_from",
    ),
    _kind(
        "name-corrected",
        "person",
        in_context("event", "更正姓名"),
        "number certificates",
        "name name_from",
    ),
    _kind(
        "identity-number-corrected",
        "person",
        in_context("event", "更正身份证号"),
        "number certificates sex sex_from",
        "identity_number identity_number_from birth_on birth_on_from",
    ),
    _kind(
        "engagement-started",
        "person",
        in_context("event", "任职开始"),
        f"{_PLACE} started_on on_record_since section post field fields in_enforcement_post "
        "planned_end_on seconded_to",
        "telephone remarks",
    ),
    _kind(
        "engagement-ended",
        "person",
        in_context("event", "任职结束"),
        f"{_PLACE} ended_on cause certificates ended_why",
    ),
    _kind(
        "transferred",
        "person",
        in_context("event", "调动"),
        "organisation organisation_from establishment establishment_from category category_from "
        "engagement engagement_from certificates section post field fields ended_why started_on "
        "planned_end_on",
    ),
    _kind(
        "reclassified",
        "person",
        in_context("event", "变更用工性质"),
        "organisation establishment establishment_from category category_from engagement "
        "engagement_from certificates in_place ended_why",
    ),
    _kind(
        "left",
        "person",
        in_context("event", "离开岗位"),
        f"{_PLACE} cause ended_on certificates ended_why state state_from",
    ),
    _kind(
        "seconded",
        "person",
        in_context("event", "借调"),
        "organisation organisation_from engagement from_on until_on seconded_to "
        "seconded_to_from seconded_on",
    ),
    _kind(
        "secondment-ended",
        "person",
        in_context("event", "借调结束"),
        "organisation engagement ended_on seconded_to seconded_on",
    ),
    _kind(
        "barred",
        "person",
        in_context("event", "禁止持证"),
        "certificates until_on cause engagement barred_until conviction",
    ),
    _kind("bar-lifted", "person", in_context("event", "解除禁止持证"), "cause"),
    _kind(
        "sanction-recorded",
        "person",
        in_context("event", "记录处分"),
        "sanction until_on finding_opened effective_from",
        "kind effective_until authority note",
    ),
    _kind(
        "sanction-withdrawn",
        "person",
        in_context("event", "撤销处分记录"),
        "sanction",
        "kind note",
    ),
    _kind(
        "conviction-recorded",
        "person",
        in_context("event", "记录刑事处罚"),
        "conviction finding_opened decided_on",
        "court judgment note",
    ),
    _kind(
        "conviction-withdrawn",
        "person",
        in_context("event", "撤销刑事处罚记录"),
        "conviction",
        "note",
    ),
    _kind(
        "appraisal-recorded",
        "person",
        in_context("event", "记录年度考核"),
        "appraisal year finding_opened",
        "grade grade_from",
    ),
    _kind(
        "identity-number-revealed",
        "person",
        in_context("event", "查看完整身份证号"),
        "fields page",
    ),
    _kind(
        "photograph-added",
        "person",
        in_context("event", "上传照片"),
        "photograph digest width height version",
    ),
    _kind(
        "photograph-withdrawn",
        "person",
        in_context("event", "撤下照片"),
        "photograph digest version",
    ),
    _kind(
        "photograph-approved",
        "person",
        in_context("event", "审定照片"),
        "photograph digest version",
    ),
    _kind(
        "photograph-sent-back",
        "person",
        in_context("event", "退回照片"),
        "photograph digest version cause",
        "note",
    ),
    _kind(
        "merge-requested",
        "person",
        in_context("event", "申请合并两条记录"),
        "number survivor",
    ),
    _kind(
        "merge-declined",
        "person",
        in_context("event", "不同意合并两条记录"),
        "number survivor request",
    ),
    _kind(
        "merged",
        "person",
        in_context("event", "并入另一条记录"),
        "number survivor second_account ended moved",
    ),
    _kind(
        "absorbed",
        "person",
        in_context("event", "并入了另一条记录"),
        "number absorbed second_account certificates moved",
    ),
    _kind(
        "told-apart",
        "person",
        in_context("event", "确认是两个人"),
        "number other_person",
    ),
    # Imports
    _kind(
        "roster-imported",
        "import",
        in_context("event", "导入名册"),
        "kind digest rows good added changed unchanged proposed absent refused findings "
        "filed_on sheet mapping bytes",
        "file_name",
    ),
    _kind(
        "photographs-imported",
        "import",
        in_context("event", "成批上传照片"),
        "digest files added unchanged unmatched refused without",
        "file_name",
    ),
    _kind(
        "organisations-imported",
        "import",
        in_context("event", "导入机构"),
        "kind digest rows good added changed unchanged refused sheet mapping bytes",
        "file_name",
    ),
    _kind(
        "appraisals-imported",
        "import",
        in_context("event", "导入年度考核"),
        "kind digest year rows good added changed unchanged refused bytes",
        "file_name",
    ),
    # Exports
    _kind(
        "identity-numbers-exported",
        "export",
        in_context("event", "导出完整身份证号"),
        "listed template people rows digest",
    ),
    _kind(
        "export-template-saved",
        "export",
        in_context("event", "保存导出格式"),
        "template listed title columns fields",
    ),
    _kind(
        "export-template-removed",
        "export",
        in_context("event", "停用导出格式"),
        "template",
    ),
    _kind(
        "mapping-remembered",
        "import",
        in_context("event", "记住列名对应"),
        "kind heading headings field fields value values mapping",
    ),
    _kind(
        "attempt-refused",
        "register",
        in_context("event", "违规尝试被拒绝"),
        "act codes code number kind person organisation establishment category certificate "
        "digest basis",
        "name identity_number remarks note",
    ),
    # Organisations
    _kind(
        "organisation-added",
        "organisation",
        in_context("event", "登记机构"),
        "code name short_names subject_type parent fields area categories issuing_authority "
        "complaint_telephone name_rule merged aliases organisation ended_on",
    ),
    _kind(
        "organisation-edited",
        "organisation",
        in_context("event", "修改机构资料"),
        "code changed name name_from short_names short_names_from subject_type "
        "subject_type_from parent parent_from fields fields_from area area_from categories "
        "categories_from issuing_authority issuing_authority_from complaint_telephone "
        "complaint_telephone_from name_rule name_rule_from merged merged_from closed_on aliases "
        "aliases_from organisation ended_on",
    ),
    _kind(
        "organisation-ended",
        "organisation",
        in_context("event", "撤销机构"),
        "code ended_on",
    ),
    _kind(
        "commission-letter-added",
        "organisation",
        in_context("event", "登记委托书"),
        "letter commissioner number matters categories starts_on ends_on "
        "published_by_commissioner published_by_commissioned commissioned from_on until_on "
        "published_by_commissioner_on published_by_commissioned_on",
    ),
    _kind(
        "commission-letter-published",
        "organisation",
        in_context("event", "登记委托书的公布"),
        "letter number published_by_commissioner_on published_by_commissioned_on",
    ),
    _kind(
        "commission-letter-ended",
        "organisation",
        in_context("event", "终止委托书"),
        "letter number ended_on",
    ),
    _kind(
        "matter-recorded",
        "organisation",
        in_context("event", "登记执法事项"),
        "matter title category field predecessor authorised authorised_by article evidence "
        "external_name changed in_whose_name",
    ),
    # Certificates
    _kind(
        "legacy-certificate-recorded",
        "certificate",
        in_context("event", "登记旧版执法证"),
        f"{_CARD} engagement issued_on",
    ),
    _kind(
        "certificate-issued",
        "certificate",
        in_context("event", "发证"),
        f"{_CARD} engagement replaces_kind exchange fields categories area issuing_authority "
        "warnings code_digest key status_list status_index given_number in_whose_name list "
        "list_index replaces_number post first_on",
        "name",
    ),
    _kind(
        "certificate-suspended",
        "certificate",
        in_context("event", "暂扣证件"),
        f"{_CARD} until_on",
        "ground",
    ),
    _kind(
        "certificate-released", "certificate", in_context("event", "解除证件暂扣"), _CARD, "ground"
    ),
    _kind("certificate-lost", "certificate", in_context("event", "报告遗失"), f"{_CARD} lost_on"),
    _kind("certificate-found", "certificate", in_context("event", "证件找回"), _CARD),
    _kind(
        "certificate-replaced",
        "certificate",
        in_context("event", "证件被新证替换"),
        f"{_CARD} replaced_by cause",
    ),
    _kind(
        "certificate-cancelled", "certificate", in_context("event", "注销证件"), f"{_CARD} cause"
    ),
    _kind(
        "certificate-revoked",
        "certificate",
        in_context("event", "吊销证件"),
        f"{_CARD} banned_until",
        "ground",
    ),
    _kind(
        "certificate-expired",
        "certificate",
        in_context("event", "证件到期"),
        f"{_CARD} replaced_by",
    ),
    _kind(
        "certificate-rectified",
        "certificate",
        in_context("event", "更正误办的证件事项"),
        f"{_CARD} voids second_account rectification",
    ),
    _kind(
        "rectification-requested",
        "certificate",
        in_context("event", "申请更正误办事项"),
        "number state voids rectification",
    ),
    _kind(
        "rectification-declined",
        "certificate",
        in_context("event", "不同意更正误办"),
        "number voids request",
    ),
    _kind(
        "certificate-printed",
        "certificate",
        in_context("event", "打印证件"),
        "number form copies layout",
    ),
    # Cards: where they are. No field is called state, which is the certificate's own.
    _kind("card-ordered", "certificate", in_context("event", "送制卡"), _CUSTODY),
    _kind("card-made", "certificate", in_context("event", "卡片制好入库"), _CUSTODY),
    _kind("card-faulty", "certificate", in_context("event", "卡片退回重制"), _CUSTODY),
    _kind("card-sent-to-unit", "certificate", in_context("event", "卡片发到单位"), _CUSTODY),
    _kind("card-handed-over", "certificate", in_context("event", "卡片发给持证人"), _CUSTODY),
    _kind("card-back-with-unit", "certificate", in_context("event", "单位收回卡片"), _CUSTODY),
    _kind("card-taken-in", "certificate", in_context("event", "法制机构收回卡片"), _CUSTODY),
    _kind("card-written-off", "certificate", in_context("event", "卡片记作下落不明"), _CUSTODY),
    _kind("card-destroyed", "certificate", in_context("event", "销毁卡片"), _CUSTODY, "witnesses"),
    _kind(
        "slip-printed",
        "slip",
        in_context("event", "取卡片流转单"),
        "card_slip form count",
    ),
    _kind(
        "batch-prepared",
        "batch",
        in_context("event", "准备换发批次"),
        "organisation organisations kind count letter_number letter_on valid_from eligible "
        "held_back first_on state",
    ),
    _kind(
        "batch-issued",
        "batch",
        in_context("event", "批次发证"),
        "organisation organisations kind issued refused letter_number letter_on valid_from "
        "first_on state appraisals_stated",
    ),
    _kind(
        "batch-discarded",
        "batch",
        in_context("event", "撤回批次"),
        "organisation organisations kind count",
    ),
    _kind(
        "batch-printed",
        "batch",
        in_context("event", "打印批次"),
        "organisation form count layout offset",
    ),
    # Training classes
    _kind(
        "class-planned",
        "training-class",
        in_context("event", "新建培训班"),
        f"{_CLASS} sessions",
    ),
    _kind(
        "class-changed", "training-class", in_context("event", "修改培训班"), f"{_CLASS} changed"
    ),
    _kind(
        "class-state-changed",
        "training-class",
        in_context("event", "培训班进度"),
        "class state state_from",
    ),
    _kind("class-session-added", "training-class", in_context("event", "增加课次"), _SESSION),
    _kind("class-session-changed", "training-class", in_context("event", "修改课次"), _SESSION),
    _kind("class-session-dropped", "training-class", in_context("event", "删去课次"), _SESSION),
    _kind(
        "class-invitation-sent",
        "training-class",
        in_context("event", "分配培训名额"),
        "class organisation quota quota_from deadline_on",
    ),
    _kind(
        "attendees-put-down",
        "training-class",
        in_context("event", "培训报名"),
        "class organisation count people",
    ),
    _kind(
        "attendees-withdrawn",
        "training-class",
        in_context("event", "取消培训报名"),
        "class organisation count people",
    ),
    _kind(
        "attendance-recorded",
        "training-class",
        in_context("event", "登记签到"),
        "class source count marks rows good refused hours full digest bytes",
        "file_name",
    ),
    _kind(
        "attendance-signed",
        "person",
        in_context("event", "扫码签到"),
        "class class_session held_on part",
    ),
    _kind(
        "class-code-shown",
        "training-class",
        in_context("event", "开启扫码签到"),
        "class class_session held_on part until_on",
    ),
    _kind(
        "class-code-hidden",
        "training-class",
        in_context("event", "关闭扫码签到"),
        "class class_session held_on part",
    ),
    _kind(
        "class-paper-printed",
        "training-class",
        in_context("event", "打印培训材料"),
        "class form count",
    ),
    _kind(
        "hours-elsewhere-entered",
        "person",
        in_context("event", "填报另行培训的学时"),
        "elsewhere ended_on provider topic hours",
    ),
    _kind(
        "hours-elsewhere-imported",
        "import",
        in_context("event", "导入另行培训的学时"),
        "digest rows good refused bytes",
        "file_name",
    ),
    _kind(
        "hours-elsewhere-decided",
        "person",
        in_context("event", "审定另行培训的学时"),
        "elsewhere decision ended_on hours",
    ),
    # The exam room
    _kind(
        "sitting-made",
        "sitting",
        in_context("event", "新建考试"),
        f"{_SITTING} full_mark pass_mark entries quota enrol_from enrol_until "
        "external_body external_document",
        "title",
    ),
    _kind(
        "sitting-changed",
        "sitting",
        in_context("event", "修改考试"),
        f"{_SITTING} changed full_mark pass_mark entries quota enrol_from enrol_until place seats "
        "reserve",
        "title",
    ),
    _kind(
        "sitting-moved-on",
        "sitting",
        in_context("event", "考试进入下一步"),
        f"{_SITTING} state_from held_on_from cause",
    ),
    _kind(
        "candidate-enrolled",
        "sitting",
        in_context("event", "报名考试"),
        f"{_SITTING} person passed_over ticket",
        "name",
    ),
    _kind(
        "candidate-withdrawn",
        "sitting",
        in_context("event", "取消报名"),
        f"{_SITTING} person cause",
    ),
    _kind(
        "leave-of-absence",
        "sitting",
        in_context("event", "登记考试请假"),
        f"{_SITTING} person cause",
    ),
    _kind(
        "seats-drawn",
        "sitting",
        in_context("event", "编排座位"),
        f"{_SITTING} rooms count reserve",
    ),
    _kind(
        "exam-papers-printed",
        "sitting",
        in_context("event", "打印考务材料"),
        f"{_SITTING} form count",
    ),
    _kind(
        "scores-imported",
        "sitting",
        in_context("event", "导入成绩"),
        f"{_SITTING} digest rows good absent disciplined passed refused enrolled passed_over "
        "entry bytes",
        "file_name",
    ),
    _kind(
        "entry-finished",
        "sitting",
        in_context("event", "录完一遍成绩"),
        f"{_SITTING} entry count total",
    ),
    _kind(
        "entry-reopened",
        "sitting",
        in_context("event", "重新打开一遍成绩"),
        f"{_SITTING} entry cause",
    ),
    _kind(
        "room-form-called-wrong",
        "sitting",
        in_context("event", "说明成绩登记表合计有误"),
        f"{_SITTING} entry room scripts total",
    ),
    _kind(
        "entry-compared",
        "sitting",
        in_context("event", "核对两遍成绩"),
        f"{_SITTING} count differ",
    ),
    _kind(
        "external-list-checked",
        "sitting",
        in_context("event", "与原件核对外来成绩"),
        f"{_SITTING} external_body external_document count",
    ),
    _kind(
        "sitting-scan-added",
        "sitting",
        in_context("event", "存入外来成绩的扫描件"),
        f"{_SITTING} digest bytes",
        "file_name",
    ),
    _kind(
        "sitting-published",
        "sitting",
        in_context("event", "公布成绩"),
        f"{_SITTING} count passed absent disciplined qualified single_entry external_body "
        "external_document counts_from digest",
    ),
    _kind(
        "correction-requested",
        "sitting",
        in_context("event", "申请更正成绩"),
        f"{_SITTING} correction count review",
    ),
    _kind(
        "correction-decided",
        "sitting",
        in_context("event", "决定成绩更正"),
        f"{_SITTING} correction decision count qualified withdrawn",
    ),
    _kind(
        "review-requested",
        "sitting",
        in_context("event", "登记成绩复核申请"),
        f"{_SITTING} person review",
    ),
    _kind(
        "review-answered",
        "sitting",
        in_context("event", "答复成绩复核"),
        f"{_SITTING} person review",
    ),
    _kind(
        "qualification-gained",
        "person",
        in_context("event", "取得考试资格"),
        "subject field sitting source counts_from until_on passed_on qualification",
        "evidence",
    ),
    _kind(
        "qualification-withdrawn",
        "person",
        in_context("event", "撤销考试资格"),
        "subject field sitting source cause certificates qualification",
    ),
    _kind(
        "proof-made",
        "person",
        in_context("event", "出具合格证明"),
        "qualification subject field number code_digest",
    ),
    _kind(
        "typist-opened",
        "account",
        in_context("event", "开设录入账号"),
        "login sitting",
        "name",
    ),
    _kind(
        "typist-ended",
        "account",
        in_context("event", "停用录入账号"),
        "login sitting",
    ),
    # Findings and proposals
    _kind(
        "finding-opened",
        "finding",
        in_context("event", "发现问题"),
        "kind person organisation certificate certificates number letter other_person digest",
        "name identity_number remarks note",
    ),
    _kind(
        "finding-decided",
        "finding",
        in_context("event", "处理问题"),
        "kind decision person organisation certificate",
        "note",
    ),
    _kind(
        "proposal-opened",
        "proposal",
        in_context("event", "提出变更建议"),
        "act person organisation organisation_from establishment establishment_from number "
        "number_from fields digest",
        "name name_from identity_number telephone remarks",
    ),
    _kind(
        "proposal-done",
        "proposal",
        in_context("event", "办理变更建议"),
        "act person organisation establishment number fields",
    ),
    _kind(
        "proposal-dismissed",
        "proposal",
        in_context("event", "不采纳变更建议"),
        "act person organisation",
        "note",
    ),
    # People whom a roster does not name, and transfers asked for by the receiving organ
    _kind(
        "absence-opened",
        "absence",
        in_context("event", "列为不在名册"),
        "person organisation engagement kind digest",
    ),
    _kind(
        "absence-closed",
        "absence",
        in_context("event", "不在名册已有结果"),
        "person organisation engagement cause digest",
    ),
    _kind(
        "absence-dismissed",
        "absence",
        in_context("event", "不在名册但仍在岗"),
        "person organisation engagement digest",
    ),
    _kind(
        "transfer-requested",
        "transfer-request",
        in_context("event", "请求调入"),
        "person organisation organisation_from establishment section post field wanted_on "
        "expires_on",
        "name",
    ),
    _kind(
        "transfer-request-confirmed",
        "transfer-request",
        in_context("event", "同意调出"),
        "person organisation organisation_from establishment engagement certificates",
    ),
    _kind(
        "transfer-request-declined",
        "transfer-request",
        in_context("event", "不同意调出"),
        "person organisation",
    ),
    _kind(
        "transfer-request-withdrawn",
        "transfer-request",
        in_context("event", "撤回调入请求"),
        "person organisation",
    ),
    _kind(
        "transfer-request-lapsed",
        "transfer-request",
        in_context("event", "调入请求失效"),
        "person organisation cause",
    ),
    # Accounts and sessions
    _kind(
        "account-created",
        "account",
        in_context("event", "新建账号"),
        "login role organisation demo",
        "name",
    ),
    _kind("account-disabled", "account", in_context("event", "停用账号"), "login sessions_ended"),
    _kind("account-enabled", "account", in_context("event", "启用账号"), "login"),
    _kind(
        "account-changed",
        "account",
        in_context("event", "修改账号"),
        "login role role_from organisation organisation_from changed sessions_ended",
        "name name_from",
    ),
    _kind("password-changed", "account", in_context("event", "修改密码"), "login sessions_ended"),
    _kind("password-reset", "account", in_context("event", "重设密码"), "login sessions_ended"),
    _kind(
        "account-handed-over",
        "account",
        in_context("event", "移交账号"),
        "login login_to account_to role organisation sessions_ended",
        "name name_to",
    ),
    _kind(
        "slip-made",
        "account",
        in_context("event", "开登录单"),
        "login role organisation until_on sessions_ended",
    ),
    _kind(
        "signed-in", "account", in_context("event", "登录"), "login session slip", "network agent"
    ),
    _kind(
        "sign-in-refused",
        "account",
        in_context("event", "登录失败"),
        "login attempts",
        "network agent",
    ),
    _kind("signed-out", "account", in_context("event", "退出登录"), "login session"),
    _kind(
        "session-ended",
        "account",
        in_context("event", "结束会话"),
        "login session sessions_ended cause",
    ),
    # The register itself
    _kind(
        "setting-changed", "setting", in_context("event", "修改设置"), "setting value value_from"
    ),
    _kind("key-made", "key", in_context("event", "生成密钥"), "key purpose kid check_value"),
    _kind(
        "key-rotated",
        "key",
        in_context("event", "更换密钥"),
        "key key_from purpose kid kid_from check_value",
    ),
    _kind(
        "register-migrated",
        "register",
        in_context("event", "升级登记库"),
        "version version_from migrations engine program digest",
    ),
    _kind(
        "register-checked",
        "register",
        in_context("event", "自检"),
        "ok problems events digest certificates",
    ),
    _kind("checkpoint-signed", "register", in_context("event", "签署检查点"), "size root kid"),
    _kind(
        "demo-filled",
        "register",
        in_context("event", "填充演示数据"),
        "seed organisations people certificates accounts",
    ),
)

EVENTS: dict[str, EventKind] = {kind.name: kind for kind in _ALL}


def check_event(name: str, details: Iterable[str] = (), personal: Iterable[str] = ()) -> EventKind:
    """The kind called ``name``; raises ValueError for an unknown name or a field outside it.

    ``details`` and ``personal`` are the fields' names (a mapping serves as well).
    """
    kind = EVENTS.get(name)
    if kind is None:
        raise ValueError(f"the book knows no event {name!r}")
    for given, allowed, sort in (
        (details, kind.details, "detail"),
        (personal, kind.personal, "personal field"),
    ):
        unknown = sorted(set(given) - allowed)
        if unknown:
            raise ValueError(f"{name} has no {sort} {', '.join(unknown)}")
    return kind
