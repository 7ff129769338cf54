"""Measure the gate: the time it adds to a bare POST of the same bytes, and its bytes beside those of sampled rows."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.approvals import ACTOR, manifest_of  # noqa: E402
from tests.tls_server import Authority, provider  # noqa: E402

from headgate import headers  # noqa: E402
from headgate.canonical import canonical_json  # noqa: E402
from headgate.database import open_database  # noqa: E402
from headgate.gate.envelope import envelope, wire_bytes  # noqa: E402
from headgate.gate.send import Gate  # noqa: E402
from headgate.gate.store import sent_records  # noqa: E402
from headgate.gate.template import load_template  # noqa: E402
from headgate.gate.transport import exchange  # noqa: E402
from headgate.isolation import IsolationLevel  # noqa: E402
from headgate.ledger import Ledger  # noqa: E402
from headgate.manifest import (  # noqa: E402
    ApprovedManifest,
    ManifestStore,
    record_approval,
    wire_names,
)
from headgate.providers.profiles import Dialect, Profile  # noqa: E402
from headgate.screening.store import OwnLists  # noqa: E402

RUNS = 30
SAMPLE_ROWS = 5
Row = tuple[str, str, str, str]


@dataclass
class Timed:
    """The seconds each call of a function took."""

    call: Callable[..., object]
    seconds: list[float] = field(default_factory=list)

    def __call__(self, *given: object, **named: object) -> object:
        begun = time.perf_counter()
        try:
            return self.call(*given, **named)
        finally:
            self.seconds.append(time.perf_counter() - begun)

    @property
    def median(self) -> float:
        """In milliseconds, the first call left out."""
        return statistics.median(self.seconds[1:]) * 1e3


@contextmanager
def approved(names: tuple[str, ...]) -> Iterator[tuple[Gate, ApprovedManifest, Profile]]:
    """A gate in a fresh state folder with these names approved, and a server it may send them to."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        database = open_database(Path(folder) / "home")
        ledger, manifests = Ledger(database), ManifestStore(database)
        manifest = manifest_of(*names)
        manifests.save(manifest)
        record_approval(manifest, ledger)
        with provider(None, authority.leaf()[0]) as sink:
            profile = Profile(
                name="sink",
                dialect=Dialect.OPENAI_CHAT,
                host="localhost",
                port=sink.port,
                path="/v1/chat/completions",
                model="model-1",
                key_env="KEY",
                ca_file=authority.file,
                loopback=True,
            )
            known = {"sink": profile}
            yield (
                Gate(
                    manifests,
                    ledger,
                    sent_records(database),
                    OwnLists(database),
                    known,
                    {"KEY": "sk"}.get,
                    IsolationLevel.L0,
                    ACTOR,
                ),
                manifest,
                profile,
            )
        database.close()


def time_row() -> Row:
    """The time a send takes beside the bare exchange of the same bytes, one after the other in turn."""
    names = steel_names()
    with approved(names) as (gate, manifest, profile):
        outgoing = envelope(load_template("plan-1"), names, profile)
        request = wire_bytes(outgoing, "sk")
        gate._intend = intend = Timed(gate._intend)  # type: ignore[method-assign,assignment]
        gate._end = end = Timed(gate._end)  # type: ignore[method-assign,assignment]
        bare, whole = Timed(exchange), Timed(gate.send)
        for _ in range(RUNS):
            bare(outgoing, "sk", profile, expected=request)
            whole(manifest.id, "plan-1", "sink")
    durable = intend.median + end.median
    added = whole.median - bare.median - durable
    return (
        f"what the gate adds to a POST, median of {RUNS} over a ledger that grows to {3 * RUNS} entries",
        f"{added:.1f} ms",
        f"the same bytes by the same client: {bare.median:.1f} ms; target 2 ms on top of the durable intent and "
        f"outcome ({intend.median:.1f} + {end.median:.1f} ms)",
        f"{added / 2:.1f}",
    )


def bytes_row(what: str, source: Path) -> Row:
    """The bytes of a request beside those of the same request with a sample of rows in the place of the names."""
    import pandas

    table = pandas.read_csv(source)
    names = tuple(sorted(header.name for header in headers.read(source, None, None).headers))
    with approved(names) as (_, _, profile):
        ours = envelope(load_template("plan-1"), wire_names(names), profile).body
    asked = json.loads(ours)
    message = asked["messages"][1]["content"]
    sample = table.head(SAMPLE_ROWS).to_csv(index=False)
    asked["messages"][1]["content"] = sample
    theirs = canonical_json(asked)
    return (
        f"bytes sent for {what} (of them names)",
        f"{len(ours):,} ({len(message.encode()):,})",
        f"with its first {SAMPLE_ROWS} rows as CSV instead: {len(theirs):,} ({len(sample.encode()):,})",
        f"{len(ours) / len(theirs):.2f} ({len(message.encode()) / len(sample.encode()):.2f})",
    )


def steel_names() -> tuple[str, ...]:
    """The names of the bundled table."""
    steel = ROOT / "src" / "headgate" / "demo" / "steel_industry_15min.csv.gz"
    return tuple(sorted(header.name for header in headers.read(steel, None, None).headers))


def rows() -> list[Row]:
    """Each line of the table: what, ours, beside what, ratio."""
    wide = ROOT.parent / "shared" / "data" / "e_resstock_wide_1415cols_100rows.csv"
    steel = ROOT / "src" / "headgate" / "demo" / "steel_industry_15min.csv.gz"
    measured = [time_row(), bytes_row("the steel table", steel)]
    return [*measured, bytes_row("the table of 1,415 columns", wide)] if wide.is_file() else measured


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
