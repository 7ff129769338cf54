"""Sealed fields open only whole, under their own id and their own master key."""

from __future__ import annotations

import hmac
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from headgate.database import Sealed, Sealer
from headgate.errors import IntegrityError

MASTER = bytes(range(32))
SEALER = Sealer(MASTER)
PLAIN = "Zähler 7".encode()


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_changed_bit_anywhere_is_an_integrity_error() -> None:
    sealed = SEALER.seal("r1", PLAIN)
    changed = [replace(sealed, cipher=flipped(sealed.cipher, at)) for at in range(len(sealed.cipher))]
    changed += [replace(sealed, wrapped_key=flipped(sealed.wrapped_key, at)) for at in range(40)]
    for each in changed:
        with pytest.raises(IntegrityError, match="r1"):
            SEALER.unseal("r1", each)


@pytest.mark.parametrize("sealed", [Sealed(b"", b""), Sealed(b"k" * 40, b""), Sealed(b"k" * 7, b"c" * 50)])
def test_bytes_that_were_never_sealed_are_an_integrity_error(sealed: Sealed) -> None:
    with pytest.raises(IntegrityError):
        SEALER.unseal("r1", sealed)


def test_a_record_moved_to_another_id_is_an_integrity_error() -> None:
    with pytest.raises(IntegrityError):
        SEALER.unseal("r2", SEALER.seal("r1", PLAIN))


def test_the_cipher_of_one_record_under_the_key_of_another_is_an_integrity_error() -> None:
    first, second = SEALER.seal("r1", PLAIN), SEALER.seal("r1", PLAIN)
    with pytest.raises(IntegrityError):
        SEALER.unseal("r1", Sealed(first.wrapped_key, second.cipher))


def test_another_master_key_is_an_integrity_error() -> None:
    with pytest.raises(IntegrityError):
        Sealer(bytes(32)).unseal("r1", SEALER.seal("r1", PLAIN))


@pytest.mark.parametrize("plain", [b"", PLAIN, bytes(100_000)])
def test_what_was_sealed_opens(plain: bytes) -> None:
    assert SEALER.unseal("r1", SEALER.seal("r1", plain)) == plain


def test_the_same_bytes_never_look_the_same_twice() -> None:
    first, second = SEALER.seal("r1", PLAIN), SEALER.seal("r1", PLAIN)
    assert first.wrapped_key != second.wrapped_key
    assert first.cipher != second.cipher


def test_the_record_is_aes_256_gcm_under_a_key_wrapped_as_rfc_3394_says() -> None:
    sealed = SEALER.seal("r1", PLAIN)
    key = aes_key_unwrap(MASTER, sealed.wrapped_key)
    assert len(key) == 32
    assert AESGCM(key).decrypt(sealed.cipher[:12], sealed.cipher[12:], b"r1") == PLAIN


def test_a_pseudonym_is_the_hmac_of_rfc_2104_under_a_key_of_its_purpose_as_rfc_5869_derives_it() -> None:
    # RFC 5869 by hand: extract with a salt of 32 zero bytes, then one block of expansion.
    extracted = hmac.digest(bytes(32), MASTER, "sha256")
    key = hmac.digest(extracted, b"pseudonym:remembered\x01", "sha256")
    assert SEALER.pseudonym("remembered", PLAIN) == hmac.digest(key, PLAIN, "sha256").hex()


def test_a_pseudonym_is_another_for_another_purpose_text_or_master_key() -> None:
    made = {
        SEALER.pseudonym("a", PLAIN),
        SEALER.pseudonym("b", PLAIN),
        SEALER.pseudonym("a", PLAIN + b" "),
        Sealer(bytes(32)).pseudonym("a", PLAIN),
    }
    assert len(made) == 4
    assert SEALER.pseudonym("a", PLAIN) in made


def test_a_sealer_does_not_show_its_key() -> None:
    assert "_master_key" not in repr(SEALER)
    assert repr(MASTER) not in repr(SEALER)
