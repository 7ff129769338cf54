"""The commands: each reads its arguments, calls the library and prints. Heavy parts are imported when one runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from headgate.errors import InputError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="AI analysis of tables in which only approved column header names ever leave.",
)
ledger = typer.Typer(no_args_is_help=True, help="What was decided, sent and run: the tamper-evident log.")
app.add_typer(ledger, name="ledger")
lists = typer.Typer(
    no_args_is_help=True, help="The workspace's own clients, sites and people: no spelling of them leaves."
)
app.add_typer(lists, name="lists")

Source = Annotated[
    str,
    typer.Argument(
        help="A CSV, TSV, Excel, Parquet, Feather, JSON, SQLite or DuckDB file, a folder, or "
        "postgresql://user@host/database.",
        show_default=False,
    ),
]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", "--table", help="The sheet of a workbook, or the table or view of a database.")
]
NamesOption = Annotated[
    str | None, typer.Option("--names", help="Column names, comma-separated, for a table without a header row.")
]
KindArgument = Annotated[str, typer.Argument(help="clients, sites or people.", show_default=False)]
AlsoOption = Annotated[
    str | None,
    typer.Option("--also", help="More files of the results, comma-separated: png, svg (every chart), xlsx."),
]
EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        help="Where the analyses run: duckdb (here), or postgresql://user@host/database, sc://host, spark://host:7077, "
        "to which the rows go for this run.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
ProviderOption = Annotated[str, typer.Option("--provider", help="A profile of profiles.toml, or local.")]
ReviewOption = Annotated[Path | None, typer.Option("--review", help="A file of decisions, TOML or JSON.")]
ApproveOption = Annotated[
    str | None,
    typer.Option("--approve", help="clean: approve what screening found clean, withhold the rest."),
]


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"headgate {version('headgate')}\n")
        raise typer.Exit


@app.callback()
def headgate(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """AI analysis of tables in which only approved column header names ever leave."""


@app.command()
def analyse(
    source: Source,
    out: Annotated[Path, typer.Option("--out", help="The folder the report is written to.")] = Path("report"),
    provider: ProviderOption = "local",
    review: ReviewOption = None,
    approve: ApproveOption = None,
    names: NamesOption = None,
    sheet: SheetOption = None,
    save_review: Annotated[Path | None, typer.Option("--save-review", help="Write the decisions to a file.")] = None,
    also: AlsoOption = None,
    engine: EngineOption = "duckdb",
    as_json: JsonOption = False,
) -> None:
    """Analyse a table: review its names, plan, run the plan on the rows here, write a report."""
    from headgate.cli import analysing

    given = analysing.Given(source, out, provider, review, approve, _split(names), sheet, save_review, engine)
    analysing.analyse(given, _split(also) or (), as_json=as_json)


@app.command()
def review(
    source: Annotated[str | None, typer.Argument(help="As for analyse.", show_default=False)] = None,
    provider: ProviderOption = "local",
    decisions: ReviewOption = None,
    names: NamesOption = None,
    sheet: SheetOption = None,
    save: Annotated[Path | None, typer.Option("--save", help="Write the decisions to a file.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Forget every decision remembered here.")] = False,
    forget_header: Annotated[str | None, typer.Option(help="Forget what is remembered of one header.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Review the names of a table at the terminal and record the approval; nothing is sent."""
    from headgate.cli import analysing

    if forget or forget_header is not None:
        analysing.forget(forget_header)
        return
    if source is None:
        raise InputError("name the table to review, or --forget")
    given = analysing.Given(source, None, provider, decisions, None, _split(names), sheet, save)
    analysing.review(given, as_json=as_json)


