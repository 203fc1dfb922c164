"""Template + language + plain values -> Letter; a missing value is an error.

A template is one text file: the subject, an empty line, the letter in paragraphs, with `if`, `for` and
`include`. Its HTML part is made from the same text by layout.html, so the two cannot contradict each other.

All of these are always given for their group; "" or [] where there is nothing to say:

    case     reference, title, partner, sector, home, territory
    office   name, address, email, phone, website, signatory       the Secretariat
    number   "2024/3"         dated    the date in words          summary   the proposal in a few words
    to       name, title, party                                    the reader
    ask      title, reply_by, closes, zone, days, silence, answers, link, reply_to
             silence is a whole sentence; zone names it with what it is ahead of UTC
             in: requests, reminder, receipt, extension, corrigendum_*, held, resumed, unreached, fresh_link
    what     differs:
      renotification            changes
      reminder                  days_left
      receipt                   answer, given_by, signed, received, reasons, conditions, text, late, until,
                                objection
      fresh_link                is_open
      extension                 old, new, reason
      corrigendum_*, resumed, consent_withheld, withdrawn, declined, suspended, reinstated, agreement_amended
                                reason
      held                      reason, since
      consultation_done         counts [{label, count}]; so approval_given (and conditions), no_objection
      approval_to_meeting       counts, meeting, reason
      meeting_decision          meeting, result, conditions
      decided                   body, meeting, result, document, counts, conditions
      stage_reached             stage, reason
      agreement_signed          form, signed_on
      objection_received        party, received, reasons
      objection_withdrawn       party, remaining; so objection_lapsed
      objection_standing        parties, until
      amended                   kind, reason, changes
      escalated                 meeting, paper_due, reason
      paper_issued              meeting, late
      cop_decision              meeting, result, by, counts
      reopened                  party, received, recorded
      signed                    signed_on
      ended, concluded          how, reason
      target_moved              meeting, old, new, reason
      task                      action, until, why
      overdue                   action, was_due
      unreached                 parties
      bounced                   recipient, party, reason, next_contact, written_to
      queue_paused              reason, remedy
      sign_in_link              name, minutes; of ask it takes the link alone
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import TemplateError as JinjaError
from markupsafe import escape

from notifications import library
from notifications.letter import Letter
from notifications.library import LANGUAGES, TemplateError, placeholders, template_version, templates
from notifications.paragraphs import blocks
from notifications.plain import REPLY_LINK, ValueNotPlain, one_line, plain, without_link

__all__ = [
    "LANGUAGES",
    "REPLY_LINK",
    "TemplateError",
    "fill_link",
    "placeholders",
    "render",
    "render_many",
    "template_version",
    "templates",
]

# Noncharacters of Unicode: cleaning takes them out of every value, so no value can imitate a slot.
_OPEN, _SHUT = "\ufdd0", "\ufdd1"
_SLOT = re.compile(f"{_OPEN}(.*?){_SHUT}")
_EMPTY_LINES = re.compile(r"\n{3,}")
_LINE_TAILS = re.compile(r"[ \t]+\n")


@dataclass(frozen=True, slots=True)
class _Form:
    """A letter with slots for what differs from letter to letter: text, slot, text, slot, ..., text."""

    subject: list[str]
    text: list[str]
    html: list[str]
    language: str
    template: str
    version: str

    def filled(self, values: Mapping[str, str], escaped: Mapping[str, str]) -> Letter:
        return Letter(
            # A name may end the subject's line: what is empty must not leave a space behind.
            subject=one_line(_fill(self.subject, values)),
            text=_fill(self.text, values),
            html=_fill(self.html, escaped),
            language=self.language,
            template=self.template,
            version=self.version,
        )


def render(template: str, language: str, values: Mapping[str, Any]) -> Letter:
    """The letter for one reader.

    values  see the table above; `to` among them
    Raises  TemplateError if a value is missing or not plain, or there is no such letter
    """
    return render_many(template, language, values, [values.get("to")])[0]


def render_many(
    template: str, language: str, values: Mapping[str, Any], recipients: Sequence[Mapping[str, Any] | None]
) -> list[Letter]:
    """One letter for each of `recipients`: what `render` gives for `values | {"to": recipient}`.

    A template is rendered once for all readers of whom the same is known, not once for each:
    a notification to all Parties takes a few milliseconds.
    """
    library.compiled(template, language)
    common = _plain(template, language, {name: value for name, value in values.items() if name != "to"})
    slots = library.slots(template, language)
    filling: dict[str, str] = {}
    common = _slotted(common, "", slots, filling)
    escaped = {name: str(escape(value)) for name, value in filling.items()}
    forms: dict[tuple[bool, ...], _Form] = {}
    letters = []
    for recipient in recipients:
        reader = _reader(template, language, recipient)
        own: dict[str, str] = {}
        # What is empty stays empty, so that every `if` decides as it would for this reader.
        to = _slotted(reader, "to.", slots, own)
        shape = tuple(to.values())
        form = forms.get(shape)
        if form is None:
            form = forms[shape] = _form(template, language, {**common, "to": to})
        html_own = {name: str(escape(value)) for name, value in own.items()}
        letters.append(form.filled(filling | own, escaped | html_own))
    return letters


def _slotted(
    values: Mapping[str, Any], path: str, slots: frozenset[str], filling: dict[str, str]
) -> dict[str, Any]:
    """`values` with a mark in the place of every text that a slot can take; the texts go to `filling`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        dotted = path + name
        if type(value) is str:
            if value and dotted in slots and "\n" not in value:
                filling[dotted] = value
                value = f"{_OPEN}{dotted}{_SHUT}"
        elif type(value) is dict:
            value = _slotted(value, f"{dotted}.", slots, filling)
        found[name] = value
    return found


