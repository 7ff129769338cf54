"""The models behind some kinds: pure functions on small sequences, without the rows.

Those that need numpy and its kin are imported where they are used, since the core install has none of them.
"""

from __future__ import annotations

from importlib.util import find_spec

NOT_INSTALLED = "This analysis needs packages for statistics that are not installed; install headgate[models]."

_NEEDS = {
    "day_clusters": ("scipy",),
    "discords": ("numpy",),
    "energy_signature": ("statsmodels",),
    "baseline_mv": ("statsmodels",),
    "driver_regression": ("statsmodels",),
    "normalised_compare": ("statsmodels",),
    "change_points": ("statsmodels", "ruptures"),
    "expected_band": ("numpy",),
    "forecast": ("statsmodels",),
}
MODELLED = frozenset(_NEEDS)


def not_installed() -> frozenset[str]:
    """The kinds that cannot run here, because a package they need is not installed."""
    return frozenset(kind for kind, needs in _NEEDS.items() if any(find_spec(each) is None for each in needs))
