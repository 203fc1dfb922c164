"""assent demo: an installation to look at, with cases in every state and a clock that can be moved."""

from __future__ import annotations

import socket
from datetime import timedelta

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import select

from workflow import db, links, queries
from workflow.catcher import HOST, Catcher
from workflow.cli import folder, story
from workflow.cli.desk import out, refuse
from workflow.cli.serve import run
from workflow.showcase import Stage
from workflow.showcase.stage import DEAD, CannotPlay
from workflow.web import people

#: Links of the demo open as long as a visitor is likely to stay.
LINK_LASTS = timedelta(days=400)


def demo(
    pages: bool = typer.Option(
        False, "--pages", help="Prepare cases in every state and show them in a browser, until stopped."
    ),
    port: int = typer.Option(8000, help="Port of the pages."),
    serve: bool = typer.Option(True, help="With --pages: serve them; else end when all is prepared."),
) -> None:
    """Play one procedure in this terminal: 173 Parties, real letters to a mail catcher, a simulated clock.

    With --pages: an installation to look at, with cases in every state and a clock that can be moved.
    All of it is in the folder assent-demo; no letter leaves this machine.

    Examples: assent demo   assent demo --pages
    """
    if pages and serve and not _is_free(port):
        refuse(f"Port {port} is in use. Choose another: assent demo --pages --port {port + 1}")
    settings_file = folder.fresh()
    if not pages:
        story.tell(settings_file)
        return
    base_url = f"http://{HOST}:{port}"
    with Catcher(DEAD) as catcher:
        settings = folder.write_settings(settings_file, catcher.port, base_url)
        stage = Stage(db.make_engine(settings.database.url), settings, catcher)
        out.print("[bold]Assent[/] takes a proposed partnership through everything the treaty demands.\n")
        stage.prepare()
        _play(stage)
        _show_cases(stage)
        _show_links(stage, base_url)
        if serve:
            _show_pages(stage, port)


def _play(stage: Stage) -> None:
    columns = (TextColumn("  Two years of cases"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, console=out) as progress:
            task = progress.add_task("steps", total=None)
            stage.play(lambda done, of: progress.update(task, completed=done, total=of))
    except CannotPlay as error:
        refuse(f"The demo cannot go on. {error}")


def _show_cases(stage: Stage) -> None:
    with db.reading(stage.engine) as session:
        cases = session.execute(
            select(queries.CASES.c.reference, queries.CASES.c.state, queries.CASES.c.title).order_by(
                queries.CASES.c.id
            )
        ).all()
    out.print()
    for row in cases:
        out.print(f"  {row.reference:<11} {row.state:<23} {row.title}", markup=False)


def _show_links(stage: Stage, base_url: str) -> None:
    """Links that sign in, and links by which Parties and a member answer."""
    now = stage.clock.now()
    told = []
    with db.transaction(stage.engine) as session:
        for name, words in (("officer", "an officer"), ("secretary-general", "the Secretary General")):
            token = people.make_link(session, name, now, LINK_LASTS)
            told.append((words, f"{base_url}/sign-in/{token}"))
        letters = queries.LETTERS
        for words, state, member in (
            ("a Committee member (Japan)", "committee_approval", "asia-2"),
            ("Switzerland", "notification", "CH"),
            ("Senegal, in French", "notification", "SN"),
            ("Uruguay, in Spanish", "notification", "UY"),
        ):
            row = session.execute(
                select(letters.c.case_id, letters.c.round, letters.c.contact_id)
                .join(queries.CASES, queries.CASES.c.id == letters.c.case_id)
                .where(
                    queries.CASES.c.state == state, letters.c.member == member, letters.c.purpose == "request"
                )
                .order_by(letters.c.id.desc())
                .limit(1)
            ).one()
            token = links.token_for(stage.house.secret, row.case_id, row.round, member, row.contact_id)
            told.append((words, links.reply_link(base_url, token)))
    out.print("\n[bold]Come in as[/]")
    for words, address in told:
        out.print(f"  {words:<28} {address}", markup=False, soft_wrap=True)
    out.print(f"  {'anybody, and the letters':<28} {base_url}/demo", markup=False, soft_wrap=True)


def _show_pages(stage: Stage, port: int) -> None:
    from workflow.web import create_app

    app = create_app(stage.engine, stage.clock, is_demo=True)
    app.state.stage = stage
    out.print(f"\nThe pages are at http://{HOST}:{port}. Stop with Ctrl-C.")
    run(app, HOST, port)


def _is_free(port: int) -> bool:
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, port))
        except OSError:
            return False
    return True
