"""Which answer a text gives: a proposal, with the very sentence, and how certain it is.

    clear     one answer, said without condition, question or doubt
    unclear   an answer may have been given: a person has to read it; `marks` says what stands in the way
    none      nothing that is known as an answer

The phrases are data (phrases/*.toml). Whatever is not known makes nothing clear: a new way of saying no must
not be read as yes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from notifications.incoming.phrases import Sense, all_phrases, senses
from notifications.incoming.sentences import Sentence, sentences

#: Longest text that is read; an answer stands near the beginning.
TEXT_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Mark:
    """What keeps an answer from being clear, with the words that say so."""

    #: negation, condition, question, doubt, contrast, quoted, contradiction, not_asked, between, difference.
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What answer a text was found to give."""

    #: A word of an ask ("no_objection"), or "" if none was found.
    word: str
    #: clear, unclear or none.
    certainty: str
    #: The sentence that says so, as it was written; "" if none was found.
    sentence: str = ""
    #: Where it stands in the text, in characters.
    start: int = 0
    end: int = 0
    #: "en", "fr" or "es"; "" if none was found.
    language: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    sense: Sense
    sentence: Sentence
    language: str
    start: int
    end: int


NOTHING = Reading("", "none")
#: Among several answers the one that must not be overlooked comes first: an objection before anything else.
_WEIGHT = ("against", "question", "neutral", "favour")


def read_answer(text: str, answers: Collection[str] = (), conditional: Collection[str] = ()) -> Reading:
    """The answer that a text gives.

    text         the writer's own words, without what is quoted
    answers      the words that may be answered; empty: all that are known
    conditional  those of them that set conditions
    """
    said = _said(text[:TEXT_MAX])
    found = [hit for _, here in said for hit in here]
    if not found:
        return _question(said, answers)
    marks = list(_marks(text[:TEXT_MAX]))
    return _judged(found, marks, answers, conditional)


# What a text says hangs on no question. A message is asked more than once - whether anybody typed it, what it
# answers, by its plain text and by its HTML - and these few hold what one message comes to.
@lru_cache(maxsize=16)
def _said(text: str) -> tuple[tuple[Sentence, list[_Found]], ...]:
    said = ((sentence, _found_in(sentence)) for sentence in sentences(text))
    # Greetings, offers of help and small print say nothing, but for an answer that stands among them.
    return tuple((sentence, here) for sentence, here in said if here or not _is_courtesy(sentence))


@lru_cache(maxsize=16)
def _marks(text: str) -> tuple[Mark, ...]:
    return tuple(mark for sentence, here in _said(text) for mark in _marks_in(sentence, here))


def _found_in(sentence: Sentence) -> list[_Found]:
    """What a sentence says; a phrase that lies within a longer one is part of that."""
    return [
        _Found(senses()[sense], sentence, language, start, end)
        for sense, language, start, end in _senses_in(sentence.plain)
    ]


# A message says the same in its plain text and in its HTML, and is asked more than once what it says.
@lru_cache(maxsize=2048)
def _senses_in(text: str) -> tuple[tuple[str, str, int, int], ...]:
    hits = [
        (sense, phrases.language, start, end)
        for phrases in all_phrases()
        for sense, start, end in phrases.senses_in(text)
    ]
    hits.sort(key=lambda hit: (hit[2] - hit[3], hit[2]))
    taken: list[tuple[str, str, int, int]] = []
    for hit in hits:
        if not any(other[2] < hit[3] and hit[2] < other[3] for other in taken):
            taken.append(hit)
    return tuple(sorted(taken, key=lambda hit: hit[2]))


def _is_courtesy(sentence: Sentence) -> bool:
    return any(phrases.is_courtesy(sentence.plain) for phrases in all_phrases())


def _marks_in(sentence: Sentence, here: list[_Found]) -> list[Mark]:
    covered = [(hit.start, hit.end) for hit in here]
    languages = {hit.language for hit in here if hit.sense.answers}
    marks = [
        Mark(kind, sentence.written(start, end))
        for phrases in all_phrases()
        for kind, start, end in phrases.doubts_in(
            sentence.plain, covered, bool(languages), phrases.language in languages
        )
    ]
    if sentence.is_question or any(hit.sense.leaning == "question" for hit in here):
        marks.append(Mark("question", sentence.text))
    if any(sentence.is_quoted(hit.start, hit.end) for hit in here):
        marks.append(Mark("quoted", sentence.text))
    return marks


def _question(said: Sequence[tuple[Sentence, list[_Found]]], answers: Collection[str]) -> Reading:
    """What is only asked may be the answer "question", where there is one."""
    words = [word for word in senses()["question"].answers if word in answers]
    asked = next((sentence for sentence, _ in said if sentence.is_question), None)
    if not words or asked is None:
        return NOTHING
    marks = (Mark("question", asked.text),)
    return Reading(words[0], "unclear", asked.text, asked.start, asked.end, "", marks)


def _judged(
    found: list[_Found], marks: list[Mark], answers: Collection[str], conditional: Collection[str]
) -> Reading:
    given = [(word, hit) for hit in found if (word := _word(hit.sense, answers))]
    words = list(dict.fromkeys(word for word, _ in given))
    leanings = {hit.sense.leaning for hit in found if hit.sense.answers} - {"neutral"}
    # "We support it and have no objection" contradicts nothing: what says more is the answer.
    if len(leanings) > 1 or (len(words) > 1 and leanings != {"favour"}):
        marks = [*marks, Mark("contradiction", "; ".join(dict.fromkeys(hit.sentence.text for hit in found)))]
    if not given:
        # Something was said, in words that answer another question than this.
        hit = next((hit for hit in found if hit.sense.answers), None)
        if hit is None:
            return NOTHING
        return _reading("", hit, [*marks, Mark("not_asked", hit.sentence.text)])
    word, hit = min(
        given, key=lambda each: (_WEIGHT.index(each[1].sense.leaning), each[1].sense.name != "support")
    )
    if hit.sense.leaning == "favour" and any(mark.kind == "condition" for mark in marks):
        word = next((each for each in answers if each in conditional), word)
    return _reading(word, hit, marks)


def _word(sense: Sense, answers: Collection[str]) -> str:
    """The answer that a sense is to this question; "" where it is none."""
    return next((word for word in sense.answers if not answers or word in answers), "")


def _reading(word: str, hit: _Found, marks: list[Mark]) -> Reading:
    sentence = hit.sentence
    certainty = "unclear" if marks else "clear"
    kept = tuple(dict.fromkeys(marks))
    return Reading(word, certainty, sentence.text, sentence.start, sentence.end, hit.language, kept)
