"""The colours of charts and page, each with its twin for a dark ground.

Charts are drawn once, in the light colours; the page's style sheet repaints exactly these colours when the reader's
system is dark. So a colour used in a chart must be in `REPAINTED`, or look right on both grounds.
"""

from __future__ import annotations

from collections.abc import Mapping

# Okabe and Ito's set (2008), darkened where needed to reach 3:1 on white (WCAG 2.2, 1.4.11); yellow and black left out.
SERIES: tuple[str, ...] = ("#0072b2", "#d55e00", "#008f68", "#b5558a", "#a86f00", "#5b6570", "#3690c0")
_SERIES_DARK: tuple[str, ...] = ("#56b4e9", "#f0843c", "#2fc79a", "#df97c0", "#e6a820", "#b4bcc6", "#9bd0f5")

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
ON_PALE = "#000000"  # text inside coloured cells, which the dark page leaves as they are
ON_DEEP = "#fefefe"


def dark_rules() -> str:
    """Style rules that repaint every chart colour with its dark twin, sorted, for inside a dark media query."""
    return "\n".join(
        f'  .chart [{side}="{light}"] {{ {side}: {dark}; }}'
        for light, dark in sorted(REPAINTED.items())
        for side in ("fill", "stroke")
    )
