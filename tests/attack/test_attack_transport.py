"""The transport reaches only the host it was told, over verified TLS, and no reply can hold or fill it."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.tls_server import (
    Authority,
    Reply,
    answers,
    completion,
    cut,
    drip,
    dripping,
    endless,
    provider,
    response,
    slow,
)

from headgate.errors import HeadgateError, InputError, IntegrityError, RefusalError, UnavailableError
from headgate.gate.answer import answer_text
from headgate.gate.dialects import UnusableAnswerError
from headgate.gate.envelope import Envelope, envelope, wire_bytes
from headgate.gate.recompute import expected_request
from headgate.gate.template import load_template
from headgate.gate.transport import (
    MAX_BODY,
    SYSTEM_STORES,
    Exchange,
    Flaw,
    _check_address,
    _tls_facts,
    exchange,
    tls_context,
)
from headgate.providers.profiles import Profile

KEY = "sk-a-key-of-nobody"
NAMES = ("energy", "time")
PLAN = load_template("plan-1")


@pytest.fixture
def profile(profile: Profile) -> Profile:
    """With time enough on a busy machine; `hurried` is for what is to run out of it."""
    return replace(profile, settings=replace(profile.settings, timeout_seconds=45))


def hurried(profile: Profile) -> Profile:
    return replace(profile, settings=replace(profile.settings, timeout_seconds=1))


def send(profile: Profile, key: str | None = KEY) -> Exchange:
    return exchange(envelope(PLAN, NAMES, profile), key, profile, expected=expected_request(PLAN, NAMES, profile, key))


def trusting(authority: Authority) -> urllib.request.OpenerDirector:
    """A usual client that trusts the tests' authority and uses no proxy."""
    context = ssl.create_default_context(cafile=str(authority.file))
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


# Certificates and versions


def test_a_certificate_of_an_unknown_authority_is_refused(profile: Profile, tmp_path: Path) -> None:
    with provider(certificate=Authority(tmp_path).leaf()[0]) as sink:
        with pytest.raises(RefusalError, match="localhost is refused, its certificate fails"):
            send(replace(profile, port=sink.port))
        assert sink.requests == []


@pytest.mark.parametrize(
    ("host", "days", "words"),
    [("localhost", (-30, -1), "certificate has expired"), ("other.example", (-1, 30), "Hostname mismatch")],
)
def test_a_certificate_that_is_expired_or_of_another_host_is_refused(
    profile: Profile, authority: Authority, host: str, days: tuple[int, int], words: str
) -> None:
    with provider(certificate=authority.leaf(host, days)[0]) as sink:
        with pytest.raises(RefusalError, match=words):
            send(replace(profile, port=sink.port))
        assert sink.requests == []


def test_an_address_the_certificate_does_not_name_is_refused(profile: Profile, authority: Authority) -> None:
    with provider(certificate=authority.leaf("other.example")[0]) as sink:
        with pytest.raises(RefusalError, match="IP address mismatch"):
            send(replace(profile, host="127.0.0.1", port=sink.port))
        assert sink.requests == []


