"""The ledger: nothing is appended to a ledger that is not as written; what is appended is there and proved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import event

from headgate.canonical import canonical_json
from headgate.database import Database, open_database
from headgate.errors import InputError, IntegrityError, UnavailableError
from headgate.isolation import IsolationLevel
from headgate.ledger import (
    AnalysisRun,
    Commitment,
    Digest,
    Entry,
    Head,
    Ledger,
    ManifestId,
    Outcome,
    ProviderKind,
    SendIntended,
    SendOutcome,
    Verification,
)

AT = datetime(2026, 11, 24, 8, 0, 0, tzinfo=UTC)
SEAL = Commitment("12" * 32)


def run(number: int) -> Entry:
    return Entry(AT, AnalysisRun(None, ProviderKind.LOCAL, IsolationLevel.L3, number, 0, 0))


def intent() -> Entry:
    return Entry(
        AT, SendIntended(ManifestId("m_0123456789abcdef"), Digest("ab" * 32), SEAL, SEAL, 1, IsolationLevel.L3)
    )


def outcome(of: int) -> Entry:
    return Entry(AT, SendOutcome(of, Outcome.REFUSED, False, None, None, None, None, 0))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path)) as opened:
        yield opened


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.mark.parametrize("index", [-1, 0, 2, 99])
def test_an_entry_that_is_not_there_is_an_input_error(ledger: Ledger, index: int) -> None:
    if index == 2:
        ledger.append(run(0))
        ledger.append(run(1))
    for ask in (ledger.entry, ledger.receipt):
        with pytest.raises(InputError, match=f"no entry {index}"):
            ask(index)


def test_a_full_disk_is_unavailable_and_the_ledger_stays_as_it_was(database: Database, ledger: Ledger) -> None:
    ledger.append(run(0))
    with database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    @event.listens_for(database.engine, "begin")
    def full(connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for number in range(1, 200):
            ledger.append(run(number))

    with pytest.raises(UnavailableError, match="full"):
        fill()
    assert ledger.verify().ok
    assert [entry.event.run for entry in ledger.entries()] == list(range(ledger.head().size))


def test_an_empty_ledger_has_the_root_of_nothing(ledger: Ledger) -> None:
    assert ledger.head() == Head(0, hashlib.sha256(b"").hexdigest())
    assert ledger.entries() == ()
    assert ledger.verify() == Verification(0)


def test_each_append_gives_a_receipt_that_holds_for_the_ledger_it_makes(ledger: Ledger) -> None:
    for number in range(20):
        receipt = ledger.append(run(number))
        assert receipt.holds()
        assert (receipt.index, receipt.size) == (number, number + 1)
        assert receipt.leaf_hash == hashlib.sha256(b"\x00" + run(number).leaf()).hexdigest()
        assert ledger.head() == Head(receipt.size, receipt.root)
        assert ledger.receipt(number) == receipt


def test_a_receipt_with_one_digit_changed_does_not_hold(ledger: Ledger) -> None:
    for number in range(6):
        ledger.append(run(number))
    receipt = ledger.receipt(2)
    assert receipt.holds()
    spelled = receipt.to_json()
    for name, value in spelled.items():
        for changed in _changed(value):
            bad = type(receipt)(**{**spelled, name: changed})
            assert not bad.holds(), name


def _changed(value: object) -> list[object]:
    if isinstance(value, int):
        return [value + 1] if value == 2 else []  # the size 6 and 7 give leaf 2 the same path length
    if isinstance(value, str):
        return [("0" if value[0] != "0" else "1") + value[1:]]
    assert isinstance(value, list)
    return [[*value[:at], _changed(value[at])[0], *value[at + 1 :]] for at in range(len(value))]


def test_entries_are_read_back_in_order_by_another_process_to_come(tmp_path: Path, ledger: Ledger) -> None:
    written = [run(0), intent(), outcome(1)]
    for entry in written:
        ledger.append(entry)
    with closing(open_database(tmp_path)) as again:
        assert list(Ledger(again).entries()) == written
        assert Ledger(again).entry(1) == written[1]
        assert Ledger(again).head() == ledger.head()


def test_the_head_file_holds_the_last_head_in_canonical_json(tmp_path: Path, ledger: Ledger) -> None:
    receipt = ledger.append(run(0))
    expected = canonical_json({"size": 1, "root": receipt.root}) + b"\n"
    assert (tmp_path / "ledger.head").read_bytes() == expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], ()),
        ([run(0)], ()),
        ([intent()], (0,)),
        ([intent(), outcome(0)], ()),
        ([intent(), intent(), outcome(1)], (0,)),
        ([intent(), outcome(0), run(0), intent()], (3,)),
    ],
)
def test_intents_without_an_outcome_are_unfinished(ledger: Ledger, entries: list[Entry], expected: tuple[int]) -> None:
    for entry in entries:
        ledger.append(entry)
    assert ledger.unfinished() == expected


def test_a_crash_before_the_head_is_remembered_is_mended_by_the_next_append(tmp_path: Path, ledger: Ledger) -> None:
    for number in range(3):
        before = (tmp_path / "ledger.head").read_bytes() if number else b""
        ledger.append(run(number))
    (tmp_path / "ledger.head").write_bytes(before)
    assert ledger.verify().ok
    ledger.append(run(3))
    assert ledger.verify() == Verification(4)


def test_writers_at_the_same_time_all_get_their_place(tmp_path: Path) -> None:
    def write() -> None:
        with closing(open_database(tmp_path)) as mine:
            for number in range(15):
                Ledger(mine).append(run(number))

    writers = [Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with closing(open_database(tmp_path)) as database:
        assert Ledger(database).verify() == Verification(60)


def test_a_commitment_opens_with_its_own_bytes_alone(ledger: Ledger) -> None:
    made = ledger.commitment(b"profile")
    assert ledger.opens(made, b"profile")
    assert not ledger.opens(made, b"profilf")


def test_commitments_to_the_same_bytes_differ_and_are_not_their_hash(ledger: Ledger) -> None:
    first, second = ledger.commitment(b"profile"), ledger.commitment(b"profile")
    assert len({first, second, hashlib.sha256(b"profile").hexdigest()}) == 3


def test_a_commitment_whose_salt_is_erased_cannot_be_opened_and_the_ledger_stays_whole(
    database: Database, ledger: Ledger
) -> None:
    made = ledger.commitment(b"profile")
    ledger.append(
        Entry(AT, SendIntended(ManifestId("m_0123456789abcdef"), Digest("ab" * 32), made, made, 1, IsolationLevel.L2))
    )
    assert ledger.opens(made, b"profile")
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_salts")
    with pytest.raises(InputError, match="erased"):
        ledger.opens(made, b"profile")
    assert ledger.verify().ok


def test_a_salt_of_another_commitment_is_an_integrity_error(database: Database, ledger: Ledger) -> None:
    made, _ = ledger.commitment(b"profile"), ledger.commitment(b"other")
    with database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE ledger_salts SET (wrapped_key, cipher) ="
            " (SELECT wrapped_key, cipher FROM ledger_salts AS o WHERE o.commitment <> ledger_salts.commitment)"
        )
    with pytest.raises(IntegrityError):
        ledger.opens(made, b"profile")
