"""`headgate lists`: what may be on a list, how it is read, and that it is shown only when asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.commands import headgate


def entries(kind: str) -> list[str]:
    return json.loads(headgate("lists", "show", kind, "--entries", "--json").out)[kind]["names"]


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("add", "suppliers"), "Hexley", "there is no list 'suppliers': clients, sites, people"),
        (("add", "clients"), "# nobody yet\n\n", "there is no name in what was given"),
        (("add", "clients"), "Hexley\nQZ\n", "Number 2 cannot be: it has fewer than 3 letters"),
        (("add", "sites"), "4711\n", "Number 1 cannot be: it is made of digits alone"),
        (("add", "clients", "no-such-file.txt"), "", "there is no such file"),
        (("remove", "clients"), "", "name what is to be removed, or give --all"),
        (("remove", "clients", "Hexley", "--all"), "", "name what is to be removed, or give --all"),
        (("remove", "clients", "Hexley"), "", "none of these is on the list of clients"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    arguments: tuple[str, ...], stdin: str, said: str, tmp_path: Path
) -> None:
    done = headgate("lists", *arguments, stdin=stdin, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert said in done.last_line
    assert "QZ" not in done.err
    assert json.loads(headgate("lists", "show", "--json").out)["clients"]["count"] == 0


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"M\xfcller\n")
    done = headgate("lists", "add", "clients", tmp_path / "list.txt")
    assert (done.code, "not UTF-8" in done.last_line) == (2, True)


def test_names_are_read_from_what_is_pasted_from_a_file_and_from_the_first_column_of_a_csv(tmp_path: Path) -> None:
    headgate("lists", "add", "clients", stdin='# ours\nHexley Polymers Ltd\n\n  Pfizer\tCork\n"Müller & Söhne GmbH"\n')
    assert entries("clients") == ["Hexley Polymers Ltd", "Müller & Söhne GmbH", "Pfizer"]
    (tmp_path / "sites.txt").write_text("\ufeffRingaskiddy\r\nMallow, Co. Cork\r\n", encoding="utf-8")
    headgate("lists", "add", "sites", tmp_path / "sites.txt")
    assert entries("sites") == ["Mallow, Co. Cork", "Ringaskiddy"]
    (tmp_path / "people.CSV").write_text('Name;Town\n"Ní Bhriain, Aoife";Cork\nLiam O\'Brien;\n', encoding="utf-8")
    headgate("lists", "add", "people", tmp_path / "people.CSV")
    assert entries("people") == ["Liam O'Brien", "Ní Bhriain, Aoife"]


def test_a_list_is_counted_and_its_names_are_shown_only_when_asked_for() -> None:
    added = headgate("lists", "add", "clients", "-", stdin="Hexley Polymers Ltd\nPfizer\n")
    counted = headgate("lists", "show")
    assert counted.out == "clients: 2\nsites: 0\npeople: 0\n"
    assert "Hexley" not in added.out + added.err + counted.out + headgate("lists", "show", "--json").out
    assert headgate("lists", "show", "clients", "--entries").out == "clients: 2\nHexley Polymers Ltd\nPfizer\n"
    assert headgate("lists", "remove", "clients", "hexley polymers ltd").code == 0
    assert entries("clients") == ["Pfizer"]
    assert headgate("lists", "remove", "clients", "--all").code == 0
    assert entries("clients") == []


def test_screening_at_the_command_line_uses_the_lists_and_a_rule_approves_nothing_of_them(tmp_path: Path) -> None:
    row = "total_kWh\nHexleyPolymers_steam_kWh\nhxly gas m3\n"
    before = [json.loads(line)["verdict"] for line in headgate("screen", stdin=row).out.splitlines()]
    assert before == ["clean", "review", "review"]
    headgate("lists", "add", "clients", stdin="Hexley Polymers Ltd\nTotal S.A.\n")
    found = [json.loads(line) for line in headgate("screen", stdin=row).out.splitlines()]
    assert [each["verdict"] for each in found] == ["review", "blocked", "review"]
    assert [each["suggested"] for each in found] == ["site1 kWh", "site2 steam kWh", "site2 gas m3"]
    table = tmp_path / "t.csv"
    rows = "\n".join(f"2026-01-{day:02d},{day}" for day in range(1, 20))
    table.write_text(f"date,total_kWh\n{rows}\n", encoding="utf-8")
    done = headgate("analyse", table, "--approve", "clean", "--out", tmp_path / "report", "--json")
    assert json.loads(done.out)["decisions"] == {"approved": 1, "renamed": 0, "withheld": 1, "by": "rule"}