@pytest.mark.parametrize(
    ("common", "alternative"), [("localhost", ""), ("localhost", "other.example"), ("other.example", "localhost")]
)
def test_a_host_is_named_by_a_subject_alternative_name_alone(
    profile: Profile, authority: Authority, common: str, alternative: str
) -> None:
    """RFC 9525 6.3: the common name is never looked at. The third certificate is the control."""
    with provider(certificate=authority.leaf(common, alternative=alternative)[0]) as sink:
        there = replace(profile, port=sink.port)
        if alternative == "localhost":
            assert send(there).status == 200
        else:
            with pytest.raises(RefusalError, match="certificate fails"):
                send(there)
            assert sink.requests == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("old", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_1_0_and_1_1_are_refused_and_a_weakened_client_is_accepted_by_the_same_server(
    profile: Profile, authority: Authority, certificate: Path, old: ssl.TLSVersion
) -> None:
    with provider(certificate=certificate, versions=(old, old)) as sink:
        with pytest.raises(RefusalError, match=r"does not agree on TLS 1\.2 or newer"):
            send(replace(profile, port=sink.port))
        assert sink.requests == []
        weak = ssl.create_default_context(cafile=str(authority.file))
        weak.minimum_version = old
        weak.set_ciphers("ALL:@SECLEVEL=0")
        with (
            socket.create_connection(("127.0.0.1", sink.port), 5) as plain,
            weak.wrap_socket(plain, server_hostname="localhost") as channel,
        ):
            assert channel.version() == {"TLSv1": "TLSv1", "TLSv1_1": "TLSv1.1"}[old.name]
            with pytest.raises(RefusalError, match=r"TLS 1\.2 or newer"):
                _tls_facts(channel, profile)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_taken_and_their_facts_are_true(
    profile: Profile, authority: Authority, version: ssl.TLSVersion
) -> None:
    file, leaf = authority.leaf()
    with provider(certificate=file, versions=(version, version)) as sink:
        got = send(replace(profile, port=sink.port))
    assert answer_text(got, profile) == answer_text(replace(got, body=completion()), profile)
    assert got.tls is not None
    assert got.tls.version == version.name.replace("v1_", "v1.")
    spki = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert got.tls.spki_sha256 == hashlib.sha256(spki).hexdigest()
    # RFC 8446 B.4 and RFC 5289: the numbers of the suites these two could have agreed on.
    numbers = {
        "TLS_AES_256_GCM_SHA384": 0x1302,
        "TLS_AES_128_GCM_SHA256": 0x1301,
        "ECDHE-ECDSA-AES256-GCM-SHA384": 0xC02C,
        "ECDHE-ECDSA-AES128-GCM-SHA256": 0xC02B,
    }
    assert got.tls.suite == numbers[got.tls.cipher]


def test_a_store_without_certificates_is_refused_before_anything_is_written(
    profile: Profile, certificate: Path, tmp_path: Path
) -> None:
    (tmp_path / "none.pem").write_text("no certificate")
    with provider(certificate=certificate) as sink:
        for file in ("none.pem", "missing.pem"):
            with pytest.raises(InputError, match="cannot be read as PEM certificates"):
                send(replace(profile, port=sink.port, ca_file=tmp_path / file))
        assert sink.requests == []


def test_a_system_without_a_store_that_is_known_is_refused(
    profile: Profile, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headgate.gate.transport.SYSTEM_STORES", (tmp_path / "none.pem",))
    with provider(certificate=certificate) as sink:
        with pytest.raises(RefusalError, match="no certificate store that is known"):
            send(replace(profile, port=sink.port, ca_file=None))
        assert sink.requests == []


def test_without_a_file_of_its_own_a_profile_trusts_only_the_systems_store(profile: Profile, certificate: Path) -> None:
    with provider(certificate=certificate) as sink:
        with pytest.raises(RefusalError, match="certificate fails"):
            send(replace(profile, port=sink.port, ca_file=None))
        assert sink.requests == []


def test_the_context_verifies_chain_and_name_and_starts_at_tls_1_2(profile: Profile) -> None:
    context = tls_context(profile)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.maximum_version is ssl.TLSVersion.MAXIMUM_SUPPORTED
    assert context.security_level >= 2
    assert context.options & ssl.OP_NO_COMPRESSION
    assert context.options & ssl.OP_NO_RENEGOTIATION
    assert not ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).options & ~context.options, "nothing usual is taken away"
    assert context.keylog_filename is None
    assert [dict(part[0] for part in one["subject"])["commonName"] for one in context.get_ca_certs()] == [
        "tests' own authority"
    ]
    named = [each["name"] for each in context.get_ciphers()]
    assert [n for n in named if not (n.startswith(("TLS_", "ECDHE-")) and ("GCM" in n or "POLY1305" in n))] == []


def test_without_a_file_of_its_own_a_context_holds_the_systems_roots_alone(profile: Profile) -> None:
    system = next(path for path in SYSTEM_STORES if path.is_file())
    context = tls_context(replace(profile, ca_file=None))
    assert len(context.get_ca_certs()) <= system.read_text().count("BEGIN CERTIFICATE")
    assert context.get_ca_certs() != []


# Addresses


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.9", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1",
     "fec0::1", "ff02::1", "2001:1::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::1",
     "2001::1", "2001:db8::1"],
)  # fmt: skip
def test_a_host_that_leads_to_no_public_address_is_refused(profile: Profile, address: str) -> None:
    with pytest.raises(RefusalError, match="not a public address"):
        _check_address(address, replace(profile, loopback=False))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_a_public_address_is_for_a_profile_without_loopback_alone(profile: Profile, address: str) -> None:
    _check_address(address, replace(profile, loopback=False))
    with pytest.raises(RefusalError, match="neither this machine nor a private address"):
        _check_address(address, profile)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "100.64.0.1"])
