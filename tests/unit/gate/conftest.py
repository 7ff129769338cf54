"""A profile and the steel table's names, for the tests of the gate."""

from __future__ import annotations

import pytest

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


@pytest.fixture
def profile() -> Profile:
    return Profile(
        name="example",
        dialect=Dialect.OPENAI_CHAT,
        host="api.example.com",
        path="/v1/chat/completions",
        model="model-1",
        key_env="EXAMPLE_KEY",
    )


@pytest.fixture
def names() -> tuple[str, ...]:
    return STEEL
