"""A headless Chromium for the tests: what is installed, else a package that carries one."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import brotli

#: The package that carries a Chromium where none is installed, and what it must be to the bit.
PACKAGE = "@sparticuz/chromium@153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assent-tests"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoBrowser(Exception):
    """There is no Chromium, and none could be had. Install one, or name it in ASSENT_TEST_CHROMIUM."""


def executable() -> Path:
    """Where Chromium is. Raises NoBrowser."""
    named = os.environ.get("ASSENT_TEST_CHROMIUM")
    if named:
        return Path(named)
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    return _carried()


def _carried() -> Path:
    kept = CACHE / PACKAGE.replace("/", "_") / "chromium"
    if kept.is_file():
        return kept
    npm = shutil.which("npm")
    if npm is None:
        raise NoBrowser(NoBrowser.__doc__)
    kept.parent.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        [npm, "pack", PACKAGE, "--silent"], cwd=kept.parent, capture_output=True, text=True, timeout=300
    )
    if packed.returncode:
        raise NoBrowser(f"{NoBrowser.__doc__} npm said: {packed.stderr.strip()[-300:]}")
    archive = kept.parent / packed.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise NoBrowser(f"{PACKAGE} is not what it was: its sha512 is {digest}.")
    with tarfile.open(archive) as package:
        _unpack(package, kept)
    archive.unlink()
    # Without a configuration of its own it finds no font, and pages have no text.
    folder = kept.parent
    cache = folder / "fontcache"
    fonts = f"<fontconfig><dir>{folder}</dir><cachedir>{cache}</cachedir></fontconfig>"
    (folder / "fonts.conf").write_text(f'<?xml version="1.0"?>{fonts}')
    return kept


def environment(chromium: Path) -> dict[str, str]:
    """The environment in which it runs: a carried one brings its libraries and fonts along."""
    folder = chromium.parent
    if not (folder / "fonts.conf").is_file():
        return dict(os.environ)
    libraries = ":".join(str(found.parent) for found in folder.rglob("libnss3.so"))
    return {**os.environ, "LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(folder / "fonts.conf")}


def _unpack(package: tarfile.TarFile, kept: Path) -> None:
    """Take the browser and its libraries out of the package; all of them compressed with brotli."""
    for member in package.getmembers():
        name = Path(member.name).name
        stream = package.extractfile(member) if member.isfile() and name.endswith(".br") else None
        if stream is None:
            continue
        content = brotli.decompress(stream.read())
        if name.endswith(".tar.br"):
            with tarfile.open(fileobj=io.BytesIO(content)) as inner:
                # What it holds was checked with its sha512; Python 3.11.2 knows no filter.
                inner.extractall(kept.parent)
        else:
            (kept.parent / name.removesuffix(".br")).write_bytes(content)
    kept.chmod(0o755)
