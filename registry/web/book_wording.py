"""How the book's entries are worded: what an entry is about, its fields by name, its values.

A field without a title here is shown under its own name, so that nothing in the book is hidden;
a test sees to it that every field of the closed list has one.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext, pgettext

from registry.rules import (
    certificates,
    custody,
    exams,
    organisations,
    people,
    photographs,
    rosters,
    training,
)
from registry.rules.conduct import GRADES, SANCTIONS
from registry.rules.events import EVENTS
from registry.rules.external_names import NAME_RULES
from registry.rules.findings import KINDS as FINDING_KINDS
from registry.rules.identity_number import SEX_WORDS, mask_identity_number
from registry.rules.marks import mark_text
from registry.rules.people import ESTABLISHMENTS
from registry.rules.roles import ROLES
from registry.rules.roster_difference import ACTS as PROPOSED_ACTS
from registry.rules.settings import SETTINGS
from registry.rules.training_elsewhere import STATES as CLAIM_STATES
from registry.rules.user_agents import agent_of
from registry.services.certificates import REPLACE_CAUSES
from registry.services.conduct import BAR_CAUSES
from registry.store.book_pages import Entry
from registry.web.languages import is_english
from registry.web.wording import citation

SUBJECTS: dict[str, Any] = {
    "export": lazy_gettext("导出"),
    "person": lazy_gettext("人员"),
    "certificate": lazy_gettext("证件"),
    "organisation": lazy_gettext("单位"),
    "account": lazy_gettext("账号"),
    "batch": lazy_gettext("换发批次"),
    "sitting": lazy_gettext("考试"),
    "finding": lazy_gettext("待定事项"),
    "proposal": lazy_gettext("变更建议"),
    "absence": lazy_gettext("不在名册的人"),
    "transfer-request": lazy_gettext("调入请求"),
    "slip": lazy_gettext("卡片流转单"),
    "import": lazy_gettext("导入"),
    "training-class": lazy_gettext("培训班"),
    "key": lazy_gettext("密钥"),
    "setting": lazy_gettext("设置"),
    "register": lazy_gettext("登记库"),
}

FIELDS: dict[str, Any] = {
    "absent": lazy_gettext("在册而不在文件里"),
    "absorbed": lazy_gettext("并入的记录"),
    "account_to": lazy_gettext("接手的账号"),
    "accounts": lazy_gettext("账号数"),
    "act": lazy_gettext("事项"),
    "added": lazy_gettext("新增"),
    "agent": lazy_gettext("浏览器"),
    "aliases": lazy_gettext("简称"),
    "appraisal": lazy_gettext("考核记录"),
    "appraisals_stated": lazy_gettext("考核情况说明文号"),
    "area": lazy_gettext("执法区域"),
    "article": lazy_gettext("授权条文"),
    "attempts": lazy_gettext("次数"),
    "authorised": lazy_gettext("已获授权"),
    "authorised_by": lazy_gettext("授权依据"),
    "authority": lazy_gettext("作出决定的机关"),
    "banned_until": lazy_gettext("不得再申领至"),
    "barred_until": lazy_gettext("禁止持证至"),
    "basis": lazy_gettext("依据"),
    "batch": lazy_gettext("换发批次"),
    "birth_on": lazy_gettext("出生日期"),
    "bytes": lazy_gettext("文件字节数"),
    "card_slip": lazy_gettext("卡片流转单"),
    "categories": lazy_gettext("执法类别"),
    "category": lazy_gettext("人员类别"),
    "cause": lazy_gettext("原因"),
    "certificate": lazy_gettext("证件"),
    "certificates": lazy_gettext("一并办结的证件"),
    "changed": lazy_gettext("改动的项目"),
    "check_value": lazy_gettext("核对值"),
    "class": lazy_gettext("培训班"),
    "class_session": lazy_gettext("课次"),
    "closed_on": lazy_gettext("撤销日"),
    "code": lazy_gettext("代码"),
    "code_digest": lazy_gettext("二维码摘要"),
    "codes": lazy_gettext("原因"),
    "columns": lazy_gettext("列"),
    "commissioned": lazy_gettext("受委托组织"),
    "commissioner": lazy_gettext("委托机关"),
    "complaint_telephone": lazy_gettext("投诉电话"),
    "conviction": lazy_gettext("刑事处罚记录"),
    "copies": lazy_gettext("份数"),
    "correction": lazy_gettext("成绩更正"),
    "corrects": lazy_gettext("更正哪一条"),
    "count": lazy_gettext("数量"),
    "counts_from": lazy_gettext("可用日"),
    "court": lazy_gettext("判决法院"),
    "custody": lazy_gettext("卡片在哪里"),
    "deadline_on": lazy_gettext("报名截止日"),
    "decided_on": lazy_gettext("判决日"),
    "decision": lazy_gettext("处理结果"),
    "demo": lazy_gettext("演示"),
    "differ": lazy_gettext("不一致"),
    "digest": lazy_gettext("文件摘要"),
    "disciplined": lazy_gettext("违纪"),
    "document": lazy_gettext("文号"),
    "door": lazy_gettext("从哪里办的"),
    "effective_from": lazy_gettext("生效"),
    "effective_on": lazy_gettext("生效日"),
    "effective_until": lazy_gettext("处分期至"),
    "eligible": lazy_gettext("可以办的"),
    "elsewhere": lazy_gettext("另行培训记录"),
    "ended": lazy_gettext("一并结束的"),
    "ended_on": lazy_gettext("终止日"),
    "ended_why": lazy_gettext("终止原因"),
    "ends_on": lazy_gettext("结束"),
    "engagement": lazy_gettext("任职记录"),
    "engine": lazy_gettext("数据库"),
    "enrol_from": lazy_gettext("报名开始"),
    "enrol_until": lazy_gettext("报名截止"),
    "enrolled": lazy_gettext("按名单报名"),
    "entries": lazy_gettext("录几遍"),
    "entry": lazy_gettext("第几遍"),
    "establishment": lazy_gettext("用工性质"),
    "events": lazy_gettext("台账条数"),
    "evidence": lazy_gettext("证明文件"),
    "exchange": lazy_gettext("换发"),
    "expires_on": lazy_gettext("失效日"),
    "external_body": lazy_gettext("组织考试的机关"),
    "external_document": lazy_gettext("公布成绩的文号"),
    "external_name": lazy_gettext("以谁的名义"),
    "field": lazy_gettext("执法领域"),
    "fields": lazy_gettext("执法领域"),
    "file_name": lazy_gettext("文件名"),
    "filed_on": lazy_gettext("名册日期"),
    "files": lazy_gettext("文件数"),
    "finding": lazy_gettext("待定事项"),
    "finding_opened": lazy_gettext("转法制机构决定"),
    "findings": lazy_gettext("待定事项"),
    "first_on": lazy_gettext("有效期自"),
    "form": lazy_gettext("打印内容"),
    "from_on": lazy_gettext("开始"),
    "full": lazy_gettext("全勤人数"),
    "full_mark": lazy_gettext("满分"),
    "given_number": lazy_gettext("指定号码"),
    "good": lazy_gettext("可以导入的行"),
    "grade": lazy_gettext("考核等次"),
    "ground": lazy_gettext("事由"),
    "heading": lazy_gettext("列名"),
    "headings": lazy_gettext("列名"),
    "height": lazy_gettext("高（像素）"),
    "held_back": lazy_gettext("暂不能办的"),
    "held_on": lazy_gettext("上课日期"),
    "hours": lazy_gettext("学时"),
    "identity_number": lazy_gettext("身份证号"),
    "import": lazy_gettext("导入"),
    "in_enforcement_post": lazy_gettext("在执法岗位"),
    "in_place": lazy_gettext("原任职不变"),
    "in_whose_name": lazy_gettext("以谁的名义"),
    "issued": lazy_gettext("已发证"),
    "issued_on": lazy_gettext("发证日期"),
    "issuing_authority": lazy_gettext("发证机关"),
    "judgment": lazy_gettext("判决书文号"),
    "key": lazy_gettext("密钥"),
    "kid": lazy_gettext("密钥编号"),
    "kind": lazy_gettext("种类"),
    "layout": lazy_gettext("版式"),
    "lecturer": lazy_gettext("授课人"),
    "letter": lazy_gettext("委托书"),
    "letter_number": lazy_gettext("申请文号"),
    "letter_on": lazy_gettext("申请日期"),
    "list": lazy_gettext("状态列表"),
    "list_index": lazy_gettext("列表中的位置"),
    "listed": lazy_gettext("哪种名单"),
    "login": lazy_gettext("登录名"),
    "login_to": lazy_gettext("接手的登录名"),
    "lost_on": lazy_gettext("遗失日"),
    "mapping": lazy_gettext("列名对应"),
    "marks": lazy_gettext("签到改动"),
    "matter": lazy_gettext("执法事项"),
    "matters": lazy_gettext("委托事项"),
    "merged": lazy_gettext("由合并组建"),
    "migrations": lazy_gettext("升级内容"),
    "moved": lazy_gettext("移过来的记录"),
    "name": lazy_gettext("姓名或名称"),
    "name_rule": lazy_gettext("以谁的名义执法"),
    "name_to": lazy_gettext("接手人"),
    "network": lazy_gettext("网络"),
    "note": lazy_gettext("说明"),
    "number": lazy_gettext("编号"),
    "offset": lazy_gettext("背面偏移"),
    "ok": lazy_gettext("全部相符"),
    "on_record_since": lazy_gettext("在册起"),
    "organisation": lazy_gettext("单位"),
    "organisations": lazy_gettext("单位"),
    "other_person": lazy_gettext("另一人"),
    "page": lazy_gettext("页面"),
    "parent": lazy_gettext("上级机构"),
    "part": lazy_gettext("时段"),
    "pass_mark": lazy_gettext("合格线"),
    "passed": lazy_gettext("合格"),
    "passed_on": lazy_gettext("考试日"),
    "passed_over": lazy_gettext("放行"),
    "people": lazy_gettext("人数"),
    "person": lazy_gettext("人员"),
    "photograph": lazy_gettext("照片"),
    "place": lazy_gettext("地点"),
    "planned_end_on": lazy_gettext("合同到期"),
    "post": lazy_gettext("职务"),
    "predecessor": lazy_gettext("原单位"),
    "printed": lazy_gettext("印在证件上的内容"),
    "problems": lazy_gettext("问题"),
    "program": lazy_gettext("程序版本"),
    "proposal": lazy_gettext("变更建议"),
    "proposed": lazy_gettext("变更建议"),
    "provider": lazy_gettext("培训单位"),
    "published_by_commissioned": lazy_gettext("受委托组织公布"),
    "published_by_commissioned_on": lazy_gettext("受委托组织公布"),
    "published_by_commissioner": lazy_gettext("委托机关公布"),
    "published_by_commissioner_on": lazy_gettext("委托机关公布"),
    "purpose": lazy_gettext("用途"),
    "qualification": lazy_gettext("资格记录"),
    "qualified": lazy_gettext("取得资格"),
    "quota": lazy_gettext("名额"),
    "rectification": lazy_gettext("更正申请"),
    "refused": lazy_gettext("不予办理的"),
    "remarks": lazy_gettext("备注"),
    "replaced_by": lazy_gettext("新证"),
    "replaces": lazy_gettext("替换"),
    "replaces_kind": lazy_gettext("替换的种类"),
    "replaces_number": lazy_gettext("替换的号码"),
    "request": lazy_gettext("申请"),
    "reserve": lazy_gettext("备用座位"),
    "review": lazy_gettext("复核申请"),
    "role": lazy_gettext("角色"),
    "room": lazy_gettext("考场"),
    "rooms": lazy_gettext("考场"),
    "root": lazy_gettext("总根"),
    "roster": lazy_gettext("名册"),
    "round": lazy_gettext("考试日编号"),
    "row": lazy_gettext("行号"),
    "rows": lazy_gettext("行数"),
    "sanction": lazy_gettext("处分记录"),
    "scripts": lazy_gettext("份数"),
    "seats": lazy_gettext("座位数"),
    "second_account": lazy_gettext("第二人"),
    "seconded_on": lazy_gettext("借调开始"),
    "seconded_to": lazy_gettext("借调到"),
    "section": lazy_gettext("科室"),
    "seed": lazy_gettext("种子"),
    "session": lazy_gettext("会话"),
    "sessions": lazy_gettext("课次数"),
    "sessions_ended": lazy_gettext("结束的登录"),
    "setting": lazy_gettext("设置"),
    "sex": lazy_gettext("性别"),
    "sheet": lazy_gettext("工作表"),
    "short_names": lazy_gettext("简称"),
    "single_entry": lazy_gettext("只录一遍"),
    "sitting": lazy_gettext("考试"),
    "size": lazy_gettext("台账条数"),
    "slip": lazy_gettext("用登录单"),
    "source": lazy_gettext("来源"),
    "started_on": lazy_gettext("到任"),
    "starts_on": lazy_gettext("开始"),
    "state": lazy_gettext("状态"),
    "status_index": lazy_gettext("列表中的位置"),
    "status_list": lazy_gettext("状态列表"),
    "subject": lazy_gettext("科目"),
    "subject_type": lazy_gettext("主体类型"),
    "supervisor_id": lazy_gettext("带班执法人员"),
    "supervisors": lazy_gettext("带班执法人员"),
    "survivor": lazy_gettext("保留的记录"),
    "telephone": lazy_gettext("联系电话"),
    "template": lazy_gettext("导出格式"),
    "ticket": lazy_gettext("准考证号"),
    "title": lazy_gettext("标题"),
    "to_on": lazy_gettext("结束"),
    "topic": lazy_gettext("课题"),
    "total": lazy_gettext("总分"),
    "unchanged": lazy_gettext("没有变化"),
    "until_on": lazy_gettext("截止"),
    "valid_from": lazy_gettext("有效期自"),
    "valid_until": lazy_gettext("有效期至"),
    "unmatched": lazy_gettext("对不上人"),
    "value": lazy_gettext("值"),
    "values": lazy_gettext("值"),
    "version": lazy_gettext("版本"),
    "voids": lazy_gettext("作废哪一条"),
    "wanted_on": lazy_gettext("希望到任日"),
    "warnings": lazy_gettext("提示"),
    "width": lazy_gettext("宽（像素）"),
    "withdrawn": lazy_gettext("撤销的资格"),
    "witnesses": lazy_gettext("监销人"),
    "without": lazy_gettext("仍缺照片的人"),
    "year": lazy_gettext("考核年度"),
}

_CAUSES: dict[str, Any] = {
    "merged": lazy_gettext("并入另一条记录"),
    "transferred": lazy_gettext("调动"),
    "reclassified": lazy_gettext("变更用工性质"),
    "barred": lazy_gettext("禁止持证"),
    "exchange": lazy_gettext("换发"),
    "gone": lazy_gettext("已经离开或调走"),
    "listed-again": lazy_gettext("后来的名册里有"),
    "expired": lazy_gettext("过期"),
    "overtaken": lazy_gettext("人已经在申请单位"),
}
_IDENTITY = frozenset({"identity_number", "identity_number_from"})
_PLACES = frozenset({"organisation", "parent", "commissioner", "commissioned"})
_FLAGS = frozenset(
    {
        "in_enforcement_post",
        "in_place",
        "demo",
        "ok",
        "merged",
        "authorised",
        "finding_opened",
        "exchange",
        "given_number",
        "slip",
    }
)
#: Whole dictionaries whose codes stand under several fields; looked up one after another.
_WORDS: dict[str, str] = (
    # What a photograph is sent back for stands first: of two words for one code the later counts.
    photographs.REASONS
    | certificates.KINDS
    | certificates.STATES
    | custody.STATES
    | people.CATEGORIES
    | people.LEAVE_CAUSES
    | BAR_CAUSES
    | REPLACE_CAUSES
    | NAME_RULES
    | {code: word.title for code, word in organisations.SUBJECT_TYPES.items()}
    | {code: word.title for code, word in organisations.FIELDS.items()}
    | {code: word.title for code, word in organisations.CATEGORIES.items()}
    | {code: kind.title for code, kind in FINDING_KINDS.items()}
    | {rosters.APPRAISAL: "年度考核结果"}
)
#: Events about people that speak the training room's words.
_DECIDED: dict[str, Any] = {
    "approved": lazy_gettext("已批准"),
    "rejected": lazy_gettext("没有同意"),
}
_EXAM_CAUSES: dict[str, Any] = {
    "postponed": lazy_gettext("改期"),
    "correction": lazy_gettext("成绩更正"),
    "withdrawn": lazy_gettext("撤销免试"),
}
_EXAM_SOURCES: dict[str, Any] = {
    "exam": lazy_gettext("资格考试"),
    "exemption": lazy_gettext("免试"),
}
_OF_TRAINING = frozenset(
    {"attendance-signed", "hours-elsewhere-entered", "hours-elsewhere-decided"}
)
_SOURCES: dict[str, Any] = {
    "hand": lazy_gettext("手工"),
    "import": lazy_gettext("签到表"),
    "screen": lazy_gettext("扫码"),
}
_TRAINING_FORMS: dict[str, Any] = {
    "attendance-list": lazy_gettext("签到表"),
    "hours-certificate": lazy_gettext("学时证明"),
}
#: Lists that went out.
_LISTED: dict[str, Any] = {
    "person": lazy_gettext("人员"),
    "people": lazy_gettext("人员"),
    "auxiliaries": lazy_gettext("辅助人员"),
    "certificate": lazy_gettext("证件"),
    "certificates": lazy_gettext("证件"),
    "due": lazy_gettext("今日"),
    "findings": lazy_gettext("待定事项"),
    "proposals": lazy_gettext("变更建议"),
    "absent": lazy_gettext("在册而不在名册中"),
}
_WORDED = frozenset(
    {
        "kind",
        "state",
        "category",
        "categories",
        "cause",
        "ended_why",
        "name_rule",
        "subject_type",
        "field",
        "fields",
        "roster",
        "replaces_kind",
        "custody",
    }
)


def act_title(act: str) -> str:
    """An event's name in the page's language."""
    known = EVENTS.get(act)
    return pgettext("event", known.title) if known else act


def act_choices() -> list[tuple[str, str]]:
    """Every event's code and name, in the order of the closed list."""
    return [(code, pgettext("event", kind.title)) for code, kind in EVENTS.items()]


