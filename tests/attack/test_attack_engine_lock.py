"""The rows' own database: it opens nothing but what was loaded, keeps nothing, and quotes nothing."""

from __future__ import annotations

import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest
from tests.engines.opening import opened, written

from headgate.engines import duck
from headgate.engines.duck import probe_lock
from headgate.errors import HeadgateError, InputError, IntegrityError, UnavailableError
from headgate.headers.table import Delimited, Header, JsonLines, LocalType, Parquet, Sheet, Table
from headgate.manifest.approved import Column

SECRET = "4711-geheim"
ROWS = {"Time": ["2024-01-01 00:00", "2024-01-01 01:00"], "Power [kW]": [1.0, 2.0]}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_blob('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/other.duckdb'",
        "INSTALL httpfs",
        "LOAD '{folder}/evil.duckdb_extension'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET autoinstall_known_extensions = true",
        "SET temp_directory = '{folder}'",
        "SET allowed_paths = ['{file}']",
    ],
)
def test_an_open_frame_refuses_every_way_to_another_file(tmp_path: Path, statement: str) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    with opened(written(tmp_path, ROWS), tmp_path) as frame, pytest.raises(duckdb.Error):
        frame._engine._backend.con.execute(statement.format(file=file, folder=tmp_path)).fetchall()
    assert sorted(each.name for each in tmp_path.iterdir() if each.name != "headgate-home") == [
        "other.csv",
        "plant.csv",
        "work",
    ]


def test_the_same_file_was_open_to_the_same_connection_before_the_lock(tmp_path: Path) -> None:
    """The control: without `lock` the first of these statements succeeds, after it fails."""
    file = tmp_path / "other.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    connection = duck.connect(tmp_path)
    assert connection.execute(f"SELECT * FROM read_csv('{file}')").fetchall() == [(1,)]
    duck.lock(connection)
    with pytest.raises(duckdb.PermissionException):
        connection.execute(f"SELECT * FROM read_csv('{file}')")


def test_the_probe_passes_on_a_lock_and_fails_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    probe_lock()
    monkeypatch.setattr(duck, "lock", lambda connection: None)
    with pytest.raises(IntegrityError, match="still opens files"):
        probe_lock()


def test_the_private_folder_is_only_ours_and_gone_afterwards(tmp_path: Path) -> None:
    with opened(written(tmp_path, ROWS), tmp_path):
        (folder,) = (tmp_path / "work").iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert any(folder.iterdir())
    assert list((tmp_path / "work").iterdir()) == []


def by_hand(path: Path, layout: Delimited | Sheet | Parquet | JsonLines, width: int = 2) -> tuple[Table, list[Column]]:
    names = [f"h{at}" for at in range(width)]
    headers = tuple(Header(at, name, LocalType.TEXT) for at, name in enumerate(names))
    columns = [Column(f"c{at + 1}", at, name, name) for at, name in enumerate(names)]
    return Table(path, layout, headers), columns


CSV = Delimited("utf-8", ",", '"', ".", 1)


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        (b"h0,h1\n" + SECRET.encode() + b"\xff\xfe,2\n", CSV),
        (b"h0,h1\n" + SECRET.encode() + b"\x81,2\n", Delimited("cp1252", ",", '"', ".", 1)),
        (b'{"h0": "' + SECRET.encode() + b'", "h1": \n', JsonLines(("h0", "h1"))),
        (SECRET.encode(), Parquet()),
        (b"PAR1" + SECRET.encode() + b"PAR1", Parquet()),
        (b"PK\x03\x04" + SECRET.encode(), Sheet("S", 1)),
        (b"\x1f\x8b\x08\x00" + SECRET.encode(), Delimited("utf-8", ",", '"', ".", 1)),
        (b"\x1f\x8b\x08\x00" + SECRET.encode(), Delimited("cp1252", ",", '"', ".", 1)),
    ],
    ids=["utf-8", "cp1252", "json", "parquet", "parquet footer", "excel", "gzip", "gzip transcoded"],
)
def test_what_cannot_be_read_is_refused_without_a_word_of_it(
    tmp_path: Path, content: bytes, layout: Delimited | Sheet | Parquet | JsonLines
) -> None:
    from headgate.engines.frame import open_frame

    path = tmp_path / "plant.dat"
    path.write_bytes(content)
    table, columns = by_hand(path, layout)
    with pytest.raises(HeadgateError) as refusal:
        open_frame(table, columns, {}, work=tmp_path / "work")
    assert isinstance(refusal.value, InputError | UnavailableError)
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert "plant.dat" in str(refusal.value)
    assert list((tmp_path / "work").iterdir()) == []


def test_duckdb_itself_would_have_quoted_the_cell(tmp_path: Path) -> None:
    """The control of the test above: the library's own text holds what ours must not."""
    connection = duck.connect(tmp_path)
    with pytest.raises(duckdb.Error, match=SECRET):
        connection.execute(f"SELECT CAST('{SECRET}' AS INTEGER)")


def test_a_work_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    from headgate.engines.frame import open_frame

    path = tmp_path / "plant.csv"
    path.write_text("h0,h1\n1,2\n", encoding="utf-8")
    table, columns = by_hand(path, CSV)
    with pytest.raises(UnavailableError, match="no private folder can be made"):
        open_frame(table, columns, {}, work=path / "work")


FULL = """
    import resource, signal, sys
    from pathlib import Path
    from tests.attack.test_attack_engine_lock import CSV, by_hand
    from headgate.engines.frame import open_frame
    from headgate.errors import UnavailableError
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    table, columns = by_hand(Path(sys.argv[1]), CSV)
    try:
        with open_frame(table, columns, {}, work=Path(sys.argv[1]).parent / "work") as frame:
            print("rows", frame.count)
    except UnavailableError as error:
        print("unavailable", error)
"""


@pytest.mark.parametrize(("room", "says"), [(1 << 20, "unavailable"), (1 << 30, "rows 200000")])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, room: int, says: str) -> None:
    """A limit on the size of a file stands in for a full disk: both fail the write that does not fit."""
    path = tmp_path / "plant.csv"
    path.write_text("h0,h1\n" + "".join(f"{n * 7919},{n}-{n * 31}\n" for n in range(200_000)), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), str(path), str(room)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout.startswith(says), ran.stderr
    assert list((tmp_path / "work").iterdir()) == []
