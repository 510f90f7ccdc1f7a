"""Columns of numpy arrays and lists → Arrow tables, with the sentinels that mean null."""

from typing import Any

import numpy as np
import pyarrow as pa

NONE = -1  # no instant, no day, no reference


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
    """`values` at `indexes` as an Arrow array; index NONE gives null."""
    positions = np.asarray(indexes, dtype=np.int64)
    source = values if isinstance(values, pa.Array) else pa.array(values)
    return source.take(pa.array(positions, mask=positions == NONE))


def constant(value: Any, size: int) -> Any:
    return pa.array([value]).take(pa.array(np.zeros(size, dtype=np.int64)))


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


def _array(values: Any) -> Any:
    return values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
