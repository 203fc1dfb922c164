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
from workflow.cli.serve import end_well_when_stopped, run
from workflow.showcase import Stage
from workflow.showcase.stage import DEAD, CannotPlay
from workflow.web import people

#: Links of the demo open as long as a visitor is likely to stay.
LINK_LASTS = timedelta(days=400)
#: Where the pages are unless somebody listens there already.
PORT = 8000
#: So many ports after the usual one are tried.
PORTS_TRIED = 50


def demo(
    terminal: bool = typer.Option(
        False, "--terminal", help="Play one procedure in this terminal instead, and end."
    ),
    port: int = typer.Option(None, help=f"Port of the pages; else {PORT}, or the next that is free."),
    serve: bool = typer.Option(True, help="--no-serve: end when all is prepared, and show no pages."),
) -> None:
    """Look at Assent in a browser: cases in every state, 173 Parties, a clock that can be moved.

    Everything is in the folder assent-demo, made anew each time; letters go to a mail catcher, none leaves
    this machine. The pages stay until Ctrl-C.

    Examples: assent demo   assent demo --port 8080   assent demo --terminal
    """
    if terminal:
        story.tell(folder.fresh())
        return
    end_well_when_stopped()
    # Listened to from the start: the port is ours, and a link that is opened early waits for its page.
    listener = _listen(port) if serve else None
    at_port = listener.getsockname()[1] if listener is not None else port or PORT
    settings_file = folder.fresh()
    base_url = f"http://{HOST}:{at_port}"
    with Catcher(DEAD) as catcher:
        settings = folder.write_settings(settings_file, catcher.port, base_url)
        stage = Stage(db.make_engine(settings.database.url), settings, catcher)
        out.print("[bold]Assent[/] takes a proposed partnership through everything the treaty demands.\n")
        stage.prepare()
        _play(stage)
        _show_cases(stage)
        if listener is None:
            out.print(f"\nPrepared in {folder.FOLDER}. The pages, with links to come in: assent demo")
            return
        _show_links(stage, base_url)
        out.print(f"\nThe pages are at {base_url}. Stop with Ctrl-C.", soft_wrap=True)
        _show_pages(stage, listener)


def _listen(port: int | None) -> socket.socket:
    """Listen on the port that is wanted, or on the first free one from the usual on."""
    for each in (port,) if port is not None else range(PORT, PORT + PORTS_TRIED):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, each))
            listener.listen(128)
        except (OSError, OverflowError):
            listener.close()
        else:
            return listener
    if port is not None:
        refuse(f"Port {port} cannot be had: it is in use, or not for you. Leave out --port, or name another.")
    refuse(f"None of the ports {PORT} to {PORT + PORTS_TRIED - 1} is free. Name one: assent demo --port 9000")


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
    out.print(f"  {'the public':<28} {base_url}/public", markup=False, soft_wrap=True)
    out.print(f"  {'anybody, and the letters':<28} {base_url}/demo", markup=False, soft_wrap=True)


def _show_pages(stage: Stage, listener: socket.socket) -> None:
    from workflow.web import create_app

    app = create_app(stage.engine, stage.clock, is_demo=True)
    app.state.stage = stage
    run(app, listener=listener)
