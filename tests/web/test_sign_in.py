"""Whoever works here signs in; nobody else sees a page."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient


def test_whoever_has_not_signed_in_is_asked_to(visitor: TestClient) -> None:
    answer = visitor.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")


def test_whoever_has_signed_in_sees_their_work(signed_in: Callable[..., TestClient]) -> None:
    answer = signed_in("officer").get("/")

    assert answer.status_code == 200
    assert "<h1>My work</h1>" in answer.text


def test_every_answer_forbids_what_is_inline_or_from_elsewhere(visitor: TestClient) -> None:
    answer = visitor.get("/sign-in")

    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
