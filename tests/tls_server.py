"""A provider of the tests' own: a TLS server with a private CA made at run time, which keeps every byte it was sent.

It is a server of the standard library's sockets, in a thread; each test says what it answers and how it misbehaves. A
`Provider` counts connections (also those that never finished TLS), so that a test can say that nobody connected.
"""

from __future__ import annotations

import datetime
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PLAN = '{"columns":[],"derived":[],"analyses":[],"questions":[],"hints":null}'
Reply = Callable[[socket.socket], None]


def completion(text: str = PLAN, **choice: object) -> bytes:
    """A chat completion as OpenAI's reference spells one, with this text."""
    message = {"role": "assistant", "content": text, "refusal": None}
    first = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"} | choice
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1764000000,
            "model": "test-model-1",
            "choices": [first],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    ).encode()


def response(
    body: bytes = completion(), status: str = "200 OK", *headers: str, kind: str = "application/json"
) -> bytes:
    """A whole HTTP/1.1 response."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def answers(data: bytes) -> Reply:
    """A reply that writes these bytes and closes properly."""
    return lambda channel: channel.sendall(data)


def slow(channel: socket.socket) -> None:
    """Never a byte, for longer than any test waits."""
    time.sleep(60)


def endless(data: bytes) -> Reply:
    """A reply that writes these bytes for ever."""

    def reply(channel: socket.socket) -> None:
        while True:
            channel.sendall(data)

    return reply


def drip(channel: socket.socket) -> None:
    """A body of one byte every 50 ms: each read succeeds in time, the whole never does."""
    channel.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while True:
        channel.sendall(b" ")
        time.sleep(0.05)


def dripping(data: bytes) -> Reply:
    """A reply that writes these bytes one by one, every 50 ms."""

    def reply(channel: socket.socket) -> None:
        for place in range(len(data)):
            channel.sendall(data[place : place + 1])
            time.sleep(0.05)

    return reply


def cut(data: bytes) -> Reply:
    """A reply that writes these bytes and drops the connection without TLS's own goodbye."""

    def reply(channel: socket.socket) -> None:
        channel.sendall(data)
        channel.shutdown(socket.SHUT_RDWR)

    return reply


@dataclass
class Authority:
    """A private certificate authority."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests' own authority")])
        self.certificate = self._build(self.name, self.key, days=(-1, 30), ca=True).sign(self.key, hashes.SHA256())
        self.file = self.folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def leaf(
        self, host: str = "localhost", days: tuple[int, int] = (-1, 30), alternative: str | None = None
    ) -> tuple[Path, x509.Certificate]:
        """A file with a key and a certificate for the host (and 127.0.0.1 for localhost), and the certificate.

        `alternative` is its subject alternative name where that is another than the common name; "" for none.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names: list[x509.GeneralName] = [x509.DNSName(host if alternative is None else alternative)]
        if host == "localhost" and alternative is None:
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        builder = self._build(subject, key, days, ca=False)
        if alternative != "":
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        made = builder.sign(self.key, hashes.SHA256())
        file = self.folder / f"{host}{days[1]}{alternative}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return file, made

    def _build(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: tuple[int, int], *, ca: bool
    ) -> x509.CertificateBuilder:
        today = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today + datetime.timedelta(days=days[0] - 60))
            .not_valid_after(today + datetime.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(True, False, False, False, False, ca, ca, False, False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )


@dataclass
class Provider:
    """A running server: its port, the raw bytes of every request, and how many connections it took."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def provider(
    reply: Reply | None = None,
    certificate: Path | None = None,
    versions: tuple[ssl.TLSVersion, ssl.TLSVersion] = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
    *,
    reads: bool = True,
    ciphers: str | None = None,
) -> Iterator[Provider]:
    """A server on 127.0.0.1 that answers every request so, with a good plan if not told how.

    Without a certificate it speaks plain HTTP. Where it does not read, `reply` gets the connection as it is accepted.
    """
    context = _context(certificate, versions) if certificate else None
    if context and ciphers:
        context.set_ciphers(ciphers)
    listener = socket.create_server(("127.0.0.1", 0))
    running = Provider(listener.getsockname()[1])
    threading.Thread(
        target=_serve, args=(listener, context, reply or answers(response()), running, reads), daemon=True
    ).start()
    try:
        yield running
    finally:
        listener.close()


def read_request(channel: socket.socket) -> bytes:
    """The bytes of one request, by its Content-Length."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = channel.recv(65536)
        if not part:
            return got
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    length = next(lengths, 0)
    while len(body) < length:
        part = channel.recv(65536)
        if not part:
            break
        body += part
    return head + b"\r\n\r\n" + body


def _context(certificate: Path, versions: tuple[ssl.TLSVersion, ssl.TLSVersion]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if versions[1] < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")  # what OpenSSL 3 wants before it speaks TLS 1.0 or 1.1
    context.minimum_version, context.maximum_version = versions
    return context


def _serve(
    listener: socket.socket, context: ssl.SSLContext | None, reply: Reply, running: Provider, reads: bool
) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        running.connections += 1
        plain.settimeout(5)
        # A reply may have cut the connection itself, or the client may have gone.
        with suppress(OSError, ValueError), plain:
            channel = context.wrap_socket(plain, server_side=True) if context else plain
            with channel:
                if reads:
                    running.requests.append(read_request(channel))
                reply(channel)
                if isinstance(channel, ssl.SSLSocket):
                    channel.unwrap()
