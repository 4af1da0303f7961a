"""How bureaus call their columns: each heading's synonyms, and which tell the kind of a file."""

import re

from registry.rules.roster_values import match_key
from registry.rules.rosters import APPRAISAL, AUXILIARY, OFFICER, ORGANISATION
from registry.rules.text import fold_width

IGNORED = "ignored"

_PERSON = {
    "serial": "序号 编号 序 serial no #",
    "person_number": "人员编号 登记编号 人员登记编号 personnumber",
    "name": "姓名 人员姓名 执法人员姓名 名字 name fullname",
    "sex": "性别 sex gender",
    "identity_number": (
        "身份证号码 身份证号 身份证 公民身份号码 公民身份证号码 居民身份证号码 居民身份证号 "
        "身份证件号码 证件号码身份证 idnumber identitynumber identitycardnumber idcard idcardnumber"
    ),
    "organisation": (
        "所在单位 单位 工作单位 单位名称 所属单位 用人单位 执法单位 执法主体 所在部门 "
        "执法主体名称 所在机关 机构 organisation organization unit employer organisationname"
    ),
    "section": (
        "内设机构 科室 所在科室 处室 中队 部门 科室中队 内设科室 section division department"
    ),
    "establishment": (
        "编制性质 编制 人员性质 编制类别 编制类型 人员类别 人员身份 身份性质 用工形式 用工性质 "
        "用工类型 用工方式 聘用形式 聘用方式 establishment employmenttype staffing"
    ),
    "telephone": (
        "联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 telephone phone mobile phonenumber"
    ),
    "remarks": "备注 说明 remarks notes remark note",
    "grade": (
        "考核 年度考核 考核等次 年度考核等次 考核结果 年度考核结果 考核等级 年度考核等级 "
        "上年度考核 上年度考核等次 上年度考核结果 appraisal appraisalgrade"
    ),
    IGNORED: (
        "现持证号 现持证状态 现持证有效期至 事项 事项内容 事项日期 事项状态 涉及证号 "
        "原因 退回原因 reason 年龄 民族 政治面貌 学历 出生年月 出生日期 照片 age ethnicity photo"
    ),
}
_WHO = ("serial", "person_number", "name", "identity_number", "organisation")
COLUMNS: dict[str, dict[str, str]] = {
    OFFICER: {
        **_PERSON,
        "post": "职务 职务职级 职级 职位 岗位 post position title jobtitle",
        "field": "执法领域 执法门类 执法范围 执法领域类别 field enforcementfield",
        "legacy_number": (
            "原执法证号 执法证号 执法证号码 执法证件号码 执法证件号 执法证编号 原证号 证号 "
            "证件号码 证件号 证件编号 原执法证件号 原执法证号码 行政执法证号 行政执法证编号 "
            "行政执法证号码 执法证证号 原执法证编号 certificatenumber legacycertificatenumber "
            "certificateno"
        ),
        "issued_on": (
            "发证日期 发证时间 领证日期 领证时间 颁证日期 执法证发证日期 原证发证日期 "
            "issuedon issuedate dateofissue"
        ),
        "valid_until": (
            "有效期至 有效期 有效期限 有效期截止 到期日期 证件有效期 有效期止 执法证有效期至 "
            "validuntil expires expirydate"
        ),
    },
    AUXILIARY: {
        **_PERSON,
        "post": "岗位 工作岗位 职务 从事岗位 岗位职责 职位 duty post position",
        "contract_begins": (
            "合同开始 合同开始日期 合同开始时间 合同起 合同起始日期 合同起始 合同起始时间 "
            "合同期限起 合同期限开始 合同签订日期 合同起止日期起 contractbegins contractstart "
            "contractstarts"
        ),
        "contract_ends": (
            "合同结束 合同结束日期 合同结束时间 合同止 合同终止日期 合同到期 合同到期日期 "
            "合同期限止 合同期限结束 合同截止日期 合同起止日期止 contractends contractend"
        ),
        "supervisor": (
            "带班执法人员 带班人员 带队执法人员 带队人员 负责执法人员 执法负责人 带班人 指导人员 "
            "supervisor supervisingofficer"
        ),
    },
    ORGANISATION: {
        "serial": "序号 序 serial no #",
        "code": "机构代码 单位代码 代码 机构编码 编码 code organisationcode",
        "organisation_name": (
            "机构名称 单位名称 名称 全称 机构全称 执法主体名称 单位全称 name organisationname"
        ),
        "short_names": "简称 机构简称 单位简称 别名 曾用名 shortname shortnames",
        "subject_type": "主体类型 执法主体类型 主体性质 主体类别 subjecttype type",
        "parent_code": (
            "上级机构代码 上级代码 主管部门代码 上级单位代码 上级编码 parentcode parent"
        ),
        "field": "执法领域 执法门类 领域 field fields enforcementfield",
        "area": "执法区域 区域 管辖区域 执法地域 area",
        "categories": "执法类别 执法职权类别 类别 categories category",
        "issuing_authority": "发证机关 颁证机关 发证单位 issuingauthority",
        "complaint_telephone": "投诉电话 监督电话 投诉举报电话 监督投诉电话 complainttelephone",
        "remarks": "备注 说明 remarks notes",
        IGNORED: "原因 退回原因 reason",
    },
    APPRAISAL: {
        **{name: _PERSON[name] for name in _WHO},
        "grade": _PERSON["grade"] + " 等次 考核档次 评定等次 考核评定等次 grade",
        "year": "考核年度 年度 考核年份 年份 year appraisalyear",
        IGNORED: _PERSON[IGNORED] + " 性别 职务 科室 备注 sex post remarks",
    },
}
SYNONYMS: dict[str, dict[str, str]] = {
    kind: {match_key(word): name for name, words in columns.items() for word in words.split()}
    for kind, columns in COLUMNS.items()
}
REQUIRED: dict[str, tuple[str, ...]] = {
    OFFICER: ("name", "identity_number", "organisation", "establishment"),
    AUXILIARY: ("name", "identity_number", "organisation", "establishment"),
    ORGANISATION: ("code", "organisation_name", "subject_type"),
    APPRAISAL: ("name", "identity_number", "grade"),
}
# Headings that only one kind of file has.
TELLING: dict[str, frozenset[str]] = {
    OFFICER: frozenset(
        word
        for word, name in SYNONYMS[OFFICER].items()
        if name in {"field", "legacy_number", "issued_on", "valid_until"}
    )
    | {match_key(word) for word in ("编制", "编制性质", "职务", "内设机构")},
    AUXILIARY: frozenset(
        word
        for word, name in SYNONYMS[AUXILIARY].items()
        if name in {"contract_begins", "contract_ends", "supervisor"}
    )
    | {match_key(word) for word in ("用工形式", "用工性质", "岗位", "用人单位", "用工类型")},
    ORGANISATION: frozenset(
        word
        for word, name in SYNONYMS[ORGANISATION].items()
        if name in {"code", "parent_code", "subject_type"}
    ),
    APPRAISAL: frozenset(word for word, name in SYNONYMS[APPRAISAL].items() if name == "grade"),
}

_OF_A_YEAR = re.compile(r"(?:19|20)[0-9]{2}年?度?(?P<rest>.+)")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_BRACKETED = re.compile(r"[(\[【〔（][^()\[\]【】〔〕（）]*[)\]】〕）]")


def heading_key(heading: object) -> str:
    """What two spellings of a column's heading share; brackets and marks mean nothing."""
    text = _BRACKETED.sub("", fold_width(str(heading)))
    return re.sub(r"[*:#＊、,]+$", "", match_key(text)) or match_key(heading)


def field_of(heading: str, kind: str) -> str | None:
    """The field that a heading is known to mean in this kind of file; a year may stand before it.

    Only an appraisal's grade is known by its year (2017年度考核等次).
    """
    key = heading_key(heading)
    if (known := SYNONYMS[kind].get(key)) is not None:
        return known
    found = _OF_A_YEAR.fullmatch(key)
    rest = SYNONYMS[kind].get(found["rest"]) if found else None
    return rest if rest == "grade" else None


def year_in(heading: str) -> int | None:
    """The year that a heading names, as in 2017年度考核; None where it names none."""
    found = _YEAR.search(fold_width(heading))
    return int(found[0]) if found else None