def fill_link(letter: Letter, url: str) -> Letter:
    """`letter` with its reader's own reply link; done at sending, so that no record holds the link."""
    return replace(
        letter,
        text=letter.text.replace(REPLY_LINK, url),
        html=letter.html.replace(REPLY_LINK, html.escape(url)),
    )


def _form(template: str, language: str, values: dict[str, Any]) -> _Form:
    """The form for these values, made once: letters of a kind differ in their slots only."""
    key = (template, language, repr(values))
    form = _FORMS.get(key)
    if form is None:
        form = _made(template, language, values)
        while len(_FORMS) >= _FORMS_KEPT:
            _FORMS.pop(next(iter(_FORMS)), None)
        _FORMS[key] = form
    return form


_FORMS: dict[tuple[str, str, str], _Form] = {}
_FORMS_KEPT = 256


def _made(template: str, language: str, values: dict[str, Any]) -> _Form:
    absent = library.missing(template, language, values)
    if absent:
        raise TemplateError(
            f"Letter '{template}' ({language}): the value {', '.join(absent)} is missing. "
            'Give it, as "" or [] if there is nothing to say.'
        )
    try:
        subject, body = (part.render(values) for part in library.compiled(template, language))
        body = _tidy(body)
        frame = {
            **values,
            "language": language,
            "template": template,
            # Not cleaned here: that would take the marks out, and leave their names in the title.
            "subject": subject.strip(),
            # Answers by mail are read down to a line that says so: what follows it is our own letter.
            "is_asking": "ask.reply_to" in placeholders(template, language),
        }
        text = library.environment(language).get_template("layout.txt").render(frame, body=body)
        link = str(values["ask"].get("link", "")) if isinstance(values.get("ask"), dict) else ""
        page = library.environment(language, is_html=True).get_template("layout.html")
        html_part = page.render(frame, blocks=blocks(body, link))
    except JinjaError as error:
        raise TemplateError(f"Letter '{template}' ({language}): {error.message}.") from None
    return _Form(
        subject=_SLOT.split(subject),
        text=_SLOT.split(_tidy(text) + "\n"),
        html=_SLOT.split(html_part),
        language=language,
        template=template,
        version=template_version(template, language),
    )


def _fill(parts: list[str], reader: Mapping[str, str]) -> str:
    filled = parts.copy()
    filled[1::2] = [reader[name] for name in parts[1::2]]
    return "".join(filled)


def _tidy(text: str) -> str:
    """No spaces at the ends of lines, and never more than one empty line: values may be empty."""
    return _EMPTY_LINES.sub("\n\n", _LINE_TAILS.sub("\n", text)).strip()


def _reader(template: str, language: str, recipient: Mapping[str, Any] | None) -> dict[str, str]:
    if not isinstance(recipient, Mapping):
        raise TemplateError(f"Letter '{template}' ({language}): the value to is missing. Say who reads it.")
    reader = {}
    for name, value in recipient.items():
        if not isinstance(value, str):
            raise TemplateError(
                f"Letter '{template}' ({language}): to.{name} is of type {type(value).__name__}, not text."
            )
        reader[name] = without_link(one_line(value))
    return reader


def _plain(template: str, language: str, values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return plain(values)
    except ValueNotPlain as error:
        raise TemplateError(f"Letter '{template}' ({language}): {error}.") from None
