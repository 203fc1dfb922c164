"""assent rehearse: play a case on a simulated clock, and say whether it went as written."""

from __future__ import annotations

from pathlib import Path

import typer

from states import reader
from states.faults import ProcedureError
from workflow import check
from workflow import rehearse as rehearsing
from workflow.cli.desk import JSON, REFUSED, WRONG_USE, as_json, err, out
from workflow.rehearsal import RehearsalError
from workflow.rehearsal_file import read


def rehearse(
    files: list[Path] = typer.Argument(..., help="Rehearsal files (TOML)."),
    law: Path = typer.Option(None, "--law", help="Play against this law file instead of the shipped one."),
    json_: bool = JSON,
) -> None:
    """Play rehearsals in a throw-away database, with a simulated clock and a mail catcher.

    Exit code 0: all went as written; 1: not, with each difference; 2: a file is wrong, with the place.

    Example: assent rehearse tests/stories/*.toml
    """
    is_wrong = differs = False
    told = []
    procedure = check.require_sound(reader.read(law)) if law is not None else None
    for file in files:
        try:
            report = rehearsing.play(read(file, procedure))
        except (RehearsalError, ProcedureError) as error:
            err.print(str(error), style="red", markup=False)
            is_wrong = True
            continue
        differs = differs or not report.ok
        told.append(report.plain())
        if not json_:
            out.print(report.text(), end="", markup=False)
    if json_:
        as_json(told)
    if is_wrong or differs:
        raise typer.Exit(WRONG_USE if is_wrong else REFUSED)
