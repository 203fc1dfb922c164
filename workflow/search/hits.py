"""Where a word stands: in cases, in the letters written in them, in the names of their Parties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import Session

from workflow import folding, models
from workflow.gather import PLACES, mark_of_party
from workflow.queries import PARTIES, REGISTER_HEAD, table
from workflow.search.wanted import Wanted

WORDS, FORM_WORDS = table(models.CaseWord), table(models.FormWord)
CASE_FORMS = table(models.CaseForm)
#: A statement takes no more numbers than some tens of thousands.
_AT_A_TIME = 5_000


def places(session: Session, wanted: Wanted, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Where the words were found in these cases: names of gather.PLACES, the weightiest first."""
    found: dict[int, int] = dict.fromkeys(ids, 0)
    for first in range(0, len(ids), _AT_A_TIME):
        for term in wanted.terms:
            stands = hits(session, term, only=ids[first : first + _AT_A_TIME]).subquery()
            for case_id, place in session.execute(select(stands.c.case_id, stands.c.places)):
                found[case_id] |= place
    return {i: tuple(name for name, bit in PLACES.items() if bits & bit) for i, bits in found.items()}


def hits(session: Session, term: str, only: Sequence[int] | None = None) -> Any:
    """Where one word stands: rows of case_id and places."""
    first, end = folding.reach(term)
    in_case = (WORDS.c.word >= first) & (WORDS.c.word < end)
    marks = [mark_of_party(code) for code in sorted(_codes(session, term))]
    own = select(WORDS.c.case_id, WORDS.c.places).where(
        or_(in_case, WORDS.c.word.in_(marks)) if marks else in_case
    )
    forms = select(FORM_WORDS.c.form).where(FORM_WORDS.c.word >= first, FORM_WORDS.c.word < end)
    letter = select(CASE_FORMS.c.case_id, func.max(PLACES["letter"]).label("places"))
    of_form = letter.where(CASE_FORMS.c.form.in_(forms)).group_by(CASE_FORMS.c.case_id)
    if only is not None:
        own, of_form = own.where(WORDS.c.case_id.in_(only)), of_form.where(CASE_FORMS.c.case_id.in_(only))
    return union_all(own, of_form)


_NAMES: dict[str, dict[str, set[str]]] = {}


def _codes(session: Session, term: str) -> set[str]:
    """Parties with a name, in any language, of which a word begins so; or with that code."""
    head = session.scalar(select(REGISTER_HEAD.c.head).where(REGISTER_HEAD.c.id == 0)) or ""
    known = _NAMES.get(head)
    if known is None:
        known = {}
        columns = ("code", "iso3", "name_en", "name_fr", "name_es")
        for code, iso3, *names in session.execute(select(*(PARTIES.c[name] for name in columns))):
            for word in folding.words(*names):
                known.setdefault(word, set()).add(code)
            for whole in (code, iso3):
                known.setdefault(f"={whole.casefold()}", set()).add(code)
        if head:
            _NAMES.clear()
            _NAMES[head] = known
    begins = [codes for word, codes in known.items() if word.startswith(term)]
    return set().union(*begins, known.get(f"={term}", set()))
