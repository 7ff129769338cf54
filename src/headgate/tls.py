"""TLS as every client of ours speaks it: verified, version 1.2 or newer, and nothing of it from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from headgate.errors import InputError, RefusalError

if TYPE_CHECKING:
    import ssl

# Where systems keep their roots. Not `load_default_certs`: OpenSSL lets SSL_CERT_FILE and SSL_CERT_DIR move those.
SYSTEM_STORES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
)
# The level is said, since a system's OpenSSL configuration may lower it: 2 refuses RSA below 2048 bits and SHA-1.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2"


def client_context() -> ssl.SSLContext:
    """A client context that verifies chain and host name, and trusts nobody before it is given a store.

    TLS 1.2 at least, no compression, no renegotiation, no key log: nothing in it comes from the environment. A host is
    named by a subject alternative name alone (RFC 9525 6.3).
    """
    import ssl  # what only needs to know the stores opens no connection

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.hostname_checks_common_name = False
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    return context


def trust(context: ssl.SSLContext, root: Path | None) -> None:
    """The context trusts the authorities of this PEM file, or where none is named those of the system.

    Raises RefusalError where the system has none that is known, InputError where the file holds none.
    """
    store = root or next((path for path in SYSTEM_STORES if path.is_file()), None)
    if store is None:
        raise RefusalError("this system has no certificate store that is known: name one with sslrootcert in the URL")
    try:
        context.load_verify_locations(cafile=str(store))
    except OSError:  # an SSLError is one
        raise InputError(f"{store.name} of sslrootcert cannot be read as PEM certificates; name another") from None
