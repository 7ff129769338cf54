"""The models behind some kinds: pure functions on small sequences, without the rows.

Those that need numpy and its kin are imported where they are used, since the core install has none of them.
"""

from __future__ import annotations

NOT_INSTALLED = "This analysis needs packages for statistics that are not installed; install headgate[models]."