@app.command()
def run(
    plan: Annotated[Path, typer.Argument(help="The plan.json of a report.", show_default=False)],
    source: Source,
    out: Annotated[Path, typer.Option("--out", help="The folder the report is written to.")] = Path("report"),
    names: NamesOption = None,
    sheet: SheetOption = None,
    also: AlsoOption = None,
    engine: EngineOption = "duckdb",
    as_json: JsonOption = False,
) -> None:
    """Run a saved plan again on a table with the same columns: no provider is asked, and nothing leaves."""
    from headgate.cli import analysing

    given = analysing.Given(source, out, "local", None, None, _split(names), sheet, None, engine)
    analysing.run(plan, given, _split(also) or (), as_json=as_json)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="The folder the report is written to.")] = Path("demo-report"),
    also: AlsoOption = None,
    as_json: JsonOption = False,
) -> None:
    """Analyse the bundled table (a steel plant's year at 15 minutes) and say where the report is."""
    from importlib.resources import as_file, files

    from headgate.cli import analysing

    with as_file(files("headgate") / "demo" / "steel_industry_15min.csv.gz") as source:
        given = analysing.Given(source, out, "local", None, "clean", None, None, None)
        analysing.analyse(given, _split(also) or (), as_json=as_json)


@app.command()
def headers(source: Source, names: NamesOption = None, sheet: SheetOption = None, as_json: JsonOption = False) -> None:
    """Show the column headers of a source and their local types; no row is kept."""
    from headgate.app import read
    from headgate.cli import documents, show

    table = read(source, sheet, _split(names))
    if as_json:
        show.document(documents.table(table))
    else:
        show.headers(table)


@app.command()
def screen(
    rows: Annotated[bool, typer.Option("--rows", help='Read JSON lines {"headers": [...]}, a table each.')] = False,
) -> None:
    """Screen names from standard input, one a line; print one JSON object a name."""
    from headgate.app import own_names
    from headgate.cli import documents
    from headgate.screening import screen as screened

    own = own_names()
    for names in _tables(as_rows=rows):
        for one in screened(names, own):
            sys.stdout.write(json.dumps(documents.screened(one), ensure_ascii=False) + "\n")


@app.command()
def catalogue(
    rows: Annotated[bool, typer.Option("--rows", help='Read JSON lines {"headers": [...]}, a table each.')] = False,
) -> None:
    """Say what names from standard input mean, one a line; print one JSON object a name. Nothing leaves."""
    from headgate.catalogue import understand
    from headgate.cli import documents

    for names in _tables(as_rows=rows):
        for name, meaning in zip(names, understand(names, [None] * len(names)), strict=True):
            sys.stdout.write(json.dumps(documents.meaning(name, meaning), ensure_ascii=False) + "\n")


@app.command()
def correct(
    header: Annotated[str | None, typer.Argument(help="The column's header, as it stands.", show_default=False)] = None,
    role: Annotated[str | None, typer.Option(help="Its role, such as energy_cumulative.")] = None,
    quantity: Annotated[str | None, typer.Option(help="Its quantity, such as energy.")] = None,
    unit: Annotated[str | None, typer.Option(help="Its unit, such as MWh, or none.")] = None,
    medium: Annotated[str | None, typer.Option(help="What carries it, such as gas.")] = None,
    fold: Annotated[str | None, typer.Option(help="How it folds: sum, mean, max, min, last, count, none.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Forget what was said of the header, or of all.")] = False,
) -> None:
    """Say what a column means; it is kept here, sealed, and goes before names, rows and providers. Alone: list them."""
    from headgate.cli import correcting

    said = {"role": role, "quantity": quantity, "unit": unit, "medium": medium, "fold": fold}
    correcting.correct(header, said, forget=forget)


