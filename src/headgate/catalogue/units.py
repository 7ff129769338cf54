"""The catalogue's own list of units, how each is spelled in headers, and its size in the base unit of its quantity."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from headgate.catalogue.meaning import Quantity as Q


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. `scale` is its size in the first unit listed for its quantity, None where no factor converts it."""

    name: str
    quantity: Q
    scale: float | None


# quantity | unit, factor to the quantity's first unit (- for none), other spellings. Case and blanks do not count.
_TABLE = """
energy | kWh 1 kilowatthour kilowatthours
energy | Wh 0.001 watthour watthours
energy | MWh 1000 megawatthour megawatthours
energy | GWh 1e6 gigawatthour gigawatthours
energy | TWh 1e9
energy | kJ 0.0002777777777777778
energy | MJ 0.2777777777777778 megajoule megajoules
energy | GJ 277.77777777777777 gigajoule gigajoules
energy | TJ 277777.77777777775
energy | Btu 0.0002930710701722222
energy | kBtu 0.2930710701722222 kbtus
energy | MMBtu 293.0710701722222 mmbtus
energy | MBtu - mbtus
energy | therm 29.30710701722222 therms
energy | toe 11630
power | kW 1 kilowatt kilowatts kwe kwth kwel
power | W 0.001 watt watts
power | MW 1000 megawatt megawatts mwe mwth mwel
power | GW 1e6 gigawatt gigawatts
power | hp 0.7456998715822702
power | Btu/h 0.0002930710701722222 btuh btu/hr btu_h
power | kBtu/h 0.2930710701722222 kbtuh kbtu/hr kbtu_h
power | kWh/day 0.041666666666666664 kwh/d
power | MWh/day 41.666666666666664 mwh/d
power | kWh/h 1 kwh/hr
power | kVA - kvas
power | MVA -
power | kvar - kvars
power | Mvar -
reactive_energy | kVArh 1 kvarhs kilovarhour
reactive_energy | varh 0.001
reactive_energy | MVArh 1000
volume | m3 1 cubicmetre cubicmetres cubicmeters nm3 sm3 cbm
volume | L 0.001 litre litres liter liters ltr
volume | hL 0.1
volume | kL 1
volume | gal 0.003785411784 gallon gallons
volume | kgal 3.785411784
volume | ft3 0.028316846592 cuft cf scf
volume | ccf 2.8316846592
flow | m3/h 1 m3h m3/hr cmh nm3/h sm3/h
flow | m3/s 3600
flow | m3/min 60
flow | L/s 3.6 lps
flow | L/min 0.06 lpm
flow | L/h 0.001 lph
flow | cfm 1.6990107955200002 scfm ft3/min acfm
flow | gpm 0.22712470704 gal/min usgpm
flow | kg/h - kg/hr kgph
flow | kg/s -
flow | t/h - t/hr tph
mass | t 1 tonne tonnes tons ton mt metricton metrictons
mass | kg 0.001 kgs kilogram kilograms kilo kilos
mass | g 1e-6 gram grams
mass | lb 0.00045359237 lbs pounds
temperature | °C - degc deg.c celsius degreec degreesc centigrade degcelsius c
temperature | °F - degf deg.f fahrenheit degreef degreesf f
temperature | K - kelvin degk
pressure | kPa 1 kilopascal
pressure | Pa 0.001 pascal pascals
pressure | hPa 0.1
pressure | MPa 1000
pressure | bar 100 barg bara bars
pressure | mbar 0.1 millibar millibars
pressure | psi 6.894757293168 psig psia
pressure | inH2O 0.24908891 inwc inwg iwc in.w.c.
pressure | mmHg 0.133322387415
humidity | %RH 1 rh% %rh. percentrh
humidity | g/kg -
speed | rpm - r/min
speed | Hz - hertz
speed | m/s 1 mps ms-1
speed | km/h 0.2777777777777778 kmh kph
speed | mph 0.44704
speed | mm/s 0.001
current | A 1 amp amps ampere amperes
current | mA 0.001
current | kA 1000
voltage | V 1 volt volts
voltage | kV 1000
voltage | mV 0.001
illuminance | lx - lux
illuminance | W/m2 - wm-2 w/sqm
co2 | ppm 1
enthalpy | kJ/kg 1
enthalpy | Btu/lb 2.326
money | EUR - € euro euros
money | USD - $ us$ dollar dollars
money | GBP - £ poundsterling
money | CHF - sfr
money | JPY - ¥ yen
money | CNY - rmb yuan
money | INR - ₹ rupee rupees
money | SEK -
money | NOK -
money | DKK -
money | PLN - zł
money | CZK - kč
money | CAD - c$
money | AUD - a$
money | BRL - r$ reais
money | MXN - mx$
money | ZAR -
money | KRW - ₩
money | kEUR - k€ teur thousandeuros
money | kUSD - k$ thousanddollars
money | ct - cent cents eurocent
area | m2 1 sqm squaremetres squaremeters squaremetre qm
area | ft2 0.09290304 sqft sf squarefeet squarefoot
area | ha 10000 hectare hectares
area | km2 1e6 sqkm
emissions | tCO2 1 tonco2 tonnesco2 tonneco2
emissions | kgCO2 0.001
emissions | gCO2 1e-6
emissions | tCO2e 1 tco2eq tco2-e tco2-eq
emissions | kgCO2e 0.001 kgco2eq kgco2-e kgco2-eq
emissions | gCO2e 1e-6 gco2eq gco2-e
emissions | lbCO2 0.00045359237
duration | h 1 hr hrs hour hours
duration | min 0.016666666666666666 mins minute minutes
duration | s 0.0002777777777777778 sec secs second seconds
duration | ms 2.777777777777778e-07 millisecond milliseconds
duration | day 24 days d
count | pcs 1 pc piece pieces unit units pce stk
ratio | % - pct percent percentage prozent pourcent
"""