def test_leave_for_this_network_is_no_leave_for_every_special_address(profile: Profile, address: str) -> None:
    with pytest.raises(RefusalError):
        _check_address(address, profile)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "::ffff:127.0.0.1",
        "10.1.2.3",
        "::ffff:10.1.2.3",
        "64:ff9b::a01:203",
        "172.31.0.1",
        "192.168.1.1",
        "fd00::1",
    ],
)
def test_plain_http_is_for_this_machine_alone(profile: Profile, address: str) -> None:
    _check_address(address, profile)
    plain = replace(profile, tls=False)
    if address.startswith("127.") or address in {"::1", "::ffff:127.0.0.1"}:
        _check_address(address, plain)
    else:
        with pytest.raises(RefusalError, match="another machine: set 'tls' to true"):
            _check_address(address, plain)


def test_a_name_that_leads_to_this_machine_is_not_even_connected_to(profile: Profile, certificate: Path) -> None:
    with provider(certificate=certificate) as sink:
        with pytest.raises(RefusalError, match="not a public address"):
            send(replace(profile, port=sink.port, loopback=False))
        assert sink.connections == 0


_reached: list[object] = []
_watched: list[int] = []


def _stop_connecting(event: str, details: tuple[object, ...]) -> None:
    if event == "socket.connect" and threading.get_ident() in _watched:
        _reached.append(details[1])
        raise ConnectionRefusedError


sys.addaudithook(_stop_connecting)


@contextmanager
def no_connection() -> Iterator[list[object]]:
    """Where this thread would have connected to, as the system was asked; each connection is refused at once."""
    _reached.clear()
    _watched.append(threading.get_ident())
    try:
        yield _reached
    finally:
        _watched.clear()


PUBLIC, PRIVATE, HERE = "93.184.216.34", "10.0.0.7", "127.0.0.1"


@pytest.mark.parametrize(
    ("loopback", "first", "then", "reached"),
    [
        (False, (PUBLIC,), (PRIVATE,), [PUBLIC]),
        (False, (PUBLIC, "8.8.8.8"), (HERE,), [PUBLIC, "8.8.8.8"]),
        (False, (PUBLIC, PRIVATE), (PUBLIC,), []),
        (False, (HERE, PUBLIC), (PUBLIC,), []),
        (True, (HERE,), (PUBLIC,), [HERE]),
        (True, (HERE, PUBLIC), (HERE,), []),
        (True, (PUBLIC, HERE), (HERE,), []),
    ],
)
def test_a_name_is_looked_up_once_and_one_bad_address_refuses_it(
    profile: Profile,
    monkeypatch: pytest.MonkeyPatch,
    loopback: bool,
    first: tuple[str, ...],
    then: tuple[str, ...],
    reached: list[str],
) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        found = first if len(asked) == 1 else then
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with no_connection() as seen, pytest.raises(UnavailableError if reached else RefusalError):
        send(replace(profile, loopback=loopback))
    assert asked == ["localhost"]
    assert seen == [(address, 1) for address in reached]


