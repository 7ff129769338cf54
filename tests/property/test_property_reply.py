"""Whatever bytes come back, reading them raises nothing, and a reply that counts as whole is whole."""

from __future__ import annotations

import socket
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dialects import profile_of
from tests.scale import times

from headgate.errors import HeadgateError
from headgate.gate.answer import answer_text
from headgate.gate.transport import MAX_BODY, Exchange, Flaw, _converse
from headgate.providers.profiles import Dialect

PIECES = st.sampled_from(
    [
        *(
            b"HTTP/1.1 %s\r\n" % line
            for line in (b"200 OK", b"429 No", b"999 ", b"2_0 OK", b"100 Go\r\n", b"103 Go\r\n")
        ),
        *(b"HTTP/%s 200\r\n" % version for version in (b"1.0", b"9.9", b"")),
        *(b"Content-Length: %s\r\n" % length for length in (b"2", b"9", b"-1", b"x")),
        *(b"Transfer-Encoding: %s\r\n" % coding for coding in (b"chunked", b"gzip")),
        *(b"Content-%s\r\n" % line for line in (b"Type: application/json", b"Encoding: gzip")),
        *(b"%s\r\n" % line for line in (b"", b"\r\n", b"2\r\n{}", b"0", b"-1", b"-5", b"fffffff", b": ", b" folded")),
        *(b"{}", b"\n", b"\r", b"\x00", b"\xff\xfe", b"X: " + b"x" * 70_000 + b"\r\n", b"X: 1\r\n" * 120),
    ]
)
REPLIES = st.one_of(
    st.lists(st.one_of(PIECES, st.binary(max_size=5)), max_size=12).map(b"".join),
    st.tuples(st.just(b"HTTP/1.1 200 OK\r\n"), st.lists(PIECES, max_size=8).map(b"".join)).map(b"".join),
)


def read(data: bytes) -> Exchange:
    here, there = socket.socketpair()
    with here, there:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        there.settimeout(0)
        there.send(data[:100_000])
        there.shutdown(socket.SHUT_WR)
        return _converse(here, b"", None, time.monotonic() + 60)


@settings(max_examples=times(500), deadline=None)
@given(REPLIES)
def test_no_reply_raises_and_what_counts_as_whole_is_whole(data: bytes) -> None:
    got = read(data)
    assert len(got.body) <= MAX_BODY
    assert (got.flaw is None) or got.body == b""
    assert got.body in data or b"chunked" in data
    try:
        answer_text(got, profile_of(Dialect.OPENAI_CHAT))
    except HeadgateError as refused:
        told = str(refused)
    assert told.isprintable()  # none of these is an answer


@settings(max_examples=times(100), deadline=None)
@given(st.binary(min_size=1, max_size=300), st.integers(0, 299))
def test_a_body_that_is_cut_is_never_whole(body: bytes, at: int) -> None:
    line = b"HTTP/1.1 200 OK\r\n"
    said = line + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    chunked = line + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    assert read(said).body == read(chunked).body == body
    assert read(said[: -1 - at % len(body)]).flaw is Flaw.TRUNCATED
    assert read(chunked[: -5 - at % len(body)]).flaw is Flaw.TRUNCATED
