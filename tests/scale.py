"""How many examples a property is tried with: the number it names, times the profile hypothesis runs under."""

from __future__ import annotations

from hypothesis import settings

_USUAL = 100


def times(usual: int) -> int:
    """So many under hypothesis's own profiles; a hundred times as many with `--hypothesis-profile=attack`."""
    return usual * settings.default.max_examples // _USUAL
