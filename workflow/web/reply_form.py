"""What somebody wrote into the form of a reply page, and what is still missing from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from starlette.datastructures import FormData, UploadFile

from states.commands import Actor
from states.reasons import Refused
from workflow import files, i18n
from workflow.answering import Standing
from workflow.web import forms
from workflow.web.showing import say

#: Fields that are texts of their own, and how long they may be.
TEXTS: Mapping[str, int] = {
    "reasons": 20_000,
    "conditions": 20_000,
    "text": 20_000,
    "name": 200,
    "title": 200,
}
ATTACHMENT_MAX = 10 * 2**20
#: What may be attached: what offices send, and nothing that runs.
TYPES = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
#: Reason of a refusal -> the field in which it can be put right.
_FIELDS = {"reasons_missing": "reasons", "conditions_missing": "conditions"}
# All that cannot be seen, but for the ends of lines and tabs.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must be put right before an answer is taken."""

    #: Id of the field, or "".
    field: str
    says: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent, read."""

    word: str = ""
    #: Number of the voice among `Standing.voices`.
    voice: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    nonce: str = ""
    file_name: str = ""
    content: bytes = b""
    #: Whether the box is ticked by which an objection is withdrawn, or a link asked for.
    is_ticked: bool = False
    #: Whether letters are to come in the language of the page from now on.
    keeps_language: bool = False

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def key(self) -> str:
        """The same for the same form sent twice; another one for anything else."""
        parts = [self.nonce, self.word, self.voice, *(self[name] for name in TEXTS), self.file_name]
        return "reply " + sha256("\0".join(parts).encode() + b"\0" + self.content).hexdigest()


def read(form: FormData) -> Sent:
    """The fields of a form; a file is read no further than is needed to see that it is too large."""
    attached = form.get("attachment")
    name, content = "", b""
    if isinstance(attached, UploadFile) and attached.filename:
        name, content = attached.filename, attached.file.read(ATTACHMENT_MAX + 1)
    return Sent(
        word=forms.text(form, "answer"),
        voice=forms.text(form, "voice"),
        texts={each: _UNSEEN.sub("", _lines(forms.text(form, each))) for each in TEXTS},
        nonce=forms.text(form, "nonce"),
        file_name=name,
        content=content,
        is_ticked=forms.text(form, "agreed") == "yes",
        keeps_language=forms.text(form, "keep_language") == "yes",
    )


def voice(sent: Sent, standing: Standing) -> Actor | None:
    """In whose name they answer; None: not said."""
    voices = standing.voices
    if len(voices) == 1:
        return voices[0]
    return voices[int(sent.voice)] if sent.voice in map(str, range(len(voices))) else None


def faults(sent: Sent, standing: Standing, language: str) -> list[Fault]:
    """What the page itself misses in an answer; what the law misses, the engine says."""
    ask, found = standing.ask, []

    def miss(where: str, text: str, **values: Any) -> None:
        found.append(Fault(where, say(text, language, **values)))

    if sent.word not in ask.answers:
        miss("answer-0", "No answer was chosen. Choose one of the answers.")
    if voice(sent, standing) is None:
        miss("voice-0", "It is not said who answers. Choose the member or its alternate.")
    if sent["conditions"] and sent.word in ask.answers and sent.word not in ask.conditions and ask.conditions:
        chosen, other = (i18n.word("answer", each, language) for each in (sent.word, ask.conditions[0]))
        says = (
            "There are conditions, but the answer chosen is “{chosen}”. Choose “{other}”, or empty the field."
        )
        miss("conditions", says, chosen=chosen, other=other)
    if sent.word in ask.question and not sent["text"]:
        miss("text", "The question itself is missing. Write it into the field.")
    found += signature_faults(sent, language)
    for name, most in TEXTS.items():
        if len(sent[name]) > most:
            miss(name, "This is too long: {most} characters at most.", most=most)
    if sent.content:
        found += _file_faults(sent, language)
    return found


def signature_faults(sent: Sent, language: str, prefix: str = "") -> list[Fault]:
    """What is missing from a signature.

    prefix   of the ids of its fields
    """
    found = []
    if not sent["name"]:
        found.append(Fault(f"{prefix}name", say("Your name is missing.", language)))
    if not sent["title"]:
        found.append(Fault(f"{prefix}title", say("Your title or function is missing.", language)))
    return found


def refusals(refused: Refused, language: str) -> list[Fault]:
    """What the law has against it."""
    return [Fault(_FIELDS.get(why.message, ""), i18n.sentence(why, language)) for why in refused.reasons]


def details(sent: Sent, standing: Standing, language: str, scan: str = "") -> dict[str, str]:
    """What an answer comes with."""
    said = {name: sent[name] for name in TEXTS} | {"language": language, "scan": scan}
    if sent.word not in standing.ask.conditions:
        said.pop("conditions")
    return said


def _file_faults(sent: Sent, language: str) -> list[Fault]:
    if len(sent.content) > ATTACHMENT_MAX:
        text = "The file is too large: 10 MB at most. Choose a smaller one, or send it by e-mail."
    elif files.media_type(sent.content) not in TYPES:
        text = (
            "The file is of a kind that is not taken. Send a PDF, a picture (PNG, JPEG), Word or plain text."
        )
    else:
        return []
    return [Fault("attachment", say(text, language))]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