def test_a_family_this_machine_does_not_speak_is_passed_over(
    profile: Profile, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider(certificate=certificate) as sink:
        there = replace(profile, port=sink.port)
        places = [(socket.AF_UNIX + 4000, ("::1", sink.port)), (socket.AF_INET, ("127.0.0.1", sink.port))]
        found = [(family, socket.SOCK_STREAM, 6, "", address) for family, address in places]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert send(there).status == 200


@pytest.fixture(params=[(1, 3600.0), (3600, 0.2)], ids=["the whole", "the connection"])
def limited(request: pytest.FixtureRequest, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """Only one of the two limits is short: that of the whole exchange, or that of a connection and of TLS."""
    seconds, connecting = request.param
    monkeypatch.setattr("headgate.gate.transport.CONNECT_SECONDS", connecting)
    return replace(profile, settings=replace(profile.settings, timeout_seconds=seconds))


@pytest.mark.timeout(60)
def test_a_host_that_never_completes_a_connection_is_given_up(limited: Profile) -> None:
    """A listener whose queue is full answers nothing at all, as a firewall does that drops packets."""
    with socket.create_server((HERE, 0), backlog=0) as listener, socket.socket() as taken:
        taken.connect(listener.getsockname())
        with pytest.raises(UnavailableError, match="takes no connection"):
            send(replace(limited, host=HERE, port=listener.getsockname()[1]))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("reply", [slow, dripping(b"\x16\x03\x03\x40\x00" + b"\x02" * 100)], ids=["slow", "drip"])
def test_a_server_that_never_completes_tls_is_given_up_and_gets_nothing(limited: Profile, reply: Reply) -> None:
    got: list[bytes] = []

    def silent(channel: socket.socket) -> None:
        got.append(channel.recv(65536))
        reply(channel)

    with provider(silent, reads=False) as sink, pytest.raises(UnavailableError, match="while TLS was agreed"):
        send(replace(limited, port=sink.port))
    assert [data[:1] for data in got] == [b"\x16"]  # a ClientHello (RFC 8446 5.1)
    assert b"energy" not in got[0]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answers(b""), UnavailableError),
        (cut(b"\x16\x03\x03"), UnavailableError),
        (answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), RefusalError),
    ],
    ids=["nothing", "cut", "plain HTTP"],
)
def test_a_server_that_does_not_speak_tls_gets_nothing(
    profile: Profile, reply: Reply, kind: type[HeadgateError]
) -> None:
    got: list[bytes] = []

    def curt(channel: socket.socket) -> None:
        got.append(channel.recv(65536))
        reply(channel)

    with provider(curt, reads=False) as sink, pytest.raises(kind, match="TLS"):
        send(replace(profile, port=sink.port))
    assert b"energy" not in got[0]


@pytest.mark.timeout(15)
def test_a_server_that_takes_the_request_slowly_is_given_up(profile: Profile) -> None:
    """Each write succeeds in time; the whole, larger than what systems buffer, would take half a minute."""

    def reply(channel: socket.socket) -> None:
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        while channel.recv(1 << 16):
            time.sleep(0.02)

    with provider(reply, reads=False) as sink:
        there = replace(hurried(profile), port=sink.port, tls=False)
        large = replace(envelope(PLAN, NAMES, there), body=b" " * 80_000_000)
        assert exchange(large, KEY, there, expected=wire_bytes(large, KEY)).flaw is Flaw.TIMED_OUT


def test_where_no_time_is_left_nothing_connects(profile: Profile, certificate: Path) -> None:
    """As after a look-up that took long."""
    with provider(certificate=certificate) as sink:
        late = replace(profile, port=sink.port, settings=replace(profile.settings, timeout_seconds=0))
        with pytest.raises(UnavailableError, match="takes no connection"):
            send(late)
        assert sink.connections == 0


def test_a_host_that_is_not_found_or_takes_no_connection_is_unavailable(profile: Profile) -> None:
    unnamed = "a" * 64 + ".example.com"  # a label is of at most 63 octets (RFC 1035 2.3.4)
    with pytest.raises(UnavailableError, match=rf"{unnamed} is not found"):
        send(replace(profile, host=unnamed))
    with pytest.raises(UnavailableError, match=r"no-such-host\.invalid is not found"):
        send(replace(profile, host="no-such-host.invalid"))
    with pytest.raises(UnavailableError, match="takes no connection"):
        send(profile)


