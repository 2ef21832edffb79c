"""Columns of Parquet and Arrow files as what other files hold: texts and plain numbers.

A date may lie where Python has none, a float of 32 bits is not the number that somebody wrote (0.7
becomes 0.699999988), and JSON knows neither decimals nor dates.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    Change = Callable[[pa.DataType], pa.DataType]


def plain(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """A batch with its dates as text, and its decimals and small floats as the numbers they show.

    Raises:
        pa.ArrowException: where a value cannot be written so.
    """
    import pyarrow as pa

    columns = [_plain(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _plain(column: "pa.Array") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        return _plain(pc.run_end_decode(column))
    if pa.types.is_dictionary(kind):
        values = kind.value_type
        is_text = pa.types.is_string(values) or pa.types.is_large_string(values)
        return column if is_text else _plain(column.dictionary_decode())
    for change in (_zoned, _written, _numbered):
        column = column.cast(_changed(kind, change))
    return column


def _zoned(kind: "pa.DataType") -> "pa.DataType":
    """Times in UTC: what other zones are called, not every machine knows."""
    import pyarrow as pa

    is_zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    return pa.timestamp(kind.unit, "UTC") if is_zoned else kind


def _written(kind: "pa.DataType") -> "pa.DataType":
    """As text what is best written out: dates, whole decimals, floats of 32 bits."""
    import pyarrow as pa

    types = pa.types
    if types.is_duration(kind):
        return pa.int64()
    is_date = types.is_timestamp(kind) or types.is_date(kind) or types.is_time(kind)
    is_whole = types.is_decimal(kind) and kind.scale <= 0
    return pa.string() if is_date or is_whole or types.is_float32(kind) else kind


def _numbered(kind: "pa.DataType") -> "pa.DataType":
    """The numbers among them as numbers again."""
    import pyarrow as pa

    is_number = pa.types.is_float32(kind) or (pa.types.is_decimal(kind) and kind.scale > 0)
    return pa.float64() if is_number else _written(kind)


def _changed(kind: "pa.DataType", change: "Change") -> "pa.DataType":
    """A type with each type in it changed, however deep it stands."""
    import pyarrow as pa

    types, within = pa.types, partial(_changed, change=change)
    if types.is_struct(kind):
        return pa.struct([field.with_type(within(field.type)) for field in kind])
    if types.is_map(kind):
        return pa.map_(within(kind.key_type), within(kind.item_type))
    if types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(within(kind.value_type)))
    if types.is_fixed_size_list(kind):
        return pa.list_(kind.value_field.with_type(within(kind.value_type)), kind.list_size)
    if types.is_list(kind):
        return pa.list_(kind.value_field.with_type(within(kind.value_type)))
    return change(kind)
