"""Languages: what letters, refusals, dates and law files are called in English, French and Spanish.

catalogs.py    the .po files of workflow/locale, compiled in memory; which languages there are
amounts.py     amounts of money in figures
dates.py       days, moments, periods and lists in words
titles.py      words and titles of law files
countries.py   names of States, and how "of France" is said
sentences.py   a reason or an explanation -> its sentence
provisions.py  what the page of a law tells of it -> the same in a language
papers.py      what reports and other documents on paper are worded in
refusals.py    a refusal that comes as English -> its sentence
"""

from workflow.i18n.amounts import amount
from workflow.i18n.catalogs import LANGUAGES, direction, negotiated, own_name
from workflow.i18n.countries import country, named_in, of_state
from workflow.i18n.dates import day, days, last_moment, listed, moment, offset, period, sort_key, span
from workflow.i18n.papers import paper
from workflow.i18n.provisions import provision
from workflow.i18n.refusals import colon, refusal
from workflow.i18n.sentences import explanation, retold, sentence
from workflow.i18n.titles import form, knows, title, voice, word

__all__ = [
    "LANGUAGES",
    "amount",
    "colon",
    "country",
    "day",
    "days",
    "direction",
    "explanation",
    "form",
    "knows",
    "last_moment",
    "listed",
    "moment",
    "named_in",
    "negotiated",
    "of_state",
    "offset",
    "own_name",
    "paper",
    "period",
    "provision",
    "refusal",
    "retold",
    "sentence",
    "sort_key",
    "span",
    "title",
    "voice",
    "word",
]
