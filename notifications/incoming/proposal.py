"""The answer a message gives, read from all that its writer wrote: above, below and between quotations."""

from collections.abc import Collection
from dataclasses import replace

from notifications.incoming.answers import NOTHING, Mark, Reading, read_answer
from notifications.incoming.message import Incoming, own_text
from notifications.incoming.quotation import Words


def propose(incoming: Incoming, answers: Collection[str] = (), conditional: Collection[str] = ()) -> Reading:
    """The answer a message gives; nothing for any that no person wrote.

    answers, conditional   see answers.read_answer
    """
    if incoming.verdict.kind != "reply":
        return NOTHING
    reading = _of_words(incoming.words, answers, conditional)
    if incoming.html_words is not None:
        shown = _of_words(incoming.html_words, answers, conditional)
        # What a reader sees and what stands behind it must say the same, or it was made to deceive.
        if shown.word != reading.word and "none" not in (shown.certainty, reading.certainty):
            return _less(reading, Mark("difference", shown.sentence))
        if shown.certainty != "none" and reading.certainty == "none":
            return _less(shown, Mark("difference", shown.sentence))
        if shown.certainty == "none" and reading.certainty != "none" and own_text(incoming.html_words):
            return _less(reading, Mark("difference", own_text(incoming.html_words)[:200]))
    return reading


def _of_words(words: Words, answers: Collection[str], conditional: Collection[str]) -> Reading:
    """Read together, so that a condition below is not overlooked where the answer stands above."""
    whole = read_answer("\n\n".join(filter(None, (words.above, words.below))), answers, conditional)
    between = [read_answer(piece, answers, conditional) for piece in words.between]
    found = [reading for reading in between if reading.certainty != "none"]
    if found:
        # What it answers stands in the quotation before it: only a person can say what it means.
        first = whole if whole.certainty != "none" else found[0]
        return _less(first, Mark("between", found[0].sentence))
    return whole


def _less(reading: Reading, mark: Mark) -> Reading:
    return replace(reading, certainty="unclear", marks=(*reading.marks, mark))
