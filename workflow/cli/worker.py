"""assent worker: sweeps what is due and sends what waits, until it is stopped."""

from __future__ import annotations

import logging
import signal
import sys
import time
from pathlib import Path

import typer

from notifications import Courier
from workflow import check, db, inbox, mailbox, scans, scheduler, sending, sweep
from workflow.cli.desk import desk, err, out, refuse


def worker(
    context: typer.Context,
    once: bool = typer.Option(False, "--once", help="Do what is due now, send what waits, and end."),
    heads_file: Path = typer.Option(None, help="File on another host that gets the record's heads daily."),
) -> None:
    """Fire deadlines and send letters, until stopped. Several workers may run, on several machines.

    Example: assent worker --heads-file /mnt/other-host/heads.txt
    """
    at = desk(context)
    db.require_current(at.engine)
    _refuse_faults(context)
    if once:
        _once(context)
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    stopped: list[int] = []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda number, _: stopped.append(number))
    running = scheduler.Worker(at.engine, at.clock, heads_file=heads_file)
    running.start()
    out.print("The worker runs. Stop it with Ctrl-C.")
    # A log file or a service manager must see it now, not when the buffer is full.
    sys.stdout.flush()
    while not stopped:  # a handler that set an Event could wait for the very lock it interrupts
        time.sleep(0.2)
    out.print("Stopping after what is under way.")
    running.stop()


def _refuse_faults(context: typer.Context) -> None:
    at = desk(context)
    faults = [f for f in check.findings(at.settings, at.engine, at.now()) if f.weight == "fault"]
    if faults:
        told = "\n".join(f"{fault.subject}: {fault.says} {fault.remedy}" for fault in faults)
        refuse(f"The worker does not start: something must be put right first.\n{told}")


def _once(context: typer.Context) -> None:
    at = desk(context)
    filed = _read_mail(context)
    scans.look(at.engine, at.now)
    swept = sweep.fire_due(at.engine, at.now(), batch=at.settings.sweep.batch)
    courier = Courier(check.mail_settings(at.settings))
    sent = sending.deliver(at.engine, courier, at.settings, at.now)
    out.print(f"{filed.read} messages read, {swept.fired} deadlines fired, {sent.sent} letters sent.")
    if sent.halted is not None:
        refuse(f"The queue is paused: {sent.halted.reason}. {sent.halted.remedy}")


def _read_mail(context: typer.Context) -> inbox.Filed:
    """Read what has come in, before anything closes by itself."""
    at = desk(context)
    if at.settings.mailbox.host:
        try:
            mailbox.look(at.engine, at.settings.mailbox, at.now)
        except mailbox.MailboxError as error:
            err.print(str(error), style="red", markup=False)
    return inbox.file_new(at.engine, at.now)
