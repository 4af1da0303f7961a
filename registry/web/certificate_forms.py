"""The forms of the acts on a certificate: one class for each act."""

from typing import Any

from flask_babel import gettext, lazy_gettext

from registry.services.certificates import REPLACE_CAUSES
from registry.web.forms import ActForm, Choice, Day, LongText, Text


class _CertificateForm(ActForm):
    bases = ("jiangsu-certificate-rule",)


class SuspendForm(_CertificateForm):
    """Suspension: the ground is kept apart from what everybody may read."""

    ground = LongText(
        lazy_gettext("暂扣的事由"),
        limit=500,
        description=lazy_gettext("事由只有有权的人能看，不会出现在核验页上。"),
    )


class ReleaseForm(_CertificateForm):
    """The end of a suspension."""

    ground = LongText(
        lazy_gettext("解除的事由"),
        limit=500,
        required=False,
        description=lazy_gettext("例如离岗教育和考核已经合格。"),
    )


class LostForm(_CertificateForm):
    """A loss."""


class FoundForm(_CertificateForm):
    """A certificate that turned up."""


class CancelForm(_CertificateForm):
    """The end of a certificate; the reason is asked for."""

    reason = LongText(lazy_gettext("注销的理由"), limit=500)


class RevokeForm(_CertificateForm):
    """A revocation with its ground."""

    ground = LongText(
        lazy_gettext("吊销的事由"),
        limit=500,
        description=lazy_gettext("事由只有有权的人能看，不会出现在核验页上。"),
    )


class ExpireForm(_CertificateForm):
    """Closing a certificate whose last day is over."""


class ReplaceForm(_CertificateForm):
    """A new card for the same right."""

    cause = Choice(lazy_gettext("补发的原因"))
    new_number = Text(
        lazy_gettext("新证号码"),
        limit=40,
        required=False,
        description=lazy_gettext("空着就按编号规则自动编号。"),
    )
    first_day = Day(
        lazy_gettext("新证第一天"),
        required=False,
        description=lazy_gettext("空着就是今天；不能更早。新证的最后一天与原证相同。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause.choices = [("", gettext("请选择"))] + [
            (code, gettext(title)) for code, title in REPLACE_CAUSES.items()
        ]


class RequestRectificationForm(ActForm):
    """The first person: what was entered by mistake."""

    bases = ("registry-rule",)
    reason = LongText(
        lazy_gettext("哪里办错了"),
        limit=500,
        description=lazy_gettext("写清误办的经过；另一位法制机构人员确认以后才恢复。"),
    )


class ConfirmRectificationForm(ActForm):
    """The second person."""

    bases = ("registry-rule",)


class DeclineForm(ActForm):
    """A request turned down: the reason is asked for."""

    bases = ("registry-rule",)
    reason = LongText(lazy_gettext("不同意的理由"), limit=500)


FORMS: dict[str, type[ActForm]] = {
    "suspend": SuspendForm,
    "release": ReleaseForm,
    "lost": LostForm,
    "found": FoundForm,
    "replace": ReplaceForm,
    "cancel": CancelForm,
    "revoke": RevokeForm,
    "expire": ExpireForm,
}