def proposed_title(act: str) -> str:
    """What an import proposes, in the page's language: the act still to be done."""
    titles = {
        "take on again": pgettext("proposal", "重新到任"),
        "transfer": pgettext("proposal", "调动"),
        "reclassify": pgettext("proposal", "变更用工性质"),
        "correct the name": pgettext("proposal", "更正姓名"),
        "new legacy number": pgettext("proposal", "旧证换了号码"),
    }
    return titles.get(act, act)


def field_title(name: str) -> str:
    """A field's name in the page's language."""
    return str(FIELDS.get(name, name))


def _stem(name: str) -> str:
    """The field that a ``…_from`` is the old value of; valid_from and its like stand alone."""
    return name if name in FIELDS else name.removesuffix("_from")


def details_in_words(
    entry: Entry, organisation_names: Mapping[int | str, str]
) -> list[tuple[str, str]]:
    """An entry's fields and values for a person to read, old values beside the new ones.

    ID numbers are masked here as everywhere: to see one whole is an act of its own.
    """
    told = {**entry.details, **entry.personal}
    lines = []
    for name, value in told.items():
        stem = _stem(name)
        if name != stem and stem in told:
            continue
        words = _value(entry, name, value, organisation_names)
        before = f"{name}_from"
        if before in told:
            old = _value(entry, before, told[before], organisation_names)
            words = gettext("%(new)s（原：%(old)s）", new=words or "—", old=old or "—")
        if words:
            title = field_title(stem)
            if name != stem:
                title = gettext("%(field)s（原）", field=title)
            lines.append((title, words))
    return lines


