"""`headgate ledger receipt`: what left, when, to whom and under what, out of the sealed store and the ledger."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.commands import Done, headgate
from tests.tls_server import Authority, Provider, provider

KEY = {"SINK_KEY": "sk-a-key-of-nobody"}
ROWS = [f"2026-01-{1 + n // 24:02d} {n % 24:02d}:00,{n},{n}\n" for n in range(96)]
SOURCE = "timestamp,Usage_kWh,Wexmoor\n" + "".join(ROWS)


@pytest.fixture
def sink(own_home: Path, authority: Authority, certificate: Path, tmp_path: Path) -> Iterator[Provider]:
    with provider(None, certificate) as running:
        own_home.mkdir()
        _profiles(own_home, running.port, authority)
        (tmp_path / "plant.csv").write_text(SOURCE, encoding="utf-8")
        yield running


@pytest.fixture
def send(tmp_path: Path) -> Callable[[], Done]:
    return lambda: headgate(
        "analyse", "plant.csv", "--provider", "sink", "--approve", "clean", "--out", "out", env=KEY, cwd=tmp_path
    )


def _profiles(home: Path, port: int, authority: Authority) -> None:
    (home / "profiles.toml").write_text(
        f'[profiles.sink]\ndialect = "openai-chat"\nhost = "localhost"\nport = {port}\nmodel = "m-1"\n'
        f'key_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\n',
        encoding="utf-8",
    )


def test_a_receipt_is_what_the_server_saw_but_for_the_key(sink: Provider, send: Callable[[], Done]) -> None:
    assert send().code in {0, 4}
    (seen,) = sink.requests
    for index in (1, 2):  # the intent's number, or the outcome's
        found = json.loads(headgate("ledger", "receipt", index, "--json").out)
        assert found["request"].encode().replace(b"<key>", KEY["SINK_KEY"].encode()) == seen
        assert found["left"] == "yes"
        assert found["names"] == ["Usage_kWh", "timestamp"]
        assert found["to"] == {"provider": "sink", "host": "localhost", "port": sink.port}
        assert found["manifest"]["actor"] == "tester"
        assert found["template"]["id"] == "plan-1"
        assert found["profile"]["model"] == "m-1"
        assert found["isolation"] in {"L2", "L3"}
        assert found["tls"]["version"] == "TLSv1.3"
        assert re.fullmatch("TLS_[A-Z0-9_]+", found["tls"]["suite"])
        assert re.fullmatch("[0-9a-f]{64}", found["tls"]["spki_sha256"])
        assert found["outcome"]["status"] == 200
        assert json.loads(found["reply"])["object"] == "chat.completion"
        assert found["proof"]["intent"]["index"] == 1
        assert found["proof"]["outcome"]["index"] == 2
    told = headgate("ledger", "receipt", 1)
    assert told.code == 0
    assert KEY["SINK_KEY"] not in told.out
    assert seen.partition(b"\r\n\r\n")[2].decode() in told.out
    assert "localhost" in told.out


def test_an_entry_that_is_no_send_has_no_receipt(sink: Provider, send: Callable[[], Done]) -> None:
    send()
    for index in (0, 99):
        refused = headgate("ledger", "receipt", index)
        assert refused.code == 2
        assert refused.out == ""


def test_a_send_that_never_connected_says_that_nothing_left(
    sink: Provider, send: Callable[[], Done], own_home: Path, authority: Authority
) -> None:
    _profiles(own_home, 1, authority)
    assert send().code == 4
    found = json.loads(headgate("ledger", "receipt", 1, "--json").out)
    assert (found["left"], found["tls"], found["reply"]) == ("no", None, None)
    assert "no byte was written" in headgate("ledger", "receipt", 1).out
    assert sink.requests == []


@pytest.mark.parametrize(
    "tamper",
    [
        "DELETE FROM sent",
        "UPDATE sent SET cipher = zeroblob(64)",
        "UPDATE sent SET cipher = (SELECT cipher FROM sent AS other WHERE other.id <> sent.id)",
    ],
)
def test_what_was_changed_in_the_store_is_not_shown_as_what_left(
    sink: Provider, send: Callable[[], Done], own_home: Path, tamper: str
) -> None:
    send()
    assert headgate("ledger", "receipt", 1).code == 0  # the control
    with sqlite3.connect(own_home / "headgate.db") as connection:
        connection.execute("DROP TRIGGER sent_keep")
        connection.execute(tamper)
    refused = headgate("ledger", "receipt", 1)
    assert refused.code == 5
    assert refused.out == ""


def test_what_is_kept_of_a_send_is_in_no_file_in_clear(
    sink: Provider, send: Callable[[], Done], own_home: Path
) -> None:
    send()
    files = [path for path in own_home.rglob("*") if path.is_file() and path.name != "profiles.toml"]
    kept = b"".join(path.read_bytes() for path in files)
    for clear in (b"Usage_kWh", b"chat.completion", b"m-1", b"POST /v1", b"localhost", KEY["SINK_KEY"].encode()):
        assert clear not in kept
    assert b"SEND_INTENDED" in kept  # the control: the ledger's own words are there to be read
