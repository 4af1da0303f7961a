"""Photographs: uploading one with crop and turn, showing versions, taking one down.

A picture is served as what it is and nothing else: fixed type, no sniffing, nothing in it runs.
"""

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.documents.photographs import Crop
from registry.services import photographs as services
from registry.store import photographs as store
from registry.store import settings
from registry.web.forms import ActForm, Choice, Number, Upload
from registry.web.headers import FILE_POLICY
from registry.web.people_acts import person_or_404
from registry.web.permissions import allow
from registry.web.sessions import current_act, today

blueprint = Blueprint("photographs", __name__)

#: A phone's largest picture, with room.
UPLOAD_LIMIT = 16 * 1024 * 1024
TURNS = ("0", "90", "180", "270")


class PhotographForm(ActForm):
    """A file; how far to turn it; what part of the turned picture to keep, in thousandths."""

    bases = ("jiangsu-certificate-rule", "unified-card-notice")

    photograph = Upload(
        lazy_gettext("照片文件"),
        accept="image/jpeg,image/png",
        description=lazy_gettext(
            "JPEG 或 PNG，正面免冠，留用部分不小于 240 × 320 像素。拍摄地点等附带信息不会保存。"
        ),
    )
    turn = Choice(lazy_gettext("顺时针转"))
    left = Number(lazy_gettext("左边（千分之几）"), high=1000)
    top = Number(lazy_gettext("上边（千分之几）"), high=1000)
    right = Number(lazy_gettext("右边（千分之几）"), high=1000)
    bottom = Number(lazy_gettext("下边（千分之几）"), high=1000)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.turn.choices = [(turn, gettext("%(n)s 度", n=turn)) for turn in TURNS]
        if not self.is_submitted():
            self.turn.data = "0"
            self.left.data = self.top.data = 0
            self.right.data = self.bottom.data = 1000

    @property
    def crop(self) -> Crop:
        """The part to keep as fractions."""
        return Crop(
            self.left.data / 1000,
            self.top.data / 1000,
            self.right.data / 1000,
            self.bottom.data / 1000,
        )


class WithdrawForm(ActForm):
    """Why a photograph is taken down."""

    bases = ("personal-information-law-46", "registry-rule")


def as_picture(data: bytes | None) -> Response:
    """The answer that gives a JPEG of ours and nothing else; NotFound where there is none."""
    if data is None:
        abort(404)
    answer = make_response(data)
    answer.headers["Content-Type"] = "image/jpeg"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Disposition"] = "inline"
    return answer


@blueprint.get("/people/<number>/photograph")
@allow("person.view")
def shown(number: str) -> ResponseReturnValue:
    """The photograph that stands for a person now."""
    return as_picture(store.shown_picture(person_or_404(number).person_id))


@blueprint.get("/people/<number>/photographs/<number:version>")
@allow("person.view")
def version(number: str, version: int) -> ResponseReturnValue:
    """One version of a person's photograph."""
    return as_picture(store.picture(person_or_404(number).person_id, version))


@blueprint.route("/people/<number>/photograph/add", methods=["GET", "POST"])
@allow("photograph.add", body_limit=UPLOAD_LIMIT)
def add(number: str) -> ResponseReturnValue:
    """Upload a photograph; it waits for the second look."""
    person = person_or_404(number)
    form = PhotographForm(today=today())
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate() and form.attempt(
            lambda: services.add_photograph(
                current_act(**form.act_values()),
                person.number,
                form.photograph.data.read(),
                turn=int(form.turn.data),
                crop=form.crop,
            )
        ):
            flash(_added(person.name), "good")
            return redirect(url_for("people.one", number=person.number))
    answer = render_template("photographs/add.html", person=person, form=form)
    return make_response(answer, status)


def _added(name: str) -> str:
    if settings.flag("photograph_second_look"):
        return gettext("照片已收到：%(name)s。由另一人审定后显示。", name=name)
    return gettext("照片已更新：%(name)s。", name=name)


@blueprint.route("/people/<number>/photographs/<number:version>/withdraw", methods=["GET", "POST"])
@allow("photograph.add")
def withdraw(number: str, version: int) -> ResponseReturnValue:
    """Take a version down."""
    person = person_or_404(number)
    row = store.version_of(person.person_id, version)
    if row is None or row.withdrawn_at is not None:
        abort(404)
    form = WithdrawForm(today=today())
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate() and form.attempt(
            lambda: services.withdraw_photograph(
                current_act(**form.act_values()), person.number, version
            )
        ):
            flash(gettext("照片已撤下：%(name)s。", name=person.name), "good")
            return redirect(url_for("people.one", number=person.number))
    answer = render_template("photographs/withdraw.html", person=person, form=form, row=row)
    return make_response(answer, status)