# A spelling that is also a word, an initial or a code counts only in brackets .
_AMBIGUOUS = (
    "a c f k t m l h s g v w d ha hp min mins sec second seconds hour hours hr hrs minute minutes day days ms ton tons"
    " unit units pc piece pieces pce stk ct cent cents bar bars cf sf mt pounds ka ma mv va toe therm kilo kilos in cad"
    " qm amp amps volt volts"
)
_ONLY_IN_BRACKETS = frozenset(_AMBIGUOUS.split())
_SUPERSCRIPTS = str.maketrans({"²": "2", "³": "3", "^": None, "·": None, "*": None, "º": "°", "₂": "2", "\u00a0": " "})


def _fold(spelling: str) -> str:
    """The spelling without case, blanks and signs that make no difference."""
    bare = re.sub(r"[\s_]+", "", unicodedata.normalize("NFC", spelling).translate(_SUPERSCRIPTS)).casefold()
    return bare.rstrip(".") or bare


def _read_table() -> tuple[dict[str, Unit], dict[str, Unit]]:
    units: dict[str, Unit] = {}
    spellings: dict[str, Unit] = {}
    for line in _TABLE.strip().splitlines():
        quantity, _, rest = line.partition(" | ")
        name, scale, *others = rest.split()
        unit = Unit(name, Q(quantity), None if scale == "-" else float(scale))
        units[name] = unit
        for spelling in (name, *others):
            spellings[_fold(spelling)] = unit
    return units, spellings


_UNITS, _SPELLINGS = _read_table()
UNITS: Mapping[str, Unit] = _UNITS

_PER = re.compile(r"\s*(?:/|(?:^|(?<=[\s_]))per(?=[\s_]))\s*", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[({]([^\[\](){}]{1,24})[\])}]")
_GLUED = re.compile(r"%|(?<=[a-z])(?:[KkMG]?Wh|KWH|MWH|[KkMG]W|KW)$")
_LAST_IN_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])[A-Z][A-Za-z]*3?$")
_BREAK = re.compile(r"[\s_,;:.|()\[\]{}-]+")


