"""Columns and analyses in words, for titles that stay here: they are made from headers and never sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from headgate.catalogue.lexicon import tags_of, without_scheme, words_in
from headgate.catalogue.meaning import Meaning, Medium, Role
from headgate.catalogue.units import in_header
from headgate.plan.kinds import GROUP

_LONGEST = 60
_LONGEST_LIST = 80
# A data set's own name before a dot, as in `simulation_output.fuel_use_electricity`.
_DOTTED = re.compile(r"^\w+(?:\.\w+)?\.(?=[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+_?\s*$)")
_GENERIC = frozenset({"consumption", "energy", "power", "load", "total", "=energy", "=power"})
_MEDIA = {Medium.PV: "solar", Medium.CHILLED_WATER: "chilled water", Medium.COMPRESSED_AIR: "compressed air"}
_ABBREVIATIONS = frozenset({"co2", "eui", "pv", "hvac", "ahu", "cop", "pue", "ashrae", "iecc"})
_OPAQUE = 0.4
# The energy columns of NREL's End-Use Load Profiles: time series (`out.electricity.cooling.energy_consumption`) and
# annual results (`report_simulation_output.end_use_electricity_cooling_m_btu`, `….fuel_use_electricity_total_m_btu`).
_PUBLISHED = (
    re.compile(r"out\.(?P<fuel>[a-z_]+)\.(?P<use>[a-z_]+)\.energy_consumption(?P<per>_intensity)?"),
    re.compile(r".*\.(?:fuel_use_(?P<fuel>[a-z_]+)|energy_use)_(?P<use>total|net)_m_btu(?P<per>)"),
    re.compile(
        r".*\.end_use_(?P<fuel>electricity|natural_gas|fuel_oil|propane|wood_cord|wood_pellets|coal)_(?P<use>[a-z_]+)"
        r"_m_btu(?P<per>)"
    ),
)
# What a cell of several lines explains below its name: `Data Type`, `O = Observed`, `I = Imputed`.
_LEGEND = re.compile(r"\n[^\n=]*=.*", re.DOTALL)
_BREAK = re.compile(r"[\s_./:]+|(?<=[a-z])(?=[A-Z][a-z])")


def phrase(header: str, meaning: Meaning) -> str:
    """The column in words without its unit: `Load_Type` → `load type`, `Usage_kWh` → `electricity use`.

    A name that says no more than "energy used" is spoken by its medium; one that nobody understands keeps its capitals.
    At most 60 code points, none of them invisible.
    """
    published = _published(header)
    if published is not None:
        return published
    header = without_scheme(_LEGEND.sub("", header))
    words = words_in(in_header(header)[1])
    if meaning.role in (Role.ENERGY_INTERVAL, Role.POWER) and _is_generic(words):
        medium = _MEDIA.get(meaning.medium, str(meaning.medium)) if meaning.medium else "energy"
        return f"{medium} {'use' if meaning.role is Role.ENERGY_INTERVAL else 'demand'}"
    if meaning.role in GROUP and _stems(header.rpartition(" / ")[2]):
        header = header.rpartition(" / ")[2]
    opaque = meaning.confidence < _OPAQUE
    spoken = " ".join(word if opaque else _in_sentence(word) for word in _BREAK.split(_without_unit(header)) if word)
    visible = "".join(sign for sign in spoken if unicodedata.category(sign)[0] != "C").strip(" -,;()[]")
    if not visible:
        return str(meaning.role).replace("_", " ")
    return visible if len(visible) <= _LONGEST else visible[: _LONGEST - 1].rstrip() + "…"


def _published(header: str) -> str | None:
    """An energy column of NREL's data sets in words, None for any other column."""
    known = next((found for found in (pattern.fullmatch(header) for pattern in _PUBLISHED) if found), None)
    if known is None:
        return None
    fuel, use = (known["fuel"] or "energy").replace("_", " "), known["use"].replace("_", " ")
    spoken = f"{use} {fuel} use" if use in ("total", "net") else f"{fuel} use for {use}"
    return f"{spoken} per floor area" if known["per"] else spoken


def listed(phrases: Sequence[str], most: int = 3) -> str:
    """The phrases as a list in a sentence; those beyond `most`, or beyond what a title has room for, are counted."""
    while most > 1 and sum(map(len, phrases[:most])) > _LONGEST_LIST:
        most -= 1
    shown, rest = list(phrases[:most]), len(phrases) - most
    if rest > 0:
        return ", ".join(shown) + f" and {rest} more"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _is_generic(words: Sequence[str]) -> bool:
    """Whether every word only says that energy is used."""
    return all(tags_of(word, False) & _GENERIC for word in words)


def _without_unit(header: str) -> str:
    """The header without its unit, without what stands before the last dot where enough stands after it
    (`model.heating_fuel`), and without levels that the levels below repeat (`TOTAL / Sales / Total Sales`).
    """
    rest = _DOTTED.sub("", in_header(header)[1])
    levels = (rest if any(sign.isalnum() for sign in rest) else header).split(" / ")
    kept = [level for place, level in enumerate(levels) if not _stems(level) or _stems(level) - _below(levels, place)]
    return " ".join(kept)


def _below(levels: Sequence[str], place: int) -> set[str]:
    return {stem for level in levels[place + 1 :] for stem in _stems(level)}


def _stems(text: str) -> set[str]:
    return {word.casefold().removesuffix("s") for word in words_in(text)}


def _in_sentence(word: str) -> str:
    """The word in lower case, unless its capitals or digits make it a name of its own (`CO2`, `AHU`)."""
    if word.casefold() in _ABBREVIATIONS:
        return word.upper()
    return word.casefold() if word[1:].islower() or (word.isupper() and len(word) > 4) else word
