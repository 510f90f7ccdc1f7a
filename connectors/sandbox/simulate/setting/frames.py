"""Columns of numpy arrays and lists → Arrow tables, with the sentinels that mean null."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.sandbox.ids import id_bytes
from connectors.sandbox.simulate.setting.ordering import order_by

NONE = -1  # no instant, no day, no reference
LARGEST_TEXTS = 2**31  # bytes in one Arrow array
DICTIONARY_SHARE = 4  # rows per text from which a dictionary is less work than the texts themselves


def instants(seconds: Any) -> Any:
    values = np.asarray(seconds, dtype=np.int64)
    return pa.array(values, type=pa.int64(), mask=values == NONE).cast(pa.timestamp("s"))


def days(numbers: Any) -> Any:
    values = np.asarray(numbers, dtype=np.int32)
    return pa.array(values, type=pa.int32(), mask=values == NONE).cast(pa.date32())


def numbers(values: Any) -> Any:
    """Floats; NaN is null."""
    return pa.array(np.asarray(values, dtype=np.float64), from_pandas=True)


def counts(values: Any) -> Any:
    array = np.asarray(values, dtype=np.int64)
    return pa.array(array, mask=array == NONE)


def pick(values: Any, indexes: Any) -> Any:
    """`values` at `indexes` as an Arrow array; index NONE gives null. A few texts come dictionary-encoded: not copied.

    Many do not: who reads a dictionary reads all of it, batch after batch.
    """
    positions = np.asarray(indexes)
    source = whole(values)
    if not pa.types.is_string(source.type) or len(source) * DICTIONARY_SHARE > positions.size:
        return source.take(pa.array(positions.astype(np.int64), mask=positions == NONE))
    return pa.DictionaryArray.from_arrays(pa.array(positions.astype(np.int32), mask=positions == NONE), source)


def whole(values: Any) -> Any:
    """Arrow or numpy values as one Arrow array: of millions of numpy's texts Arrow makes several."""
    made = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def chained(*parts: Any) -> Any:
    """Arrow arrays one after the other."""
    return pa.concat_arrays(parts)


def ids(prefix: str, numbers: Any) -> Any:
    """Record ids for the integers `numbers` as an Arrow array of texts."""
    chars = id_bytes(prefix, numbers)
    size, width = chars.shape
    if size * width >= LARGEST_TEXTS:
        raise ValueError(f"{size} ids do not fit into one Arrow array; make them in parts of fewer rows.")
    offsets = np.arange(size + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(size, pa.py_buffer(offsets), pa.py_buffer(chars))


def joined(*parts: Any) -> Any:
    """Texts put together element by element; plain strings are repeated."""
    return pc.binary_join_element_wise(*(plain(part) for part in parts), "")


def texts(values: Any) -> Any:
    """Arrow or numpy values as Arrow texts."""
    return pc.cast(values if isinstance(values, pa.Array) else pa.array(values), pa.string())


def constant(value: Any, size: int) -> Any:
    return pick(pa.array([value]), np.zeros(size, dtype=np.int32))


def table(columns: dict[str, Any]) -> Any:
    """An Arrow table; scalars are repeated to the length of the arrays."""
    size = next(len(each) for each in columns.values() if hasattr(each, "__len__") and not isinstance(each, str))
    made = {
        name: constant(each, size) if isinstance(each, str | bool | int | float) else _array(each)
        for name, each in columns.items()
    }
    return pa.table(made)


def audit(created: Any, stamped: Any, created_by: Any, modified_by: Any) -> dict[str, Any]:
    """The stamps that every record carries, and `_from`, the instant this version becomes true."""
    return {
        "CreatedDate": instants(created),
        "CreatedById": created_by,
        "LastModifiedDate": instants(stamped),
        "LastModifiedById": modified_by,
        "SystemModstamp": instants(stamped),
        "_from": instants(stamped),
    }


def lasting(which: Any, stamped: Any) -> Any:
    """Per version (record number, stamp) the instant `_until` which it is the latest, null for the last one."""
    order = order_by(which, stamped)
    until = np.full(order.size, NONE, dtype=np.int64)
    is_followed = which[order][1:] == which[order][:-1]
    until[order[:-1][is_followed]] = stamped[order][1:][is_followed]
    return instants(until)


def plain(part: Any) -> Any:
    """Picked texts without their dictionary; anything else as it is."""
    return part.dictionary_decode() if isinstance(part, pa.DictionaryArray) else part


def _array(values: Any) -> Any:
    return values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
