"""The wire formats providers speak, one module each: `body` says what is asked, `text` finds the answer's text."""

from __future__ import annotations

from headgate.errors import UnavailableError

REFUSED = "the model refused to answer: try another model, or work with the built-in planner"
CUT = "the answer was cut at max_tokens: raise 'max_tokens' in the profile's settings"
FILTERED = "the provider's content filter stopped the answer: try another model"


class UnusableAnswerError(UnavailableError):
    """An answer came whole, and it is not one this dialect knows: nothing of it is used."""


def unfinished(what: str) -> UnusableAnswerError:
    """The error for a reply that is none of the forms a dialect knows; `what` is what it should have been."""
    return UnusableAnswerError(f"the answer is not a finished {what}: check the profile's dialect and path")
