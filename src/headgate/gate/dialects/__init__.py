"""The wire formats providers speak, one module each: `body` says what is asked, `text` finds the answer's text."""

from __future__ import annotations

from headgate.errors import UnavailableError


class UnusableAnswerError(UnavailableError):
    """An answer came whole, and it is not one this dialect knows: nothing of it is used."""
