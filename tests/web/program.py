"""A program that carries the token of somebody of the Secretariat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from workflow import db, register
from workflow.clock import SimulatedClock
from workflow.web import create_app
from workflow.web.people import hashed

_KEYS = count(1)


class Program:
    """Asks the API in somebody's name."""

    def __init__(self, site: Engine, clock: SimulatedClock, name: str, at: datetime) -> None:
        clock.move_to(max(at, clock.now()))
        self.token = f"assent_token-of-{name}-{next(_KEYS)}"
        with db.transaction(site) as session:
            register.make_token(session, name, hashed(self.token), "a test", 365, actor=name, now=clock.now())
        self.web = TestClient(
            create_app(site, clock), base_url="http://testserver", raise_server_exceptions=False
        )
        self.web.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str) -> Response:
        return self.web.get(f"/api{path}")

    def post(self, path: str, sent: Any, key: str | None = None) -> Response:
        """Send something, under a key that nobody has used unless one is given."""
        headers = {"Idempotency-Key": key or f"key-{next(_KEYS)}"}
        return self.web.post(f"/api{path}", json=sent, headers=headers)

    def do(self, reference: str, action: str, seen: int, key: str | None = None, **details: Any) -> Response:
        return self.post(f"/cases/{reference}/actions/{action}", {"seen": seen, "details": details}, key)


def told(answer: Response) -> Mapping[str, Any]:
    """An error; it must look as every error of the API does."""
    assert answer.headers["content-type"] == "application/problem+json", (answer.status_code, answer.text)
    found: Mapping[str, Any] = answer.json()
    assert set(found) == {"type", "title", "status", "detail", "reasons"}
    assert (found["type"], found["status"]) == ("about:blank", answer.status_code)
    assert found["reasons"] and all(reason.strip()[-1:] in (".", "?", ")") for reason in found["reasons"]), (
        found
    )
    return found
