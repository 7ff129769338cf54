"""What follows from what the user said of a column."""

from __future__ import annotations

from headgate.catalogue import Fold, Meaning, Medium, Origin, Quantity, Role
from headgate.catalogue.corrections import Correction, corrected, correction

READ = Meaning(Role.ENERGY_INTERVAL, Quantity.ENERGY, "kWh", Medium.ELECTRICITY, Fold.SUM, 0.6, Origin.NAME)


def test_a_unit_brings_its_quantity_and_leaves_the_rest() -> None:
    found = corrected(READ, correction("x", {"unit": "m3"}))
    assert (found.unit, found.quantity, found.role, found.fold) == ("m3", Quantity.VOLUME, READ.role, Fold.SUM)
    assert (found.origin, found.confidence) == (Origin.USER, 1.0)


def test_a_role_brings_its_fold_unless_one_is_said() -> None:
    assert corrected(READ, correction("x", {"role": "energy_cumulative"})).fold is Fold.LAST
    assert corrected(READ, correction("x", {"role": "energy_cumulative", "fold": "max"})).fold is Fold.MAX


def test_a_unit_can_be_said_to_be_none() -> None:
    assert corrected(READ, correction("x", {"unit": "none"})).unit is None
    assert corrected(READ, Correction("x", fold=Fold.MEAN)).unit == "kWh"
