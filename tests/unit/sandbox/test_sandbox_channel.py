"""The channel takes a whole message of the one form, and nothing else."""

from __future__ import annotations

import io
import struct
import tracemalloc

import pytest

from headgate.errors import IntegrityError
from headgate.sandbox.channel import Channel, Message

LIMIT = 4096


def framed(said: bytes) -> bytes:
    return struct.pack(">I", len(said)) + said


def received(data: bytes, limit: int = LIMIT) -> Message | None:
    return Channel(io.BytesIO(data), io.BytesIO(), limit).receive()


def test_what_is_sent_is_received_and_the_end_is_none() -> None:
    pipe = io.BytesIO()
    channel = Channel(pipe, pipe, LIMIT)
    values = [None, {"a": ["ü", "\ud800", 1.5, True, None]}, float("inf")]
    for value in values:
        channel.send("kind", value)
    pipe.seek(0)
    assert [channel.receive() for _ in values] == [Message("kind", value) for value in values]
    assert channel.receive() is None


GOOD = b'{"kind": "send", "value": 1}'


@pytest.mark.parametrize(
    "data",
    [
        framed(GOOD)[:-1],
        framed(GOOD)[:3],
        struct.pack(">I", LIMIT + 1) + b" " * (LIMIT + 1),
        b"\xff\xff\xff\xff" + GOOD,
        framed(b""),
        framed(b"\x00\xff\xfe"),
        framed(b"null"),
        framed(b"[1]"),
        framed(b'"kind"'),
        framed(b'{"kind": "send"}'),
        framed(b'{"value": 1}'),
        framed(b'{"kind": 1, "value": 1}'),
        framed(b'{"kind": null, "value": 1}'),
        framed(b'{"kind": "send", "value": 1, "question": "how much?"}'),
        framed(GOOD + GOOD),
        framed(b'{"kind": "send", "value": ' + b"[" * 4000),
        framed(b"[" * 2000 + b"]" * 2000),
        framed(b'{"kind": "send", "value": ' + b"9" * 4000 + b"e}"),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_a_message_that_is_not_whole_or_of_another_form_is_refused(data: bytes) -> None:
    assert received(framed(GOOD)) == Message("send", 1), "the control"
    with pytest.raises(IntegrityError):
        received(data)


def test_deep_nesting_is_refused_and_not_a_crash() -> None:
    deep = b'{"kind": "send", "value": ' + b"[" * 500_000 + b"]" * 500_000 + b"}"
    with pytest.raises(IntegrityError):
        received(framed(deep), limit=1 << 26)


def test_a_size_beyond_the_limit_takes_no_memory() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(IntegrityError):
            received(struct.pack(">I", 0xFFFFFFF0) + GOOD, limit=1 << 26)
        assert tracemalloc.get_traced_memory()[1] < 1 << 18
    finally:
        tracemalloc.stop()


def test_a_message_of_exactly_the_limit_is_taken() -> None:
    most = GOOD + b" " * (LIMIT - len(GOOD))
    assert received(framed(most)) == Message("send", 1)
    with pytest.raises(IntegrityError):
        received(framed(most + b" "))
