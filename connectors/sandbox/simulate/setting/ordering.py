"""The order of many rows by integer keys, in a fraction of the time that numpy's own stable sorts take.

Keys and row numbers are packed into one integer each, which is then sorted by value: what is equal in all keys stays
in the order of the rows.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from connectors.sandbox.simulate.setting.era import Ints

WORD, BYTE = 64, 8  # bits
Keys = tuple[Any, ...]


def order_by(*keys: Any) -> Ints:
    """The row numbers in stable order by the keys, arrays of integers; the first one matters most."""
    size = keys[0].size
    if not size:
        return np.zeros(0, dtype=np.int64)
    widths = [(int(key.max()) - int(key.min())).bit_length() for key in keys]
    places = (size - 1).bit_length()
    if sum(widths) + places <= WORD:
        return _packed(keys, widths, places)
    if not widths[0]:
        return np.lexsort(keys[::-1])
    return _by_parts(keys, max(widths[0] - BYTE, 0))


def _packed(keys: Keys, widths: list[int], places: int) -> Ints:
    packed = np.zeros(keys[0].size, dtype=np.uint64)
    for key, width in zip(keys, widths, strict=True):
        packed <<= np.uint64(width)
        packed |= (np.asarray(key, dtype=np.int64) - int(key.min())).astype(np.uint64)
    packed <<= np.uint64(places)
    packed |= np.arange(packed.size, dtype=np.uint64)
    packed.sort()
    packed &= np.uint64((1 << places) - 1)
    return packed.astype(np.int64)


def _by_parts(keys: Keys, shift: int) -> Ints:
    """Roughly by the first key's topmost bits, then each part of that by itself."""
    rough = ((np.asarray(keys[0], dtype=np.int64) - int(keys[0].min())) >> shift).astype(np.uint8)
    order = np.argsort(rough, kind="stable")
    ends = np.cumsum(np.bincount(rough))
    for first, last in pairwise([0, *ends.tolist()]):
        rows = order[first:last]
        order[first:last] = rows[order_by(*(key[rows] for key in keys))]
    return order
