"""Strict JSON. Each refusal stands beside the nearest text that is taken."""

import json
import math

import pytest

from headgate.errors import InputError
from headgate.plan import strict

LARGEST = 1_048_576


def nested(levels):
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("refused", "taken"),
    [
        ('{"a":NaN}', '{"a":null}'),
        ("[Infinity]", "[1]"),
        ("[-Infinity]", "[-1]"),
        ("[1e309]", "[1e308]"),
        ("[-1e309]", "[-1e308]"),
        ('{"a":1,"a":1}', '{"a":1,"b":1}'),
        ('[{"x":{"a":1,"\\u0061":2}}]', '[{"x":{"a":1,"\\u0062":2}}]'),
        ("9" * 41, "9" * 40),
        ("-" + "9" * 40, "-" + "9" * 39),
        (nested(25), nested(24)),
        ('{"a":' * 25 + "1" + "}" * 25, '{"a":' * 24 + "1" + "}" * 24),
        ('["' + "]" * 9 + '",' + nested(24) + "]", '["' + "[" * 99 + '",' + nested(23) + "]"),
        ('["\\"]",' + nested(24) + "]", '["\\"' + "[" * 99 + '",' + nested(23) + "]"),
        ('["\\\\",' + nested(24) + "]", '["\\\\","' + "[" * 99 + '"]'),
        ("[[[1]," + nested(23) + "]]", "[[[1]," + nested(22) + "]]"),
        ("[[],[],[]," + nested(24) + "]", "[[],[],[]," + nested(23) + "]"),
        ("[" + "1," * 200_000 + "1]", "[" + "1," * 199_999 + "1]"),
        ("[" + "[]," * 100_000 + "1]", "[" + "{}," * 99_999 + '[","]]'),
        ("1" + " " * LARGEST, "1" + " " * (LARGEST - 1)),
        ('"' + "é" * (LARGEST // 2 - 1) + 'a"', '"' + "é" * (LARGEST // 2 - 1) + '"'),
        ('"' + "\ud800" * (LARGEST // 3) + '"', '"' + "\ud800" * (LARGEST // 3 - 1) + '"'),
        ("X1X", " 1 "),
        ("\f1", " \t\r\n1"),
        ("1\v", "1\n\r\t "),
        ("\u00a01", " 1"),
        ("\ufeff1", "1"),
        ("", '""'),
        ("1 2", "12"),
        ("[1,]", "[1]"),
        ("{'a':1}", '{"a":1}'),
        ('"a\nb"', '"a\\nb"'),
        ("01", "0.1"),
        ("True", "true"),
    ],
    ids=lambda text: f"{len(text)} signs",
)
def test_what_is_not_strict_is_refused_and_its_neighbour_is_taken(refused, taken):
    with pytest.raises(InputError) as told:
        strict.loads(refused)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__ or told.value.__context__ is None
    assert strict.loads(taken) == json.loads(taken)


def test_numbers_are_what_they_are():
    assert [type(each) for each in strict.loads("[1, 1.0, 1e2, -0]")] == [int, float, float, int]
    assert strict.loads("[1.5e300, -7]") == [1.5e300, -7]
    assert math.copysign(1, strict.loads("-0.0")) == -1
