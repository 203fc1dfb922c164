"""What the public may read of a case: texts written for it, read by a second person, and then released.

Nothing of a case is public by itself. An officer writes what is proposed in words meant for everybody,
somebody else reads it, and releasing the case is an act of its own, which can be taken back. A text that is
written anew waits beside the one that was reviewed: what can be read outside never changes before a second
person has seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from states.commands import Moment
from states.dossier import PublicText
from states.effects import effect, of_record
from states.facts import Case
from states.procedure import Procedure
from states.reasons import Reason, Refusal, did_you_mean, reason
from states.rounds import Deed
from states.words import listed

__all__ = ["ACTS", "GUARDS", "authentic", "readable", "waiting"]


def authentic(procedure: Procedure) -> str:
    """The language whose text counts if two differ: the first that the law file names."""
    return procedure.languages[0]


def readable(case: Case) -> dict[str, PublicText]:
    """Language -> the text that a second person has reviewed."""
    return {text.language: text for text in case.public_texts if text.is_reviewed}


def waiting(case: Case) -> dict[str, PublicText]:
    """Language -> the text that waits for a second person."""
    return {text.language: text for text in case.public_texts if not text.is_reviewed}


# -------------------------------------------------------------------------------------- guards


def a_public_text_waits(moment: Moment) -> Reason | None:
    """A text for the public waits for a second person; the one in the language named, if one is named."""
    found, language = waiting(moment.case), moment.text("language")
    if not found:
        return reason("no_public_text_waits")
    if language and language not in found:
        return reason("not_that_public_text", language=language, waiting=listed(sorted(found)))
    return None


def somebody_else_wrote_it(moment: Moment) -> Reason | None:
    """Whoever reviews a text is known by name, and is not the one who wrote it."""
    hand, language = moment.command.actor.hand, moment.text("language")
    writers = {text.by for text in waiting(moment.case).values() if language in ("", text.language)}
    return reason("own_public_text") if writers and (not hand or writers == {hand}) else None


def public_text_is_reviewed(moment: Moment) -> Reason | None:
    """The text in the language that counts has been reviewed."""
    language = authentic(moment.procedure)
    return None if language in readable(moment.case) else reason("public_text_missing", language=language)


def not_released(moment: Moment) -> Reason | None:
    """The public cannot read the case yet."""
    return reason("is_released") if moment.case.released_at is not None else None


def is_released(moment: Moment) -> Reason | None:
    """The public can read the case."""
    return None if moment.case.released_at is not None else reason("not_released")


# ---------------------------------------------------------------------------------------- acts


def write_public_text(moment: Moment) -> Deed:
    """Write in one language what the public may read; it waits for a second person.

    details  language, public_title, proposed_by, proposal, funds
    Raises   Refusal
    """
    language, known = moment.text("language"), moment.procedure.languages
    if language not in known:
        hint = did_you_mean(language, known)
        raise Refusal(reason("language_not_public", language=language, hint=hint, known=listed(known)))
    actor = moment.command.actor
    text = PublicText(
        language=language,
        title=moment.text("public_title"),
        proposed_by=moment.text("proposed_by"),
        proposal=moment.text("proposal"),
        funds=moment.text("funds"),
        by=actor.hand or actor.role,
    )
    return Deed((of_record("public_text", text),), {"language": language, "title": text.title})


def review_public_text(moment: Moment) -> Deed:
    """A second person has read a text meant for the public, and answers for it.

    details  language; may be left out where one text alone waits
    Raises   Refusal
    """
    texts, actor = waiting(moment.case), moment.command.actor
    language = moment.text("language") or (next(iter(texts)) if len(texts) == 1 else "")
    if language not in texts:
        raise Refusal(reason("which_public_text", waiting=listed(sorted(texts))))
    read = replace(texts[language], reviewed_by=actor.hand or actor.role, reviewed_at=moment.facts.now)
    return Deed((of_record("public_text", read),), {"language": language, "title": read.title})


def release(moment: Moment) -> Deed:
    """Let the public read the case."""
    return Deed((effect("set", released_at=moment.facts.now),))


def take_back(moment: Moment) -> Deed:
    """Take the case out of the public register again."""
    return Deed((effect("set", released_at=None),))


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    guard.__name__: guard
    for guard in (
        a_public_text_waits,
        somebody_else_wrote_it,
        public_text_is_reviewed,
        not_released,
        is_released,
    )
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {
    act.__name__: act for act in (write_public_text, review_public_text, release, take_back)
}
