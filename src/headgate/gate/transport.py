"""The only module that opens a connection: one request to one checked address, over verified TLS, within bounds.

Everything it trusts is an argument or a constant. It reads no environment variable and no configuration of the system
but the certificate store, follows no redirect, uses no proxy, and keeps no connection. It writes the request by itself
and leaves only the framing of the reply to `http.client` (docs/adr/0003).
"""

from __future__ import annotations

import hashlib
import io
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException, HTTPResponse

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from headgate.errors import InputError, IntegrityError, RefusalError, UnavailableError
from headgate.gate.envelope import Envelope, wire_bytes
from headgate.providers.profiles import Profile
from headgate.tls import SYSTEM_STORES, client_context

MAX_BODY = 1 << 20
MAX_HEAD = 1 << 16
CONNECT_SECONDS = 10.0

_LENGTH = re.compile(r"[0-9]{1,19}")

# An address family and an address as the system's calls take them.
_Place = tuple[socket.AddressFamily, tuple[str | int | bytes, ...]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Ranges that `is_global` of some Python versions lets through, and that lead or may lead to this machine or network.
_NEVER_PUBLIC = tuple(
    ipaddress.ip_network(text) for text in ("192.0.0.0/24", "2001::/23", "2002::/16", "64:ff9b:1::/48", "fec0::/10")
)
# No link-local address: 169.254.169.254 hands a cloud machine's credentials to whoever asks.
_PRIVATE = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


class Flaw(StrEnum):
    """What was wrong with a reply as it was read."""

    TIMED_OUT = "timed out"
    BROKEN = "broken off"
    TRUNCATED = "truncated"
    OVERSIZED = "oversized"
    NOT_HTTP = "not HTTP"


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What was negotiated: `suite` is the IANA number of `cipher`, `spki_sha256` of the leaf's SubjectPublicKeyInfo."""

    version: str
    cipher: str
    suite: int
    spki_sha256: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was written, wholly or in part, and what came back.

    `status` is None where no status line could be read; `flaw` says why the reply is not whole. `tls` is None for plain
    HTTP to this machine. The header fields are None where the reply has none; `body` is at most `MAX_BODY` bytes.
    """

    status: int | None
    tls: TlsFacts | None
    flaw: Flaw | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    retry_after: str | None = None
    body: bytes = b""


def exchange(envelope: Envelope, key: str | None, profile: Profile, *, expected: bytes) -> Exchange:
    """The envelope was written to the profile's host, and this came back.

    Raises only while no byte of the request has been written, so an error means that nothing left: `IntegrityError`
    where the request is not `expected`; `InputError` for a key no header can hold; `RefusalError` for an address, a
    certificate or a TLS version that is not good enough; `UnavailableError` where no connection comes about. In order:
    (1) the bytes are the expected ones; (2) the host is resolved, once; (3) every address is allowed; (4) a connection
    to a checked address; (5) TLS, verified; (6) the bytes about to be written are the expected ones; (7) write, read.
    """
    checked_request(envelope, key, profile, expected)
    deadline = time.monotonic() + profile.settings.timeout_seconds
    places = _resolve(profile)
    for _, address in places:
        _check_address(str(address[0]), profile)
    with _connect(places, profile, deadline) as plain, _secure(plain, profile, deadline) as channel:
        facts = _tls_facts(channel, profile) if isinstance(channel, ssl.SSLSocket) else None
        request = checked_request(envelope, key, profile, expected)
        return _converse(channel, request, facts, deadline)


def checked_request(envelope: Envelope, key: str | None, profile: Profile, expected: bytes) -> bytes:
    """The request's bytes, key included, equal to `expected` and addressed to the profile's host.

    Raises `IntegrityError` where they are not, `InputError` for a key that is missing or that no header can hold.
    """
    if profile.key_env is not None:
        _check_key(key, profile.key_env)
    request = wire_bytes(envelope, key)
    if request != expected or (envelope.host, envelope.port) != (profile.host, profile.port):
        raise IntegrityError("the request is not the one the approved names allow: nothing was sent")
    return request


def tls_context(profile: Profile) -> ssl.SSLContext:
    """As `client_context`, trusting the profile's `ca_file`, else the system's store.

    Raises `RefusalError` where there is no store, `InputError` for a `ca_file` that holds no certificate.
    """
    context = client_context()
    store = profile.ca_file or next((path for path in SYSTEM_STORES if path.is_file()), None)
    if store is None:
        raise RefusalError("this system has no certificate store that is known: name one in the profile's 'ca_file'")
    try:
        context.load_verify_locations(cafile=str(store))
    except (OSError, ssl.SSLError):
        raise InputError(f"{store} cannot be read as PEM certificates: name another file in 'ca_file'") from None
    return context


def _check_key(key: str | None, variable: str) -> None:
    if not key:
        raise InputError(f"the environment variable {variable} holds no key: set it to the provider's key")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise InputError(f"the key in {variable} holds a space, a line break or a letter no key has: set it again")


def _resolve(profile: Profile) -> tuple[_Place, ...]:
    """The addresses of the host, asked for once. The system's resolver keeps its own time limit."""
    try:
        found = socket.getaddrinfo(profile.host, profile.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnavailableError(f"{profile.host} is not found: check the profile's host and the network") from None
    return tuple((family, address) for family, _, _, _, address in found)


def _check_address(text: str, profile: Profile) -> None:
    """The address is one the profile may reach; else `RefusalError`. One bad address refuses the host as a whole."""
    address = _embedded(ipaddress.ip_address(text))
    if profile.loopback:
        if not address.is_loopback and not any(address in network for network in _PRIVATE):
            raise RefusalError(
                f"{profile.host} leads to {text}, which is neither this machine nor a private address: "
                "take 'loopback' out of the profile, or name another host"
            )
        if not profile.tls and not address.is_loopback:
            raise RefusalError(f"{profile.host} leads to {text}, another machine: set 'tls' to true for it")
        return
    if not address.is_global or address.is_multicast or any(address in network for network in _NEVER_PUBLIC):
        raise RefusalError(
            f"{profile.host} leads to {text}, which is not a public address: "
            "set 'loopback' to true only if the model runs on this machine or network"
        )


def _embedded(address: _Address) -> _Address:
    """The IPv4 address an IPv6 one stands for (mapped, or by NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _connect(places: tuple[_Place, ...], profile: Profile, deadline: float) -> socket.socket:
    """A connection to the first of the checked addresses that takes one: no name is looked up again."""
    for family, address in places:
        try:
            channel = socket.socket(family, socket.SOCK_STREAM)
        except OSError:  # a system without IPv6
            continue
        try:
            channel.settimeout(min(CONNECT_SECONDS, _left(deadline)))
            channel.connect(address)
        except OSError:
            channel.close()
            continue
        return channel
    raise UnavailableError(f"{profile.host} port {profile.port} takes no connection: check the network, or try later")


@contextmanager
def _secure(plain: socket.socket, profile: Profile, deadline: float) -> Iterator[socket.socket]:
    """The connection in verified TLS; as it is only for a profile without TLS, whose address is this machine's."""
    if not profile.tls:
        yield plain
        return
    context = tls_context(profile)
    try:
        plain.settimeout(min(CONNECT_SECONDS, _left(deadline)))
        # An end of data without close_notify is an error, so that a cut reply never looks whole.
        channel = context.wrap_socket(plain, server_hostname=profile.host, suppress_ragged_eofs=False)
    except ssl.SSLCertVerificationError as error:
        raise RefusalError(f"{profile.host} is refused, its certificate fails: {error.verify_message}") from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        raise UnavailableError(f"{profile.host} broke off while TLS was agreed: try later") from None
    except ssl.SSLError:
        raise RefusalError(f"{profile.host} is refused: it does not agree on TLS 1.2 or newer") from None
    except OSError:
        raise UnavailableError(f"{profile.host} broke off or gave no answer while TLS was agreed: try later") from None
    with channel:
        yield channel


def _tls_facts(channel: ssl.SSLSocket, profile: Profile) -> TlsFacts:
    """The facts of this connection. Raises `RefusalError` where the version is below 1.2 or the leaf cannot be read."""
    version, cipher, leaf = channel.version(), channel.cipher(), channel.getpeercert(binary_form=True)
    if version not in {"TLSv1.2", "TLSv1.3"} or cipher is None or leaf is None:
        raise RefusalError(f"{profile.host} is refused: TLS 1.2 or newer with a certificate did not come about")
    try:
        public_key = x509.load_der_x509_certificate(leaf).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise RefusalError(f"{profile.host} is refused: its certificate's key is of no kind that is known") from None
    spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    suite = next(int(known["id"]) & 0xFFFF for known in channel.context.get_ciphers() if known["name"] == cipher[0])
    return TlsFacts(version, cipher[0], suite, hashlib.sha256(spki).hexdigest())


def _converse(channel: socket.socket, request: bytes, facts: TlsFacts | None, deadline: float) -> Exchange:
    """The request is written and the reply read. From here on nothing raises: what went wrong is a `Flaw`."""
    reply = HTTPResponse(_Bounded(channel, deadline))  # type: ignore[arg-type]
    status: int | None = None
    try:
        _write(channel, request, deadline)
        reply.begin()
        while _is_interim(reply):
            reply.headers = None  # type: ignore[assignment]  # so that it begins again, with the next status line
            reply.begin()
        status = reply.status
        if not _is_framed_once(reply):
            return Exchange(status, facts, Flaw.NOT_HTTP)
        body = reply.read(MAX_BODY + 1)
    except (_TooLongError, OSError, HTTPException, ValueError) as error:
        return Exchange(status, facts, _flaw(error, begun=status is not None))
    finally:
        reply.close()
    if len(body) > MAX_BODY:
        return Exchange(status, facts, Flaw.OVERSIZED)
    if reply.length:
        return Exchange(status, facts, Flaw.TRUNCATED)
    return Exchange(
        status,
        facts,
        content_type=reply.getheader("Content-Type"),
        content_encoding=reply.getheader("Content-Encoding"),
        retry_after=reply.getheader("Retry-After"),
        body=body,
    )


def _is_interim(reply: HTTPResponse) -> bool:
    """Whether another reply follows this one (RFC 9110 15.2); after 101 another protocol would."""
    return 100 <= reply.status <= 199 and reply.status != 101


def _is_framed_once(reply: HTTPResponse) -> bool:
    """Whether the reply says in one way only how long it is (RFC 9112 6.3): where it says two, neither is believed."""
    lengths = [length.strip(" \t") for length in reply.headers.get_all("Content-Length", [])]
    codings = [coding.strip(" \t").lower() for coding in reply.headers.get_all("Transfer-Encoding", [])]
    if codings:
        return codings == ["chunked"] and not lengths
    return not lengths or (len(lengths) == 1 and _LENGTH.fullmatch(lengths[0]) is not None)


def _flaw(error: Exception, *, begun: bool) -> Flaw:
    """What the error that ended the reading says of the reply; `begun` where a status line had been read."""
    match error:
        case _TooLongError():
            return Flaw.OVERSIZED
        case TimeoutError():
            return Flaw.TIMED_OUT
        case _ if begun:
            return Flaw.TRUNCATED
        case OSError():
            return Flaw.BROKEN
        case _:
            return Flaw.NOT_HTTP


def _write(channel: socket.socket, request: bytes, deadline: float) -> None:
    rest = memoryview(request)
    while rest:
        channel.settimeout(_left(deadline))
        rest = rest[channel.send(rest) :]


def _left(deadline: float) -> float:
    """The seconds that are left; raises `TimeoutError` when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _TooLongError(Exception):
    """More bytes came than any reply may have."""


class _Bounded(io.RawIOBase):
    """The reading side of a connection, bounded in bytes and by one deadline; `http.client` calls `makefile`."""

    def __init__(self, channel: socket.socket, deadline: float) -> None:
        self._channel = channel
        self._deadline = deadline
        self._room = MAX_HEAD + 2 * MAX_BODY  # chunked framing may double what is read

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._channel.settimeout(_left(self._deadline))
        count = self._channel.recv_into(buffer)
        self._room -= count
        if self._room < 0:
            raise _TooLongError
        return count
