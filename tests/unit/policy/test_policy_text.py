"""The policy's id is that of its exact text, and the text says which version it is."""

from __future__ import annotations

import re
from importlib.resources import files

from headgate.ledger import PolicyId
from headgate.policy import policy_id, policy_text
from headgate.policy.text import VERSION, identify


def test_the_id_is_the_version_and_a_hash_of_every_byte_of_the_text() -> None:
    text = (files("headgate.policy") / "policy.md").read_text(encoding="utf-8")
    assert policy_text() == text
    assert policy_id() == identify(text)
    assert re.fullmatch(rf"{VERSION}-[0-9a-f]{{12}}", policy_id())
    for other in (text + " ", text.replace("nothing leaves", "little leaves")):
        assert identify(other) != policy_id()


def test_the_ledger_can_hold_the_id() -> None:
    assert PolicyId(policy_id()) == policy_id()


def test_the_text_says_its_version() -> None:
    assert f"\nVersion {VERSION}. " in policy_text()
