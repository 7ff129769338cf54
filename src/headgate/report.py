"""What an analysis gives back: a value that shows itself in a notebook and saves itself whole or not at all."""

from __future__ import annotations

import errno
import html
import json
import os
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.canonical import Json, sha256
from headgate.catalogue.meaning import Meaning
from headgate.charts.export import charts_png, charts_svg, file_name, results_csv
from headgate.charts.page import page
from headgate.charts.view import ColumnView, ReceiptView, ReportView, SentView
from headgate.clock import stamp
from headgate.engines.interface import Outcome, Result, Skipped
from headgate.errors import InputError, UnavailableError
from headgate.gate import Answer
from headgate.headers import Table
from headgate.isolation import MEANINGS, IsolationLevel
from headgate.ledger import DECIDERS, Receipt
from headgate.manifest import ApprovedManifest, Column, Decision, wire_names
from headgate.plan import Plan, Question, to_json
from headgate.screening import Screened

if TYPE_CHECKING:
    import pandas as pd

ALSO = ("png", "svg", "xlsx")
_OURS = {"index.html", "plan.json", "results", "charts", "results.xlsx"}
_MARK = b'<meta name="generator" content="Headgate '
_HEAD_BYTES = 4096
_MADE = re.compile(r"\d{2,}-[a-z0-9_]+-[a-z0-9_-]+\.(?:csv|png|svg)")


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """Everything one analysis found and did.

    `screened` and `decisions` follow the source's order of headers; `outcomes` the plan's order of analyses. `answer`
    is None where nothing left. `receipt` is the ledger's proof of the run, `isolation` that of the cell. `changes` say
    how the table differs from the one a repeated plan was made for.
    """

    table: Table
    screened: tuple[Screened, ...]
    decisions: tuple[Decision, ...]
    manifest: ApprovedManifest
    plan: Plan
    outcomes: tuple[Outcome, ...]
    provider: str
    answer: Answer | None
    receipt: Receipt
    made_at: datetime
    isolation: IsolationLevel
    changes: tuple[str, ...] = ()

    @property
    def results(self) -> tuple[Result, ...]:
        """What was found, in the plan's order. Each result's tables are Arrow tables."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Result))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What was not run, each with its reason."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Skipped))

    def to_pandas(self) -> dict[str, pd.DataFrame]:
        """Every result table as a data frame, keyed by the name its CSV file has without the ending.

        Raises InputError, naming the extra to install, where pandas is missing.
        """
        try:
            import pandas  # noqa: F401
        except ImportError:
            raise InputError("pandas is not installed: pip install 'headgate[pandas]'") from None
        return {
            file_name(result, number, name).removesuffix(".csv"): table.to_pandas()
            for number, result in self._numbered()
            for name, table in result.tables.items()
        }

    def plan_json(self) -> Json:
        """The plan as a document (docs/formats/plan.md). It holds headers: it stays here."""
        return to_json(self.plan, self.manifest.columns)

    def html(self) -> str:
        """The report as one self-contained page that requests nothing from anywhere."""
        return page(self._view())

    def __repr__(self) -> str:
        return f"<Report on {self.table.path.name}: {len(self.results)} results, {len(self.skipped)} skipped>"

    def _repr_html_(self) -> str:
        framed = html.escape(self.html(), quote=True)
        return f'<iframe sandbox srcdoc="{framed}" style="width:100%;height:900px;border:0"></iframe>'

    def files(self, also: Collection[str] = ()) -> Mapping[str, bytes]:
        """Every file of the report folder: its relative path and its bytes.

        `also` adds every chart as "svg" or "png", and "xlsx", all result tables in one workbook. Raises InputError
        where it names anything else.
        """
        refuse_unknown(also)
        made = {"index.html": self.html().encode(), "plan.json": json.dumps(self.plan_json(), indent=1).encode()}
        for number, result in self._numbered():
            made |= {f"results/{name}": data for name, data in results_csv(result, number).items()}
            pictures = charts_svg(result, number) if {"svg", "png"} & set(also) else {}
            made |= {f"charts/{name}": text.encode() for name, text in pictures.items() if "svg" in also}
            made |= {f"charts/{name}": data for name, data in charts_png(pictures).items() if "png" in also}
        if "xlsx" in also:
            from headgate.charts.workbook import workbook

            made["results.xlsx"] = workbook(self.results, self.made_at)
        return made

    def save(self, folder: str | Path, also: Collection[str] = ()) -> Path:
        """The path of index.html in the folder, which now holds this report and nothing of an earlier one.

        `also` adds charts and a workbook, as for `files`.

        Written beside the folder and moved into place, so that there is never half a report. Raises InputError if the
        folder holds anything but an earlier report, UnavailableError if the disk is full.
        """
        folder = Path(folder).resolve()
        refuse_unknown(also)
        refuse_foreign(folder)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as beside:
                fresh = Path(beside) / "new"
                for name, data in self.files(also).items():
                    path = fresh / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                if folder.exists():
                    folder.rename(Path(beside) / "old")
                fresh.rename(folder)
        except OSError as error:
            raise _write_error(error, folder) from None
        return folder / "index.html"

    def _numbered(self) -> Sequence[tuple[int, Result]]:
        return list(enumerate(self.results, 1))

    def _view(self) -> ReportView:
        columns = sorted(self.manifest.columns, key=lambda column: column.position)
        sent = self._sent()
        return ReportView(
            table=self.table.path.name,
            made_at=stamp(self.made_at),
            planner=self.provider,
            version=version("headgate"),
            columns=tuple(self._column(column) for column in columns),
            outcomes=self.outcomes,
            sent=(sent,) if sent else (),
            receipt=ReceiptView(
                self.receipt.index,
                self.receipt.leaf_hash,
                self.receipt.root,
                f"{DECIDERS[self.manifest.by]}; under policy {self.manifest.policy}",
                _process("a process without network", self.isolation),
                sha256(self.answer.envelope.body) if self.answer else "",
            ),
            questions=tuple(Question(self._header(question.about), question.ask) for question in self.plan.questions),
            dropped=self.plan.dropped,
        )

    def _column(self, column: Column) -> ColumnView:
        meaning: Meaning = self.plan.meanings[column.id]
        return ColumnView(
            header=column.header,
            role=meaning.role.value,
            unit=meaning.unit,
            origin=meaning.origin,
            verdict=self.screened[column.position].verdict,
            public_name=column.public_name,
        )

    def _header(self, column_id: str) -> str:
        return next((column.header for column in self.manifest.columns if column.id == column_id), column_id)

    def _sent(self) -> SentView | None:
        if self.answer is None:
            return None
        envelope, tls = self.answer.envelope, self.answer.tls
        return SentView(
            method=envelope.method,
            url=f"{'https' if tls else 'http'}://{envelope.host}:{envelope.port}{envelope.path}",
            when=stamp(self.answer.at),
            tls=f"{tls.version}, {tls.cipher}" if tls else "none: a model on this machine",
            names=wire_names(self.manifest.names),
            approved=len(self.manifest.names),
            gate=_process("a process that can open no table", self.answer.isolation),
            entry=self.answer.intent.index,
            body=envelope.body.decode(),
        )


def _process(sealed: str, level: IsolationLevel) -> str:
    """What the process was: as `sealed` says only where files and calls were both held by the system."""
    if level is IsolationLevel.ENGINE:
        return f"a process that reaches its database or cluster alone; isolation {level} ({MEANINGS[level]})"
    held = level in {IsolationLevel.L2, IsolationLevel.L3}
    return f"{sealed if held else 'a process of its own'}; isolation {level} ({MEANINGS[level]})"


def refuse_unknown(also: Collection[str]) -> None:
    """Every name is a format that `files` can add; else InputError, before anything is analysed or sent."""
    for each in also:
        if each not in ALSO:
            raise InputError(f"{each!r} is no format of ours; --also takes {', '.join(ALSO)}")


def refuse_foreign(folder: Path) -> None:
    """A report can be saved to the folder: an earlier one may be replaced, anything else of a person's may not.

    Raises InputError where it cannot, before anything is analysed or sent.
    """
    standing = next(each for each in (folder, *folder.parents) if each.exists())
    if folder.is_file():
        raise InputError(f"{folder} is a file; name a folder with --out")
    if not standing.is_dir() or not os.access(standing, os.W_OK):
        raise InputError(f"no report can be written to {folder}; name another folder with --out")
    if not folder.exists():
        return
    held = set(os.listdir(folder))
    made = all(_are_ours(folder / name) for name in ("results", "charts"))
    if held and not (held <= _OURS and _is_report(folder / "index.html") and made):
        raise InputError(f"{folder} holds something else than a report; name another folder with --out")


def _is_report(page: Path) -> bool:
    """Whether this page was written by Headgate: it says so itself."""
    if not page.is_file():
        return False
    with page.open("rb") as file:
        return _MARK in file.read(_HEAD_BYTES)


def _are_ours(folder: Path) -> bool:
    """Whether the folder, where there is one, holds files of a report's results and nothing else."""
    if not folder.exists():
        return True
    return folder.is_dir() and all(each.is_file() and _MADE.fullmatch(each.name) for each in folder.iterdir())


def _write_error(error: OSError, folder: Path) -> UnavailableError | InputError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
        return UnavailableError(f"the report could not be written to {folder}: the disk is full or failing")
    return InputError(f"the report could not be written to {folder}: {error.strerror}; name another folder with --out")
