"""The controls of every search for canaries: each way to hide a token, packed by the standard library, is seen."""

from __future__ import annotations

import base64
import gzip
import json
import random
import struct
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from tests.canaries import Canaries, Kind
from tests.dialects import profile_of

from headgate.gate.envelope import envelope, wire_bytes
from headgate.gate.template import load_template
from headgate.providers.profiles import Dialect


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "upper case": lambda token: token.upper().encode(),
    "lower case": lambda token: token.lower().encode(),
    "reversed": lambda token: token[::-1].encode(),
    "UTF-16, little end first": lambda token: token.encode("utf-16-le"),
    "UTF-16, big end first": lambda token: token.encode("utf-16-be"),
    "UTF-32": lambda token: token.encode("utf-32"),
    **{
        f"{name}, {pad} bytes before": lambda token, pad=pad, spell=spell: spell(b"\xfb" * pad + token.encode())
        for name, spell in {
            "base64": base64.b64encode,
            "base64url": base64.urlsafe_b64encode,
            "base64url without padding": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
        }.items()
        for pad in range(3)
    },
    "base64 in lines": lambda token: base64.encodebytes(b"x" * 53 + token.encode()),
    "base64 that follows a letter": lambda token: b"x" + base64.b64encode(token.encode()),
    "hexadecimal": lambda token: token.encode().hex().encode(),
    "hexadecimal, upper case": lambda token: token.encode().hex().upper().encode(),
    "hexadecimal after a digit": lambda token: b"0" + token.encode().hex().encode(),
    "hexadecimal with colons": lambda token: token.encode().hex(":").encode(),
    "URL": lambda token: "".join(f"%{byte:02X}" for byte in token.encode()).encode(),
    "JSON escapes": lambda token: "".join(f"\\u{ord(letter):04x}" for letter in token).encode(),
    "escapes of a literal": lambda token: "".join(f"\\x{ord(letter):02x}" for letter in token).encode(),
    "gzip": lambda token: gzip.compress(token.encode()),
    "gzip of much": lambda token: gzip.compress(random.Random(1).randbytes(4000) + token.encode()),
    "zlib": lambda token: zlib.compress(token.encode()),
    "deflate": lambda token: deflated(token.encode()),
    "base64 of gzip": lambda token: base64.b64encode(gzip.compress(token.encode())),
    "hexadecimal of base64": lambda token: base64.b64encode(token.encode()).hex().encode(),
    "URL of JSON": lambda token: quote(json.dumps({"x": token})[::-1]).encode(),
    "six letters of it": lambda token: token[4:10].encode(),
}


@pytest.fixture(params=Dialect)
def request_of_ours(request: pytest.FixtureRequest) -> bytes:
    return wire_bytes(envelope(load_template("plan-1"), ("Date", "Energy kWh"), profile_of(request.param)), "sk-nobody")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_token_is_seen_in_each_spelling(spelling: str) -> None:
    canaries = Canaries(random.Random(7))
    token = canaries.word(Kind.CELL)
    whole = wire_bytes(envelope(load_template("plan-1"), ("Date",), profile_of(Dialect.OPENAI_CHAT)), "sk-nobody")
    data = whole[:900] + b" " + SPELLINGS[spelling](token) + b" " + whole[-900:]
    assert not canaries.spotted(whole[:900] + b"  " + whole[-900:])
    assert canaries.spotted(data)
    assert canaries.spotted(data, {Kind.CELL})
    assert not canaries.spotted(data, {Kind.WITHHELD})


def test_a_number_and_a_day_are_seen_as_text_and_as_what_a_machine_keeps() -> None:
    canaries = Canaries(random.Random(7))
    number, day = canaries.number(), canaries.day()
    seconds = int((day.replace(hour=5) - type(day)(1970, 1, 1)).total_seconds())
    for data in (
        f'"{number}"',
        number.replace(".", ","),
        str(int(float(number))),
        json.dumps([float(number)])[::-1],
        struct.pack("<d", float(number)),
        struct.pack(">d", float(number)),
        day.isoformat(),
        f"{seconds}",
        f"{seconds}000",
    ):
        assert canaries.spotted(data if isinstance(data, bytes) else data.encode()), data


def test_a_request_of_names_alone_holds_no_token(request_of_ours: bytes) -> None:
    canaries = Canaries(random.Random(7))
    for _ in range(300):
        canaries.word(Kind.CELL)
        canaries.number()
        canaries.day()
    assert canaries.spotted(request_of_ours) == set()
    assert canaries.spotted(request_of_ours.replace(b"Date", canaries.word(Kind.CELL).encode()))
