"""No log holds a token: whoever reads a log must not be able to answer or to sign in."""

from __future__ import annotations

import logging
import logging.config
from datetime import timedelta

import pytest

from tests.build import BEGINNING, SECRET
from workflow.web import logs, nonces

TOKEN = "aB3_-xyzaB3_-xyzaB3_-xyzaB3_-xyzaB3_-xyzaB3"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"/r/{TOKEN}", "/r/..."),
        (f"/r/{TOKEN}?recorded=answer&lang=fr", "/r/...?recorded=answer&lang=fr"),
        (f"/r/{TOKEN}/documents/7", "/r/.../documents/7"),
        (f"/sign-in/{TOKEN}", "/sign-in/..."),
        (f"/sign-in?next=/r/{TOKEN}", "/sign-in?next=/r/..."),
        (f"/sign-in?next=%2Fr%2F{TOKEN}", "/sign-in?next=%2Fr%2F..."),
        ("/sign-in/link", "/sign-in/link"),
        ("/cases/RP-2024-1/reply", "/cases/RP-2024-1/reply"),
    ],
)
def test_a_token_is_masked_and_nothing_else(said: str, kept: str) -> None:
    assert logs.masked(said) == kept


def test_what_the_web_server_logs_holds_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(logs.config())
    try:
        access = ("127.0.0.1:5000", "POST", f"/r/{TOKEN}", "1.1", 303)
        logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', *access)
        logging.getLogger("uvicorn.error").error(f"cannot answer /r/{TOKEN}")
        try:
            raise ValueError(f"no page at /sign-in/{TOKEN}")
        except ValueError:
            logging.getLogger("assent.web").exception("a page failed")
    finally:
        for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "assent"):
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).propagate = True

    out, err = capsys.readouterr()
    assert 'POST /r/... HTTP/1.1" 303' in out
    assert "cannot answer /r/..." in err and "no page at /sign-in/..." in err
    assert TOKEN not in out + err


def test_a_nonce_fits_its_own_form_for_twelve_hours() -> None:
    made = nonces.make(SECRET, "answer 1", BEGINNING)
    hours = {
        hour: nonces.fits(SECRET, "answer 1", made, BEGINNING + timedelta(hours=hour))
        for hour in (-1, 0, 11, 12)
    }

    assert hours == {-1: False, 0: True, 11: True, 12: False}
    assert not nonces.fits(SECRET, "answer 2", made, BEGINNING)
    assert not nonces.fits(b"another secret", "answer 1", made, BEGINNING)
    assert not nonces.fits(SECRET, "answer 1", made[:-1] + "x", BEGINNING)
    assert not nonces.fits(SECRET, "answer 1", "", BEGINNING)
    assert made != nonces.make(SECRET, "answer 1", BEGINNING)
