"""create_app(): the routes, the headers every answer carries, and how errors are told as pages."""

from __future__ import annotations

import logging
import re
from importlib import import_module
from pkgutil import iter_modules

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workflow import db, house, i18n, web
from workflow.clock import Clock
from workflow.web import access, api_page
from workflow.web.api_sent import Unread
from workflow.web.forms import NotSentHere, TooLarge
from workflow.web.limits import TooOften
from workflow.web.people import NotForYou, SignInNeeded
from workflow.web.problems import problem
from workflow.web.showing import LANGUAGE_COOKIE, STATIC, language_of, page, say
from workflow.web.site import Site

log = logging.getLogger("assent.web")

#: Nothing inline, nothing from elsewhere: what a stranger writes can never run here.
CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(
    engine: Engine, clock: Clock, *, is_demo: bool = False, languages: tuple[str, ...] = i18n.LANGUAGES
) -> FastAPI:
    """The web application of one installation.

    engine      a database whose house is settled (`house.settle`)
    languages   in which pages can be read; without a catalog they say it in English
    """
    with db.reading(engine) as session:
        settled = house.of(session)
    # The API's description is at /api/openapi.json; the page that draws it would load scripts from elsewhere.
    app = FastAPI(title="Assent", docs_url=None, redoc_url=None, openapi_url=api_page.OPENAPI)
    app.openapi = lambda: api_page.described(app)  # type: ignore[method-assign]
    app.state.site = Site(engine, clock, settled, languages=languages, is_demo=is_demo)
    app.mount("/static", _Kept(directory=STATIC), name="static")
    addresses: set[str] = set()
    for module in sorted(iter_modules(web.__path__), key=lambda found: found.name):
        router = getattr(import_module(f"workflow.web.{module.name}"), "router", None)
        if router is not None:
            # Pages are for people: the description tells what programs may ask.
            app.include_router(router, include_in_schema=router.prefix == api_page.PREFIX)
            addresses |= {getattr(route, "path", "") for route in router.routes}
    #: Every address there is: the main menu names no page that is not there.
    app.state.addresses = frozenset(addresses)
    _tell_errors(app)
    app.add_middleware(_Headers, languages=languages)
    return app


class _Kept(StaticFiles):
    """Static files whose address changes with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class _Headers:
    """Adds the headers every answer carries, and keeps a language that was chosen.

    Written as a plain ASGI application: a middleware that wraps responses would hold up event streams.
    """

    def __init__(self, inner: ASGIApp, languages: tuple[str, ...]) -> None:
        self._inner = inner
        self._languages = languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        path = scope["path"]
        chosen = re.search(rb"(?:^|&)lang=([a-z]{2,3})(?:&|$)", scope["query_string"])

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not path.startswith("/static/"):
                    # Pages of this site are about open cases: no cache and no search engine may keep them.
                    headers.setdefault("Cache-Control", "no-store")
                    headers.setdefault("X-Robots-Tag", "noindex, nofollow")
                if chosen and chosen[1].decode() in self._languages:
                    cookie = f"{LANGUAGE_COOKIE}={chosen[1].decode()}; Path=/; SameSite=Lax; Max-Age=31536000"
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self._inner(scope, receive, with_headers)


def _tell_errors(app: FastAPI) -> None:
    """Every error says what was refused, why, and what to do; never a stack trace."""

    @app.exception_handler(SignInNeeded)
    def sign_in(request: Request, error: Exception) -> Response:
        if _is_for_programs(request):
            says = say(
                "There is no token that opens anything. Make one under My account, and send it as:"
                " Authorization: Bearer assent_...",
                language_of(request),
            )
            return problem(401, "Token needed", says, headers={"WWW-Authenticate": "Bearer"})
        if "text/event-stream" in request.headers.get("accept", ""):
            # To an open page whose session has ended this says: ask no more.
            return Response(status_code=204)
        after = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?next={after}", status_code=303)

    @app.exception_handler(NotForYou)
    def not_for_you(request: Request, error: NotForYou) -> Response:
        first = access.first_page(error.person.role)
        if request.url.path == "/" != first:
            # Everybody is sent to "/" after signing in; who has no work on cases begins elsewhere.
            return RedirectResponse(first, status_code=303)
        verb = access.CHANGES if error.changes else access.SEES
        roles = ", ".join(sorted(verb.get(error.page, frozenset())))
        why = "You are looking through somebody else's eyes: nothing may be changed."
        if not error.person.reads_only:
            why = say("This is open to: {roles}. Your role is: {role}.", language_of(request),
                      roles=roles, role=error.person.role)  # fmt: skip
        return error_page(request, 403, "Not open to your role", why)

    @app.exception_handler(NotSentHere)
    def not_sent_here(request: Request, error: Exception) -> Response:
        return error_page(request, 403, "Not accepted", NotSentHere.__doc__ or "")

    @app.exception_handler(Unread)
    def unread(request: Request, error: Unread) -> Response:
        return problem(400, "Not understood", str(error), error.faults)

    @app.exception_handler(TooLarge)
    def too_large(request: Request, error: Exception) -> Response:
        return error_page(request, 413, "Too large", TooLarge.__doc__ or "")

    @app.exception_handler(TooOften)
    def too_often(request: Request, error: TooOften) -> Response:
        response = error_page(request, 429, "Too often", TooOften.__doc__ or "")
        response.headers["Retry-After"] = str(int(error.wait.total_seconds()) + 1)
        return response

    @app.exception_handler(db.DatabaseError)
    def database(request: Request, error: Exception) -> Response:
        log.error("%s", error)
        return error_page(request, 503, "Not possible at the moment", str(error))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            says = error.detail if error.detail != "Not Found" else "There is nothing at this address."
            return error_page(request, 404, "Not found", says)
        return error_page(request, error.status_code, "Not accepted", str(error.detail))

    @app.exception_handler(Exception)
    def fault(request: Request, error: Exception) -> Response:
        log.exception("a page failed")
        return error_page(
            request,
            500,
            "Something went wrong",
            "Nothing was changed. Try again; if it persists, tell the administrator.",
        )


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def error_page(request: Request, status: int, heading: str, says: str) -> Response:
    """An error as a page; as JSON for programs; as plain text where the page itself cannot be made."""
    if _is_for_programs(request):
        language = language_of(request)
        return problem(status, say(heading, language), say(says, language))
    try:
        return page(request, "error.html", status=status, heading=heading, says=says)
    except Exception:
        log.exception("the page of an error failed")
        return HTMLResponse(f"{heading}. {says}", status_code=status, media_type="text/plain")
