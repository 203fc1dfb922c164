"""python -m tests.bench [subject ...] [--rounds N] [--quick] [--only sqlite|postgresql]"""

from __future__ import annotations

import argparse
import platform
import sqlite3
import time
from collections.abc import Callable
from importlib import import_module

from tests.bench.places import Place, places
from tests.bench.timing import Line

SUBJECTS = ("decide", "perform", "round", "delivery", "sweep", "mail", "pages")
ROUNDS, ROUNDS_QUICK = 7, 3

Subject = Callable[[list[Place], int, bool], list[Line]]


def main() -> None:
    asked = _arguments()
    rounds = asked.rounds or (ROUNDS_QUICK if asked.quick else ROUNDS)
    kinds = (asked.only,) if asked.only else ("sqlite", "postgresql")
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} (WAL, synchronous=FULL),"
        f" PostgreSQL (fsync on); medians of {rounds} rounds taken in turn\n"
    )
    with places(kinds) as empty:
        for name in asked.subject or SUBJECTS:
            start = time.perf_counter()
            subject: Subject = import_module(f"tests.bench.{name}").lines
            _show(subject(empty, rounds, asked.quick))
            print(f"{'':10}({time.perf_counter() - start:.0f} s)\n", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("subject", nargs="*", choices=[*SUBJECTS, []], help="all of them if none is named")
    parser.add_argument("--rounds", type=int, help=f"how often each contestant runs (default {ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="small numbers, for trying the benchmark itself")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one kind of database")
    return parser.parse_args()


def _show(lines: list[Line]) -> None:
    for line in lines:
        sign = {None: " ", True: "+", False: "-"}[line.is_met]
        print(f"{line.subject:9} {sign} {line.goal:13} {line.seen:44} {line.what}", flush=True)


if __name__ == "__main__":
    main()
