"""The whole command against a TLS server of the tests' own: what is sent, what is kept, what is refused."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.commands import Done, headgate
from tests.tls_server import Authority, Reply, answers, completion, provider, response

NAMES = ("timestamp", "Usage_kWh", "Production_t", "Shift")
KEY = {"SINK_KEY": "sk-a-key-of-nobody"}
ANSWER = {
    "columns": [
        {
            "id": "c4",
            "role": "timestamp",
            "quantity": "time",
            "unit": None,
            "medium": None,
            "fold": "none",
            "synonyms": [],
            "part_of": None,
            "confidence": 0.9,
        }
    ],
    "derived": [],
    "analyses": [
        {
            "kind": "intensity",
            "inputs": {"energy": ["c3"], "denominator": ["c1"], "timestamp": ["c4"]},
            "params": {"grain": "day"},
            "title": "Energy per tonne",
            "why": "The figure a plant is judged by.",
            "priority": 1,
        },
        {"kind": "divination", "inputs": {}, "params": {}, "title": "x", "why": "y", "priority": 2},
    ],
    "questions": [],
    "hints": None,
}


def plant(path: Path, seed: int) -> Path:
    """A table with the names above in another order, with other values, types, number of rows and separator."""
    chance = random.Random(seed)
    order = list(NAMES)
    chance.shuffle(order)
    separator = chance.choice(",;\t")
    cells: dict[str, Callable[[int], str]] = {
        "timestamp": lambda n: f"20{10 + seed}-01-{1 + n // 24:02d} {n % 24:02d}:00",
        "Usage_kWh": lambda n: f"{chance.random() * 100:.2f}",
        "Production_t": lambda n: str(chance.randrange(1, 50)),
        "Shift": lambda n: f"canary-{seed}-{chance.randrange(3)}",
    }
    rows = [order, *([cells[name](n) for name in order] for n in range(24 * (15 + seed)))]
    path.write_text("\n".join(separator.join(row) for row in rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def through(
    own_home: Path, authority: Authority, certificate: Path, tmp_path: Path
) -> Callable[..., tuple[Done, list[bytes]]]:
    """Run a command with a profile `sink`; gives how it ended and the raw requests the server saw."""

    def run(*arguments: object, reply: Reply | None = None, tls: bool = True) -> tuple[Done, list[bytes]]:
        with provider(reply, certificate if tls else None) as sink:
            own_home.mkdir(exist_ok=True)
            (own_home / "profiles.toml").write_text(
                f'[profiles.sink]\ndialect = "openai-chat"\nhost = "localhost"\nport = {sink.port}\nmodel = "m"\n'
                f'key_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\n'
                "settings = { timeout_seconds = 5 }\n",
                encoding="utf-8",
            )
            done = headgate(*arguments, env=KEY, cwd=tmp_path)
            return done, sink.requests

    return run


def body(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


def without_port(request: bytes) -> bytes:
    """The request but for the port in the Host line, which is another for each server of the tests."""
    return b"\r\n".join(line for line in request.split(b"\r\n") if not line.startswith(b"Host: "))


def test_the_answer_becomes_a_report_and_what_was_shown_is_what_left(
    through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path
) -> None:
    source = plant(tmp_path / "plant.csv", 1)
    reply = answers(response(completion(json.dumps(ANSWER))))
    shown, none = through("wire", source, "--provider", "sink", "--json")
    assert shown.code == 0, shown.err
    assert none == []
    done, requests = through(
        "analyse", source, "--provider", "sink", "--approve", "clean", "--out", "out", "--json", reply=reply
    )
    assert done.code == 0, done.err
    assert len(requests) == 1
    assert body(requests[0]).decode() == json.loads(shown.out)["body"]
    said = json.loads(done.out)
    assert said["sent"]["names"] == sorted(NAMES)
    assert said["sent"]["tls"] == "TLSv1.3"
    assert "intensity" in {result["kind"] for result in said["results"]}
    assert said["dropped"], "the kind that does not exist is dropped and shown"
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Energy per tonne" in page
    assert KEY["SINK_KEY"] not in page + done.out + done.err
    listed = json.loads(headgate("ledger", "list", "--json").out)["entries"]
    assert [entry["kind"] for entry in listed] == [
        "MANIFEST_APPROVED",
        "SEND_INTENDED",
        "SEND_OUTCOME",
        "ANALYSIS_RUN",
    ]
    assert headgate("ledger", "verify").code == 0


def test_other_rows_types_order_and_file_names_give_the_same_bytes(
    through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path
) -> None:
    seen = []
    for seed in range(4):
        source = plant(tmp_path / f"secret-site-{seed}.csv", seed)
        done, requests = through("analyse", source, "--provider", "sink", "--approve", "clean", "--out", f"out-{seed}")
        assert done.code in {0, 4}, done.err
        seen += requests
    assert len(seen) == 4
    assert len({without_port(request) for request in seen}) == 1
    assert b"canary" not in seen[0]
    assert b"secret-site" not in seen[0]
    # The control: a cell that a person lets through as a name does change the bytes.
    (tmp_path / "names.toml").write_text('[names]\ntimestamp = true\nUsage_kWh = true\nShift = "canary 0 1"\n', "utf-8")
    source = plant(tmp_path / "plant.csv", 0)
    done, requests = through("analyse", source, "--provider", "sink", "--review", "names.toml", "--out", "out-c")
    assert without_port(requests[0]) != without_port(seen[0])
    assert b"canary" in requests[0]


def test_a_renamed_header_never_leaves(through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path) -> None:
    source = tmp_path / "plant.csv"
    source.write_text("timestamp,Wexmoor_Boiler_kWh\n" + "".join(f"2026-01-01 {n:02d}:00,{n}\n" for n in range(24)))
    (tmp_path / "names.toml").write_text(
        '[names]\ntimestamp = true\nWexmoor_Boiler_kWh = "site1 boiler kWh"\n', encoding="utf-8"
    )
    done, requests = through("analyse", source, "--provider", "sink", "--review", "names.toml", "--out", "out")
    assert b"site1 boiler kWh" in requests[0]
    assert b"Wexmoor" not in requests[0]
    assert done.code in {0, 4}


@pytest.mark.parametrize(
    ("reply", "code", "word"),
    [
        (answers(response(b"{}", "401 Unauthorized")), 4, "401"),
        (answers(response(b"{}", "429 Too Many Requests", "Retry-After: 7")), 4, "7"),
        (answers(response(b"{}", "503 Service Unavailable")), 4, "503"),
        (answers(response(b"", "302 Found", "Location: https://elsewhere.example/")), 3, "redirect"),
        (answers(response(completion("I cannot help with that."))), 4, "local"),
        (answers(response(b"<html>", kind="text/html")), 4, ""),
    ],
    ids=["401", "429", "503", "302", "prose", "html"],
)
def test_an_answer_that_is_none_is_said_in_one_sentence(
    through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path, reply: Reply, code: int, word: str
) -> None:
    source = plant(tmp_path / "plant.csv", 1)
    done, requests = through("analyse", source, "--provider", "sink", "--approve", "clean", "--out", "out", reply=reply)
    assert done.code == code, done.err
    assert word in done.last_line
    assert len(requests) == 1
    assert not (tmp_path / "out").exists()
    assert "Traceback" not in done.err


def test_without_a_decision_nothing_connects(through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path) -> None:
    done, requests = through("analyse", plant(tmp_path / "plant.csv", 1), "--provider", "sink")
    assert done.code == 3
    assert requests == []


def test_a_table_without_a_header_row_sends_nothing(
    through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path
) -> None:
    source = tmp_path / "loads.csv"
    source.write_text("".join(f"2026-01-01 {n:02d}:00:00,{n}.5\n" for n in range(24)), encoding="utf-8")
    done, requests = through("analyse", source, "--provider", "sink", "--approve", "clean", "--out", "out")
    assert done.code == 3, done.err
    assert requests == []
    named, requests = through(
        "analyse", source, "--provider", "sink", "--approve", "clean", "--out", "out", "--names", "timestamp,power kW"
    )
    assert len(requests) == 1, named.err
    assert b"power kW" in requests[0]


def test_a_table_that_the_gate_could_open_is_not_analysed_by_a_provider(
    through: Callable[..., tuple[Done, list[bytes]]], own_home: Path, tmp_path: Path
) -> None:
    own_home.mkdir()
    plant(own_home / "plant.csv", 1)
    (tmp_path / "link").symlink_to(own_home)
    for source in (own_home / "plant.csv", tmp_path / "link" / "plant.csv"):
        done, requests = through("analyse", source, "--provider", "sink", "--approve", "clean", "--out", "out")
        assert done.code == 3, done.err
        assert "state folder" in done.err
        assert requests == []
    assert headgate("analyse", own_home / "plant.csv", "--out", tmp_path / "out").code == 0  # here it may be


def test_an_answer_that_will_hardly_fit_is_said_before_it_is_paid_for(
    through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path
) -> None:
    wide = tmp_path / "wide.csv"
    names = [
        f"{what} {unit}" for what in ("energy", "power", "flow", "pressure") for unit in ("kWh", "kW", "m3", "bar")
    ]
    names = [
        f"{side} {part} {name}"
        for side in ("supply", "return")
        for part in ("pump", "fan", "coil", "valve")
        for name in names
    ]
    wide.write_text(
        ",".join(["timestamp", *names])
        + "\n"
        + "".join(f"2026-01-0{d},{','.join('1' for _ in names)}\n" for d in range(1, 9))
    )
    done, _ = through("analyse", wide, "--provider", "sink", "--approve", "clean", "--out", "out")
    assert "allows 8,192" in done.err
    small, _ = through(
        "analyse", plant(tmp_path / "plant.csv", 1), "--provider", "sink", "--approve", "clean", "--out", "o"
    )
    assert "allows 8,192" not in small.err


def test_nothing_is_sent_for_a_report_that_cannot_be_written(
    through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path
) -> None:
    plant(tmp_path / "plant.csv", 1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    for out in ("mine", "plant.csv", "plant.csv/below"):
        done, requests = through("analyse", "plant.csv", "--provider", "sink", "--approve", "clean", "--out", out)
        assert (done.code, requests) == (2, []), done.err
    assert json.loads(headgate("ledger", "list", "--json").out)["entries"] == []


@pytest.mark.parametrize("name", ["load[1].csv", "what?.csv", "a*b.csv"])
def test_a_name_that_looks_like_a_pattern_is_a_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "g[3]"
    folder.mkdir()
    plant(folder / name, 1)
    done = headgate("analyse", folder / name, "--approve", "clean", "--out", tmp_path / "out", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["results"]
    whole = headgate("analyse", folder, "--approve", "clean", "--out", tmp_path / "out2")
    assert whole.code == 0, whole.err


def test_a_failure_after_the_send_says_that_names_have_left_and_one_before_does_not(
    through: Callable[..., tuple[Done, list[bytes]]], tmp_path: Path
) -> None:
    plant(tmp_path / "plant.csv", 1)
    given = ("analyse", "plant.csv", "--provider", "sink", "--approve", "clean", "--out", "out")
    for reply in (response(b"{}", "500 Oops"), response(b"{}", "302 Found"), response(completion("no plan"))):
        done, requests = through(*given, reply=answers(reply))
        assert len(requests) == 1
        said = re.search(r"Your 4 names have left all the same: headgate ledger receipt (\d+)", done.err)
        assert said is not None, done.err
        assert json.loads(headgate("ledger", "receipt", said[1], "--json").out)["left"] == "yes"
    refused, none = through(*given, tls=False)
    assert not any(b"Usage_kWh" in each for each in none)
    assert refused.code in {3, 4}
    assert "have left" not in refused.err
