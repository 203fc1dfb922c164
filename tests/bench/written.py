"""What was written about some cases, found out by looking before and after: the least that has to be written.

From it come the statements of whoever writes the same rows by hand: one INSERT for the new rows of a table,
and one UPDATE for all rows of which the same columns have changed. The values are ready; nothing is worked
out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.hand import Hand, Row, insert

#: Table -> the columns that tell its rows apart. In an order in which foreign keys hold.
KEYS: dict[str, tuple[str, ...]] = {
    "cases": ("id",),
    "rounds": ("case_id", "no"),
    "asked": ("case_id", "round", "code"),
    "answers": ("case_id", "no"),
    "deadlines": ("id",),
    "holds": ("id",),
    "extensions": ("id",),
    "objections": ("case_id", "no"),
    "events": ("case_id", "seq"),
    "letters": ("id",),
    "keys": ("key",),
}

Rows = dict[str, dict[tuple[Any, ...], Row]]


@dataclass(frozen=True, slots=True)
class Writing:
    """One statement and what it is executed with."""

    statement: str
    values: list[tuple[Any, ...]]


def look(hand: Hand, case_ids: Sequence[int]) -> Rows:
    """Every row of these cases. For PostgreSQL's sake a transaction of its own."""
    found: Rows = {}
    for table, keys in KEYS.items():
        column = "id" if table == "cases" else "case_id"
        rows: list[Row] = []
        for first in range(0, len(case_ids), 500):
            ids = case_ids[first : first + 500]
            rows += hand.rows(f"SELECT * FROM {table} WHERE {column} IN ({', '.join('?' * len(ids))})", ids)
        found[table] = {tuple(row[key] for key in keys): row for row in rows}
    hand.end()
    return found


def only(rows: Rows, case_ids: Sequence[int]) -> Rows:
    """The rows of some of these cases."""
    wanted = set(case_ids)
    return {
        table: {
            key: row
            for key, row in of.items()
            if (row["id"] if table == "cases" else row["case_id"]) in wanted
        }
        for table, of in rows.items()
    }


def writings(before: Rows, after: Rows) -> list[Writing]:
    """The statements that make `after` of `before`: updates first, as a deadline may end and run again."""
    found: list[Writing] = []
    for table, keys in KEYS.items():
        alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for key, row in after[table].items():
            old = before[table].get(key)
            changed = tuple(n for n in row if old is not None and row[n] != old[n])
            if changed:
                alike[changed].append((*(row[name] for name in changed), *key))
        where = " AND ".join(f"{key} = ?" for key in keys)
        for names, values in alike.items():
            found.append(
                Writing(f"UPDATE {table} SET {', '.join(f'{n} = ?' for n in names)} WHERE {where}", values)
            )
    for table, keys in KEYS.items():
        # An id that the database gives is left to it.
        given = keys if keys == ("id",) and table != "cases" else ()
        new = [row for key, row in after[table].items() if key not in before[table]]
        if new:
            columns = [name for name in new[0] if name not in given]
            values = [tuple(row[name] for name in columns) for row in new]
            found.append(Writing(insert(table, columns), values))
    return found


def count(found: Sequence[Writing]) -> dict[str, int]:
    """How many rows of each table are written."""
    told: dict[str, int] = defaultdict(int)
    for each in found:
        words = each.statement.split()
        told[words[1] if words[0] == "UPDATE" else words[2]] += len(each.values)
    return dict(told)
