"""Sealed fields: text that only the holder of the master key can read, and that can be erased by losing one small key.

Each record has a random key of its own; the record's bytes are AES-256-GCM under it (NIST SP 800-38D) and the key
itself is wrapped by the master key (RFC 3394). The record's id is bound as associated data, so a sealed field moved to
another record does not open.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from headgate.database.durable import disk_error, sync_folder, write_new
from headgate.errors import IntegrityError, RefusalError

_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed record: its wrapped key (40 bytes) and its bytes (12 of nonce, the cipher text, 16 of tag)."""

    wrapped_key: bytes
    cipher: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Sealer:
    """Seals and unseals records under one master key of 32 bytes."""

    _master_key: bytes

    def seal(self, record_id: str, plain: bytes) -> Sealed:
        """The bytes under a fresh random key of their own, bound to the record's id."""
        key = secrets.token_bytes(_KEY_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(key).encrypt(nonce, plain, record_id.encode())
        return Sealed(aes_key_wrap(self._master_key, key), nonce + cipher)

    def pseudonym(self, purpose: str, data: bytes) -> str:
        """The 64 hexadecimal digits under which this can be found again by who holds the master key, and nobody else.

        HMAC-SHA-256 under a key derived from the master key for this purpose (RFC 5869): without it the digits cannot
        be told from those of other data, not even by trying every likely text.
        """
        key = HKDF(SHA256(), _KEY_BYTES, None, f"pseudonym:{purpose}".encode()).derive(self._master_key)
        return hmac.digest(key, data, "sha256").hex()

    def unseal(self, record_id: str, sealed: Sealed) -> bytes:
        """The bytes that were sealed under this id; raises IntegrityError if key, bytes or id are not those sealed."""
        nonce, cipher = sealed.cipher[:_NONCE_BYTES], sealed.cipher[_NONCE_BYTES:]
        try:
            key = aes_key_unwrap(self._master_key, sealed.wrapped_key)
            return AESGCM(key).decrypt(nonce, cipher, record_id.encode())
        except (InvalidUnwrap, InvalidTag, ValueError):
            raise IntegrityError(
                f"sealed record {record_id} does not open: it was changed, moved, or sealed under another master key"
            ) from None


def create_master_key(path: Path) -> None:
    """The file holds a fresh random key of 32 bytes, mode 0600, on disk; one that was there already is kept."""
    try:
        write_new(path, secrets.token_bytes(_KEY_BYTES))
        sync_folder(path.parent)
    except FileExistsError:
        return
    except OSError as error:
        raise disk_error(error, path) from None


def read_sealer(path: Path) -> Sealer:
    """The sealer of the master key in this file.

    Raises IntegrityError if there is no such file or it is not a key, RefusalError if others may read it.
    """
    try:
        key = path.read_bytes()
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        raise IntegrityError(
            f"{path} is missing, and what is sealed in this folder cannot be read without it; put it back from a backup"
        ) from None
    except OSError as error:
        raise disk_error(error, path) from None
    if os.name != "nt" and mode & 0o077:
        raise RefusalError(f"{path} can be read by others (mode {mode:03o}); make it private with chmod 600")
    if len(key) != _KEY_BYTES:
        raise IntegrityError(f"{path} is not a master key ({_KEY_BYTES} bytes); put it back from a backup")
    return Sealer(key)
