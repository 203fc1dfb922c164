"""Errors of the API as JSON: what was refused, why, and what to do, in sentences (RFC 9457)."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

PROBLEM = "application/problem+json"

#: How an error looks, for the description of the API.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail", "reasons"],
    "properties": {
        "type": {"type": "string", "description": "Always about:blank: the status says which kind it is."},
        "title": {"type": "string", "description": "The kind of error, in a few words."},
        "status": {"type": "integer", "description": "The same as the status of the answer."},
        "detail": {"type": "string", "description": "What was refused, why, and what to do."},
        "reasons": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Every reason by itself, in the language of the person or of ?lang=.",
        },
    },
}
#: Status -> when an address of the API answers with it.
MEANINGS: dict[int, str] = {
    400: "What was sent cannot be read: it is no JSON, or something in it is missing or of another kind.",
    401: "There is no token, or it opens nothing any more.",
    403: "Not open to the role of whoever the token belongs to.",
    404: "There is no such thing.",
    409: "The case has moved on since the event number that was sent: it says who did what when.",
    413: "Too much was sent.",
    422: "Refused, with every reason.",
    429: "Asked too often; Retry-After says when to try again.",
}


def problem(
    status: int, title: str, detail: str, reasons: tuple[str, ...] = (), headers: dict[str, str] | None = None
) -> JSONResponse:
    """An error as the API tells it."""
    told = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "reasons": list(reasons or (detail,)),
    }
    return JSONResponse(told, status_code=status, media_type=PROBLEM, headers=headers)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Which errors an address of the API may answer with, for its description."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": MEANINGS[status], "content": {PROBLEM: {"schema": schema}}}
        for status in (401, 403, 429, *statuses)
    }
