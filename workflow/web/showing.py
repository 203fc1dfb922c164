"""Templates: a page in the reader's language, with dates in words and nothing that is not escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from states.reasons import Reason, Refused
from states.zones import zone_of
from workflow import heartbeat, i18n
from workflow.i18n.catalogs import catalog
from workflow.web.site import Site, site_of

FOLDER = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
#: Where days and hours are shown when no case says otherwise: the seat of the Secretariat.
HOME_ZONE = "Europe/Zurich"
LANGUAGE_COOKIE = "assent_language"


def language_of(request: Request) -> str:
    """The language of a page: chosen, else the person's own, else the browser's wish, else the default."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    person = getattr(request.state, "person", None)
    site = site_of(request)
    if chosen in site.languages:
        return str(chosen)
    wishes = [person.language] if person is not None else request.headers.get("accept-language")
    return i18n.negotiated(wishes, site.house.settings.languages.default, site.languages)


def say(text: str, language: str, /, **values: Any) -> str:
    """A text of a page in a language; English where there is no translation yet."""
    said = catalog(language).text("page", text)
    if values:
        return (said or text).format(**values)
    # A text with nothing to fill in may be a refusal that has been filled in already.
    return said or i18n.refusal(text, language)


def say_counted(one: str, several: str, number: int, language: str, /, **values: Any) -> str:
    """A text about one or several, with {n} for how many: "1 open case", "0 dossier ouvert"."""
    said = catalog(language).counted("page", one, number) or (one if number == 1 else several)
    return said.format(n=number, **values)


def page(
    request: Request, template: str, *, status: int = 200, language: str = "", **values: Any
) -> HTMLResponse:
    """One page.

    template   a file of web/templates
    values     what it shows
    """
    site = site_of(request)
    language = language or language_of(request)
    person = getattr(request.state, "person", None)
    known: dict[str, Any] = {
        "request": request,
        "path": request.url.path,
        "site": site,
        "known_addresses": request.app.state.addresses,
        "person": person,
        "language": language,
        "direction": i18n.direction(language),
        "languages": [(code, i18n.own_name(code)) for code in site.languages],
        "office": site.house.settings.secretariat,
        "silence": _silence(site) if person is not None else None,
        "now": site.now(),
        **_spoken(language, values.get("law")),
    }
    content = environment().get_template(template).render(known | values)
    return HTMLResponse(content, status_code=status)


def fragment(request: Request, template: str, **values: Any) -> str:
    """A part of a page as text, for the script that exchanges it while the page stays open."""
    language = language_of(request)
    spoken = _spoken(language, values.get("law"))
    return environment().get_template(template).render({"language": language, **spoken, **values})


@cache
def environment() -> Environment:
    """Where the templates of pages are read and compiled, once."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    made.globals["static"] = static_address
    made.globals["in_language"] = in_language
    return made


def in_language(language: str) -> Markup:
    """Attributes of an element with somebody's own words: their language and its direction; "" if unknown."""
    if not language:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(language, i18n.direction(language))


@cache
def static_address(name: str) -> str:
    """The address of a static file, which changes with its content: browsers may keep it for ever."""
    from hashlib import sha256

    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def _spoken(language: str, law: Any = None) -> Mapping[str, Any]:
    """The functions by which a template speaks.

    law   the procedure that a page is about, which may have names of its own for its organs
    """
    of = getattr(law, "id", "")

    def day(value: date, weekday: bool = True) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(
            value.isoformat(), i18n.day(value, language, weekday=weekday)
        )

    def moment(value: datetime, zone: str = HOME_ZONE) -> Markup:
        local = value.astimezone(zone_of(zone))
        words = f"{i18n.day(local.date(), language, weekday=False)}, {local:%H:%M}"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            local.isoformat(timespec="seconds"), zone, words
        )

    def t(text: str, /, **values: Any) -> str:
        if any(isinstance(value, Markup) for value in values.values()):
            # A date is an element: the words around it are escaped, the element is not.
            return Markup.escape(say(text, language)).format(**values)
        return say(text, language, **values)

    return {
        "t": t,
        "tn": lambda one, several, number, **values: say_counted(one, several, number, language, **values),
        "colon": i18n.colon(language),
        "day": day,
        "moment": moment,
        "word": lambda kind, name: i18n.word(kind, name, language),
        "title": lambda text, law=of: i18n.title(text, language, law),
        "voice": lambda words, names=None: i18n.voice(words, language),
        "listed": lambda words: i18n.listed(list(words), language),
        "sentence": lambda reason: i18n.sentence(reason, language),
        "sentences": lambda refused: sentences(refused, language),
        "explanation": lambda line: i18n.explanation(line, language),
    }


def sentences(refused: Refused | list[Reason] | tuple[Reason, ...], language: str) -> list[str]:
    """The sentences of a refusal."""
    reasons = refused.reasons if isinstance(refused, Refused) else refused
    return [i18n.sentence(why, language) for why in reasons]


def _silence(site: Site) -> Any:
    """For how long nothing has swept, if too long."""
    if site.is_demo:
        return None
    with site.reading() as session:
        return heartbeat.silent(session, site.now())
