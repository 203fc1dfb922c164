"""python -m tests.bench.served WHAT URL: one web server with one worker, for the pages that are measured.

assent   the pages as they are; "fresh": nothing made before is used again
bare     FastAPI and Jinja2, one query a page, no sign-in, no headers
django   Django's ORM and templates, the same rows, no sign-in, no middleware

All three stand behind the same server, uvicorn. It prints its port once it answers.
"""

from __future__ import annotations

import socket
import sys
from datetime import timedelta
from typing import Any

import uvicorn

from tests.bench.filled import NOW, SECRET

FORMS = {
    "/cases": """<!DOCTYPE html><html lang="en"><head><title>Register</title></head><body><h1>Register</h1><table>
{% for row in rows %}<tr><td><a href="/cases/{{ row.reference }}">{{ row.reference }}</a></td><td>{{ row.title }}</td>
<td>{{ row.state }}</td><td>{{ row.officer }}</td><td>{{ row.day }}</td></tr>
{% endfor %}</table></body></html>""",
    "/case": """<!DOCTYPE html><html lang="en"><head><title>Case</title></head><body><h1>Case</h1><table>
{% for row in rows %}<tr><td>{{ row.code }}</td><td>{{ row.name }}</td><td>{{ row.region }}</td><td>{{ row.word }}</td></tr>
{% endfor %}</table></body></html>""",
    "/reply": """<!DOCTYPE html><html lang="en"><head><title>Reply</title></head><body>
{% for row in rows %}<h1>{{ row.title }}</h1><p>{{ row.summary }}</p><p>{{ row.name }}, by {{ row.day }}</p>{% endfor %}
<form method="post"><input name="answer"><button>Send</button></form></body></html>""",
}
QUERIES = {
    "/cases": "SELECT c.reference, c.title, c.state, c.officer, (SELECT min(d.last_day) FROM deadlines d"
    " WHERE d.case_id = c.id AND d.status IN ('armed', 'held', 'overdue', 'fired')) AS day"
    " FROM cases c ORDER BY c.id DESC LIMIT 50",
    "/case": "SELECT a.code, p.name_en AS name, p.region, coalesce(w.word, '') AS word FROM asked a"
    " JOIN parties p ON p.register = 'ramsar' AND p.code = a.party"
    " LEFT JOIN (SELECT member, max(word) AS word FROM answers WHERE case_id = :case AND round = 3"
    " GROUP BY member) w ON w.member = a.code"
    " WHERE a.case_id = :case AND a.round = 3 ORDER BY a.position",
    "/reply": "SELECT c.title, c.summary, p.name_en AS name, r.reply_by AS day FROM asked a"
    " JOIN cases c ON c.id = a.case_id JOIN rounds r ON r.case_id = a.case_id AND r.no = a.round"
    " JOIN parties p ON p.register = 'ramsar' AND p.code = a.party"
    " WHERE a.case_id = :case AND a.round = 3 AND a.code = 'JP'",
}
#: The case whose board is shown (filled.BOARD).
CASE = 4


def assent(url: str, *, fresh: bool = False) -> Any:
    from workflow import db, heartbeat, house
    from workflow.clock import SimulatedClock
    from workflow.config import Settings
    from workflow.laws import Laws
    from workflow.web import create_app

    engine = db.make_engine(url)
    house.settle(engine, house.House(Settings(), Laws(), SECRET))
    with db.transaction(engine) as session:
        # The worker has just been here: otherwise each page would say that it has not.
        heartbeat.beat(session, "sweep", NOW + timedelta(minutes=1))
    app = create_app(engine, SimulatedClock(NOW))
    # One person may search 120 times a minute; here somebody searches as fast as it goes.
    app.state.site.limits.take = lambda what, who, now: None
    if fresh:
        from workflow.web import kept

        kept.Kept.of = lambda self, key, make: make()  # type: ignore[method-assign]
    return app


def bare(url: str) -> Any:
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse
    from jinja2 import Environment
    from sqlalchemy import text

    from workflow import db

    engine = db.make_engine(url)
    app = FastAPI()
    environment = Environment(autoescape=True)

    def serve(path: str) -> None:
        template, query = environment.from_string(FORMS[path]), text(QUERIES[path])
        given = {"case": CASE} if ":case" in QUERIES[path] else {}

        @app.get(path)
        def show() -> HTMLResponse:
            with db.reading(engine) as session:
                rows = session.execute(query, given).all()
            return HTMLResponse(template.render(rows=rows))

    for path in QUERIES:
        serve(path)
    return app


