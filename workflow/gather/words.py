"""The words a case is found by: of its title, its partner, its Parties, its documents, replies and letters.

The wording of a template is the same in thousands of letters, so it is kept once for each form of letter;
kept for the case are the words that its own letters have besides. Names of those who are written to are left
out: they can be found with their Parties, and must be gone when they are erased there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, case, delete, func, insert, select, union
from sqlalchemy.orm import Session

from notifications import template_version, templates, wording
from workflow import folding, house, i18n, models
from workflow.config import Settings
from workflow.files import DOCUMENTS
from workflow.queries import CASES, LETTERS, PARTICIPATIONS, Stored, table

WORDS, FORM_WORDS = table(models.CaseWord), table(models.FormWord)
PARTNER_NAMES = table(models.PartnerName)
FORMS, CASE_FORMS = table(models.LetterForm), table(models.CaseForm)

#: Where a word stands. What a case is called and whom it concerns weighs more than what was written in it.
PLACES: Mapping[str, int] = MappingProxyType(
    {"title": 64, "partner": 32, "party": 16, "summary": 8, "document": 4, "reply": 2, "letter": 1}
)
#: From here on a place is one by which a case is known.
HEAD = PLACES["party"]

#: Letters that repeat what others have said: of these one each is enough.
_ALIKE = ("receipt", "reminder")
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_NAMES = select(DOCUMENTS.c.case_id, DOCUMENTS.c.name).where(DOCUMENTS.c.case_id.in_(_IDS)).distinct()
#: Every name under which the partner of a case, and whoever takes part beside it, is or was known.
_PARTNERS = union(
    select(CASES.c.id, PARTNER_NAMES.c.name)
    .join(PARTNER_NAMES, PARTNER_NAMES.c.partner == CASES.c.partner_record)
    .where(CASES.c.id.in_(_IDS)),
    select(PARTICIPATIONS.c.case_id, PARTNER_NAMES.c.name)
    .join(PARTNER_NAMES, PARTNER_NAMES.c.partner == PARTICIPATIONS.c.partner)
    .where(PARTICIPATIONS.c.case_id.in_(_IDS)),
)
#: Of each form and occasion of letters in a case, the first and the last: two readers, if there were two.
_OCCASION = case((LETTERS.c.purpose.in_(_ALIKE), 0), else_=LETTERS.c.seq)
_SAMPLES = (
    select(
        LETTERS.c.case_id, LETTERS.c.template, LETTERS.c.version, LETTERS.c.language,
        func.min(LETTERS.c.id).label("first"), func.max(LETTERS.c.id).label("last"),
    )
    .where(LETTERS.c.case_id.in_(_IDS))
    .group_by(LETTERS.c.case_id, LETTERS.c.template, LETTERS.c.version, LETTERS.c.language, _OCCASION)
)  # fmt: skip
_TEXTS = select(LETTERS.c.id, LETTERS.c.name, LETTERS.c.email, LETTERS.c.subject, LETTERS.c.text).where(
    LETTERS.c.id.in_(_IDS)
)
_KEPT = select(WORDS.c.case_id, WORDS.c.word, WORDS.c.places).where(WORDS.c.case_id.in_(_IDS))
_KEPT_FORMS = select(CASE_FORMS.c.case_id, CASE_FORMS.c.form).where(CASE_FORMS.c.case_id.in_(_IDS))
_DROP = delete(WORDS).where(and_(WORDS.c.case_id == bindparam("b_case"), WORDS.c.word == bindparam("b_word")))
_DROP_FORM = delete(CASE_FORMS).where(
    and_(CASE_FORMS.c.case_id == bindparam("b_case"), CASE_FORMS.c.form == bindparam("b_form"))
)

Form = tuple[str, str, str]
"""Template, version, language."""


def keep(session: Session, stored: Mapping[int, Stored]) -> None:
    """Bring up to date the words of these cases."""
    connection = session.connection()
    ids = {"ids": list(stored)}
    found: dict[int, dict[str, int]] = {case_id: dict(_of_case(each)) for case_id, each in stored.items()}
    for case_id, name in connection.execute(_NAMES, ids):
        _add(found[case_id], folding.words(name), PLACES["document"])
    for case_id, name in connection.execute(_PARTNERS, ids):
        _add(found[case_id], folding.words(name), PLACES["partner"])
    forms: dict[int, set[int]] = {case_id: set() for case_id in stored}
    for case_id, form, own in _of_letters(session, ids):
        forms[case_id].add(form)
        _add(found[case_id], own, PLACES["letter"])
    _write_words(connection, ids, found)
    _write_forms(connection, ids, forms)


def mark_of_party(code: str) -> str:
    """What stands among the words for a Party: its names may change, its code does not."""
    return f"={code}"


# --------------------------------------------------------------------------------- of the case itself


def _of_case(stored: Stored) -> Iterator[tuple[str, int]]:
    case = stored.case
    found: dict[str, int] = {}
    partner = {name: str(value) for name, value in case.partner.items() if value}
    home = partner.pop("home", "")
    _add(found, folding.words(case.reference, case.title), PLACES["title"])
    _add(found, folding.words(*partner.values()), PLACES["partner"])
    _add(found, {mark_of_party(code) for code in _parties(stored)}, PLACES["party"])
    _add(found, {mark_of_party(home)} if home else set(), PLACES["partner"])
    _add(found, folding.words(case.summary, case.no_territory_reason), PLACES["summary"])
    for round_ in case.rounds:
        for answer in round_.answers:
            said = folding.words(answer.text, answer.reasons, answer.conditions)
            _add(found, said, PLACES["reply"])
            if said and (member := round_.member(answer.member)) is not None:
                _add(found, {mark_of_party(member.party)}, PLACES["reply"])
    _add(found, folding.words(*(c.text for c in case.conditions)), PLACES["reply"])
    yield from found.items()


def _parties(stored: Stored) -> set[str]:
    """The Parties a case is about: those concerned, and those that have objected."""
    return {*stored.case.territory, *(o.party for o in stored.case.objections)}


def _add(to: dict[str, int], found: Iterable[str], place: int) -> None:
    for word in found:
        to[word] = to.get(word, 0) | place


# ---------------------------------------------------------------------------------------- of its letters


def _of_letters(session: Session, ids: Mapping[str, Any]) -> Iterator[tuple[int, int, set[str]]]:
    """For each occasion on which letters were written: the case, their form, the words only they have."""
    connection = session.connection()
    samples = connection.execute(_SAMPLES, ids).all()
    if not samples:
        return
    wanted = sorted({i for row in samples for i in (row.first, row.last)})
    texts = {row.id: row for row in connection.execute(_TEXTS, {"ids": wanted})}
    known = _forms(connection, {(row.template, row.version, row.language) for row in samples})
    ours = _of_the_house(house.of(session).settings)
    for row in samples:
        form, wording_of_form = known[row.template, row.version, row.language]
        # What two readers were not told alike is about them, not about the case.
        own = _said(texts[row.first]) & _said(texts[row.last])
        yield row.case_id, form, own - wording_of_form - ours


def _said(letter: Any) -> set[str]:
    said = folding.words(letter.subject, letter.text) - folding.words(letter.name, letter.email)
    # Hours, days of a month and single letters would be found in every case.
    return {word for word in said if len(word) > 2}


def _of_the_house(settings: Settings) -> set[str]:
    """Words that every letter of this house has: whence it comes, and who signs."""
    texts = [str(value) for value in settings.secretariat.model_dump().values()]
    said = [i18n.title(text, language) for text in texts for language in i18n.LANGUAGES]
    country = [i18n.country(settings.secretariat.country, language) for language in i18n.LANGUAGES]
    return folding.words(settings.installation.base_url, *said, *country)


def _forms(connection: Connection, wanted: set[Form]) -> dict[Form, tuple[int, set[str]]]:
    """The number and the wording of each form; a form that is new is kept."""
    rows = connection.execute(select(FORMS))
    numbers: dict[Form, int] = {(row.template, row.version, row.language): row.id for row in rows}
    for template, version, language in sorted(wanted - numbers.keys()):
        values = {"template": template, "version": version, "language": language}
        number = connection.execute(insert(FORMS).values(values).returning(FORMS.c.id)).scalar_one()
        numbers[template, version, language] = number
        said = _wording(template, version, language)
        if said:
            connection.execute(insert(FORM_WORDS), [{"form": number, "word": word} for word in sorted(said)])
    kept: dict[int, set[str]] = defaultdict(set)
    of_wanted = select(FORM_WORDS.c.form, FORM_WORDS.c.word).where(FORM_WORDS.c.form.in_(_IDS))
    for form, word in connection.execute(of_wanted, {"ids": [numbers[each] for each in wanted]}):
        kept[form].add(word)
    return {each: (numbers[each], kept[numbers[each]]) for each in wanted}


def _wording(template: str, version: str, language: str) -> set[str]:
    """The words of a template; none if it is not here in that version: then its letters tell them all."""
    if template not in templates(language) or template_version(template, language) != version:
        return set()
    return folding.words(wording(template, language))


# ------------------------------------------------------------------------------------------- writing


def _write_words(connection: Connection, ids: Mapping[str, Any], found: dict[int, dict[str, int]]) -> None:
    kept: dict[int, dict[str, int]] = {case_id: {} for case_id in found}
    for row in connection.execute(_KEPT, ids):
        kept[row.case_id][row.word] = row.places
    gone = [
        {"b_case": case_id, "b_word": word}
        for case_id, words in kept.items()
        for word, places in words.items()
        if found[case_id].get(word) != places
    ]
    new = [
        {"case_id": case_id, "word": word, "places": places}
        for case_id, words in found.items()
        for word, places in words.items()
        if kept[case_id].get(word) != places
    ]
    if gone:
        connection.execute(_DROP, gone)
    if new:
        connection.execute(insert(WORDS), new)


def _write_forms(connection: Connection, ids: Mapping[str, Any], found: dict[int, set[int]]) -> None:
    kept: dict[int, set[int]] = {case_id: set() for case_id in found}
    for row in connection.execute(_KEPT_FORMS, ids):
        kept[row.case_id].add(row.form)
    gone = [{"b_case": i, "b_form": f} for i, forms in kept.items() for f in sorted(forms - found[i])]
    new = [{"case_id": i, "form": f} for i, forms in found.items() for f in sorted(forms - kept[i])]
    if gone:
        connection.execute(_DROP_FORM, gone)
    if new:
        connection.execute(insert(CASE_FORMS), new)
