"""What was sent: whether this site's own page sent it, and what it says."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData

#: Largest form with attachments, bytes.
SIZE_MAX = 25 * 2**20
#: Name of the hidden field that carries the session's token.
TOKEN = "form_token"


class NotSentHere(Exception):
    """The form was not sent by a page of this site, or that page is too old. Reload it and send it again."""


class TooLarge(Exception):
    """That is too large. Send less, or a smaller file: 25 MB at most."""


def require_same_origin(request: Request) -> None:
    """Refuse what another site made a browser send.

    Raises   NotSentHere
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise NotSentHere
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotSentHere


async def received(request: Request, token: str | None = None) -> FormData:
    """The fields of a form, its origin checked.

    token    what the form of this session must carry; None: a page without a session, with a nonce of its own
    Raises   NotSentHere, TooLarge
    """
    require_same_origin(request)
    length = request.headers.get("content-length", "0")
    # Whoever does not say how much is coming could send without end.
    if "transfer-encoding" in request.headers or not length.isdigit() or int(length) > SIZE_MAX:
        raise TooLarge
    form = await request.form(max_files=10, max_fields=500, max_part_size=2**20)
    if token is not None and not hmac.compare_digest(str(form.get(TOKEN, "")), token):
        raise NotSentHere
    return form


async def _of_session(request: Request) -> FormData:
    person = getattr(request.state, "person", None)
    return await received(request, person.form_token if person is not None else None)


#: The dependency of a page that receives a form of a session; it stands after the one that says who sends it.
SENT = Depends(_of_session)


def text(form: FormData, name: str) -> str:
    """One field as text, without blanks around it; "" if it is not there."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