# The request


def test_what_was_written_is_what_was_expected_byte_for_byte(profile: Profile, certificate: Path) -> None:
    with provider(certificate=certificate) as sink:
        there = replace(profile, port=sink.port)
        send(there)
    assert sink.requests == [expected_request(PLAN, NAMES, there, KEY)]


def test_plain_http_to_this_machine_carries_the_same_bytes_and_no_tls_facts(profile: Profile) -> None:
    with provider() as sink:
        there = replace(profile, port=sink.port, tls=False, key_env=None)
        got = send(there, None)
    assert (got.status, got.tls) == (200, None)
    assert sink.requests == [expected_request(PLAN, NAMES, there, None)]


@pytest.mark.parametrize(
    "late",
    [
        lambda e: replace(e, body=e.body.replace(b"energy", b"secret")),
        lambda e: replace(e, body=e.body + b" "),
        lambda e: replace(e, body=e.body.replace(b'"store":false', b'"store":true ')),
        lambda e: replace(e, headers=(*e.headers, ("X-Leak", "1"))),
        lambda e: replace(e, headers=e.headers[1:]),
        lambda e: replace(e, path="/v1/files"),
        lambda e: replace(e, method="PUT"),
        lambda e: replace(e, host="other.example"),
        lambda e: replace(e, port=e.port + 1),
    ],
    ids=["name", "blank", "store", "header more", "header less", "path", "method", "host", "port"],
)  # fmt: skip
def test_a_request_changed_late_is_not_sent_and_nothing_connects(
    profile: Profile, certificate: Path, late: Callable[[Envelope], Envelope]
) -> None:
    with provider(certificate=certificate) as sink:
        there = replace(profile, port=sink.port)
        good = envelope(PLAN, NAMES, there)
        with pytest.raises(IntegrityError, match="nothing was sent"):
            exchange(late(good), KEY, there, expected=wire_bytes(good, KEY))
        assert sink.connections == 0


@pytest.mark.parametrize("key", [None, "", "two words", "line\r\nX-Leak: 1", "ключ", "\x00"])
def test_a_key_no_header_can_hold_is_refused_and_not_repeated(
    profile: Profile, certificate: Path, key: str | None
) -> None:
    with provider(certificate=certificate) as sink:
        with pytest.raises(InputError, match="SINK_KEY") as refused:
            send(replace(profile, port=sink.port), key)
        assert sink.connections == 0
    assert not key or key not in str(refused.value)


# The reply

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PLAIN = completion()
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def chunk(data: bytes) -> bytes:
    """The data as one chunk and the end (RFC 9112 7.1)."""
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