def django(url: str) -> Any:
    import django as package
    from django.conf import settings
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    from tests.bench.peers import address_of

    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": address_of(url)},
        INSTALLED_APPS=[],
        MIDDLEWARE=[],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    package.setup()
    from django.core.asgi import get_asgi_application
    from django.db.models import Min, OuterRef, Subquery
    from django.template import Context, Engine

    models = _models()
    engine = Engine(autoescape=True)
    forms = {name: engine.from_string(form) for name, form in FORMS.items()}

    def answer(name: str, rows: list[dict[str, Any]]) -> HttpResponse:
        return HttpResponse(forms[name].render(Context({"rows": rows})))

    def register(request: HttpRequest) -> HttpResponse:
        running = models["Deadline"].objects.filter(
            case_id=OuterRef("pk"), status__in=("armed", "held", "overdue", "fired")
        )
        day = running.values("case_id").annotate(day=Min("last_day")).values("day")
        rows = models["Case"].objects.annotate(day=Subquery(day)).order_by("-id")[:50]
        return answer("/cases", [vars(row) for row in rows])

    def case(request: HttpRequest) -> HttpResponse:
        asked = models["Asked"].objects.filter(case_id=CASE, round=3).order_by("position")
        said = models["Answer"].objects.filter(case_id=CASE, round=3).order_by("no")
        words = {each.member: each.word for each in said}
        names = {each.code: each for each in models["Party"].objects.filter(register="ramsar")}
        rows = [
            {
                "code": each.code,
                "name": names[each.party].name_en,
                "region": names[each.party].region,
                "word": words.get(each.code, ""),
            }
            for each in asked
        ]
        return answer("/case", rows)

    def reply(request: HttpRequest) -> HttpResponse:
        of = models["Case"].objects.get(pk=CASE)
        party = models["Party"].objects.get(register="ramsar", code="JP")
        round_ = models["Round"].objects.get(case_id=CASE, no=3)
        row = {"title": of.title, "summary": of.summary, "name": party.name_en, "day": round_.reply_by}
        return answer("/reply", [row])

    globals()["urlpatterns"] = [path("cases", register), path("case", case), path("reply", reply)]
    return get_asgi_application()


def _models() -> dict[str, Any]:
    """Our own tables, as Django sees them; read only, so that one column of a longer key will do."""
    from django.db import models

    def made(name: str, table: str, key: str, **columns: Any) -> Any:
        meta = type("Meta", (), {"app_label": "bench", "managed": False, "db_table": table})
        fields = {column: kind for column, kind in columns.items()}
        if key not in fields:
            fields[key] = models.TextField(primary_key=True)
        return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})

    def texts(*names: str) -> dict[str, Any]:
        return {name: models.TextField() for name in names}

    def numbers(*names: str) -> dict[str, Any]:
        return {name: models.IntegerField() for name in names}

    case_id = models.IntegerField
    return {
        "Case": made(
            "Case", "cases", "id", id=models.BigAutoField(primary_key=True),
            **texts("reference", "title", "state", "officer", "summary"),
        ),
        "Deadline": made(
            "Deadline", "deadlines", "id", id=models.BigAutoField(primary_key=True), case_id=case_id(),
            last_day=models.DateField(), **texts("status"),
        ),
        "Round": made(
            "Round", "rounds", "state", case_id=case_id(), reply_by=models.DateField(), **numbers("no")
        ),
        "Asked": made("Asked", "asked", "code", **texts("party"), **numbers("case_id", "round", "position")),
        "Answer": made("Answer", "answers", "member", **texts("word"), **numbers("case_id", "round", "no")),
        "Party": made("Party", "parties", "code", **texts("register", "name_en", "region")),
    }  # fmt: skip


def main() -> None:
    what, url = sys.argv[1:3]
    made = {"assent": assent, "bare": bare, "django": django}
    app = assent(url, fresh=True) if what == "fresh" else made[what](url)
    # Named as TCP, for only then does asyncio send small parts of an answer at once.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        print(listening.getsockname()[1], flush=True)
        # A client that measures another page meanwhile keeps its connection.
        config = uvicorn.Config(app, log_level="error", access_log=False, timeout_keep_alive=3600)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
