"""Passwords: what is kept of them, and which are taken."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN = 12
#: Longer ones only cost time.
LENGTH_MAX = 200

_HASHER = PasswordHasher()
#: Checked when a name is unknown, so that the answer takes as long as for a known one.
NOBODY = _HASHER.hash("nobody")


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def fits(kept: str, given: str) -> bool:
    """Whether a password is the one of which this is kept; of "" there is none."""
    try:
        return len(given) <= LENGTH_MAX and _HASHER.verify(kept, given)
    except (VerificationError, InvalidHashError):
        return False


def faults_of(password: str, again: str, *about: str) -> list[str]:
    """What is wrong with a new password.

    about   what others know of its owner: names and address
    """
    found = []
    if len(password) < LENGTH_MIN:
        found.append(
            f"The password has {len(password)} characters, fewer than {LENGTH_MIN}."
            " Several words make a good one."
        )
    if len(password) > LENGTH_MAX:
        found.append(f"The password has more than {LENGTH_MAX} characters. Choose a shorter one.")
    plain = password.casefold().strip()
    known = {word.casefold() for each in about if each for word in (each, each.partition("@")[0])}
    if plain in known or any(plain.replace(word, "").strip(" .-_0123456789") == "" for word in known):
        found.append("The password is made of your name. Choose another one.")
    if len(set(plain)) < 5:
        found.append("The password repeats a few characters. Choose another one.")
    if password != again:
        found.append("The two passwords are not the same. Write it twice.")
    return found
