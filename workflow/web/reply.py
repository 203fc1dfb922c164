"""The page behind a reply link: what is asked, the answer and its receipt, and what can be done afterwards.

Looking changes nothing, however often it is done and by whatever program. An answer is recorded only from a
form that this page made within twelve hours and in which somebody made a choice.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask
from starlette.datastructures import FormData

from states.reasons import Refused
from workflow import answering, files, fresh_links
from workflow.answering import Standing
from workflow.web import forms, nonces, reply_form, reply_page
from workflow.web.documents import handed_out
from workflow.web.reply_form import Fault, Sent
from workflow.web.showing import LANGUAGE_COOKIE, language_of, page, say
from workflow.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
log = logging.getLogger("assent.web")

# Programs that check links ask with HEAD first, and give up where it is not answered.
LOOKS = ["GET", "HEAD"]


async def _sent(request: Request) -> FormData:
    return await forms.received(request, None)


SENT = Depends(_sent)


class _NotTaken(Exception):
    """Leaves the transaction: nothing of it is kept."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


# ------------------------------------------------------------------------------------------ looking


@router.api_route("/r/{token}", methods=LOOKS, name="reply")
def show(request: Request, token: str, recorded: str = "") -> Response:
    """What is asked, and what has been answered."""
    site = site_of(request)
    with site.reading() as session:
        standing = answering.open_link(session, token, site.now())
        if standing is None:
            return _unknown(request, token)
        return _shown(request, session, standing, token, recorded=recorded)


@router.api_route("/r/{token}/documents/{number}", methods=LOOKS)
def download(request: Request, token: str, number: int) -> Response:
    """A document that whoever bears this link may read; always as a file, never shown in the browser."""
    site = site_of(request)
    with site.reading() as session:
        standing = answering.open_link(session, token, site.now())
        if standing is None:
            return _unknown(request, token)
        found = next((d for d in answering.documents(session, standing) if d.id == number), None)
        if found is None:
            return _unknown(request, token)
        document, content = handed_out(request, session, found)
    name = document.name.encode("ascii", "replace").decode().replace('"', "'")
    disposition = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(document.name, safe='')}"
    return Response(content, media_type=document.media_type, headers={"Content-Disposition": disposition})


# ---------------------------------------------------------------------------------------- answering


@router.post("/r/{token}")
def send(request: Request, token: str, form: FormData = SENT) -> Response:
    """Record an answer, or say what is missing."""
    site, sent = site_of(request), reply_form.read(form)
    now = site.now()
    with site.reading() as session:
        standing = answering.open_link(session, token, now)
        if standing is None:
            return _unknown(request, token)
        site.limits.take("reply", standing.bearer.token_hash, now)
        language = _language(request, standing)
        faults = [*_old(site, standing, sent, "answer", language)]
        faults += reply_form.faults(sent, standing, language)
        if standing.newer is not None:
            faults = [
                Fault(
                    "", say("This question was put again. Answer by the link in the newer letter.", language)
                )
            ]
        if faults:
            return _shown(request, session, standing, token, sent=sent, faults=faults)
    try:
        with site.writing() as session:
            _record(session, token, sent, site, language)
    except _NotTaken as not_taken:
        return _again(request, token, not_taken.faults, sent=sent)
    return _to_receipt(request, token, "answer")


@router.post("/r/{token}/withdraw")
def withdraw(request: Request, token: str, form: FormData = SENT) -> Response:
    """Withdraw an objection in writing."""
    site, sent = site_of(request), reply_form.read(form)
    now = site.now()
    with site.reading() as session:
        standing = answering.open_link(session, token, now)
        if standing is None:
            return _unknown(request, token)
        site.limits.take("reply", standing.bearer.token_hash, now)
        language = _language(request, standing)
        faults = [*_old(site, standing, sent, "withdraw", language)]
        if not sent.is_ticked:
            says = "Nothing was withdrawn: tick the box that says so."
            faults.append(Fault("agreed", say(says, language)))
        faults += reply_form.signature_faults(sent, language, "withdraw-")
        if faults:
            return _shown(request, session, standing, token, withdrawing=sent, faults=faults)
    try:
        with site.writing() as session:
            again = _still(session, token, site, language)
            said = {name: sent[name] for name in ("text", "name", "title")} | {"language": language}
            _require_taken(
                answering.withdraw_objection(session, again, said, site.now(), key=sent.key), language
            )
    except _NotTaken as not_taken:
        return _again(request, token, not_taken.faults, withdrawing=sent)
    return _to_receipt(request, token, "withdrawal")


