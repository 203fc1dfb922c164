"""The API: what has happened in a case, and its documents, read, saved and added."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from states.commands import Actor
from workflow import engine, files, hands, queries, timeline
from workflow.files import FilesError
from workflow.web import api_told, documents
from workflow.web.api_sent import CONTENT, sent_as_it_is
from workflow.web.hand import case_or_404, look_at
from workflow.web.happened import Teller
from workflow.web.people import Person
from workflow.web.problems import answers, problem
from workflow.web.showing import language_of
from workflow.web.site import site_of
from workflow.web.tiles import party_name
from workflow.web.tokens import acts, reads

router = APIRouter(prefix="/api", tags=["Cases"])


@router.get("/cases/{reference}/events", responses=answers(404))
def list_events(
    request: Request, reference: str, after: int = 0, person: Person = reads("case")
) -> list[api_told.Event]:
    """Everything that has happened in a case, the oldest first: the timeline of its page.

    after   number of the last event that is known already: only what has come since
    """
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        case_id, law, _ = look_at(site, session, reference)
        entries = [each for each in timeline.entries(session, case_id, law) if each.seq > after]
        known = queries.world(session, law.parties)
        whose = hands.hands(session, (entry.person for entry in entries))
    teller = Teller(law, language, lambda code: party_name(known, code, language), whose)
    return [
        api_told.Event(
            entry.seq,
            entry.at,
            entry.kind,
            told.title,
            entry.actor,
            entry.on_behalf,
            told.who,
            told.says,
            told.own_words,
            entry.to,
        )
        for entry, told in zip(entries, reversed(teller.tell(entries)), strict=True)
    ]


@router.get("/cases/{reference}/documents", responses=answers(404))
def list_documents(
    request: Request, reference: str, person: Person = reads("documents")
) -> list[files.Document]:
    """Every version of every document of a case, without content."""
    with site_of(request).reading() as session:
        return files.documents(session, case_or_404(session, reference), all_versions=True)


@router.get("/cases/{reference}/documents/{number}", responses=answers(404))
def save_document(
    request: Request, reference: str, number: int, person: Person = reads("documents")
) -> Response:
    """The content of one version of a document, by its id."""
    return documents.saved(request, reference, number)


@router.post(
    "/cases/{reference}/documents",
    responses=answers(404, 413, 422),
    response_model=files.Document,
    openapi_extra=sent_as_it_is("The content of the document: a scan, for example."),
)
def add_document(
    request: Request,
    reference: str,
    name: str = "",
    access: str = "",
    person: Person = acts("documents"),
    content: bytes = CONTENT,
) -> Response | files.Document:
    """Add a document, or a new version of one; the same content again is the version that is there.

    name     what it is called: note-verbale.pdf
    access   who may see it: public, parties, committee or secretariat
    """
    site, actor = site_of(request), Actor(person.role, person.name)
    try:
        with site.writing() as session:
            case_id = case_or_404(session, reference)
            return engine.attach(session, case_id, name, content, access, actor, site.now())
    except FilesError as fault:
        return problem(422, "Refused", str(fault))
