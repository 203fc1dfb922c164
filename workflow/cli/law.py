"""assent law: the law files, read, shown, drawn and checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer
from rich.table import Table

from notifications import LANGUAGES
from states import reader
from states.account import Entry, account
from states.chart import draw as drawn
from states.chart import permissions_table, show
from states.effects import plain
from states.faults import ProcedureError
from states.glossary import glossary
from states.handbook import handbook
from states.procedure import Procedure
from states.soundness import check as faults_of
from workflow import check as checks
from workflow import house, i18n, transfers
from workflow.cli.desk import JSON, REFUSED, WRONG_USE, as_json, desk, err, out, refuse
from workflow.i18n.catalogs import catalog
from workflow.transfers import Transfer

app = typer.Typer(no_args_is_help=True, help="The law files: what a procedure asks for, in words and drawn.")

WHICH = typer.Argument(
    ..., metavar="ID|FILE", help="A procedure (ramsar-private), or the path of a law file."
)


@app.command("list", epilog="Example: assent law list")
def list_(context: typer.Context, json_: bool = JSON) -> None:
    """Every procedure and edition there is."""
    laws = house.laws_of(desk(context).settings).all
    if json_:
        as_json([{"id": p.id, "edition": p.edition, "title": p.title, "status": p.status} for p in laws])
        return
    shown = Table("id", "edition", "status", "title", box=None, padding=(0, 2, 0, 0))
    for p in laws:
        shown.add_row(p.id, p.edition, p.status, p.title)
    out.print(shown)


@app.command(
    "show",
    epilog="Examples: assent law show ramsar-private   assent law show unep --language fr   "
    "assent law show --all > docs/procedures.md",
)
def show_(
    context: typer.Context,
    which: str = typer.Argument("", metavar="ID|FILE", help="A procedure, or the path of a law file."),
    permissions: bool = typer.Option(False, "--permissions", help="Only who may do what, as a table."),
    language: str = typer.Option("en", "--language", help="en, fr or es: in which it is told."),
    is_all: bool = typer.Option(
        False, "--all", help="Every shipped procedure as one document in Markdown: stages, and who does what."
    ),
) -> None:
    """A procedure told in full: who is asked what, by when, what silence means, who may do what."""
    if is_all:
        print(handbook([reader.load(id_) for id_ in reader.shipped()]), end="")
        return
    if not which:
        refuse("Name a procedure, such as ramsar-private, or write --all.", WRONG_USE)
    procedure = _found(context, which)
    _require_language(language)
    print(permissions_table(procedure) if permissions else _told(procedure, language), end="")


@app.command("draw", epilog="Example: assent law draw ramsar-private --form mermaid")
def draw_(
    context: typer.Context,
    which: str = typer.Argument("ramsar-private", metavar="ID|FILE", help="A procedure or a law file."),
    form: str = typer.Option("words", help="words, mermaid or dot."),
) -> None:
    """A procedure as a drawing."""
    if form == "dot":
        print(drawn(_found(context, which), "dot"), end="")
    elif form == "mermaid":
        print(drawn(_found(context, which), "mermaid"), end="")
    elif form == "words":
        print(drawn(_found(context, which), "words"), end="")
    else:
        refuse(f"'{form}' is not a form of drawing. Use words, mermaid or dot.", WRONG_USE)


@app.command("check", epilog="Example: assent law check my-draft.toml")
def check_(context: typer.Context, which: list[str] = WHICH) -> None:
    """Say every fault of a law file, with its place and what to do; nothing runs under a file with faults."""
    is_faulty = False
    for each in which:
        try:
            procedure = _found(context, each)
            faults = faults_of(procedure, checks.known())
        except ProcedureError as error:
            faults = list(error.faults)
        for fault in faults:
            err.print(str(fault), markup=False)
        if faults:
            is_faulty = True
        else:
            out.print(f"{each}: sound.", markup=False)
    if is_faulty:
        raise typer.Exit(REFUSED)


@app.command("words", epilog="Example: assent law words")
def words_(context: typer.Context) -> None:
    """The words a law file may use, with what each means; docs/law-file.md tells where they stand."""
    for heading, words in glossary().items():
        out.print(f"[bold]{heading.replace('`', '')}[/bold]")
        shown = Table(box=None, padding=(0, 2, 0, 1), show_header=False)
        shown.add_column(no_wrap=True)
        shown.add_column()
        for word, meaning in words.items():
            shown.add_row(word, meaning)
        out.print(shown, markup=False)
        out.print()
    known = checks.known()
    for heading, names in (
        ("Audiences", known.audiences),
        ("Letters", known.templates),
        ("Calendars", known.calendars),
    ):
        out.print(f"[bold]{heading}[/bold]\n {', '.join(sorted(names))}\n")


@app.command(
    "migrate",
    epilog="Example: assent law migrate --from ramsar-private/2026 --to ramsar-private/2027 --dry-run",
)
def migrate_(
    context: typer.Context,
    from_: str = typer.Option(..., "--from", metavar="ID/EDITION", help="The edition they were begun under."),
    to: str = typer.Option(..., "--to", metavar="ID/EDITION", help="The edition they are to go on under."),
    is_trial: bool = typer.Option(False, "--dry-run", help="Say what would change, and change nothing."),
    by: str = typer.Option("", metavar="NAME", help="Sign-in name of whoever decides it."),
    reason: str = typer.Option("", help="Why; it is kept in the record of each case."),
    batch: int = typer.Option(100, min=1, max=1000, help="Cases moved in one transaction."),
    language: str = typer.Option("en", "--language", help="en, fr or es: in which is said why a case stays."),
    json_: bool = JSON,
) -> None:
    """Move every open case of one edition of a law file to a newer one, as its [takes_over] table says.

    A case keeps what its Parties were told; where the newer file would tell them something else while a
    question is open, the case stays, and it is said why.
    """
    _require_language(language)
    at = desk(context)
    laws = house.laws_of(at.settings)
    try:
        old, new = (laws.edition(*_edition(each)) for each in (from_, to))
    except ProcedureError as error:
        refuse(str(error), WRONG_USE)
    if faults := faults_of(new, checks.known()):
        refuse("\n".join(str(each) for each in faults), REFUSED)
    if is_trial:
        told = transfers.foreseen(at.engine, old, new, at.now())
    else:
        told = []
        for moved in transfers.carry_out(at.engine, old, new, reason, by, at.now(), batch):
            told += moved
            if not json_:
                out.print(f"{len(told)} looked at", markup=False)
    stay = [each for each in told if each.reasons]
    if json_:
        as_json([plain(each) | {"reasons": _why(each, language)} for each in told])
    else:
        _print_transfers(told, is_trial, language)
    if stay:
        raise typer.Exit(REFUSED)


def _edition(name: str) -> tuple[str, str]:
    id, slash, edition = name.partition("/")
    if not slash:
        refuse(f"'{name}' names no edition. Write ID/EDITION, such as ramsar-private/2026.", WRONG_USE)
    return id, edition


def _require_language(language: str) -> None:
    if language not in LANGUAGES:
        refuse(f"Nothing is said in '{language}' here. Use one of: {', '.join(LANGUAGES)}.", WRONG_USE)


def _told(law: Procedure, language: str) -> str:
    """A procedure in words, as its page tells it; only what names a state or an action has the name too."""

    def labelled(entry: Entry) -> str:
        return catalog(language).text("page", entry.label) or entry.label

    def named(text: str) -> str:
        said = i18n.title(text, language, law.id)
        said = said if said != text else i18n.provision(text, "", law, language)
        return said if said != text else catalog(language).text("page", text) or text

    def told(entry: Entry, heading: str) -> Entry:
        words = i18n.provision(entry.words, entry.label, law, language, cited=bool(heading))
        if entry.label in ("Action", "State"):
            # What pages and programs call it, and its title.
            name, mark, title = entry.words.partition(": ")
            words = f"{name}{mark}{named(title)}" if mark else entry.words
        # The names of a list of its own keep the width that it has.
        width = entry.width if heading else broad
        return replace(entry, label=labelled(entry), words=words, width=width)

    broad = max(
        len(labelled(entry))
        for section in account(law)
        for heading, group in zip(section.headings, section.groups, strict=True)
        for entry in group
        if not heading
    )
    return show(law, named, told)


def _why(of: Transfer, language: str) -> list[str]:
    return [i18n.sentence(each, language) for each in of.reasons]


def _print_transfers(told: list[Transfer], is_trial: bool, language: str) -> None:
    stay = [each for each in told if each.reasons]
    for each in told:
        way = each.state if each.state == each.to else f"{each.state} -> {each.to}"
        out.print(f"{each.reference}  {way}{'' if not each.reasons else '  stays'}", markup=False)
        for why in _why(each, language):
            out.print(f"    {why}", markup=False)
        for moved in each.dates:
            days = " -> ".join(str(day) for day in (moved.old, moved.new) if day is not None)
            out.print(f"    {moved.how:<10}  {days:<24}  {moved.what}", markup=False)
    done = "would be moved" if is_trial else "moved"
    out.print(f"{len(told) - len(stay)} {done}, {len(stay)} {'would stay' if is_trial else 'stay'}.")


def _found(context: typer.Context, which: str) -> Procedure:
    if which.endswith(".toml"):
        return reader.load(Path(which))
    return house.laws_of(desk(context).settings).current(which)