def spell(text: str) -> str | None:
    """The catalogue's own spelling of a unit written any known way (`EUR per MWh` → `EUR/MWh`), else None.

    A ratio of two known units is a known unit.
    """
    direct = _SPELLINGS.get(_fold(text))
    if direct is not None:
        return direct.name
    parts = [part for part in (piece.strip(" _") for piece in _PER.split(text)) if part]
    if len(parts) != 2:
        return None
    over, under = (_SPELLINGS.get(_fold(part)) for part in parts)
    if over is None or under is None:
        return None
    joined = f"{over.name}/{under.name}"
    known = _SPELLINGS.get(_fold(joined))
    return known.name if known is not None else joined


def quantity_of(unit: str) -> Q:
    """What a unit of the catalogue measures; a ratio of two units measures a ratio."""
    known = UNITS.get(unit)
    return known.quantity if known is not None else Q.RATIO


def measures(unit: str, quantity: Q) -> bool:
    """Whether a column of that quantity can be in that unit. A per cent can be of anything."""
    if unit == "%" or quantity_of(unit) is quantity or quantity is Q.RATIO:
        return True
    over, _, under = unit.partition("/")
    return bool(under) and over in UNITS and UNITS[over].quantity is quantity


def in_header(header: str) -> tuple[str | None, str]:
    """The unit a header states and the header without it: `Usage_kWh` → (`kWh`, `Usage`).

    (1) What stands in brackets; (2) the longest run of words at the end; (3) what follows the last stroke or the last
    capital; (4) a single word anywhere. Spellings that are
    also words or initials (`C`, `t`, `min`) count only in brackets.
    """
    for match in reversed(list(_BRACKETS.finditer(header))):
        unit = spell(match.group(1))
        if unit is not None:
            return unit, header[: match.start()] + " " + header[match.end() :]
    pieces = [(match.start(), match.end()) for match in re.finditer(r"[^\s_,;:.|()\[\]{}-]+", header)]
    for length in (4, 3, 2, 1):
        if length <= len(pieces):
            start = pieces[-length][0]
            unit = _plain(header[start:])
            if unit is not None:
                return unit, header[:start]
    ending = _at_the_end(header)
    if ending is not None:
        return ending
    for first, last in ((i, i + n - 1) for n in (3, 1) for i in range(len(pieces) - n)):
        start, end = pieces[first][0], pieces[last][1]
        unit = _plain(header[start:end])
        if unit is not None:
            return unit, header[:start] + " " + header[end:]
    return None, header


def _at_the_end(header: str) -> tuple[str | None, str] | None:
    """The unit after the last stroke, in the last capitals of a camel-case name or glued to the last word."""
    before, stroke, after = header.rpartition("/")
    if stroke and before and (unit := _plain(after)) is not None:
        return unit, before
    camel = _LAST_IN_CAMEL_CASE.search(header)
    if camel is not None and (unit := _plain(camel.group())) is not None:
        return unit, header[: camel.start()]
    glued = _GLUED.search(header)
    return None if glued is None else (spell(glued.group()), header[: glued.start()])


def _plain(text: str) -> str | None:
    """The unit of a run of words outside brackets, where the run cannot be taken for anything else."""
    words = [word for word in _BREAK.split(text.strip()) if word]
    if not words or (len(words) > 1 and not _is_joint(words)):
        return None
    if len(words) == 1 and words[0].casefold() in _ONLY_IN_BRACKETS:
        return None
    return spell(" ".join(words))


def _is_joint(words: list[str]) -> bool:
    """Whether several words can be one unit: a ratio, or a scale word or degree before a unit."""
    lowered = [word.casefold() for word in words]
    return (
        "per" in lowered[1:-1]
        or lowered[-2:] in (["btu", "h"], ["kbtu", "h"])
        or lowered == ["ft", "2"]
        or lowered[0] in {"deg", "degree", "degrees", "thousand", "m", "square", "cubic", "in"}
    )
