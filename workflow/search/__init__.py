"""Which cases: by words, by filters, in an order, page by page. The register and its files ask here.

Filters are all applied together; one that is empty asks for nothing. Words are looked up where
workflow/gather keeps them, by plain indexes: the same cases are found on SQLite and on PostgreSQL.

wanted.py   what is asked for
hits.py     where a word stands
find.py     which cases that are, in which order
lines.py    what is shown of each
"""

from workflow.search.find import PAGE, Found, every, find, is_overdue
from workflow.search.hits import places
from workflow.search.lines import Line, Next
from workflow.search.wanted import AS, NOBODY, OBJECTED, ORDERS, WORDS_MAX, Wanted

__all__ = [
    "AS",
    "NOBODY",
    "OBJECTED",
    "ORDERS",
    "PAGE",
    "WORDS_MAX",
    "Found",
    "Line",
    "Next",
    "Wanted",
    "every",
    "find",
    "is_overdue",
    "places",
]
