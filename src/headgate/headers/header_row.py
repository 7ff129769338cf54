"""Which rows may be the header row: what titles, notes and half-empty lines above a table are not."""

from __future__ import annotations

from collections.abc import Sequence

_FULL = 0.5  # of the columns; a header row names more of them, a title line fewer


def may_name_columns(held: Sequence[bool], width: int) -> bool:
    """True where a row holds enough cells to name `width` columns; `held` says of each cell whether it holds something.

    A lone cell at the left of several columns is a title; a lone cell after a blank one names the column by an index.
    """
    count = sum(held)
    if width > 1 and count == 1 and held[0]:
        return False
    return count >= max(1, _FULL * width)
