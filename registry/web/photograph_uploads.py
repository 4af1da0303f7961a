"""Photographs by the hundred on the web: upload, preview with faces beside names, import, result.

Also what else an organ has to do about photographs: those that came back from the second look,
and who has none at all.
"""

import re
from typing import Any

from flask import (
    Blueprint,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import FileStorage
from wtforms.validators import ValidationError
from wtforms.widgets import FileInput

from registry.documents.photograph_files import MOST_BYTES
from registry.rules.photographs import REASONS, REMARKS
from registry.rules.refusals import Refusal, Refused
from registry.services import photograph_imports as services
from registry.services import photograph_uploads as uploads
from registry.services.photograph_imports import Line
from registry.services.photograph_uploads import HeldPhotographs
from registry.store import organisations, photograph_review
from registry.store.photograph_review import Place
from registry.store.photograph_uploads import new_id
from registry.web.addresses import asked_choice, asked_number, asked_text
from registry.web.file_readers import one_reader
from registry.web.forms import Choice, Form, PlainForm, Upload
from registry.web.permissions import allow
from registry.web.photographs import as_picture
from registry.web.sessions import SignedIn, current_act, signed_in
from registry.web.shell import counts

blueprint = Blueprint("photograph_uploads", __name__)

PAGE = 60
#: Single files in one go: each is a file that the server holds open while it listens.
MOST_SINGLE_FILES = 300
#: Seconds: three hundred photographs before this upload are decoded in less.
_WAIT_FOR_READER = 60.0
_UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{22}")

#: What becomes of a file, in the order of the tabs.
SORTS: dict[str, Any] = {
    "refused": lazy_gettext("不保存"),
    "unmatched": lazy_gettext("对不上人"),
    "added": lazy_gettext("新照片"),
    "replacing": lazy_gettext("换掉原来的"),
    "unchanged": lazy_gettext("和登记相同"),
    "without": lazy_gettext("仍缺照片的人"),
}


@blueprint.app_template_global()
def remark_title(code: str) -> str:
    """What a plain look at the pixels noticed, in words."""
    return gettext(REMARKS.get(code, code))


@blueprint.app_template_global()
def why_title(code: str) -> str:
    """Why a photograph was sent back, in words."""
    return gettext(REASONS.get(code, code))


class Pictures(Upload):
    """Any number of files; ``data`` is the list of them."""

    widget = FileInput(multiple=True)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [one for one in valuelist if isinstance(one, FileStorage) and one.filename]

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            raise ValidationError(gettext("请选一个文件。"))
        if len(self.data) > MOST_SINGLE_FILES:
            raise ValidationError(
                gettext(
                    "一次最多选 %(limit)s 个单独的文件；更多的请打成一个 .zip。",
                    limit=MOST_SINGLE_FILES,
                )
            )


class UploadForm(Form):
    """Files or zips, and the organ whose people they show."""

    files = Pictures(
        lazy_gettext("照片或压缩包"),
        accept=".zip,.jpg,.jpeg,.png,image/jpeg,image/png",
        description=lazy_gettext(
            "一个 .zip，或者同时选很多张 .jpg、.png。文件名写身份证号、人员编号，"
            "或者单位里不重名的姓名，例如“张三.jpg”“P000123 张三.jpg”。"
        ),
    )
    organisation = Choice(
        lazy_gettext("是哪个单位的人"),
        required=False,
        description=lazy_gettext("包括下属单位；选得越准，按姓名越不会重名。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = signed_in()
        everybody = gettext("全区") if account.scope is None else gettext("本单位和下属单位")
        self.organisation.choices = [("", everybody), *organisations.options(account.scope)]


@blueprint.route("/photographs", methods=["GET", "POST"])
@allow("photograph.add", body_limit=MOST_BYTES + 2_000_000)
def index() -> ResponseReturnValue:
    """Upload photographs; below, what came back and what waits."""
    form = UploadForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                return redirect(url_for("photograph_uploads.one", upload_id=_hold(form)))
            except Refused as refused:
                form.refuse(refused)
    account = signed_in()
    others, own = photograph_review.count_waiting(account.scope, account.account_id)
    page = render_template(
        "photograph_uploads/index.html",
        form=form,
        upload_id=new_id(),
        own_uploads=uploads.own_waiting(current_act()),
        back=photograph_review.sent_back(account.scope),
        waiting=others + own,
        without=len(photograph_review.without_any(_reach(account, None))),
        most=MOST_BYTES // 1_000_000,
    )
    return make_response(page, status)


def _hold(form: UploadForm) -> str:
    """Read the upload aside and keep it sealed; gives the name it waits under. Raises Refused."""
    act = current_act()
    organisation_id = _organisation_id(form.organisation.data)
    sent = request.form.get("upload_id", "")
    upload_id = sent if _UPLOAD_ID.fullmatch(sent) else new_id()
    tell = uploads.begin(act, upload_id)
    try:
        with one_reader(_WAIT_FOR_READER):
            read = services.read_upload(
                act,
                [
                    services.Upload(one.filename or "", one.stream)  # type: ignore[arg-type]
                    for one in form.files.data
                ],
                tell,
            )
        uploads.hold(
            act, upload_id, read.name, organisation_id, read.entries, read.pictures.__getitem__
        )
    except BaseException:
        uploads.drop(upload_id)
        raise
    return upload_id


@blueprint.get("/photographs/uploads/<upload_id>/progress")
@allow("photograph.add")
def progress(upload_id: str) -> ResponseReturnValue:
    """How many files of an upload have been read, for the page that waits for it."""
    told = uploads.progress(current_act(), upload_id)
    if told is None:
        abort(404)
    return jsonify({"read": told[0], "of": told[1]})


@blueprint.get("/photographs/uploads/<upload_id>")
@allow("photograph.add")
def one(upload_id: str) -> ResponseReturnValue:
    """What the upload would do, sort by sort; one already imported shows its result."""
    held = uploads.waiting(current_act(), upload_id)
    if held is None:
        return _result(upload_id)
    return _preview_page(held)


@blueprint.get("/photographs/uploads/<upload_id>/pictures/<number:place>")
@allow("photograph.add")
def picture(upload_id: str, place: int) -> ResponseReturnValue:
    """One picture of the own upload."""
    return as_picture(uploads.picture(current_act(), upload_id, place - 1))


@blueprint.post("/photographs/uploads/<upload_id>/commit")
@allow("photograph.add")
def commit(upload_id: str) -> ResponseReturnValue:
    """Save all good photographs, or none if anything stands against it."""
    act = current_act()
    held = uploads.waiting(act, upload_id)
    if held is None:
        # A second press on the button: the first one has done it.
        return _result(upload_id)
    form = PlainForm()
    if form.validate() and form.attempt(
        lambda: services.commit(
            act,
            held.name,
            held.entries,
            held.organisation_id,
            lambda place: uploads.picture(act, upload_id, place),
            decisions=request.form.get("decisions", "") or "none",
            held=held,
        )
    ):
        return redirect(url_for("photograph_uploads.one", upload_id=upload_id))
    return make_response(_preview_page(held, refused=form.refused), 409)


@blueprint.post("/photographs/uploads/<upload_id>/discard")
@allow("photograph.add")
def discard(upload_id: str) -> ResponseReturnValue:
    """Throw the upload away without saving anything."""
    if not uploads.discard(current_act(), upload_id):
        abort(404)
    return redirect(url_for("photograph_uploads.index"))


@blueprint.get("/photographs/missing")
@allow("photograph.add")
def missing() -> ResponseReturnValue:
    """Officers with no photograph, neither shown nor waiting."""
    code, people = asked_missing()
    at = asked_number("page") or 1
    here = people[(at - 1) * PAGE : at * PAGE]
    if not here and at > 1:
        abort(404)

    def address(page: int) -> str:
        return url_for(
            "photograph_uploads.missing",
            organisation=code or None,
            page=page if page > 1 else None,
        )

    return render_template(
        "photograph_uploads/missing.html",
        people=here,
        total=len(people),
        first=(at - 1) * PAGE + 1,
        previous=address(at - 1) if at > 1 else "",
        following=address(at + 1) if at * PAGE < len(people) else "",
        organisations=organisations.options(signed_in().scope),
        chosen=code,
    )


def asked_missing() -> tuple[str, list[Place]]:
    """The organ that the address names, if any, and its officers with no photograph at all."""
    account, code = signed_in(), asked_text("organisation")
    if code and code not in dict(organisations.options(account.scope)):
        abort(404)
    return code, photograph_review.without_any(_reach(account, _organisation_id(code)))


def _organisation_id(code: str) -> int | None:
    if not code:
        return None
    row = organisations.by_code(code, signed_in().scope)
    return None if row is None else row.id


def _reach(account: SignedIn, organisation_id: int | None) -> frozenset[int]:
    tree = organisations.tree()
    reach = frozenset(tree.rows) if account.scope is None else account.scope
    return reach if organisation_id is None else reach & tree.below(organisation_id)


def _preview_page(held: HeldPhotographs, refused: tuple[Refusal, ...] = ()) -> str:
    shown = services.preview(current_act(), held.entries, held.organisation_id)
    lines: dict[str, tuple[Any, ...]] = {
        sort: shown.without if sort == "without" else shown.lines(sort) for sort in SORTS
    }
    chosen = asked_choice("show", tuple(SORTS)) or next(
        (sort for sort in SORTS if lines[sort]), "added"
    )
    at = asked_number("page") or 1
    here = lines[chosen][(at - 1) * PAGE : at * PAGE]
    if not here and at > 1:
        abort(404)

    def address(show: str, page: int = 1) -> str:
        return (
            url_for(
                "photograph_uploads.one",
                upload_id=held.id,
                show=show,
                page=page if page > 1 else None,
            )
            + "#files"
        )

    def face_of(line: Line) -> str:
        if line.place is None:
            return ""
        return url_for("photograph_uploads.picture", upload_id=held.id, place=line.place + 1)

    total = len(lines[chosen])
    tree = organisations.tree().rows
    return render_template(
        "photograph_uploads/preview.html",
        held=held,
        shown=shown,
        counts=shown.counts(),
        organisation=tree[held.organisation_id].name if held.organisation_id else "",
        refused=refused,
        chosen=chosen,
        chosen_title=str(SORTS[chosen]),
        tabs=[
            (str(title), len(lines[sort]), address(sort), sort == chosen)
            for sort, title in SORTS.items()
            if lines[sort] or sort in ("added", "refused")
        ],
        lines=here,
        face_of=face_of,
        total=total,
        first=(at - 1) * PAGE + 1,
        previous=address(chosen, at - 1) if at > 1 else "",
        following=address(chosen, at + 1) if at * PAGE < total else "",
    )


def _result(upload_id: str) -> ResponseReturnValue:
    done = uploads.finished(current_act(), upload_id)
    if done is None:
        abort(404)
    links = {"without": url_for("photograph_uploads.missing")}
    titles = {
        "added": gettext("已保存，等着审定"),
        "unchanged": str(SORTS["unchanged"]),
        "unmatched": str(SORTS["unmatched"]),
        "refused": str(SORTS["refused"]),
        "without": str(SORTS["without"]),
    }
    return render_template(
        "photograph_uploads/result.html",
        done=done,
        tiles=[(done.counts[name], title, links.get(name, "")) for name, title in titles.items()],
        waits=photograph_review.count_waiting(signed_in().scope, None)[0] > 0,
    )


@counts("photograph_uploads.index")
def came_back(account: SignedIn) -> int:
    """How many photographs came back to the organ, beside the place."""
    return photograph_review.count_sent_back(account.scope) if account.role == "hr" else 0
