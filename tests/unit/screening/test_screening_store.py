"""The own lists on disk: each name once, refused whole where one is none, sealed, and gone when removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from headgate.database import Database, open_database
from headgate.errors import InputError, IntegrityError
from headgate.screening.spelling import OwnKind, OwnName
from headgate.screening.store import OwnLists

CLIENT, SITE = OwnKind.CLIENT, OwnKind.SITE


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path)) as opened:
        yield opened


def test_one_name_that_cannot_be_an_entry_refuses_all_and_is_named_by_its_number(database: Database) -> None:
    lists = OwnLists(database)
    with pytest.raises(
        InputError, match=r"no name was added\. Number 2, 4 cannot be: it has fewer than 3 letters"
    ) as refused:
        lists.add(CLIENT, ["Hexley Polymers", "zq", "Pfizer", "17"])
    assert "zq" not in str(refused.value)
    assert lists.entries() == ()


def test_a_record_that_was_changed_stops_screening_and_is_not_left_out(database: Database) -> None:
    lists = OwnLists(database)
    lists.add(CLIENT, ["Hexley Polymers"])
    assert lists.ready().own_marks("hexley") != []
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER own_names_keep")
        connection.exec_driver_sql("UPDATE own_names SET cipher = zeroblob(length(cipher))")
    with pytest.raises(IntegrityError):
        lists.ready()


def test_a_name_is_there_once_whatever_its_case_and_spaces(database: Database) -> None:
    lists = OwnLists(database)
    assert lists.add(CLIENT, ["Hexley Polymers", "HEXLEY  polymers ", "Pfizer"]) == 2
    assert lists.add(CLIENT, ["hexley polymers"]) == 2
    assert lists.add(SITE, ["Hexley Polymers"]) == 1, "each list has its own"


def test_what_is_removed_is_found_no_more(database: Database) -> None:
    lists = OwnLists(database)
    lists.add(CLIENT, ["Hexley Polymers", "Pfizer", "Ornua"])
    lists.add(SITE, ["Ringaskiddy"])
    assert lists.remove(CLIENT, ["Unheard of"]) == 0
    assert lists.remove(CLIENT, ["hexley polymers"]) == 1
    assert lists.ready().own_marks("Hexley") == []
    assert lists.remove(CLIENT) == 2
    assert lists.entries() == (OwnName(SITE, "Ringaskiddy"),)
    assert lists.ready().own_marks("Ringaskiddy") != []


def test_a_list_is_the_same_when_it_is_opened_again(database: Database, tmp_path: Path) -> None:
    OwnLists(database).add(OwnKind.PERSON, ["Aoife Ní Bhriain"])
    database.close()
    with closing(open_database(tmp_path)) as again:
        assert OwnLists(again).entries() == (OwnName(OwnKind.PERSON, "Aoife Ní Bhriain"),)
