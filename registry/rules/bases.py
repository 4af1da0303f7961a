"""The statutes and articles that this register stands on, each under one permanent code.

A refusal and an act name a code; pages and prints show the citation. What the district decided
for itself (its yearly report, this register's own rule) is named as such and never dressed up
as a statute.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Basis:
    """One article or document: its permanent code and how it is cited in both languages."""

    code: str
    citation: str
    citation_en: str


_ALL = (
    Basis(
        "penalty-law-17",
        "《行政处罚法》第十七条",
        "Administrative Penalty Law, article 17",
    ),
    Basis(
        "penalty-law-19",
        "《行政处罚法》第十九条",
        "Administrative Penalty Law, article 19",
    ),
    Basis(
        "penalty-law-20",
        "《行政处罚法》第二十条",
        "Administrative Penalty Law, article 20",
    ),
    Basis(
        "penalty-law-21",
        "《行政处罚法》第二十一条",
        "Administrative Penalty Law, article 21",
    ),
    Basis(
        "penalty-law-24",
        "《行政处罚法》第二十四条",
        "Administrative Penalty Law, article 24",
    ),
    Basis(
        "penalty-law-39",
        "《行政处罚法》第三十九条",
        "Administrative Penalty Law, article 39",
    ),
    Basis(
        "penalty-law-42",
        "《行政处罚法》第四十二条",
        "Administrative Penalty Law, article 42",
    ),
    Basis(
        "penalty-law-55",
        "《行政处罚法》第五十五条",
        "Administrative Penalty Law, article 55",
    ),
    Basis(
        "penalty-law-76",
        "《行政处罚法》第七十六条",
        "Administrative Penalty Law, article 76",
    ),
    Basis(
        "coercion-law-17",
        "《行政强制法》第十七条",
        "Administrative Coercion Law, article 17",
    ),
    Basis(
        "coercion-law-18",
        "《行政强制法》第十八条",
        "Administrative Coercion Law, article 18",
    ),
    Basis(
        "coercion-law-70",
        "《行政强制法》第七十条",
        "Administrative Coercion Law, article 70",
    ),
    Basis(
        "licence-law-23",
        "《行政许可法》第二十三条",
        "Administrative Licence Law, article 23",
    ),
    Basis(
        "licence-law-24",
        "《行政许可法》第二十四条",
        "Administrative Licence Law, article 24",
    ),
    Basis(
        "civil-servant-law",
        "《公务员法》",
        "Civil Servant Law",
    ),
    Basis(
        "civil-servant-law-38",
        "《公务员法》第三十八条",
        "Civil Servant Law, article 38",
    ),
    Basis(
        "civil-servant-law-64",
        "《公务员法》第六十四条",
        "Civil Servant Law, article 64",
    ),
    Basis(
        "civil-servant-law-112",
        "《公务员法》第一百一十二条",
        "Civil Servant Law, article 112",
    ),
    Basis(
        "discipline-law-8",
        "《公职人员政务处分法》第八条",
        "Law on Administrative Discipline of Public Employees, article 8",
    ),
    Basis(
        "jiangsu-certificate-rule",
        "《江苏省行政执法证件管理办法》",
        "Jiangsu Rules on Administrative Enforcement Certificates",
    ),
    Basis(
        "jiangsu-certificate-rule-1995",
        "《江苏省行政执法证件管理办法》（苏政发〔1995〕102号）",
        "Jiangsu Rules on Administrative Enforcement Certificates of 1995 "
        "(Su Zheng Fa [1995] No. 102)",
    ),
    Basis(
        "jiangsu-supervision-rule",
        "《江苏省行政执法监督办法》",
        "Jiangsu Rules on the Supervision of Administrative Enforcement",
    ),
    Basis(
        "shandong-supervision-regulation",
        "参照《山东省行政执法监督条例》",
        "after the Shandong Regulations on the Supervision of Administrative Enforcement",
    ),
    Basis(
        "liaoning-supervision-rule-36",
        "参照《辽宁省行政执法监督规定》第三十六条",
        "after the Liaoning Rules on the Supervision of Administrative Enforcement, article 36",
    ),
    Basis(
        "guizhou-supervision-rule",
        "参照《贵州省行政执法监督办法》",
        "after the Guizhou Rules on the Supervision of Administrative Enforcement",
    ),
    Basis(
        "jilin-certificate-rule",
        "参照吉林省行政执法证件管理办法",
        "after the Jilin Rules on Administrative Enforcement Certificates",
    ),
    Basis(
        "zhoukou-certificate-practice",
        "参照河南省周口市执法证件办理要求（调动换证）",
        "after the practice of Zhoukou, Henan, on certificates after a transfer",
    ),
    Basis(
        "agriculture-rule-9",
        "《农业综合行政执法管理办法》第九条",
        "Rules on Comprehensive Agricultural Enforcement, article 9",
    ),
    Basis(
        "ecology-opinion",
        "生态环境保护综合行政执法改革指导意见",
        "Opinion on the reform of comprehensive ecological enforcement",
    ),
    Basis(
        "emergency-opinion",
        "应急管理综合行政执法改革意见",
        "Opinion on the reform of comprehensive emergency-management enforcement",
    ),
    Basis(
        "inspection-opinion",
        "国务院办公厅关于严格规范涉企行政检查的意见",
        "State Council General Office, Opinion on business inspections",
    ),
    Basis(
        "rule-of-law-outline",
        "《法治政府建设实施纲要（2021－2025年）》",
        "Outline for Building a Rule-of-Law Government (2021-2025)",
    ),
    Basis(
        "state-council-2008-17",
        "国发〔2008〕17号第十九条",
        "Guo Fa [2008] No. 17, item 19",
    ),
    Basis(
        "notice-118-item-4",
        "国办发〔2018〕118号第四项",
        "Guo Ban Fa [2018] No. 118, item 4",
    ),
    Basis(
        "notice-118-item-23",
        "国办发〔2018〕118号第二十三项",
        "Guo Ban Fa [2018] No. 118, item 23",
    ),
    Basis(
        "unified-card-notice",
        "司办通〔2020〕78号",
        "Si Ban Tong [2020] No. 78",
    ),
    Basis(
        "personal-information-law-6",
        "《个人信息保护法》第六条",
        "Personal Information Protection Law, article 6",
    ),
    Basis(
        "personal-information-law-46",
        "《个人信息保护法》第四十六条",
        "Personal Information Protection Law, article 46",
    ),
    Basis(
        "personal-information-law-51",
        "《个人信息保护法》第五十一条",
        "Personal Information Protection Law, article 51",
    ),
    Basis(
        "retirement-reform-2024",
        "《全国人民代表大会常务委员会关于实施渐进式延迟法定退休年龄的决定》（2025年1月1日起施行）",
        "Decision of the NPC Standing Committee on gradually raising the statutory retirement "
        "age, in force from 2025-01-01",
    ),
    Basis(
        "criminal-judgment",
        "生效的刑事判决",
        "a criminal judgment in force",
    ),
    Basis(
        "seed-2018",
        "本区2018年度法治政府建设报告",
        "the district's own report on the rule of law for 2018",
    ),
    Basis(
        "registry-rule",
        "本登记系统的管理规则",
        "this register's own rule",
    ),
    Basis(
        "clerical",
        "登记事务",
        "clerical entry",
    ),
)

BASES: dict[str, Basis] = {basis.code: basis for basis in _ALL}

# What an act cites when its author names nothing else; the keys are the acts of roles.py.
DEFAULT_BASIS: dict[str, str] = {
    "account.manage": "registry-rule",
    "account.reset-clerk": "registry-rule",
    "account.own": "registry-rule",
    "setting.change": "registry-rule",
    "key.manage": "registry-rule",
    "home.view": "registry-rule",
    "book.view": "registry-rule",
    "organisation.view": "registry-rule",
    "organisation.edit": "penalty-law-39",
    "organisation.import": "penalty-law-39",
    "person.view": "registry-rule",
    "person.add": "notice-118-item-23",
    "person.edit": "clerical",
    "person.correct": "personal-information-law-46",
    "person.transfer": "jiangsu-certificate-rule",
    "person.reclassify": "jiangsu-certificate-rule",
    "person.leave": "jiangsu-certificate-rule",
    "person.second": "registry-rule",
    "person.bar": "jiangsu-certificate-rule",
    "person.reveal": "personal-information-law-51",
    "person.record": "jiangsu-certificate-rule",
    "export.view": "registry-rule",
    "export.identity-numbers": "personal-information-law-51",
    "export-template.edit": "registry-rule",
    "photograph.add": "jiangsu-certificate-rule",
    "photograph.review": "registry-rule",
    "roster.import": "notice-118-item-23",
    "certificate.view": "registry-rule",
    "certificate.record": "jiangsu-certificate-rule-1995",
    "certificate.issue": "jiangsu-certificate-rule",
    "certificate.exchange": "unified-card-notice",
    "certificate.suspend": "jiangsu-certificate-rule",
    "certificate.release": "jiangsu-certificate-rule",
    "certificate.lost": "jiangsu-certificate-rule",
    "certificate.found": "jiangsu-certificate-rule",
    "certificate.replace": "jiangsu-certificate-rule",
    "certificate.cancel": "jiangsu-certificate-rule",
    "certificate.revoke": "jiangsu-certificate-rule",
    "certificate.expire": "jiangsu-certificate-rule",
    "certificate.rectify": "registry-rule",
    "certificate.print": "unified-card-notice",
    "custody.view": "registry-rule",
    "custody.make": "unified-card-notice",
    "custody.hand": "jiangsu-certificate-rule",
    "custody.keep": "jiangsu-certificate-rule",
    "custody.destroy": "jiangsu-certificate-rule",
    "person.merge": "personal-information-law-46",
    "finding.view": "registry-rule",
    "finding.decide": "jiangsu-supervision-rule",
    "proposal.view": "registry-rule",
    "exam.view": "registry-rule",
    "exam.manage": "notice-118-item-23",
    "exam.enrol": "notice-118-item-23",
    "exam.enter": "notice-118-item-23",
    "exam.publish": "penalty-law-42",
    "exam.correct": "personal-information-law-46",
    "exam.approve": "personal-information-law-46",
    "exam.exempt": "notice-118-item-23",
    "exam.prove": "registry-rule",
    "proposal.act": "notice-118-item-23",
    "transfer.view": "registry-rule",
    "transfer.ask": "registry-rule",
    "transfer.decide": "jiangsu-certificate-rule",
    "training.view": "registry-rule",
    "training.manage": "rule-of-law-outline",
    "training.put-down": "rule-of-law-outline",
    "training.enter-hours": "rule-of-law-outline",
    "training.approve-hours": "rule-of-law-outline",
    "register.migrate": "registry-rule",
}