def headed(*lines: bytes, body: bytes = PLAIN) -> Reply:
    """A reply of status 200 with these header lines more."""
    return answers(HEAD + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("reply", "flaw"),
    [
        (slow, Flaw.TIMED_OUT),
        (dripping(HEAD + b"\r\n" + PLAIN), Flaw.TIMED_OUT),
        (drip, Flaw.TIMED_OUT),
        (endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 100), Flaw.OVERSIZED),
        (endless(b"HTTP/1.1 103 Early Hints\r\nLink: </%s>\r\n\r\n" % (b"x" * 9000)), Flaw.OVERSIZED),
        (endless(HEAD + b"X-Filler: 1\r\n" * 200), Flaw.NOT_HTTP),
        (endless(b"x" * 65536), Flaw.NOT_HTTP),
        (headed(body=b" " * (MAX_BODY + 1)), Flaw.OVERSIZED),
        (headed(b"Content-Length: 99999999999", body=b" " * (MAX_BODY + 2)), Flaw.OVERSIZED),
        (answers(HEAD + CHUNKED + b"\r\n" + chunk(b" " * (MAX_BODY + 1))), Flaw.OVERSIZED),
        (headed(CHUNKED[:-2], body=b"1\r\n \r\n" * 400_000), Flaw.OVERSIZED),
        (endless(HEAD + CHUNKED + b"\r\n1;" + b"x" * 60_000), Flaw.TRUNCATED),
        (cut(HEAD + b"Content-Length: 99999999999\r\n\r\n{}"), Flaw.TRUNCATED),
        (headed(b"Content-Length: 500", body=b"{}"), Flaw.TRUNCATED),
        (cut(HEAD + b"Content-Length: 500\r\n\r\n{}"), Flaw.TRUNCATED),
        (cut(HEAD + b"\r\n" + PLAIN), Flaw.TRUNCATED),
        (answers(HEAD + CHUNKED + b"\r\n5\r\n{}"), Flaw.TRUNCATED),
        (answers(HEAD + CHUNKED + b"\r\nzz\r\n{}\r\n0\r\n\r\n"), Flaw.TRUNCATED),
        (answers(HEAD + CHUNKED + b"\r\nfffffffffff\r\n{}"), Flaw.TRUNCATED),
        (answers(HEAD + CHUNKED + b"\r\n-5\r\n{}\r\n0\r\n\r\n"), Flaw.TRUNCATED),
        (answers(HEAD + CHUNKED + b"\r\n2\r\n{}\r\n"), Flaw.TRUNCATED),
        (answers(b"SSH-2.0-OpenSSH\r\n"), Flaw.NOT_HTTP),
        (answers(b"HTTP/2.0 200 OK\r\n\r\n" + PLAIN), Flaw.NOT_HTTP),
        (answers(PLAIN + b"\r\n"), Flaw.NOT_HTTP),
        (answers(b""), Flaw.BROKEN),
        (cut(b""), Flaw.BROKEN),
        (cut(b"HTTP/1.1 2"), Flaw.BROKEN),
        (cut(b"HTTP/1.1 100 Continue\r\n\r\n"), Flaw.BROKEN),
    ],
    ids=["slow", "slow head", "slow body", "endless interim replies", "endless early hints", "endless headers",
         "endless line", "oversized", "oversized as said", "oversized chunk", "small chunks", "endless extension",
         "cut and oversized as said", "short", "cut", "cut without a length", "cut chunk", "bad chunk", "huge chunk",
         "negative chunk",
         "no last chunk", "not HTTP", "another HTTP", "body alone", "nothing", "cut at once", "cut in the status line",
         "cut after an interim reply"],
)  # fmt: skip
def test_a_reply_that_is_not_whole_is_a_flaw_within_the_time(
    profile: Profile, certificate: Path, reply: Reply, flaw: Flaw
) -> None:
    with provider(reply, certificate) as sink:
        got = send(replace(hurried(profile) if flaw is Flaw.TIMED_OUT else profile, port=sink.port))
    assert got.flaw is flaw
    assert got.body == b""
    assert got.tls is not None
    with pytest.raises(UnavailableError):
        answer_text(got, profile)


@pytest.mark.parametrize(
    ("reply", "flaw"),
    [
        (headed(body=b" " * (MAX_BODY + 1)), Flaw.OVERSIZED),
        (headed(b"Content-Length: 500", body=b"{}"), Flaw.TRUNCATED),
        (answers(HEAD + CHUNKED + b"\r\n5\r\n{}"), Flaw.TRUNCATED),
        (headed(b"Content-Length: 2", b"Content-Length: 3"), Flaw.NOT_HTTP),
    ],
    ids=["oversized", "short", "cut chunk", "two lengths"],
)
def test_of_a_reply_that_is_not_whole_status_and_connection_are_told(
    profile: Profile, certificate: Path, reply: Reply, flaw: Flaw
) -> None:
    with provider(reply, certificate) as sink:
        got = send(replace(profile, port=sink.port))
    assert got.tls is not None
    assert (got.status, got.flaw, got.tls.version) == (200, flaw, "TLSv1.3")


