"""Answers that anybody may keep for a while: a tag of their content, and how long they hold."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request, Response


def shared(request: Request, response: Response, keep_for_s: int, *, indexed: bool) -> Response:
    """An answer that caches between here and the reader may keep; nothing, where the reader has it already.

    response     complete, the same for everybody
    keep_for_s   how long it may be shown without asking again, seconds
    indexed      whether search engines may list it
    """
    tag = f'"{sha256(response.body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={keep_for_s}",
        "X-Robots-Tag": "all" if indexed else "noindex, nofollow",
    }
    if tag in _held(request):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def _held(request: Request) -> set[str]:
    """The tags of what the reader has; a proxy that compresses on the way may have made them weak."""
    sent = request.headers.get("if-none-match", "")
    return {each.strip().removeprefix("W/") for each in sent.split(",") if each.strip()}
