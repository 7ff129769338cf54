"""The whole command with a real model at the other end, behind a TLS server of the tests' own.

The model is far too small for the task. What it answers does not matter here: whatever it is, what left is what was
shown, it left once, it is on record, and the command ends as it promises to.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest
from tests.cli.commands import Done, headgate
from tests.model.conftest import KEY, Model
from tests.tls_server import Authority, provider

pytestmark = [pytest.mark.model, pytest.mark.timeout(1800)]

CANARY = "canary-site-7"
DAYS = 60

Ask = Callable[[str, str], tuple[Done, bytes, list[bytes]]]


@pytest.fixture
def steel(tmp_path: Path) -> Path:
    """Two months of the bundled table, its groups and its file's name marked."""
    bundled = files("headgate") / "demo" / "steel_industry_15min.csv.gz"
    with bundled.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as rows:
        kept = list(islice(rows, 1 + 96 * DAYS))
    path = tmp_path / f"{CANARY}.csv"
    path.write_text("".join(kept).replace("_Load\n", f"_{CANARY}\n"), encoding="utf-8")
    assert path.read_text(encoding="utf-8").count(CANARY) == 96 * DAYS
    return path


@pytest.fixture
def ask(model: Model, own_home: Path, authority: Authority, certificate: Path, tmp_path: Path, steel: Path) -> Ask:
    """Show and send with these settings and this key; gives how it ended, what was shown and what the server saw."""

    def asked(settings: str, key: str) -> tuple[Done, bytes, list[bytes]]:
        with provider(lambda channel: channel.sendall(model.asked(proxy.requests[-1])), certificate) as proxy:
            own_home.mkdir()
            (own_home / "profiles.toml").write_text(
                f'[profiles.smol]\ndialect = "openai-chat"\nhost = "localhost"\nport = {proxy.port}\n'
                f'model = "smollm2"\nkey_env = "SMOL_KEY"\nca_file = "{authority.file}"\nloopback = true\n'
                f"settings = {{ max_tokens = 400, timeout_seconds = 1200, {settings} }}\n",
                encoding="utf-8",
            )
            given = (steel, "--provider", "smol", "--approve", "clean")
            shown = headgate("wire", *given, cwd=tmp_path)
            assert shown.code == 0, shown.err
            assert proxy.connections == 0
            done = headgate("analyse", *given, "--out", "out", "--json", env={"SMOL_KEY": key}, cwd=tmp_path)
            assert proxy.connections == 1
            return done, shown.out.encode().removesuffix(b"\n"), proxy.requests

    return asked


@pytest.mark.parametrize("temperature", ["0.0", "1.0"])
@pytest.mark.parametrize("store", ["false", "omit"])
@pytest.mark.parametrize("response_format", ["json_schema", "none"])
def test_whatever_a_model_answers_only_what_was_shown_has_left(
    ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str], response_format: str, store: str, temperature: str
) -> None:
    settings = f'response_format = "{response_format}", store = "{store}", temperature = {temperature}'
    done, shown, requests = ask(settings, KEY)
    assert requests == [shown.replace(b"<key>", KEY.encode())]
    assert CANARY.encode() not in requests[0]
    assert (b'"store":false' in requests[0]) == (store == "false")
    assert (b'"response_format"' in requests[0]) == (response_format == "json_schema")

    assert done.code in {0, 4}, done.err
    assert "Traceback" not in done.err
    assert KEY not in done.out + done.err
    entries = json.loads(headgate("ledger", "list", "--json").out)["entries"]
    kinds = [entry["kind"] for entry in entries]
    assert kinds[:3] == ["MANIFEST_APPROVED", "SEND_INTENDED", "SEND_OUTCOME"]
    assert kinds[3:] == (["ANALYSIS_RUN"] if done.code == 0 else [])
    assert headgate("ledger", "verify").code == 0
    if done.code == 0:
        said = json.loads(done.out)
        assert {result["kind"] for result in said["results"]} >= {"kpi_summary", "load_profile"}, "the local plan"
        assert (tmp_path / "out" / "index.html").is_file()
    else:
        assert not (tmp_path / "out").exists()
    with capsys.disabled():
        print(f"\n  {settings}: exit {done.code}, {entries[2]['outcome']}; {done.last_line}")


def test_the_model_is_asked_for_nothing_without_its_key(ask: Ask) -> None:
    """The control: the server at the other end looks at the key, so the requests above had it in its place."""
    done, _, requests = ask('response_format = "none"', "sk-another-key")
    assert done.code == 4
    assert "401" in done.last_line
    assert len(requests) == 1