def test_a_body_as_large_as_is_read_may_come_in_small_pieces(profile: Profile) -> None:
    """Then what is around the pieces is nearly half as much again."""
    body = bytes(range(32, 48)) * (MAX_BODY // 16)
    pieces = b"".join(b"10\r\n%s\r\n" % body[at : at + 16] for at in range(0, MAX_BODY, 16))
    with provider(headed(CHUNKED[:-2], body=pieces + b"0\r\n\r\n")) as sink:
        got = send(replace(profile, port=sink.port, tls=False))
    assert (got.status, got.flaw, got.body == body) == (200, None, True)


@pytest.mark.parametrize(
    "lines",
    [
        (b"Content-Length: 2", b"Content-Length: %d" % len(PLAIN)),
        (b"Content-Length: %d" % len(PLAIN),) * 2,
        (b"Content-Length: %d, %d" % (len(PLAIN), len(PLAIN)),),
        (b"Content-Length: +%d" % len(PLAIN),),
        (b"Content-Length: -1",),
        (b"Content-Length: 0x10",),
        (b"Content-Length: 1_0",),
        (b"Content-Length:",),
        (b"Content-Length: " + b"9" * 5000,),
        (b"Content-Length: %d" % len(PLAIN), b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: gzip",),
        (b"Transfer-Encoding: gzip, chunked",),
        (b"Transfer-Encoding: identity",),
        # Around a value stand blanks and tabs alone (RFC 9110 5.6.3).
        (b"Content-Length: \x0b%d" % len(PLAIN),),
        (b"Content-Length: X%dX" % len(PLAIN),),
        (b"Transfer-Encoding: \x0bchunked",),
        (b"Transfer-Encoding: XchunkedX",),
    ],
    ids=lambda lines: b" ".join(lines).decode()[:60],
)
@pytest.mark.parametrize("body", [PLAIN, chunk(PLAIN), gzip.compress(PLAIN)], ids=["plain", "chunked", "gzip"])
def test_a_reply_whose_length_is_said_in_two_ways_or_none_is_not_read(
    profile: Profile, lines: tuple[bytes, ...], body: bytes
) -> None:
    """RFC 9112 6.3. The controls are the whole replies below."""
    with provider(headed(*lines, body=body)) as sink:
        got = send(replace(profile, port=sink.port, tls=False))
    assert (got.status, got.flaw, got.body) == (200, Flaw.NOT_HTTP, b"")


ECHO = "echoed-cell-value"
BOMB = gzip.compress(b" " * 10**8)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        *((response(b"", f"{status} Moved", "Location: /x"), RefusalError, "a redirect")
          for status in (300, 301, 302, 303, 304, 307, 308)),
        (response(b"{}", "401 Unauthorized"), UnavailableError, "does not take the key"),
        (response(b"{}", f"401 {ECHO}", f"WWW-Authenticate: {ECHO}"), UnavailableError, "does not take the key"),
        (response(b"{}", "403 Forbidden"), UnavailableError, "may not use"),
        (response(b"{}", "429 Too Many Requests", "Retry-After: 7"), UnavailableError, "in 7 seconds"),
        (response(b"{}", "429 No", "Retry-After: 7", "Retry-After: 9"), UnavailableError, "again later"),
        (response(b"{}", "429 No", f"Retry-After: 7\r\n {ECHO}"), UnavailableError, "again later"),
        (response(b"{}", "429 No", "Retry-After: " + "9" * 60_000), UnavailableError, "again later"),
        (response(b"{}", "429 No", "Retry-After: -7"), UnavailableError, "again later"),
        (response(b"{}", "429 No", f"Retry-After: 7\r{ECHO}: 1"), UnavailableError, "again"),
        (response(b"{}", "500 Internal Server Error"), UnavailableError, "a fault of its own"),
        (response(b"{}", "503 Service Unavailable", "Retry-After: 7"), UnavailableError, "a fault of its own"),
        (response(b"{}", "599 \x1b[31m\x00" + ECHO), UnavailableError, "answered 599"),
        (response(PLAIN, "206 Partial Content", "Content-Range: bytes 0-1/2"), UnavailableError, "answered 206"),
        (response(PLAIN, "201 Created"), UnavailableError, "answered 201"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", UnavailableError, "answered 204"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + PLAIN, UnavailableError, "answered 101"),
        (response(b"<html>", kind="text/html"), UnusableAnswerError, "did not answer in JSON"),
        (response(PLAIN, "200 OK", "Content-Type: text/html"), UnusableAnswerError, "did not answer in JSON"),
        (response(PLAIN, kind=f"text/html\rContent-Type: {ECHO}"), UnusableAnswerError, "did not answer in JSON"),
        (response(gzip.compress(PLAIN), "200 OK", "Content-Encoding: gzip"), UnusableAnswerError, "compressed"),
        (response(BOMB, "200 OK", "Content-Encoding: gzip"), UnusableAnswerError, "compressed"),
        (response(BOMB, "200 OK", "Content-Encoding: identity", "Content-Encoding: gzip"), UnusableAnswerError,
         "compressed"),
        (response(BOMB), UnusableAnswerError, "not JSON"),
    ],
)  # fmt: skip
def test_a_reply_that_is_no_answer_is_refused_by_its_reason_and_nothing_is_asked_twice(
    profile: Profile, data: bytes, kind: type[HeadgateError], words: str
) -> None:
    with provider(answers(data)) as sink:
        there = replace(profile, port=sink.port, tls=False)
        for _ in range(2):  # the server takes one after the other: a third request would stand between these two
            got = send(there)
            with pytest.raises(kind, match=words) as refused:
                answer_text(got, profile)
            assert ECHO not in str(refused.value)
            assert str(refused.value).isprintable()
        assert len(sink.requests) == 2
    assert len(got.body) <= len(data)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_a_usual_client_would_have_followed_it(
    profile: Profile, authority: Authority, certificate: Path, status: int
) -> None:
    with provider() as elsewhere:
        moved = response(b"", f"{status} Moved", f"Location: http://127.0.0.1:{elsewhere.port}/v1/chat/completions")
        with provider(answers(moved), certificate) as sink:
            got = send(replace(profile, port=sink.port))
            assert (got.status, elsewhere.connections) == (status, 0)
            assert trusting(authority).open(f"https://localhost:{sink.port}/", timeout=5).status == 200
            assert elsewhere.connections == 1


@pytest.mark.parametrize(
    "data",
    [
        response(PLAIN),
        HEAD + b"Content-Length:  %d \t\r\n\r\n" % len(PLAIN) + PLAIN,
        HEAD + b"\r\n" + PLAIN,
        HEAD.replace(b"1.1", b"1.0") + b"\r\n" + PLAIN,
        HEAD + CHUNKED + b"\r\n" + chunk(PLAIN),
        HEAD + b"transfer-encoding: Chunked\r\n\r\n" + chunk(PLAIN)[:-2] + b"X-Trailer: 1\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + response(PLAIN),
        b"HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\nContent-Type: text/html\r\n\r\n"
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 199 So\r\n\r\n" + response(PLAIN),
        response(PLAIN) + response(b"{}", "500 No"),
    ],
    ids=["length", "length with blanks", "until the end", "HTTP/1.0", "chunked", "chunked with a trailer",
         "after an interim reply", "after several interim replies", "before a second reply"],
)  # fmt: skip
def test_a_whole_reply_is_read_in_each_framing(profile: Profile, certificate: Path, data: bytes) -> None:
    with provider(answers(data), certificate) as sink:
        got = send(replace(profile, port=sink.port))
    assert (got.status, got.flaw, got.body) == (200, None, PLAIN)
    assert answer_text(got, profile) == answer_text(replace(got, body=completion()), profile)


def test_a_reply_of_exactly_one_mebibyte_is_read(profile: Profile) -> None:
    body = PLAIN.ljust(1 << 20)
    with provider(answers(response(body))) as sink:
        got = send(replace(profile, port=sink.port, tls=False))
    assert (got.flaw, got.body) == (None, body)