@router.post("/r/{token}/fresh")
def fresh(request: Request, token: str, form: FormData = SENT) -> Response:
    """Send a fresh link to the address on file; the same answer whether or not anything is known here."""
    site = site_of(request)
    now = site.now()
    site.limits.take("link", request.client.host if request.client else "", now)
    email, agreed = forms.text(form, "email"), forms.text(form, "agreed") == "yes"
    if not email and not agreed:
        with site.reading() as session:
            standing = answering.open_link(session, token, now)
            says = say("Nothing was asked for: fill in the form, then send it.", _language(request, standing))
            faults = [Fault("email" if standing is None else "fresh", says)]
            if standing is None:
                return _unknown(request, token, faults=faults)
            return _shown(request, session, standing, token, faults=faults)
    response = page(request, "reply_fresh.html", language=_language(request, None), token=token)
    # Written after the answer has left: how long it takes must not tell whether anything is known.
    response.background = BackgroundTask(_write_fresh, site, token, email)
    return response


def _write_fresh(site: Site, token: str, email: str) -> None:
    try:
        with site.writing() as session:
            if email:
                fresh_links.for_address(session, email, site.now())
            else:
                fresh_links.for_token(session, token, site.now())
    except Exception:
        log.exception("a fresh link was not written")


def _record(session: Any, token: str, sent: Sent, site: Site, language: str) -> None:
    standing = _still(session, token, site, language)
    voice, scan = reply_form.voice(sent, standing), ""
    if voice is None:
        raise _NotTaken(reply_form.faults(sent, standing, language))
    if sent.content:
        try:
            kept = answering.attach(session, standing, sent.file_name, sent.content, site.now())
        except files.FilesError as error:
            raise _NotTaken([Fault("attachment", str(error))]) from None
        scan = kept.name
    if sent.keeps_language:
        # Before the answer, whose receipts it is meant for too.
        answering.keep_language(session, standing, language, site.now())
    said = reply_form.details(sent, standing, language, scan)
    outcome = answering.answer(session, standing, sent.word, said, site.now(), voice=voice, key=sent.key)
    _require_taken(outcome, language)


def _still(session: Any, token: str, site: Site, language: str) -> Standing:
    """What the token opens in this transaction: it may have been revoked since the page was checked."""
    standing = answering.open_link(session, token, site.now())
    if standing is None:
        raise _NotTaken([Fault("", say("This link has just been closed.", language))])
    return standing


def _require_taken(outcome: Any, language: str) -> None:
    if isinstance(outcome, Refused):
        raise _NotTaken(reply_form.refusals(outcome, language))


def _old(site: Site, standing: Standing, sent: Sent, what: str, language: str) -> list[Fault]:
    """Whether the page was made here for this link, and not too long ago."""
    if nonces.fits(site.house.secret, _purpose(standing, what), sent.nonce, site.now()):
        return []
    says = "This page was open for more than twelve hours. Nothing was recorded: read it again, then send it."
    return [Fault("", say(says, language))]


def _purpose(standing: Standing, what: str) -> str:
    return f"{what} {standing.bearer.token_hash}"


# ------------------------------------------------------------------------------------------- pages


def _shown(
    request: Request,
    session: Any,
    standing: Standing,
    token: str,
    *,
    recorded: str = "",
    sent: Sent | None = None,
    withdrawing: Sent | None = None,
    faults: list[Fault] | None = None,
) -> Response:
    site, language = site_of(request), _language(request, standing)
    made = {
        f"{what}_nonce": nonces.make(site.house.secret, _purpose(standing, what), site.now())
        for what in ("answer", "withdraw")
    }
    return page(
        request,
        "reply.html",
        status=422 if faults else 200,
        language=language,
        token=token,
        recorded=recorded,
        sent=sent or Sent(),
        withdrawing=withdrawing or Sent(),
        faults=faults or [],
        lang=_chosen(request),
        **made,
        **reply_page.values(session, site, standing, language),
    )


def _again(
    request: Request,
    token: str,
    faults: list[Fault],
    *,
    sent: Sent | None = None,
    withdrawing: Sent | None = None,
) -> Response:
    """The page with what was refused, as things stand now."""
    site = site_of(request)
    with site.reading() as session:
        standing = answering.open_link(session, token, site.now())
        if standing is None:
            return _unknown(request, token)
        return _shown(request, session, standing, token, faults=faults, sent=sent, withdrawing=withdrawing)


def _unknown(request: Request, token: str, faults: list[Fault] | None = None) -> Response:
    """One page for every link that opens nothing: it does not say why."""
    return page(
        request,
        "reply_unknown.html",
        status=404,
        language=_language(request, None),
        token=token,
        faults=faults or [],
    )


def _to_receipt(request: Request, token: str, what: str) -> Response:
    chosen = _chosen(request)
    address = f"/r/{token}?recorded={what}" + (f"&lang={chosen}" if chosen else "")
    return RedirectResponse(address, status_code=303)


def _chosen(request: Request) -> str:
    """The language chosen on this page, where the browser may keep no cookie; or ""."""
    chosen = request.query_params.get("lang", "")
    return chosen if chosen in site_of(request).languages else ""


def _language(request: Request, standing: Standing | None) -> str:
    """The language of the page: chosen now or before, else the one the letter was written in."""
    if (
        standing is None
        or _chosen(request)
        or request.cookies.get(LANGUAGE_COOKIE) in site_of(request).languages
    ):
        return language_of(request)
    return standing.bearer.language
