"""The colours of charts and page, each with its twin for a dark ground.

Charts are drawn once, in the light colours; the page's style sheet repaints exactly these colours when the reader's
system is dark. So a colour used in a chart must be in `REPAINTED`, or look right on both grounds.
"""

from __future__ import annotations

from collections.abc import Mapping

# The first three are Okabe and Ito's (2008), darkened where needed; the rest were searched for so that each has 3:1
# on its ground (WCAG 2.2, 1.4.11) and any two stand 20 apart (CIE 1976), for eyes blind to red or green too.
SERIES: tuple[str, ...] = ("#0072b2", "#d55e00", "#008f68", "#831a7b", "#714105", "#494e54", "#5c9bae")
_SERIES_DARK: tuple[str, ...] = ("#56b4e9", "#f0843c", "#2fc79a", "#f0d7f0", "#fdbd08", "#617d8c", "#1774c8")

INK = "#1f2328"
MUTED = "#59636e"
AXIS = "#9aa3ad"
GRID = "#e6e9ed"

CARD = "#ffffff"
CARD_DARK = "#171b20"

REPAINTED: Mapping[str, str] = {
    CARD: CARD_DARK,
    INK: "#e8ebef",
    MUTED: "#a7b0ba",
    AXIS: "#66707b",
    GRID: "#2d333b",
    **dict(zip(SERIES, _SERIES_DARK, strict=True)),
}

# From pale to deep blue, monotone in lightness: readable in grey and with any colour vision. White is "no value".
SEQUENTIAL: tuple[str, ...] = ("#e6eef5", "#b9d6ea", "#74b3d8", "#2e86bf", "#1c5c97", "#16366b", "#0d1736")
DIVERGING: tuple[str, ...] = ("#b35806", "#f1a340", "#f7f7f7", "#67a9cf", "#0b559f")  # orange and blue, never red/green
PLATE = "#fdfdfd"  # the ground under coloured cells, white on the dark page too: there the deepest blue would be lost
ON_PALE = "#000000"  # text inside coloured cells, which the dark page leaves as they are
ON_DEEP = "#fefefe"


def dark_rules() -> str:
    """Style rules that repaint every chart colour with its dark twin, sorted, for inside a dark media query."""
    return "\n".join(
        f'  .chart [{side}="{light}"] {{ {side}: {dark}; }}'
        for light, dark in sorted(REPAINTED.items())
        for side in ("fill", "stroke")
    )
