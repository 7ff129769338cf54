"""Who acts, as the environment says it: always a text that can be committed to, sealed and passed on."""

from __future__ import annotations

import pytest

from headgate.settings import from_environment


@pytest.mark.parametrize(("said", "actor"), [("Änne", "Änne"), ("an\udcffna", "an?na"), ("\udce4", "?")])
def test_what_is_no_text_in_the_environment_becomes_one(said: str, actor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_ACTOR", said)
    found = from_environment().actor
    assert found == actor
    assert found.encode().decode() == found


def test_without_a_name_the_login_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADGATE_ACTOR")
    monkeypatch.setenv("LOGNAME", "ben")
    assert from_environment().actor == "ben"
