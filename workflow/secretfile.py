"""The file in which an installation keeps the secret it made for itself."""

import os
import re
import secrets
from pathlib import Path


class DamagedSecret(ValueError):
    """This is not the secret Assent wrote. Restore the file from a backup."""


def kept(path: Path) -> bytes:
    """The secret in this file; written on the first call, the same ever after.

    Returns  64 hexadecimal digits
    Raises   DamagedSecret; OSError when the file cannot be read or made
    """
    if not path.exists():
        _write_once(path, secrets.token_hex(32))
    text = path.read_bytes().strip()
    if not re.fullmatch(rb"[0-9a-f]{64}", text):
        # A new one would silently break every reply link that is already in somebody's mailbox.
        raise DamagedSecret(DamagedSecret.__doc__)
    return text


def _write_once(path: Path, text: str) -> None:
    """Write a file only its owner can read; of two processes that try, the first one wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears with its whole content or not at all; a half-written secret is never read.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
