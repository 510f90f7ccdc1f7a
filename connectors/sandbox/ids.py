"""Salesforce record ids: a three-character key prefix, twelve more, and a three-character checksum."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHORT_LENGTH = 15
INSTANCE = "gL0"  # the org's instance marker that follows the key prefix
_DIGITS = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_CHECKS = np.frombuffer(CHECKSUM_ALPHABET.encode(), dtype=np.uint8)
_WEIGHTS = np.array([1, 2, 4, 8, 16])


def make_ids(prefix: str, numbers: Any) -> NDArray[np.str_]:
    """18-character ids for the integers `numbers`, in an order that follows them."""
    return id_bytes(prefix, numbers).view("S18").reshape(-1).astype("U18")


def id_bytes(prefix: str, numbers: Any) -> NDArray[np.uint8]:
    """The same ids as rows of 18 ASCII bytes."""
    rest = np.array(numbers, dtype=np.int64)
    chars = np.empty((rest.size, SHORT_LENGTH), dtype=np.uint8)
    chars[:, :6] = np.frombuffer((prefix + INSTANCE).encode(), dtype=np.uint8)
    for place in range(SHORT_LENGTH - 1, 5, -1):
        chars[:, place] = _DIGITS[rest % len(ALPHABET)]
        rest = rest // len(ALPHABET)
    return _with_checksum(chars)


def make_id(prefix: str, number: int) -> str:
    return str(make_ids(prefix, [number])[0])


def id_for_key(prefix: str, key: str) -> str:
    """A stable id for a record that the source knows by another key."""
    digest = hashlib.sha256(key.encode()).digest()
    return make_id(prefix, int.from_bytes(digest[:8], "big") % len(ALPHABET) ** 9)


def to_long_id(short: str) -> str:
    """The 18-character spelling of a 15-character id; anything else is returned unchanged."""
    if len(short) != SHORT_LENGTH or not short.isascii():
        return short
    chars = np.frombuffer(short.encode(), dtype=np.uint8).reshape(1, SHORT_LENGTH)
    return _with_checksum(chars).tobytes().decode()


def _with_checksum(chars: NDArray[np.uint8]) -> NDArray[np.uint8]:
    is_upper = (chars >= ord("A")) & (chars <= ord("Z"))
    checks = _CHECKS[is_upper.reshape(-1, 3, 5) @ _WEIGHTS]
    return np.ascontiguousarray(np.concatenate([chars, checks], axis=1))
