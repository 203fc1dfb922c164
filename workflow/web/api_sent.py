"""What programs send to the API, read with care: JSON, of known fields, and no more than is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from states.reasons import did_you_mean
from workflow.files import SIZE_MAX_BYTES
from workflow.web.forms import TooLarge

#: Largest body in bytes: texts of letters and reasons; documents have a limit of their own.
SIZE_MAX = 2**20
#: Longest idempotency key.
KEY_MAX = 64


Model = TypeVar("Model", bound=BaseModel)


class Unread(Exception):
    """What was sent cannot be read."""

    def __init__(self, *faults: str) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


class Details(BaseModel):
    """What an action is given."""

    model_config = ConfigDict(extra="forbid", title="Details")

    #: Detail -> its value: a text, a number, true or false, or a list of texts.
    details: dict[str, str | bool | int | list[str]] = Field(
        default_factory=dict,
        description="Detail of the action -> its value. Days are 2024-05-09, moments 2024-05-09 14:30.",
    )


class Command(Details):
    """An action, and what its author has seen of the case."""

    model_config = ConfigDict(extra="forbid", title="Command")

    #: Number of the case's last event as the author saw it.
    seen: int = Field(ge=1, le=10**9, description="Number of the case's last event as you saw it (`seen`).")


class Reply(BaseModel):
    """A reply that came in on paper, by telephone or at a meeting."""

    model_config = ConfigDict(extra="forbid", title="Reply")

    seen: int = Field(ge=1, le=10**9, description="Number of the case's last event as you saw it (`seen`).")
    who: str = Field(description="Whose reply it is: party:FR, or seat:CA.")
    voice: str = Field(default="", description="In what capacity a Party replied: head, nfp, mission ...")
    answer: str = Field(description="One of the answers of the question, or withdraw_objection.")
    channel: str = Field(description="note_verbale, letter, fax, telephone, meeting, email or in_person.")
    received_on: str = Field(description="Day of receipt: 2024-05-09. It decides whether the reply is late.")
    received_time: str = Field(description="Hour of receipt in the procedure's time zone: 14:30.")
    reasons: str = ""
    conditions: str = ""
    text: str = ""
    language: str = ""
    reason: str = ""


def _body(size_max: int) -> Any:
    """size_max   in bytes"""

    async def take(request: Request) -> bytes:
        """Raises   TooLarge"""
        length = request.headers.get("content-length", "0")
        # Whoever does not say how much is coming could send without end.
        if "transfer-encoding" in request.headers or not length.isdigit() or int(length) > size_max:
            raise TooLarge
        return await request.body()

    return Depends(take)


#: The dependency of an address that is sent something; it stands after the one that says who sends it.
BODY = _body(SIZE_MAX)
#: The same for what is sent a document.
CONTENT = _body(SIZE_MAX_BYTES)


def read(kind: type[Model], body: bytes) -> Model:
    """What was sent.

    Raises   Unread with everything that is wrong
    """
    try:
        return kind.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise Unread(*(_sentence(kind, each) for each in error.errors())) from None


def _sentence(kind: type[BaseModel], fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"] if part not in ("str", "int", "bool", "list[str]"))
    if fault["type"] == "json_invalid":
        return "This is no JSON. Send an object, and Content-Type: application/json."
    if fault["type"] == "missing":
        return f"'{place}' is missing. Give it."
    if fault["type"] == "extra_forbidden":
        return f"'{place}' is not known here" + meant(place, list(kind.model_fields))
    if not place:
        return "This is no object. Send one, with: " + ", ".join(kind.model_fields) + "."
    told = fault["msg"].removeprefix("Input should be ")
    return f"'{place}' is not understood: it should be {told}."


def meant(word: str, known: Sequence[str]) -> str:
    """The end of a sentence about a word that is not known."""
    return did_you_mean(word, known) or f". Leave it out; known are: {', '.join(known) or 'none'}."


def sent(kind: type[BaseModel], *headers: dict[str, Any]) -> dict[str, Any]:
    """What an address is sent, for the description of the API."""
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "parameters": list(headers),
    }


def sent_as_it_is(meaning: str) -> dict[str, Any]:
    """What an address is sent that takes a file, for the description of the API."""
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "description": meaning, "content": content}}


#: The header that makes sure that what is sent twice is done once.
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": f"Of your choice, {KEY_MAX} characters at most. The same key never does a thing twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
}
MODELS: tuple[type[BaseModel], ...] = (Details, Command, Reply)


def key_of(request: Request) -> str:
    """The idempotency key of a request.

    Raises   Unread where there is none
    """
    key = request.headers.get("idempotency-key", "").strip()
    if not key:
        raise Unread("The header Idempotency-Key is missing. Give one of your choice: it is done once.")
    if len(key) > KEY_MAX:
        raise Unread(f"The header Idempotency-Key is too long. {KEY_MAX} characters at most.")
    return key


def as_typed(value: str | bool | int | list[str]) -> str:
    """A value as it would be typed into the field of a form, to be read as that is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else str(value)
