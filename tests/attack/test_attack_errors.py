"""Whatever goes wrong, no error says a cell: in other tools it was the message of an error that leaked."""

from __future__ import annotations

import gzip
import json
import logging
import os
import random
import resource
import select
import signal
import subprocess
import sys
import threading
import traceback
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.canaries import ALL, HEADERS, PLACES, Canaries, Kind
from tests.cli.commands import headgate
from tests.dialects import ANSWERS
from tests.tls_server import Authority, Provider, Reply, answers, completion, cut, provider, read_request, response
from tests.worlds import NAMES, World, table

import headgate as library
from headgate.database import Database
from headgate.errors import HeadgateError, UnavailableError
from headgate.gate.send import Gate
from headgate.gate.transport import MAX_BODY
from headgate.ledger import Ledger
from headgate.manifest import ApprovedManifest
from headgate.providers.profiles import Dialect, Profile
from headgate.report import Report

KEY = "sk-a-key-of-nobody"
LATE = 5_000  # rows that come after everything that is looked at to find headers and types


@pytest.fixture
def canaries() -> Canaries:
    return Canaries(random.Random(5))


def rows(canaries: Canaries, count: int) -> list[list[str]]:
    """Rows of two columns; all but the last few hold the same, so that they take no time to mint."""
    plain = [["2026-01-01 00:00", "1.5"]] * (count - 3)
    return [*plain, *([canaries.word(Kind.CELL), canaries.word(Kind.CELL)] for _ in range(3))]


def delimited(found: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in [["timestamp", "Usage_kWh"], *found]).encode()


def never_closed(path: Path, canaries: Canaries) -> Path:
    path.with_suffix(".csv").write_bytes(delimited(rows(canaries, 9)) + f'\n"{canaries.word(Kind.CELL)}\n'.encode())
    return path.with_suffix(".csv")


def no_utf_8(path: Path, canaries: Canaries) -> Path:
    path.with_suffix(".csv").write_bytes(
        delimited(rows(canaries, LATE)) + b"\xff\x81" + canaries.word(Kind.CELL).encode()
    )
    return path.with_suffix(".csv")


def cut_gzip(path: Path, canaries: Canaries) -> Path:
    path.with_suffix(".csv.gz").write_bytes(gzip.compress(delimited(rows(canaries, LATE)))[:-20])
    return path.with_suffix(".csv.gz")


def json_lines(broken: Callable[[str], str], count: int) -> Callable[[Path, Canaries], Path]:
    def write(path: Path, canaries: Canaries) -> Path:
        lines = [json.dumps({"timestamp": a, "Usage_kWh": b}) for a, b in rows(canaries, count)]
        text = "\n".join([*lines, broken(canaries.word(Kind.CELL)), *lines[:2]])
        path.with_suffix(".jsonl").write_text(text, encoding="utf-8")
        return path.with_suffix(".jsonl")

    return write


def workbook(spoil: Callable[[bytes, str], bytes]) -> Callable[[Path, Canaries], Path]:
    """A workbook whose sheet is spoiled with a cell in it."""

    def write(path: Path, canaries: Canaries) -> Path:
        book = openpyxl.Workbook()
        for row in [["timestamp", "Usage_kWh"], *rows(canaries, 9)]:
            book.active.append(row)
        book.save(path.with_suffix(".good"))
        with zipfile.ZipFile(path.with_suffix(".good")) as good, zipfile.ZipFile(path.with_suffix(".xlsx"), "w") as bad:
            for name in good.namelist():
                data = good.read(name)
                bad.writestr(name, spoil(data, canaries.word(Kind.CELL)) if name.endswith("sheet1.xml") else data)
        path.with_suffix(".good").unlink()
        return path.with_suffix(".xlsx")

    return write


def parquet(spoil: Callable[[bytes], bytes]) -> Callable[[Path, Canaries], Path]:
    def write(path: Path, canaries: Canaries) -> Path:
        columns = list(zip(*rows(canaries, 40), strict=True))
        found = pa.table({"timestamp": columns[0], "Usage_kWh": columns[1]})
        pq.write_table(found, path, compression="none", use_dictionary=False)
        path.with_suffix(".parquet").write_bytes(spoil(path.read_bytes()))
        path.unlink()
        return path.with_suffix(".parquet")

    return write


