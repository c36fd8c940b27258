"""What a person does on a case's page. Every act goes through the desk, and none over a change that was not seen."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from intake.core.case.act import Act
from intake.core.case.acts import ACTS
from intake.desk import act, enclosures, merging
from intake.errors import IntakeError, Overtaken, Stale
from intake.store import cases, drafts
from intake.store.drafts import SavedDraft
from intake.store.engine import reading
from intake.web.case import Conflict, seen_case, show
from intake.web.door import OurSite, Visitor, Working
from intake.web.site import Site

router = APIRouter()
WRITTEN = ("note", "reply", "ask")
# these add to a case and change nothing that somebody else could have decided
HARMLESS = frozenset({"note"})

Words = Annotated[str, Form(max_length=100_000)]
Short = Annotated[str, Form(max_length=2_000)]


@router.post("/cases/{reference}/acts")
def do(
    site: OurSite,
    visitor: Working,
    reference: str,
    what: Short,
    version: Annotated[int, Form()],
    entries: Annotated[int, Form()],
    value: Words = "",
    because: Short = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Does an act on the version of the case that the page showed, and shows the case again.

    What goes along with an answer that was not sent has to be chosen again: a browser keeps no files.
    """
    if what not in ACTS:
        raise IntakeError(f'no act is named "{what[:40]}"')
    # browsers send line ends of their own
    value = value.replace("\r\n", "\n")
    by, now = visitor.account.address, visitor.reader.now
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, visitor, reference)
    unsent = SavedDraft(what, value, now) if what in WRITTEN else None
    seen = None if what in HARMLESS else version
    # a form without a file chosen sends one without a name
    given = [(each.filename, each.content_type or "", each.file.read()) for each in files or () if each.filename]
    try:
        along = enclosures.given(site.house, given)
        act.perform(site.house, case.reference, Act(what, value, by, because), now, seen, along)
    except (Overtaken, Stale):
        _keep(site, case.id, by, unsent)
        conflict = _conflict(site, visitor, reference, Act(what, value, by, because), entries)
        return show(site, visitor, reference, unsent=unsent, conflict=conflict, status=409)
    except IntakeError as error:
        return show(site, visitor, reference, unsent=unsent, said=str(error), status=400)
    if unsent:
        with site.house.databases.desk.begin() as connection:
            drafts.drop(connection, case.id, by)
    return RedirectResponse(f"/cases/{case.reference}?done={what}", 303)


@router.post("/cases/{reference}/merge")
def merge(
    site: OurSite,
    visitor: Working,
    reference: str,
    version: Annotated[int, Form()],
    entries: Annotated[int, Form()],
    into: Annotated[str, Form(max_length=40)] = "",
    because: Short = "",
) -> Response:
    """Makes the case a part of another one, which is shown then."""
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, visitor, reference)
        whole = next(iter(cases.by_reference(connection, [into.strip()])), "")
        seen = bool(whole) and visitor.sight.sees(act.find(connection, whole))
    by, now = visitor.account.address, visitor.reader.now
    if not seen:
        return show(site, visitor, reference, said=f"No case has the reference {into.strip()[:40]}.", status=400)
    if case.version != version:
        conflict = _conflict(site, visitor, reference, Act("merge", whole, by, because), entries)
        return show(site, visitor, reference, conflict=conflict, status=409)
    try:
        merging.merge(site.house, case.reference, whole, by, because, now)
    except IntakeError as error:
        return show(site, visitor, reference, said=str(error), status=400)
    return RedirectResponse(f"/cases/{whole}?done=merge", 303)


@router.post("/cases/{reference}/split")
def split(
    site: OurSite,
    visitor: Working,
    reference: str,
    version: Annotated[int, Form()],
    entries: Annotated[int, Form()],
    mail: Annotated[list[int], Form()] = [],  # noqa: B006  (FastAPI copies it)
    because: Short = "",
) -> Response:
    """Opens a case of its own for some mails of the case, and shows it."""
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, visitor, reference)
    by, now = visitor.account.address, visitor.reader.now
    if case.version != version:
        conflict = _conflict(site, visitor, reference, Act("split", "", by, because), entries)
        return show(site, visitor, reference, conflict=conflict, status=409)
    try:
        new = merging.split(site.house, case.reference, mail, by, because, now)
    except IntakeError as error:
        return show(site, visitor, reference, said=str(error), status=400)
    return RedirectResponse(f"/cases/{new.reference}?done=split", 303)


@router.post("/cases/{reference}/draft")
def keep_draft(
    site: OurSite, visitor: Working, reference: str, value: Words = "", what: Annotated[str, Form()] = "note"
) -> Response:
    """Keeps what is being written; nothing to show."""
    if what not in WRITTEN:
        raise IntakeError(f"a text is one of {', '.join(WRITTEN)}")
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, visitor, reference)
    draft = SavedDraft(what, value.replace("\r\n", "\n"), visitor.reader.now)
    _keep(site, case.id, visitor.account.address, draft)
    return Response(status_code=204)


def _keep(site: Site, case_id: int, address: str, draft: SavedDraft | None) -> None:
    if draft is not None:
        with site.house.databases.desk.begin() as connection:
            drafts.save(connection, case_id, address, draft)


def _conflict(site: Site, visitor: Visitor, reference: str, wanted: Act, entries: int) -> Conflict:
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, visitor, reference)
        happened = cases.history(connection, case.id)[max(entries, 0) :]
    return Conflict(wanted.what, wanted.value, wanted.because, happened)
