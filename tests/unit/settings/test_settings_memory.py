"""How much memory rows may take, as the environment says it."""

from __future__ import annotations

import pytest

from headgate.errors import InputError
from headgate.settings import from_environment


@pytest.mark.parametrize("said", ["4", "GB", "4 TB", "-1GB", "999MB", "4GB4", "1e3GB", "0.4GB", "4GiB"])
def test_what_is_no_amount_of_memory_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_MEMORY", said)
    with pytest.raises(InputError, match="HEADGATE_MEMORY"):
        from_environment()


@pytest.mark.parametrize(
    ("said", "bytes_"), [("1000MB", 1_000_000_000), ("4GB", 4_000_000_000), (" 1.5 gb ", 1_500_000_000), ("", None)]
)
def test_an_amount_is_read_in_bytes(said: str, bytes_: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_MEMORY", said)
    assert from_environment().memory == bytes_
