"""The own lists: nothing of them is in clear on disk, no spelling of them leaves, and a new entry ends an approval."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.attack.test_state_at_rest import traces
from tests.tls_server import answers, completion, provider, response

import headgate
from headgate import app
from headgate.analysis import screened_headers
from headgate.database import Database, open_database
from headgate.errors import RefusalError
from headgate.gate.send import Gate
from headgate.headers import Header
from headgate.ledger import Ledger
from headgate.manifest import ApprovedManifest, approve_clean
from headgate.providers.profiles import Profile
from headgate.screening import Verdict
from headgate.screening.spelling import OwnKind
from headgate.screening.store import OwnLists

PACKAGE = Path(headgate.__file__).parent
ENTRIES = {OwnKind.CLIENT: "Qzvclient Polymers Ltd", OwnKind.SITE: "Qzvsite", OwnKind.PERSON: "Aoife Qzvperson"}
WORDS = ("Qzvclient", "Qzvsite", "Qzvperson", "qzvclientpolymers")
PLAN = json.dumps({"columns": [], "derived": [], "analyses": [], "questions": [], "hints": None})


def test_what_is_listed_leaves_no_trace_in_any_file(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as database:
        lists = OwnLists(database)
        for kind, text in ENTRIES.items():
            lists.add(kind, [text])
        lists.ready()
        assert (tmp_path / "headgate.db-wal").stat().st_size > 0
        assert {word: traces(tmp_path, word) for word in WORDS} == {word: [] for word in WORDS}
        assert "zvclient" not in repr(lists.ready())
        lists.remove(OwnKind.CLIENT)
    assert {word: traces(tmp_path, word) for word in WORDS} == {word: [] for word in WORDS}


def test_an_entry_that_was_kept_unsealed_would_be_found(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as database, database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE careless (id TEXT)")
        connection.exec_driver_sql("INSERT INTO careless VALUES ('client:qzvclient polymers ltd')")
    assert traces(tmp_path, "Qzvclient") == ["headgate.db"]


@pytest.mark.parametrize(
    ("name", "entry", "flagged", "why"),
    [
        ("Qzvclient kWh", "Qzvclient Polymers Ltd", True, "screening now blocks"),
        ("qzvc boiler", "Qzvclient Polymers Ltd", True, "your own lists now have to do with"),
        ("QPL kWh", "Qzvclient Polymers Ltd", True, "your own lists now have to do with"),
        ("total flow", "Total S.A.", False, "screening now flags"),
    ],
)
def test_an_entry_added_after_an_approval_stops_the_send(
    profile: Profile,
    certificate: Path,
    state: Database,
    approve: Callable[..., ApprovedManifest],
    gate: Callable[[Profile], Gate],
    ledger: Ledger,
    name: str,
    entry: str,
    flagged: bool,
    why: str,
) -> None:
    manifest = approve("price", name, flagged=(name,) if flagged else ())
    with provider(answers(response(completion(PLAN))), certificate) as sink:
        there = gate(replace(profile, port=sink.port))
        assert there.send(manifest.id, "plan-1", "sink").text == PLAN, "the control: before the entry it is sent"
        OwnLists(state).add(OwnKind.CLIENT, [entry])
        recorded = len(list(ledger.entries()))
        with pytest.raises(RefusalError, match=why) as refused:
            there.send(manifest.id, "plan-1", "sink")
        assert "Polymers" not in str(refused.value)
        assert (sink.connections, len(list(ledger.entries()))) == (1, recorded)
        OwnLists(state).remove(OwnKind.CLIENT)
        assert there.send(manifest.id, "plan-1", "sink").text == PLAN


def test_no_rule_approves_a_name_that_a_list_finds(tmp_path: Path, own_home: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("timestamp,total_kWh,shell_kWh\n2026-01-01 00:00,1,2\n2026-01-01 01:00,2,3\n", encoding="utf-8")
    table = app.read(path)

    def clean(headers: tuple[Header, ...]) -> list[str]:
        decided = approve_clean(headers, screened_headers(table, app.own_names()))
        return [each.header for each in decided if each.public_name is not None]

    assert "total_kWh" in clean(table.headers), "the control: without the list the rule approves it"
    assert not own_home.joinpath("headgate.db").exists(), "asking for lists that nobody made makes no state folder"
    app.add_own(OwnKind.CLIENT, ["Total S.A."])
    assert "total_kWh" not in clean(table.headers)
    assert "total_kWh" not in app.preview(table, app.deciding(None, "clean")).names
    decide = app.deciding({"names": {"total_kWh": "QZVSITE energy"}}, None)
    assert app.preview(table, decide).names == ("QZVSITE energy",)
    app.add_own(OwnKind.SITE, ["Qzvsite"])
    with pytest.raises(RefusalError, match="cannot leave"):
        app.preview(table, decide)


def test_the_library_and_the_report_hold_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"2026-01-{day:02d},{day},{day + 1}" for day in range(1, 29)]
    path.write_text("\n".join(["date,qzvc flow,total_kWh", *rows]), encoding="utf-8")
    for kind, text in ENTRIES.items():
        app.add_own(kind, [text])
    report = app.analyse(path, approve="clean", out=tmp_path / "report")
    assert [one.verdict for one in report.screened if one.header == "qzvc flow"] == [Verdict.REVIEW]
    saved = b"".join(each.read_bytes() for each in (tmp_path / "report").rglob("*") if each.is_file())
    said = saved + repr(report.screened).encode() + repr(report.manifest).encode()
    assert [word for word in WORDS if word.lower().encode() in said.lower()] == []
    assert b"qzvc" in said, "the control: what the header itself says is there"


def unscreened(source: str) -> list[int]:
    """The lines on which names are screened, or decisions closed, without the workspace's lists."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [(each, each.func.id) for each in calls if isinstance(each.func, ast.Name)]
    wanted = {"screen": 2, "screened": 2, "screened_headers": 2, "closing": 4, "screen_again": 2}
    found = [
        each.lineno
        for each, name in named
        if name in wanted
        and len(each.args) < wanted[name]
        and not (name == "closing" and len(each.args) == 1)  # contextlib's
        # A table without a header row is screened as blank names.
        and not (each.args and ast.unparse(each.args[0]) == "[''] * len(names)")
    ]
    return found + [
        each.lineno for each, name in named if name == "close" and "own" not in {word.arg for word in each.keywords}
    ]


def test_everything_that_screens_screens_with_the_lists() -> None:
    assert unscreened("screen(names)") == unscreened("close(headers, decisions, actor=a)") == [1]
    assert unscreened("screen(names, own)\nclose(headers, decisions, own=own)") == []
    # The cell has no lists: it only doubts a whole table by its names, and nothing passes because of it.
    exempt = {PACKAGE / "headers" / "evidence.py"}
    paths = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "sandbox" and path not in exempt]
    missing = {(path.name, line) for path in paths for line in unscreened(path.read_text(encoding="utf-8"))}
    assert missing == set()
