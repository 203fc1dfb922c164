"""The API: cases, what may be done in them, and doing it; the same law and the same roles as the pages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from states.facts import Facts, Round
from states.positions import LATE, SILENT, positions
from states.procedure import Procedure
from states.reasons import Refused
from workflow import engine, files, i18n, queries, search
from workflow.engine import Outcome
from workflow.preview import preview as foresee
from workflow.queries import World
from workflow.search import Line, Wanted
from workflow.web import act, api_sent, api_told, behalf, casefile
from workflow.web.act_review import reviewed
from workflow.web.api_sent import BODY, KEY, Command, Details, Reply, Unread, sent
from workflow.web.deeds import deeds_of
from workflow.web.hand import look_at
from workflow.web.kept import version_of
from workflow.web.people import Person
from workflow.web.performing import Asked, against
from workflow.web.problems import answers, problem
from workflow.web.showing import language_of, say, sentences
from workflow.web.site import site_of
from workflow.web.tiles import party_name
from workflow.web.tokens import acts, reads

router = APIRouter(prefix="/api", tags=["Cases"])


@router.get("/cases", responses=answers())
def list_cases(
    request: Request,
    q: str = "",
    state: str = "",
    procedure: str = "",
    party: str = "",
    officer: str = "",
    overdue: str = "",
    objected: str = "",
    year: str = "",
    order: str = "",
    page: str = "1",
    person: Person = reads("cases"),
) -> api_told.CaseList:
    """One page of the register, with the words and filters of the page of that name."""
    site, language = site_of(request), language_of(request)
    wanted = Wanted.read(request.query_params)
    if wanted.q:
        site.limits.take("search", person.session, site.now())
    with site.reading() as session:
        found = search.find(session, wanted, site.now())
    laws = {law.id: law for law in site.house.laws.all}
    lines = [_line(line, laws.get(line.procedure), language) for line in found.lines]
    return api_told.CaseList(found.total, found.page, found.pages, lines)


@router.get("/cases/{reference}", responses=answers(404))
def show_case(request: Request, reference: str, person: Person = reads("case")) -> api_told.OneCase:
    """A case: where it stands, its dates and how they were calculated, who has said what, what is on file."""
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        case_id, law, facts = look_at(site, session, reference)
        case, known = facts.case, queries.world(session, law.parties)
        version = version_of(session, reference)
        assert version is not None
        return api_told.OneCase(
            reference=case.reference,
            title=case.title,
            summary=case.summary,
            partner={str(name): str(value) for name, value in case.partner.items()},
            procedure=law.id,
            edition=law.edition,
            state=case.state,
            stage=i18n.title(law.states[case.state].title, language),
            since=case.since,
            is_final=law.states[case.state].final,
            held_on=case.held_on,
            officer=case.officer,
            territory=case.territory,
            seen=case.seq,
            dates=[
                api_told.Date(d.name, d.title, d.last_day, d.due_at, d.status, d.lines, d.then)
                for d in casefile.dates_of(session, law, case_id, case, language)
            ],
            questions=[_question(law, facts, r, known, language) for r in reversed(case.rounds)],
            objections=[
                api_told.Objection(o.no, o.party, o.received_at, o.ended_at, o.how) for o in case.objections
            ],
            letters=[
                api_told.Letters(batch.round, batch.purpose, batch.template, status, count)
                for batch in casefile.batches_of(version.letters)
                for status, count in batch.counts.items()
            ],
            documents=files.documents(session, case_id),
        )


@router.get("/cases/{reference}/actions", responses=answers(404))
def list_actions(request: Request, reference: str, person: Person = reads("act")) -> api_told.Actions:
    """What the owner of the token may do in a case now; and what not, with every reason."""
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        _, law, facts = look_at(site, session, reference)
        deeds = deeds_of(session, law, facts, person, f"/cases/{facts.case.reference}", language)
    refused = {deed.name: deed.reasons for deed in deeds.refused}
    told = [
        api_told.Action(
            action.name,
            i18n.title(action.title, language),
            i18n.title(action.basis, language),
            action.name not in refused,
            refused.get(action.name, ()),
            action.needs,
            action.takes,
        )
        for action in law.actions_in(facts.case.state)
    ]
    return api_told.Actions(facts.case.reference, facts.case.state, facts.case.seq, told)


@router.post(
    "/cases/{reference}/actions/{action}/preview",
    responses=answers(400, 404, 413, 422),
    response_model=api_told.Foreseen,
    openapi_extra=sent(Details),
)
def preview(
    request: Request, reference: str, action: str, person: Person = reads("act"), body: bytes = BODY
) -> Response | api_told.Foreseen:
    """What an action would bring about: the state, the dates, every letter. Nothing is done."""
    site = site_of(request)
    asked = _asked(request, person, reference, action, api_sent.read(Details, body))
    if asked.faults or (why := against(asked)):
        return _refused(list(asked.faults) or why)
    with site.reading() as session:
        found = foresee(session, asked.case_id, asked.command(), site.now())
    if isinstance(found, Refused):
        return _refused(sentences(found, asked.language))
    review = reviewed(found, asked.details, asked.title, asked.names, asked.language)
    return api_told.Foreseen(
        seen=asked.facts.case.seq,
        before=found.before.state,
        after=found.after.state,
        events=[event.kind for event in found.events],
        dates=found.dates,
        reminders=found.reminders,
        letters=len(found.letters),
        parties=len(found.parties),
        addresses=found.addresses,
        samples=[
            api_told.Sample(told.audience, letter.language, letter.to, letter.subject, letter.text)
            for told in review.told
            for letter in told.samples
        ],
        warnings=[words for _, words in review.warnings],
    )


@router.post(
    "/cases/{reference}/actions/{action}",
    responses=answers(400, 404, 409, 413, 422),
    response_model=api_told.Done,
    openapi_extra=sent(Command, KEY),
)
def do(
    request: Request, reference: str, action: str, person: Person = acts("act"), body: bytes = BODY
) -> Response | api_told.Done:
    """Do something in a case: once, as a whole, or not at all."""
    command = api_sent.read(Command, body)
    return _done(request, person, _asked(request, person, reference, action, command), command.seen)


@router.post(
    "/cases/{reference}/replies",
    responses=answers(400, 404, 409, 413, 422),
    response_model=api_told.Done,
    openapi_extra=sent(Reply, KEY),
)
def record_reply(
    request: Request, reference: str, person: Person = acts("act"), body: bytes = BODY
) -> Response | api_told.Done:
    """Record a reply that came in on paper, by telephone or at a meeting, on behalf of whoever gave it."""
    reply = api_sent.read(Reply, body)
    typed = {name: value for name, value in reply.model_dump(exclude={"seen"}).items() if value}
    return _done(request, person, behalf.asked_for(request, person, reference, typed), reply.seen)


# ------------------------------------------------------------------------------------------ doing


def _asked(request: Request, person: Person, reference: str, action: str, given: Details) -> Asked:
    """Raises   HTTPException: no such case, or nothing of that name in its law; Unread"""
    typed = {name: api_sent.as_typed(value) for name, value in given.details.items()}
    asked = act.asked_for(request, person, reference, action, typed)
    known = (*asked.action.needs, *asked.action.takes)
    unknown = [name for name in typed if name not in known]
    if unknown:
        raise Unread(*(f"'{name}' is no detail of {action}{api_sent.meant(name, known)}" for name in unknown))
    return asked


def _done(request: Request, person: Person, asked: Asked, seen: int) -> Response | api_told.Done:
    if asked.faults:
        return _refused(list(asked.faults))
    site, key = site_of(request), f"api:{person.name}:{api_sent.key_of(request)}"
    with site.writing() as session:
        outcome = engine.perform(
            session, asked.case_id, asked.command(expected_seq=seen, key=key), site.now()
        )
    if isinstance(outcome, Outcome):
        return api_told.Done(outcome.reference, outcome.state, outcome.seq, outcome.events, outcome.letters)
    told = sentences(outcome, asked.language)
    if any(why.message == "case_moved" for why in outcome.reasons):
        return problem(409, "The case has moved on", " ".join(told), tuple(told))
    return _refused(told)


def _refused(told: list[str]) -> JSONResponse:
    return problem(422, "Refused", " ".join(told), tuple(told))


# ---------------------------------------------------------------------------------------- telling


def _line(line: Line, law: Procedure | None, language: str) -> api_told.CaseLine:
    state, due = (law.states.get(line.state) if law is not None else None), line.next
    what = ""
    if due is not None:
        what = i18n.title(due.title, language) if due.title else say("The window closes", language)
    return api_told.CaseLine(
        reference=line.reference,
        title=line.title,
        partner=line.partner,
        procedure=line.procedure,
        edition=line.edition,
        state=line.state,
        stage=i18n.title(state.title, language) if state is not None else line.state,
        territory=line.territory,
        officer=line.officer,
        opened_at=line.opened_at,
        since=line.since,
        # What is on hold has no date until it is resumed.
        next_day=due.day if due is not None and not due.is_held else None,
        due=what,
        is_overdue=due is not None and due.is_overdue,
        is_held=line.held_on is not None,
        objecting=line.objecting,
    )


def _question(law: Procedure, facts: Facts, round_: Round, known: World, language: str) -> api_told.Question:
    state = law.states[round_.state]
    assert state.ask is not None
    members = {member.code: member.party for member in round_.asked}
    told = []
    for each in positions(round_, facts.case, state.ask):
        answer, party = each.answer, members[each.code]
        told.append(
            api_told.MemberPosition(
                each.code,
                party,
                party_name(known, party, language),
                each.word or (LATE if each.late else SILENT),
                answer.received_at if answer is not None else None,
                answer.reasons if answer is not None else "",
                answer.conditions if answer is not None else "",
                answer.text if answer is not None else "",
            )
        )
    return api_told.Question(
        round_.no,
        round_.state,
        i18n.title(state.title, language),
        round_.opened_at,
        round_.reply_by,
        round_.closes_at,
        round_.closed_at,
        round_.outcome,
        told,
    )
