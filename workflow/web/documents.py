"""Documents of a case: every version, who may see it, and adding one. They are only ever downloaded."""

from __future__ import annotations

import re
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from states.commands import Actor
from workflow import engine, files, scans
from workflow.files import ACCESS, Document, FilesError
from workflow.queries import CASES
from workflow.web import forms
from workflow.web.hand import case_or_404
from workflow.web.people import STAFF, Person, changes, sees
from workflow.web.showing import language_of, page, say
from workflow.web.site import site_of

router = APIRouter()

#: Circle of readers -> what it is called.
CIRCLES = {
    "public": "Everybody",
    "parties": "Parties, the Committee and the Secretariat",
    "committee": "The Committee and the Secretariat",
    "secretariat": "The Secretariat only",
}
#: What a page says of an act that was done.
DONE = {"added": "The document is on file.", "same": "This document was on file already: nothing was added."}
#: What the scanner says of a document -> its colour and its words; of what is not told there is none.
VERDICTS = {
    "clean": ("good", "no virus found"),
    "pending": ("note", "not looked at for viruses yet"),
    "failed": ("warn", "could not be looked at for viruses"),
    "infected": ("bad", "holds a virus"),
}
#: Media type -> its name.
KINDS = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "text/plain": "Text",
    "application/zip": "ZIP",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
}


@router.get("/cases/{reference}/documents", name="documents")
def show(request: Request, reference: str, person: Person = sees("documents")) -> Response:
    """Every document of a case with its versions."""
    return _page(request, reference, access="secretariat")


@router.post("/cases/{reference}/documents")
def add(
    request: Request, reference: str, person: Person = changes("documents"), form: FormData = forms.SENT
) -> Response:
    """Add a document, or a new version of one."""
    site, access, sent = site_of(request), forms.text(form, "access"), form.get("file")
    language = language_of(request)
    if not isinstance(sent, UploadFile) or not sent.filename:
        told = say("No file was chosen. Choose one, then send it again.", language)
        return _page(request, reference, access=access, faults=[told], status=422)
    if access not in ACCESS:
        told = say("Say who may see the document.", language)
        return _page(request, reference, access="", faults=[told], status=422)
    name = forms.text(form, "name") or sent.filename
    try:
        with site.writing() as session:
            case_id = case_or_404(session, reference)
            actor = Actor(person.role, person.name)
            document = engine.attach(session, case_id, name, sent.file.read(), access, actor, site.now())
    except FilesError as fault:
        return _page(request, reference, access=access, faults=[str(fault)], status=422)
    done = "added" if document.is_new else "same"
    return RedirectResponse(f"/cases/{reference}/documents?done={done}", status_code=303)


@router.get("/cases/{reference}/documents/{number:int}", name="document")
def download(request: Request, reference: str, number: int, person: Person = sees("documents")) -> Response:
    """One version of a document; saved, never opened in the browser."""
    return saved(request, reference, number)


def saved(request: Request, reference: str, number: int) -> Response:
    """One version of a document of a case, for whoever may see it.

    Raises   HTTPException: no such case or document, or it is held back
    """
    with site_of(request).reading() as session:
        case_id = case_or_404(session, reference)
        every = files.documents(session, case_id, all_versions=True)
        wanted = next((each for each in every if each.id == number), None)
        if wanted is None:
            raise HTTPException(404, f"{reference} has no document {number}.")
        document, content = handed_out(request, session, wanted)
    return attachment(document, content)


def handed_out(request: Request, session: Session, wanted: Document) -> tuple[Document, bytes]:
    """A document with its content, unless it is held back for what is in it."""
    try:
        return files.get(session, wanted.case_id, wanted.name, wanted.version)
    except files.HeldBack as why:
        raise HTTPException(403, say(str(why), language_of(request))) from None


def attachment(document: Document, content: bytes) -> Response:
    """A document as a file to be saved; its type is what its first bytes say, never one a browser runs."""
    plain = re.sub(r'[^ -~]|["\\]', "_", document.name)
    full = quote(document.name, safe="")
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}",
        # Even where a browser shows it nevertheless, nothing in it runs.
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=document.media_type, headers=headers)


def _page(
    request: Request, reference: str, *, access: str, faults: list[str] | None = None, status: int = 200
) -> Response:
    with site_of(request).reading() as session:
        case_id = case_or_404(session, reference)
        every = files.documents(session, case_id, all_versions=True)
        title = session.scalar(select(CASES.c.title).where(CASES.c.id == case_id))
        looked_at = scans.verdicts(session, (each.sha256 for each in every))
        names = {row.name: row.full_name or row.name for row in session.execute(STAFF.select())}
    by_name: dict[str, list[Document]] = {}
    for each in every:
        by_name.setdefault(each.name, []).insert(0, each)
    return page(
        request,
        "documents.html",
        status=status,
        reference=reference,
        case_title=title,
        documents=by_name,
        looked_at=looked_at,
        verdicts=VERDICTS,
        circles=CIRCLES,
        kinds=KINDS,
        names=names,
        access=access,
        faults=faults or [],
        done=DONE.get(request.query_params.get("done", ""), ""),
    )