def endless_years(path: Path, canaries: Canaries) -> Path:
    """Stamps that no calendar of DuckDB holds."""
    stamps = pa.array([2**62, 2**62 + 7, -(2**62)], pa.timestamp("ms"))
    words = [canaries.word(Kind.CELL) for _ in range(3)]
    pq.write_table(pa.table({"timestamp": stamps, "Usage_kWh": words}), path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


CELL = b"</sheetData>"
DAMAGED: dict[str, Callable[[Path, Canaries], Path]] = {
    "a quote that never ends": never_closed,
    "a row that is no UTF-8": no_utf_8,
    "a gzip file cut short": cut_gzip,
    "an early line that is no JSON": json_lines(lambda cell: f'{{"timestamp": {cell}', 4),
    "a late line that is no JSON": json_lines(lambda cell: f'{{"timestamp": {cell}', LATE),
    "a late line that is a list": json_lines(lambda cell: json.dumps([cell]), LATE),
    "a late line nested without end": json_lines(lambda cell: "[" * 99_999 + cell, LATE),
    "a number that is none, in Excel": workbook(
        lambda data, cell: data.replace(CELL, f'<row r="99"><c r="A99" t="n"><v>{cell}</v></c></row>'.encode() + CELL)
    ),
    "a day that is none, in Excel": workbook(
        lambda data, cell: data.replace(CELL, f'<row r="99"><c r="A99" t="d"><v>{cell}</v></c></row>'.encode() + CELL)
    ),
    "a shared text that is not there, in Excel": workbook(
        lambda data, cell: data.replace(CELL, f'<row r="99"><c r="A99" t="s"><v>{cell}</v></c></row>'.encode() + CELL)
    ),
    "XML that breaks off, in Excel": workbook(lambda data, cell: data.replace(CELL, f"<{cell} a={cell}".encode())),
    "pages that are overwritten, in Parquet": parquet(lambda data: data[:40] + bytes(len(data[40:-900])) + data[-900:]),
    "a stamp out of every calendar, in Parquet": endless_years,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_an_error_of_a_table_says_no_cell(
    name: str, tmp_path: Path, canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    path = DAMAGED[name](tmp_path / canaries.word(Kind.FILE), canaries)
    caplog.set_level(logging.DEBUG)
    said = []
    try:
        report = library.analyse(path, approve="clean")
    except HeadgateError as error:
        said += [str(error), repr(error), *traceback.format_exception(error)]
    else:
        said += [f"{report!r} {path.name}", *(each.reason for each in report.skipped)]
    assert path.name in said[0]
    assert "defect" not in said[0]
    for text in [*said, caplog.text]:
        assert canaries.spotted(text, ALL - PLACES) == set()


def test_the_readers_own_messages_would_have_said_the_cell(tmp_path: Path, canaries: Canaries) -> None:
    cell = canaries.word(Kind.CELL)
    book = DAMAGED["a number that is none, in Excel"](tmp_path / "t", canaries)
    with pytest.raises(ValueError) as excel:  # noqa: PT011 the text is what is looked at
        list(openpyxl.load_workbook(book, read_only=True).active.iter_rows(values_only=True))
    with pytest.raises(duckdb.Error) as engine:
        duckdb.sql(f"SELECT CAST('{cell}' AS DOUBLE)").fetchall()
    with pytest.raises(pa.ArrowInvalid) as arrow:
        pa.array([cell]).cast(pa.int64())
    for raised in (excel, engine, arrow):
        assert canaries.spotted(str(raised.value), {Kind.CELL})


def echoing(canaries: Canaries, dialect: Dialect, status: str, requests: list[bytes]) -> Reply:
    """A reply that repeats the whole request, the key included, and says words of its own."""

    def reply(channel) -> None:
        requests.append(read_request(channel))
        said = canaries.word(Kind.REPLY) + requests[-1].decode()
        body = ANSWERS[dialect](said) if status == "200 OK" else json.dumps({"error": {"message": said}}).encode()
        head = f"Retry-After: {canaries.word(Kind.REPLY)}"
        channel.sendall(response(body, f"{status} {canaries.word(Kind.REPLY)}", head))

    return reply


def replies(canaries: Canaries, dialect: Dialect, requests: list[bytes]) -> dict[str, Reply]:
    word = canaries.word(Kind.REPLY)

    def counted(reply: Reply) -> Reply:
        def read(channel) -> None:
            requests.append(read_request(channel))
            reply(channel)

        return read

    whole = response(ANSWERS[dialect](word * 1000))
    return {
        status: echoing(canaries, dialect, status, requests) for status in ("200 OK", "400", "401", "429", "503")
    } | {
        "truncated": counted(cut(whole[:-500])),
        "oversized": counted(answers(response(word.encode() * (MAX_BODY // 12 + 2)))),
        "not JSON": counted(answers(response(word.encode()))),
        "another type": counted(answers(response(word.encode(), kind=f"text/{word}"))),
        "another place": counted(answers(response(b"", "302 Found", f"Location: https://{word}.example/"))),
        "not HTTP": counted(answers(word.encode() * 99)),
        "never": counted(lambda channel: select.select([channel], [], [], 30) and None),
    }


@pytest.mark.parametrize("profile", Dialect, indirect=True)
def test_an_answer_that_is_none_repeats_nothing_and_is_asked_for_once(
    profile: Profile,
    certificate: Path,
    canaries: Canaries,
    state: Database,
    ledger: Ledger,
    approve: Callable[..., ApprovedManifest],
    gate: Callable[[Profile], Gate],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    manifest = approve("Usage_kWh", header := canaries.word(Kind.RENAMED))
    requests: list[bytes] = []
    for name, reply in replies(canaries, profile.dialect, requests).items():
        before = len(requests)
        with provider(reply, certificate, reads=False) as sink:
            seconds = 1 if name == "never" else 60  # what is to run out of time is hurried, nothing else
            there = replace(profile, port=sink.port, settings=replace(profile.settings, timeout_seconds=seconds))
            try:
                gate(there).send(manifest.id, "plan-1", "sink")
            except HeadgateError as error:
                said = [str(error), repr(error), *traceback.format_exception(error)]
            else:
                assert name == "200 OK"
                said = []
        assert (len(requests) - before, sink.connections) == (1, 1), name
        for text in said:
            assert canaries.spotted(text, depth=1) == set(), name
            assert KEY not in text
    entries = "".join(json.dumps(entry.to_json()) for entry in ledger.entries())
    head = (state.home / "ledger.head").read_bytes()
    state.close()
    for kept in (entries, head, caplog.text, *(each.read_bytes() for each in state.home.glob("headgate.db*"))):
        assert canaries.spotted(kept, depth=1) == set()
    assert header.encode() in requests[0]


@dataclass
class Held:
    """A command that waits for its answer: its process, its sealed ones by name, and what lets the answer go."""

    command: subprocess.Popen[bytes]
    sealed: dict[str, int]
    sink: Provider
    go: threading.Event

    def end(self) -> tuple[int, str]:
        """The answer goes out, and the command ends."""
        self.go.set()
        _, err = self.command.communicate(timeout=120)
        return self.command.returncode, err.decode()


@contextmanager
def held(source: Path, decisions: Path, home: Path, authority: Authority, certificate: Path) -> Iterator[Held]:
    """`headgate analyse` with its request at the sink, and no answer yet."""
    asked, go = threading.Event(), threading.Event()

    def reply(channel) -> None:
        asked.set()
        go.wait(120)
        channel.sendall(response(completion()))

    with provider(reply, certificate) as sink:
        home.mkdir(exist_ok=True)
        (home / "profiles.toml").write_text(
            f'[profiles.sink]\ndialect = "openai-chat"\nhost = "localhost"\nport = {sink.port}\nmodel = "m"\n'
            f'key_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\n',
            encoding="utf-8",
        )
        (home.parent / "tmp").mkdir()
        command = subprocess.Popen(
            [
                *(sys.executable, "-m", "headgate", "analyse", source, "--provider", "sink"),
                *("--review", decisions, "--out", home.parent / "out"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "SINK_KEY": KEY, "TMPDIR": str(home.parent / "tmp")},
            # What is started in the background of a script would pay no heed to Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            assert asked.wait(120)
            yield Held(command, _children(command.pid), sink, go)
        finally:
            go.set()
            command.kill()
            command.wait()


def _children(parent: int) -> dict[str, int]:
    """The sealed processes this one started, by name."""
    found = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            state = (each / "stat").read_text().rpartition(")")[2].split()
            words = (each / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(state[1]) == parent and b"headgate.sealed" in words:
            found[words[words.index(b"headgate.sealed") + 1].decode()] = int(each.name)
    return found


def kill(one: Held) -> None:
    os.kill(one.sealed["cell"], signal.SIGKILL)


def starve(one: Held) -> None:
    """The cell gets no more memory than it has."""
    pages = int(Path(f"/proc/{one.sealed['cell']}/statm").read_text().split()[0])
    size = pages * os.sysconf("SC_PAGE_SIZE") + (8 << 20)
    resource.prlimit(one.sealed["cell"], resource.RLIMIT_AS, (size, size))


def fill_up(one: Held) -> None:
    """No file of the cell may grow: as a full disk, at the first page."""
    resource.prlimit(one.sealed["cell"], resource.RLIMIT_FSIZE, (4096, 4096))


def interrupt(one: Held) -> None:
    """Ctrl-C, while the gate waits."""
    gate = os.pidfd_open(one.sealed["gate"])
    os.kill(one.command.pid, signal.SIGINT)
    one.go.set()
    select.select([gate], [], [], 60)
    os.close(gate)


@pytest.mark.parametrize(("harm", "code"), [(kill, 4), (starve, 4), (fill_up, 4), (interrupt, 130)])
def test_what_breaks_in_the_middle_says_no_cell_and_leaves_nothing_behind(
    harm: Callable[[Held], None],
    code: int,
    canaries: Canaries,
    tmp_path: Path,
    own_home: Path,
    authority: Authority,
    certificate: Path,
) -> None:
    made = table(World(3, "semicolon", 200, 0, "ndw", frozenset({1}), 1), NAMES, tmp_path, canaries)
    decisions = tmp_path / f"{canaries.word(Kind.FILE)}.toml"
    decisions.write_text(made.toml(), encoding="utf-8")
    with held(made.path, decisions, own_home, authority, certificate) as one:
        assert one.sealed.keys() == {"cell", "gate"}
        harm(one)
        ended, err = one.end()
        assert (ended, one.sink.connections, len(one.sink.requests)) == (code, 1, 1), err
        assert canaries.spotted(one.sink.requests[0], depth=1) == set()
    assert "Traceback" not in err
    assert canaries.spotted(err, ALL - HEADERS - PLACES, depth=1) == set()
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
    listed = headgate("ledger", "list", "--json").out
    assert [each["kind"] for each in json.loads(listed)["entries"]] == [
        "MANIFEST_APPROVED",
        "SEND_INTENDED",
        "SEND_OUTCOME",
    ]
    for kept in (listed, *(each.read_bytes() for each in own_home.iterdir() if each.name != "profiles.toml")):
        assert canaries.spotted(kept, depth=1) == set()


@pytest.fixture
def report(canaries: Canaries, tmp_path: Path) -> Report:
    """The library's report on a table of tokens, made without the network."""
    made = table(World(4, "semicolon", 60, 0, "wnd", frozenset({1}), 1), NAMES, tmp_path, canaries)
    return library.analyse(made.path, review=made.decisions())


def test_no_object_of_the_library_shows_a_cell(report: Report, canaries: Canaries, tmp_path: Path) -> None:
    assert {each.analysis.kind for each in report.results} & {"data_profile", "breakdown"}
    assert any(canaries.spotted(str(each.tables), {Kind.CELL}, depth=1) for each in report.results), "the control"
    for each in (report, report.table, report.manifest, report.plan, report.outcomes, report.receipt):
        assert canaries.spotted(repr(each), {Kind.CELL}, depth=1) == set()
    for each in report.skipped:
        assert canaries.spotted(each.reason, {Kind.CELL}, depth=1) == set()
    (tmp_path / "file").write_text(canaries.word(Kind.CELL), encoding="utf-8")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / canaries.word(Kind.CELL)).touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "full", Path("/proc/none")):
        with pytest.raises((library.InputError, UnavailableError)) as raised:
            report.save(folder)
        assert canaries.spotted("".join(traceback.format_exception(raised.value)), {Kind.CELL}) == set()
