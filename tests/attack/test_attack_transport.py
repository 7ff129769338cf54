"""The transport reaches only the host it was told, over verified TLS, and no reply can hold or fill it."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.tls_server import Authority, Reply, answers, completion, cut, drip, endless, provider, response, slow

from headgate.errors import HeadgateError, InputError, IntegrityError, RefusalError, UnavailableError
from headgate.gate.answer import answer_text
from headgate.gate.dialects import UnusableAnswerError
from headgate.gate.envelope import Envelope, envelope, wire_bytes
from headgate.gate.recompute import expected_request
from headgate.gate.template import load_template
from headgate.gate.transport import MAX_BODY, Exchange, Flaw, _check_address, exchange, tls_context
from headgate.providers.profiles import Profile

KEY = "sk-a-key-of-nobody"
NAMES = ("energy", "time")
PLAN = load_template("plan-1")


def send(profile: Profile, key: str | None = KEY) -> Exchange:
    return exchange(envelope(PLAN, NAMES, profile), key, profile, expected=expected_request(PLAN, NAMES, profile, key))


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


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_tls_1_1_is_refused_and_a_weakened_client_is_accepted_by_the_same_server(
    profile: Profile, authority: Authority, certificate: Path
) -> None:
    old = (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1)
    with provider(certificate=certificate, versions=old) as sink:
        with pytest.raises(RefusalError, match=r"does not agree on TLS 1\.2 or newer"):
            send(replace(profile, port=sink.port))
        assert sink.requests == []
        weak = ssl.create_default_context(cafile=str(authority.file))
        weak.minimum_version = ssl.TLSVersion.TLSv1_1
        weak.set_ciphers("ALL:@SECLEVEL=0")
        with (
            socket.create_connection(("127.0.0.1", sink.port), 5) as plain,
            weak.wrap_socket(plain, server_hostname="localhost") as channel,
        ):
            assert channel.version() == "TLSv1.1"


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


def test_a_server_without_tls_gets_nothing_from_a_profile_with_tls(profile: Profile) -> None:
    with provider() as sink:
        with pytest.raises((RefusalError, UnavailableError)):
            send(replace(profile, port=sink.port))
        assert not any(b"energy" in request for request in sink.requests)


def test_a_store_without_certificates_is_refused_before_anything_is_written(
    profile: Profile, certificate: Path, tmp_path: Path
) -> None:
    (tmp_path / "none.pem").write_text("no certificate")
    with provider(certificate=certificate) as sink:
        with pytest.raises(InputError, match="cannot be read as PEM certificates"):
            send(replace(profile, port=sink.port, ca_file=tmp_path / "none.pem"))
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
    assert context.keylog_filename is None
    assert len(context.get_ca_certs()) == 1


# Addresses


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "192.0.0.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1",
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
    "address", ["127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "fd00::1"]
)
def test_plain_http_is_for_this_machine_alone(profile: Profile, address: str) -> None:
    _check_address(address, profile)
    plain = replace(profile, tls=False)
    if address.startswith("127.") or address == "::1":
        _check_address(address, plain)
    else:
        with pytest.raises(RefusalError, match="another machine: set 'tls' to true"):
            _check_address(address, plain)


def test_a_name_that_leads_to_this_machine_is_not_even_connected_to(profile: Profile, certificate: Path) -> None:
    with provider(certificate=certificate) as sink:
        with pytest.raises(RefusalError, match="not a public address"):
            send(replace(profile, port=sink.port, loopback=False))
        assert sink.connections == 0


@pytest.mark.parametrize(
    ("first", "refused"),
    [(("127.0.0.1",), False), (("127.0.0.1", "93.184.216.34"), True), (("93.184.216.34", "127.0.0.1"), True)],
)
def test_a_name_is_looked_up_once_and_one_bad_address_refuses_it(
    profile: Profile, certificate: Path, monkeypatch: pytest.MonkeyPatch, first: tuple[str, ...], refused: bool
) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        found = first if len(asked) == 1 else ("93.184.216.34",)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    with provider(certificate=certificate) as sink:
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        if refused:
            with pytest.raises(RefusalError):
                send(replace(profile, port=sink.port))
        else:
            assert send(replace(profile, port=sink.port)).status == 200
        assert asked == ["localhost"]
        assert sink.connections == (0 if refused else 1)


def test_a_host_that_is_not_found_or_takes_no_connection_is_unavailable(profile: Profile) -> None:
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


@pytest.mark.parametrize(
    ("reply", "flaw"),
    [
        (slow, Flaw.TIMED_OUT),
        (drip, Flaw.TIMED_OUT),
        (endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 100), Flaw.OVERSIZED),
        (endless(HEAD + b"X-Filler: 1\r\n" * 200), Flaw.NOT_HTTP),
        (endless(b"x" * 65536), Flaw.NOT_HTTP),
        (answers(HEAD + b"\r\n" + b" " * (MAX_BODY + 1)), Flaw.OVERSIZED),
        (answers(HEAD + b"Content-Length: 99999999999\r\n\r\n" + b" " * (MAX_BODY + 2)), Flaw.OVERSIZED),
        (cut(HEAD + b"Content-Length: 99999999999\r\n\r\n{}"), Flaw.TRUNCATED),
        (answers(HEAD + b"Content-Length: 500\r\n\r\n{}"), Flaw.TRUNCATED),
        (cut(HEAD + b"Content-Length: 500\r\n\r\n{}"), Flaw.TRUNCATED),
        (cut(HEAD + b"\r\n" + PLAIN), Flaw.TRUNCATED),
        (answers(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}"), Flaw.TRUNCATED),
        (answers(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), Flaw.TRUNCATED),
        (answers(HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffffff\r\n{}"), Flaw.TRUNCATED),
        (answers(b"SSH-2.0-OpenSSH\r\n"), Flaw.NOT_HTTP),
        (answers(b""), Flaw.BROKEN),
        (cut(b""), Flaw.BROKEN),
        (cut(b"HTTP/1.1 2"), Flaw.BROKEN),
    ],
    ids=["slow", "drip", "endless interim replies", "endless headers", "endless line", "oversized", "oversized as said",
         "cut and oversized as said", "short", "cut", "cut without a length", "cut chunk", "bad chunk", "huge chunk",
         "not HTTP", "nothing", "cut at once", "cut in the status line"],
)  # fmt: skip
def test_a_reply_that_is_not_whole_is_a_flaw_within_the_time(
    profile: Profile, certificate: Path, reply: Reply, flaw: Flaw
) -> None:
    with provider(reply, certificate) as sink:
        begun = time.monotonic()
        got = send(replace(profile, port=sink.port))
        assert time.monotonic() - begun < 30
    assert got.flaw is flaw
    assert got.body == b""
    assert got.tls is not None
    with pytest.raises(UnavailableError):
        answer_text(got, profile)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (response(b"", "302 Found", "Location: https://other.example/"), RefusalError, "a redirect"),
        (response(b"", "307 Temporary Redirect", "Location: /elsewhere"), RefusalError, "a redirect"),
        (response(b"{}", "401 Unauthorized"), UnavailableError, "does not take the key"),
        (response(b"{}", "403 Forbidden"), UnavailableError, "may not use"),
        (response(b"{}", "429 Too Many Requests", "Retry-After: 7"), UnavailableError, "in 7 seconds"),
        (response(b"{}", "500 Internal Server Error"), UnavailableError, "a fault of its own"),
        (response(b"<html>", kind="text/html"), UnusableAnswerError, "did not answer in JSON"),
        (response(gzip.compress(PLAIN), "200 OK", "Content-Encoding: gzip"), UnusableAnswerError, "compressed"),
        (response(gzip.compress(b" " * 10**8), "200 OK", "Content-Encoding: gzip"), UnusableAnswerError, "compressed"),
    ],
    ids=["302", "307", "401", "403", "429", "500", "wrong type", "gzip", "gzip bomb"],
)
def test_a_reply_that_is_no_answer_is_refused_by_its_reason_and_nothing_is_asked_twice(
    profile: Profile, certificate: Path, data: bytes, kind: type[HeadgateError], words: str
) -> None:
    with provider(answers(data), certificate) as sink:
        got = send(replace(profile, port=sink.port))
        with pytest.raises(kind, match=words):
            answer_text(got, profile)
        time.sleep(0.05)
        assert sink.connections == 1


@pytest.mark.parametrize(
    "data",
    [
        response(PLAIN),
        HEAD + b"\r\n" + PLAIN,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(PLAIN), PLAIN),
        b"HTTP/1.1 100 Continue\r\n\r\n" + response(PLAIN),
    ],
    ids=["length", "until the end", "chunked", "after an interim reply"],
)
def test_a_whole_reply_is_read_in_each_framing(profile: Profile, certificate: Path, data: bytes) -> None:
    with provider(answers(data), certificate) as sink:
        got = send(replace(profile, port=sink.port))
    assert (got.status, got.flaw, got.body) == (200, None, PLAIN)
