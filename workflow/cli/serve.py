"""assent serve: the pages, and with them a worker."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
from typing import TYPE_CHECKING

import typer

from workflow import check, db, scheduler
from workflow.cli.desk import REFUSED, desk, out, refuse

if TYPE_CHECKING:
    from fastapi import FastAPI


def serve(
    context: typer.Context,
    host: str = typer.Option("127.0.0.1", help="Address to listen on; behind a proxy leave it as it is."),
    port: int = typer.Option(8000, help="Port to listen on."),
    worker: bool = typer.Option(True, help="Sweep and send in this process, too."),
) -> None:
    """Show the pages to browsers, until stopped. Several servers may run on one PostgreSQL database.

    Example: assent serve --port 8000
    """
    at = desk(context)
    db.require_current(at.engine)
    faults = [f for f in check.findings(at.settings, at.engine, at.now()) if f.weight == "fault"]
    if faults:
        told = "\n".join(f"{fault.subject}: {fault.says} {fault.remedy}" for fault in faults)
        refuse(f"The server does not start: something must be put right first.\n{told}")
    # The web framework takes longer to load than most commands run.
    from workflow.web import create_app

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    running = scheduler.Worker(at.engine, at.clock) if worker else None
    if running is not None:
        running.start()
    try:
        out.print(f"Assent listens on http://{host}:{port}. Stop it with Ctrl-C.")
        run(create_app(at.engine, at.clock), host, port)
    finally:
        if running is not None:
            running.stop()


def end_well_when_stopped() -> None:
    """From now on Ctrl-C and SIGTERM end this process in good order, with exit code 0.

    The web server ends first what is under way, then gives the signal on to whoever was there before it.
    """
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda number, _: sys.exit(0))


def run(app: FastAPI, host: str = "127.0.0.1", port: int = 0, listener: socket.socket | None = None) -> None:
    """Serve an application until it is stopped.

    listener   a socket that listens already, instead of host and port
    """
    import uvicorn

    # What is loaded now stays for ever: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    end_well_when_stopped()
    # No access log: its lines would hold the tokens of reply links.
    settings = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        # Pages that stay open and listen for changes must not hold up the end.
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(settings)
    server.run(sockets=[listener] if listener is not None else None)
    if not server.started:
        # It has said why.
        raise typer.Exit(REFUSED)
