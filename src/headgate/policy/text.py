"""The policy this installation ships, and the id an approval is bound to."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

VERSION = 1


def identify(text: str) -> str:
    """Version and short hash of a policy text, such as `1-0a1b2c3d4e5f`."""
    return f"{VERSION}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def policy_id() -> str:
    """Version and short hash of the policy this installation ships."""
    return identify(policy_text())


@cache
def policy_text() -> str:
    """The policy in plain words, in Markdown."""
    return (files("headgate.policy") / "policy.md").read_text(encoding="utf-8")