def agent_in_words(text: str) -> str:
    """A browser and its system as people call them; what it says of itself where unknown."""
    agent = agent_of(text)
    names = (agent.browser_en, agent.system_en) if is_english() else (agent.browser, agent.system)
    return " · ".join(filter(None, names)) or text[:60]


def _value(entry: Entry, name: str, value: Any, organisation_names: Mapping[int | str, str]) -> str:
    stem = _stem(name)
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if name in _IDENTITY:
        return mask_identity_number(str(value))
    if isinstance(value, list):
        words = (_value(entry, name, one, organisation_names) for one in value)
        return gettext("、").join(filter(None, words))
    if isinstance(value, dict):
        pairs = (f"{key}：{_value(entry, '', one, {})}" for key, one in value.items())
        return "；".join(pairs)
    if isinstance(value, bool) or stem in _FLAGS:
        return gettext("是") if value else gettext("否")
    if stem in _PLACES:
        return organisation_names.get(value, str(value))
    return _coded(entry, stem, str(value))


def _exam_word(name: str, code: str) -> str:
    """A code of the exam room: papers, states, half points as points, what was passed by."""
    if name == "subject" and code in exams.SUBJECTS:
        return gettext(exams.SUBJECTS[code])
    if name == "field" and code in organisations.FIELDS:
        return gettext(organisations.FIELDS[code].title)
    if name in ("state", "state_from") and code in exams.STATES:
        return pgettext("sitting", exams.STATES[code])
    if name in ("full_mark", "pass_mark", "total") and code.isdigit():
        return mark_text(int(code))
    if name == "passed_over":
        return gettext({**exams.PASSED_OVER, **exams.RESIT_RULES}.get(code, code))
    if name == "decision" and code in _DECIDED:
        return str(_DECIDED[code])
    if name == "cause" and code in _EXAM_CAUSES:
        return str(_EXAM_CAUSES[code])
    if name == "source" and code in _EXAM_SOURCES:
        return str(_EXAM_SOURCES[code])
    return code


