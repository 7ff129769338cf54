"""A profile of each dialect and the steel table's names, for the tests of the gate."""

from __future__ import annotations

import pytest
from tests.dialects import profile_of

from headgate.providers.profiles import Dialect, Profile

STEEL = (
    "CO2(tCO2)",
    "Day_of_week",
    "Lagging_Current_Power_Factor",
    "Lagging_Current_Reactive.Power_kVarh",
    "Leading_Current_Power_Factor",
    "Leading_Current_Reactive_Power_kVarh",
    "Load_Type",
    "NSM",
    "Usage_kWh",
    "WeekStatus",
    "date",
)


@pytest.fixture(params=list(Dialect))
def profile(request: pytest.FixtureRequest) -> Profile:
    """Every test that takes a profile holds for each dialect."""
    return profile_of(request.param)


@pytest.fixture
def names() -> tuple[str, ...]:
    return STEEL