@app.command()
def wire(
    source: Source,
    provider: Annotated[str, typer.Option("--provider", help="A profile of profiles.toml.", show_default=False)],
    review: ReviewOption = None,
    approve: ApproveOption = None,
    names: NamesOption = None,
    sheet: SheetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the exact bytes that would leave, and send nothing. Without --review: as --approve clean."""
    from headgate.cli import analysing

    chosen = approve or (None if review else "clean")
    given = analysing.Given(source, None, provider, review, chosen, _split(names), sheet, None)
    analysing.wire(given, as_json=as_json)


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Check this installation: what holds, what does not, and what that means."""
    from headgate.cli import examination, show

    checks = examination.examine()
    if as_json:
        show.document({"checks": [check.to_json() for check in checks], "ok": all(check.ok for check in checks)})
    else:
        show.checks(checks)
    raise typer.Exit(0 if all(check.ok for check in checks) else 5)


@lists.command("add")
def lists_add(
    kind: KindArgument,
    source: Annotated[str, typer.Argument(help="A file, or - for standard input.", metavar="FILE")] = "-",
) -> None:
    """Add names, one a line (of a .csv the first column), to a list that is kept here, sealed."""
    from headgate.cli import lists as own_lists

    own_lists.add(kind, source)


@lists.command("show")
def lists_show(
    kind: Annotated[str | None, typer.Argument(help="clients, sites or people; all without it.")] = None,
    entries: Annotated[bool, typer.Option("--entries", help="Print the names too, in clear.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say how many names each list has."""
    from headgate.cli import lists as own_lists

    own_lists.listed(kind, entries=entries, as_json=as_json)


@lists.command("remove")
def lists_remove(
    kind: KindArgument,
    names: Annotated[list[str] | None, typer.Argument(help="The names, as they were added.", metavar="NAME")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove every name of the list.")] = False,
) -> None:
    """Remove names from a list."""
    from headgate.cli import lists as own_lists

    own_lists.remove(kind, names or [], everything=everything)


@ledger.command("list")
def ledger_list(as_json: JsonOption = False) -> None:
    """List the entries, oldest first."""
    from headgate.app import opened
    from headgate.cli import show

    with opened() as state:
        listed = list(enumerate(state.ledger.entries()))
    if as_json:
        show.document({"entries": [{"index": index, **entry.to_json()} for index, entry in listed]})
    else:
        show.entries(listed)


@ledger.command("show")
def ledger_show(
    index: Annotated[int, typer.Argument(help="The entry's number, from 0.")],
    as_json: JsonOption = True,
) -> None:
    """Print one entry with its receipt and the names of its manifest: always as JSON, --json or not."""
    from headgate.app import opened
    from headgate.cli import documents, show

    with opened() as state:
        entry, receipt = state.ledger.entry(index), state.ledger.receipt(index)
        manifest = documents.manifest_of(entry, state.manifests)
    show.document({"index": index, "entry": entry.to_json(), "manifest": manifest, "receipt": receipt.to_json()})


@ledger.command("receipt")
def ledger_receipt(
    index: Annotated[int, typer.Argument(help="The number of the send's intent or outcome, from 0.")],
    as_json: JsonOption = False,
) -> None:
    """Show what left with a send: the exact bytes, when, to whom, and under what; with its proofs in --json."""
    from headgate.app import receipt
    from headgate.cli import show

    sent = receipt(index)
    if as_json:
        show.document(sent.to_json())
    else:
        show.sent(sent)


@ledger.command("verify")
def ledger_verify(as_json: JsonOption = False) -> None:
    """Recompute the whole ledger; leave with 5 where it is not what was written."""
    from headgate.app import opened
    from headgate.cli import show

    with opened() as state:
        verification = state.ledger.verify()
    if as_json:
        show.document(verification.to_json())
    else:
        show.verification(verification)
    raise typer.Exit(0 if verification.ok else 5)


def _split(names: str | None) -> list[str] | None:
    """Column names as given on the command line: one CSV record, so that a name may hold a quoted comma."""
    import csv

    return None if names is None else [name.strip() for name in next(csv.reader([names]), [])]


def _tables(*, as_rows: bool) -> list[list[str]]:
    """The names on standard input: of one table, one a line, or of several, a JSON object a line."""
    lines = sys.stdin.buffer.read().decode("utf-8", "replace").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    if as_rows:
        return [_row(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return [[line.removesuffix("\r") for line in lines]]


def _row(number: int, line: str) -> list[str]:
    try:
        value: Any = json.loads(line)
    except ValueError:
        raise InputError(f"line {number} of standard input is not JSON") from None
    headers = value.get("headers") if isinstance(value, dict) else None
    if not isinstance(headers, list) or not all(isinstance(header, str) for header in headers):
        raise InputError(f'line {number} of standard input is not {{"headers": ["…"]}}')
    return headers