def _training_word(name: str, code: str) -> str:
    """A code of the training room: kinds and states of classes, parts of a day, marks."""
    if name == "kind" and code in training.KINDS:
        return gettext(training.KINDS[code])
    if name in ("state", "state_from") and code in training.STATES:
        return pgettext("class", training.STATES[code])
    if name == "part" and code in training.PARTS:
        return pgettext("part", training.PARTS[code])
    if name == "marks" and code in training.WORDS:
        return pgettext("attendance", training.WORDS[code])
    if name == "source" and code in _SOURCES:
        return str(_SOURCES[code])
    if name == "decision" and code in CLAIM_STATES:
        return gettext(CLAIM_STATES[code])
    if name == "form" and code in _TRAINING_FORMS:
        return str(_TRAINING_FORMS[code])
    return code


def _coded(entry: Entry, name: str, code: str) -> str:
    if entry.subject == "sitting" or entry.act.startswith("qualification-"):
        return _exam_word(name, code)
    if entry.subject == "training-class" or entry.act in _OF_TRAINING:
        return _training_word(name, code)
    if name == "agent":
        return agent_in_words(code)
    if name == "establishment" and code in ESTABLISHMENTS:
        kind = ESTABLISHMENTS[code]
        return kind.title_en if is_english() else kind.title
    if name == "role" and code in ROLES:
        return ROLES[code].title_en if is_english() else ROLES[code].title
    if name == "grade" and code in GRADES:
        return GRADES[code].title_en if is_english() else GRADES[code].title
    if name == "kind" and code in SANCTIONS:
        return SANCTIONS[code].title_en if is_english() else SANCTIONS[code].title
    if name == "act":
        return proposed_title(code) if code in PROPOSED_ACTS else act_title(code)
    if name == "setting" and code in SETTINGS:
        return gettext(SETTINGS[code].title)
    if name == "basis":
        return citation(code)
    if name == "listed" and code in _LISTED:
        return str(_LISTED[code])
    if name == "sex" and code in SEX_WORDS:
        return gettext(SEX_WORDS[code])
    if name == "changed":
        return field_title(code)
    if name == "codes":
        problem, _ = rosters.SENTENCES.get(code, ("", ""))
        return gettext(problem) if problem and "%(" not in problem else code
    if name == "decision":
        found = FINDING_KINDS.get(str(entry.details.get("kind")))
        choice = found.choice(code) if found else None
        return gettext(choice.title) if choice else code
    if name in ("cause", "ended_why") and code in _CAUSES:
        return str(_CAUSES[code])
    if name in _WORDED:
        parts = code.split(",")
        return gettext("、").join(
            gettext(_WORDS[part]) if part in _WORDS else part for part in parts
        )
    return code
