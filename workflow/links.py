"""What leads back to us from a letter: the reply link, the addresses of answers and of bounces, a mark in the
subject.

All are derived, never stored: whoever knows the installation's secret can make them again, and nobody
who only reads the database can. Of a reply token the database keeps the hash.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Container

#: How many links one contact may have in one round: the first, and one for each that was revoked.
LINKS_MAX = 20

_BOUNCE = re.compile(r"bounce\+(\d{1,18})-([0-9a-f]{16})")
_ANSWER = re.compile(r"case\+.{1,200}\.(\d{1,18})-([0-9a-f]{16})")
_CASE = re.compile(r"case\+([^@]{1,200}?)(?:\.\d{1,18}-[0-9a-f]{16})?@", re.IGNORECASE)
_MARK = re.compile(r"\[(\d{1,18})-([0-9a-f]{8})\]")


def token_for(
    secret: bytes, case_id: int, round_no: int, member: str, contact_id: int | None, number: int = 0
) -> str:
    """The token by which one contact answers for one member in one round; the same whenever it is made.

    secret      of the installation (`config.secret`)
    contact_id  None for a member who has no contact on file
    number      how many such links of this contact were revoked before
    Returns     43 characters of the URL alphabet: an HMAC of 256 bits
    """
    # A line break cannot occur in a code, so no two different sets of values give the same text.
    text = f"reply\n{case_id}\n{round_no}\n{member}\n{contact_id or 0}" + (f"\n{number}" if number else "")
    return urlsafe_b64encode(_digest(secret, text)).decode("ascii").rstrip("=")


def token_behind(
    secret: bytes, kept: str, case_id: int, round_no: int, member: str, contact_id: int | None
) -> str | None:
    """The token of which the database keeps this hash; None if we never made it for this contact."""
    for number in range(LINKS_MAX):
        token = token_for(secret, case_id, round_no, member, contact_id, number)
        if hmac.compare_digest(token_hash(token), kept):
            return token
    return None


def token_in_use(
    secret: bytes,
    revoked: Container[str],
    case_id: int,
    round_no: int,
    member: str,
    contact_id: int | None,
) -> str:
    """The token a letter to this contact carries now: the first that was not revoked, else the last.

    revoked   hashes of tokens that open nothing any more
    """
    token = ""
    for number in range(LINKS_MAX):
        token = token_for(secret, case_id, round_no, member, contact_id, number)
        if token_hash(token) not in revoked:
            break
    return token


def sign_in_token(secret: bytes, message_id: str) -> str:
    """The token by which somebody of the Secretariat signs in, once: that of the letter that carries it.

    message_id   of the letter, made with something that cannot be guessed; it is kept, the token is not
    """
    return urlsafe_b64encode(_digest(secret, f"sign in\n{message_id}")).decode("ascii").rstrip("=")


def token_hash(token: str) -> str:
    """What the database keeps of a token: SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def reply_link(base_url: str, token: str) -> str:
    """The address of the page on which the bearer of this token answers."""
    return f"{base_url}/r/{token}"


def sign_in_link(base_url: str, token: str) -> str:
    """The address of the page on which the bearer of this token signs in."""
    return f"{base_url}/sign-in/{token}"


def case_address(reference: str, domain: str) -> str:
    """Where answers about a case arrive, for instance case+RAM-2024-001@cases.example.org."""
    return f"case+{reference}@{domain}"


def reference_in(address: str) -> str:
    """The reference of the case whose address this is, in capital letters; "" if it is none of ours."""
    found = _CASE.match(address)
    return found[1].upper() if found else ""


def answer_address(secret: bytes, reference: str, letter_id: int, domain: str) -> str:
    """Where answers to one letter arrive: the address of its case, with a seal that tells which letter."""
    return f"case+{reference}.{letter_id}-{_seal(secret, 'answer', letter_id)}@{domain}"


def letter_of_answer(secret: bytes, address: str) -> int | None:
    """The number of the letter that a mail to this address answers; None if we never made this address.

    Whoever writes there has seen the letter: a reference can be guessed, a seal cannot.
    """
    return _sealed(secret, "answer", _ANSWER.fullmatch(address.partition("@")[0].lower()), 16)


def subject_mark(secret: bytes, letter_id: int) -> str:
    """What ends the subject of a letter that is answered: it survives where an address is typed anew."""
    return f"[{letter_id}-{_seal(secret, 'subject', letter_id)[:8]}]"


def letter_of_subject(secret: bytes, subject: str) -> int | None:
    """The number of the letter whose mark a subject carries; None if there is none that we made."""
    return _sealed(secret, "subject", _MARK.search(subject), 8)


def bounce_address(secret: bytes, letter_id: int, domain: str) -> str:
    """The envelope sender of one letter: a bounce tells by it which letter came back."""
    return f"bounce+{letter_id}-{_seal(secret, 'bounce', letter_id)}@{domain}"


def letter_of_bounce(secret: bytes, address: str) -> int | None:
    """The number of the letter that a bounce to this address means; None if we never made this address.

    Without the seal anybody could have a Party marked as unreachable by writing to a guessed address.
    """
    return _sealed(secret, "bounce", _BOUNCE.fullmatch(address.partition("@")[0].lower()), 16)


def _sealed(secret: bytes, purpose: str, found: re.Match[str] | None, length: int) -> int | None:
    """The number in a match whose second group is its seal; None for a seal that is not ours."""
    if found is None:
        return None
    letter_id = int(found[1])
    is_ours = hmac.compare_digest(found[2], _seal(secret, purpose, letter_id)[:length])
    return letter_id if is_ours else None


def _seal(secret: bytes, purpose: str, letter_id: int) -> str:
    return _digest(secret, f"{purpose}\n{letter_id}").hex()[:16]


def _digest(secret: bytes, text: str) -> bytes:
    return hmac.digest(secret, text.encode(), "sha256")
