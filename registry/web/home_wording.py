"""What the lists of the first page are called, what each means, and what to do about it."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext


@dataclass(frozen=True)
class ListWords:
    """A list's title, what it means and what to do, and what its day is called, if it has one."""

    title: Any
    means: Any
    day_title: Any = ""


LISTS: dict[str, ListWords] = {
    "past-end": ListWords(
        lazy_gettext("已过有效期、还没有结案的证件"),
        lazy_gettext("过了最后一天，证件已经失效，扫码显示过期。请办理到期结案，或者重新发证。"),
        lazy_gettext("有效期至"),
    ),
    "expiring": ListWords(
        lazy_gettext("60 日内到期的证件"),
        lazy_gettext("请提前准备换证；到期以后不能执法。"),
        lazy_gettext("有效期至"),
    ),
    "suspension-cap": ListWords(
        lazy_gettext("暂扣快满期限的证件"),
        lazy_gettext("暂扣有期限。到期以前要决定：解除暂扣，或者注销、吊销。"),
        lazy_gettext("暂扣最后一天"),
    ),
    "old-name": ListWords(
        lazy_gettext("姓名与登记不同的证件"),
        lazy_gettext("姓名更正或记录合并以后，证件上还是旧姓名。请补发新证；旧版执法证请换发。"),
        lazy_gettext("有效期至"),
    ),
    "no-area": ListWords(
        lazy_gettext("没有执法区域或执法类别的证件"),
        lazy_gettext("发证时单位没有填写，证件和核验页上缺这一项。请先补单位资料，再换发。"),
        lazy_gettext("有效期至"),
    ),
    "legacy": ListWords(
        lazy_gettext("还没有换发的旧版执法证"),
        lazy_gettext("旧版《江苏省行政执法证》没有二维码，不能扫码核验。请按单位准备换发批次。"),
        lazy_gettext("有效期至"),
    ),
    "holders-no-photograph": ListWords(
        lazy_gettext("没有照片的持证人"),
        lazy_gettext("证件和核验页没有照片，市民只能核对身份证。请单位补交。"),
    ),
    "holders-retiring": ListWords(
        lazy_gettext("到龄或者快到龄的持证人"),
        lazy_gettext(
            "按出生日期、性别和退休年龄改革的对照表计算。请核实是否退休；退休的收回证件并注销。"
        ),
    ),
    "holders-not-in-post": ListWords(
        lazy_gettext("不在执法岗位的持证人"),
        lazy_gettext("登记为不在执法岗位，却还持有证件。请核实岗位；确已离开的办理注销。"),
    ),
    "no-photograph": ListWords(
        lazy_gettext("没有照片的执法人员"),
        lazy_gettext("发证前要有照片。在人员页面上传，可以裁剪和旋转。"),
    ),
    "incomplete": ListWords(
        lazy_gettext("资料不全的执法人员"),
        lazy_gettext("没有职务，或者本人和单位都没有写执法领域；发证时会缺这一项。"),
    ),
    "contract-ended": ListWords(
        lazy_gettext("合同已到期、还在册的辅助人员"),
        lazy_gettext("日期不会自己改变什么。请办理离开；续签的，改合同到期日。"),
        lazy_gettext("合同到期"),
    ),
    "no-supervisor": ListWords(
        lazy_gettext("没有带班执法人员的辅助人员"),
        lazy_gettext("辅助人员不得单独执法，每人要有一名带班的执法人员。"),
    ),
}
