"""Bad input: one clear sentence, the right exit code, nothing half-written, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.commands import headgate

GOOD = "timestamp,Usage_kWh\n" + "".join(f"2026-01-{1 + n // 24:02d} {n % 24:02d}:00,{n % 7}\n" for n in range(24 * 20))
BAD_FILES: dict[str, tuple[str, bytes, str]] = {
    "an empty file": ("t.csv", b"", "empty"),
    "only white space": ("t.csv", b" \n\n \n", "empty"),
    "binary junk": ("t.csv", bytes(range(256)) * 40, ""),
    "a truncated workbook": ("t.xlsx", b"PK\x03\x04" + b"\0" * 200, ""),
    "a truncated Parquet file": ("t.parquet", b"PAR1" + b"\0" * 50, ""),
    "a truncated gzip file": ("t.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", ""),
    "JSON lines that are no objects": ("t.jsonl", b"[1, 2]\n[3, 4]\n", ""),
    "a byte order mark of UTF-16 and half a character": ("t.csv", b"\xff\xfea", ""),
}
# A cell that a library could quote in its own message: no error may hold it.
SECRET = "Secret-Cell-4711"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("command", ["headers", "analyse"])
def test_a_file_that_is_no_table_is_refused_in_one_sentence(name: str, command: str, tmp_path: Path, out: Path) -> None:
    file, data, word = BAD_FILES[name]
    (tmp_path / file).write_bytes(data)
    done = headgate(command, tmp_path / file, *(["--out", out] if command == "analyse" else []))
    assert done.code == 2
    assert file in done.last_line
    assert word in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("analyse", "nowhere.csv"), 2),
        (("analyse", "no-such-folder"), 2),
        (("analyse", "good.csv", "--provider", "nobody"), 2),
        (("analyse", "good.csv", "--review", "nowhere.toml"), 2),
        (("analyse", "good.csv", "--review", "good.csv"), 2),
        (("analyse", "good.csv", "--approve", "everything"), 2),
        (("analyse", "good.csv", "--names", "a,b,c"), 2),
        (("analyse", "good.csv", "--out", "occupied"), 2),
        (("analyse", "good.csv", "--out", "site"), 2),
        (("analyse", "good.csv", "--out", "good.csv"), 2),
        (("analyse", "good.csv", "--also", "png,pdf"), 2),
        (("analyse", "good.csv", "--sheet", "nowhere"), 2),
        (("analyse", "good.csv", "--provider", "example"), 3),
        (("wire", "good.csv", "--provider", "nobody"), 2),
        (("review",), 2),
        (("review", "good.csv"), 3),
        (("ledger", "show", "99"), 2),
        (("nothing",), 2),
        (("analyse",), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_a_wrong_argument_has_its_exit_code(
    arguments: tuple[str, ...], code: int, tmp_path: Path, own_home: Path
) -> None:
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "occupied").mkdir()
    (tmp_path / "occupied" / "thesis.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.html").write_text("somebody's site", encoding="utf-8")
    (tmp_path / "site").symlink_to(tmp_path / "pages")
    own_home.mkdir()
    (own_home / "profiles.toml").write_text(
        '[profiles.example]\ndialect = "openai-chat"\nhost = "api.example.com"\nmodel = "m"\nkey_env = "K"\n',
        encoding="utf-8",
    )
    before = sorted(path.name for path in tmp_path.iterdir())
    done = headgate(*arguments, cwd=tmp_path)
    assert done.code == code, done.err
    assert done.last_line
    assert "Traceback" not in done.err
    assert (tmp_path / "occupied" / "thesis.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "pages" / "index.html").read_text(encoding="utf-8") == "somebody's site"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


AWKWARD: dict[str, str] = {
    "duplicate headers": "timestamp,Usage_kWh,Usage_kWh\n2026-01-01 00:00,1,2\n2026-01-01 01:00,3,4\n",
    "blank headers": "timestamp,,\n2026-01-01 00:00,1,2\n2026-01-01 01:00,3,4\n",
    "a header of 10 kB": f"timestamp,{'Usage ' * 1700}\n2026-01-01 00:00,1\n2026-01-01 01:00,3\n",
    "a newline in a header": 'timestamp,"Usage\nkWh"\n2026-01-01 00:00,1\n2026-01-01 01:00,3\n',
    "hidden characters in a header": "timestamp,Us\u202eage\u200b_kWh\n2026-01-01 00:00,1\n2026-01-01 01:00,3\n",
    "a column that is not what its name says": "timestamp,Usage_kWh\nyesterday,red\ntoday,blue\ntomorrow,green\n",
    "headers and no rows": "timestamp,Usage_kWh\n",
    "rows of different lengths": "timestamp,Usage_kWh\n2026-01-01 00:00\n2026-01-01 01:00,3,4,5\n2026-01-01 02:00,3\n",
    "a quote that never ends": 'timestamp,Usage_kWh\n2026-01-01 00:00,"1\n2026-01-01 01:00,3\n',
}


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_table_gives_a_report_or_a_clear_sentence(name: str, tmp_path: Path, out: Path) -> None:
    (tmp_path / "t.csv").write_text(AWKWARD[name], encoding="utf-8")
    done = headgate("analyse", tmp_path / "t.csv", "--out", out, "--approve", "clean")
    assert done.code in {0, 2}, done.err
    assert "Traceback" not in done.err
    assert (out / "index.html").exists() == (done.code == 0)


def test_twenty_thousand_columns_can_be_read_and_screened_and_are_too_many_to_analyse(
    tmp_path: Path, out: Path
) -> None:
    names = [f"meter {n} kWh" for n in range(20_000)]
    rows = "\n".join(",".join(str((n + row) % 9) for n in range(20_000)) for row in range(3))
    (tmp_path / "wide.csv").write_text(",".join(names) + "\n" + rows + "\n", encoding="utf-8")
    assert len(json.loads(headgate("headers", tmp_path / "wide.csv", "--json").out)["headers"]) == 20_000
    assert len(headgate("screen", stdin="\n".join(names)).out.splitlines()) == 20_000
    done = headgate("analyse", tmp_path / "wide.csv", "--out", out)
    assert done.code == 2
    assert "20,000 columns" in done.last_line
    assert not out.exists()


def test_no_error_quotes_a_cell(tmp_path: Path, out: Path) -> None:
    lines = "\n".join(f'{{"a": {n}, "b": "{SECRET}"}}' for n in range(5))
    (tmp_path / "t.jsonl").write_text(f'{lines}\n{{"a": "{SECRET}\n', encoding="utf-8")
    done = headgate("analyse", tmp_path / "t.jsonl", "--out", out)
    assert SECRET not in done.err
    assert done.code in {0, 2}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    assert headgate("headers", folder / "t.csv").code == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_leaves_no_half_report_and_keeps_the_earlier_one(tmp_path: Path, small_disk: Path) -> None:
    (tmp_path / "t.csv").write_text(GOOD, encoding="utf-8")
    out = small_disk / "report"
    out.mkdir()
    earlier = '<meta name="generator" content="Headgate 0.0.1">earlier'
    (out / "index.html").write_text(earlier, encoding="utf-8")
    (small_disk / "filler").write_bytes(b"x" * 200_000)
    done = headgate("analyse", tmp_path / "t.csv", "--out", out)
    assert done.code == 4, done.err
    assert "disk" in done.last_line
    assert (out / "index.html").read_text(encoding="utf-8") == earlier
    assert sorted(path.name for path in small_disk.iterdir()) == ["filler", "report"]


def test_a_full_disk_under_the_state_folder_is_said(tmp_path: Path, small_disk: Path) -> None:
    (tmp_path / "t.csv").write_text(GOOD, encoding="utf-8")
    (small_disk / "filler").write_bytes(b"x" * 250_000)
    done = headgate(
        "analyse", tmp_path / "t.csv", "--out", tmp_path / "out", env={"HEADGATE_HOME": str(small_disk / "home")}
    )
    assert done.code == 4, done.err
    assert not (tmp_path / "out").exists()
