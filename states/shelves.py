"""Where the files that law files share are found: beside the law file, else beside the shipped ones."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

CATALOGUES = "catalogues"
PARTS = "parts"


def shelf(kind: str, folder: Path | None) -> dict[str, Path]:
    """The shared files of a kind: name -> path; one's own win over shipped ones of the same name.

    kind     CATALOGUES or PARTS
    folder   that of the law file; None: it was not read from one
    """
    folders = [Path(str(files("states") / "law"))] + ([folder] if folder is not None else [])
    return {path.stem: path for each in folders for path in sorted((each / kind).glob("*.toml"))}
