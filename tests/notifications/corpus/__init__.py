"""Mail written for these tests, as people and programs write it about one letter of ours.

Each message is made anew from the letter it answers (letter.py), so that what is quoted in it is what we
really send. people.py, machines.py and broken.py hold the messages, programs.py how mail programs dress them,
expected.toml what is to be made of each.
"""

import tomllib
from pathlib import Path

from tests.notifications.corpus import broken, machines, people
from tests.notifications.corpus.letter import Sent, sample

__all__ = ["EXPECTED", "MAKERS", "Sent", "mails", "sample"]

MAKERS = people.MAKERS | machines.MAKERS | broken.MAKERS
EXPECTED = tomllib.loads((Path(__file__).parent / "expected.toml").read_text(encoding="utf-8"))


def mails(sent: Sent) -> dict[str, bytes]:
    """Every message of the corpus about that letter, by its name."""
    return {name: make(sent) for name, make in MAKERS.items()}
