"""Which fields does a Parquet file's footer have? Asked before pyarrow is, for some would end the process.

pyarrow's accessors of an encrypted column, or of statistics that cannot be decoded, throw where nothing catches.
So nothing but the footer's structure (Thrift's compact protocol) is walked here, and no value is taken from it.
Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md and parquet.thrift.
"""

from __future__ import annotations

_ENCRYPTION = frozenset([(8,), (4, 1, 8), (4, 1, 9)])
_STATISTICS = (4, 1, 3, 12)
_MAX_DEPTH = 64
_BOOLEANS, _BYTE, _VARINTS, _DOUBLE, _BINARY, _LISTS, _MAP, _STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 11, 12

Path = tuple[int, ...]


def fields_of(footer: bytes) -> set[Path]:
    """The numbers of the fields there are, each below those of its structures: `(4, 1, 3)`.

    Raises IndexError or ValueError for bytes that are no such structure.
    """
    walk = _Walk(footer)
    walk.struct(())
    return walk.fields


def is_encrypted(fields: set[Path]) -> bool:
    """Whether the file, or a column of it, is encrypted."""
    return not fields.isdisjoint(_ENCRYPTION)


def has_statistics(fields: set[Path]) -> bool:
    """Whether any column has statistics."""
    return _STATISTICS in fields


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.fields: set[Path] = set()
        self._data = data
        self._at = 0

    def struct(self, path: Path) -> None:
        """Walk one structure, which is at `path`."""
        if len(path) > _MAX_DEPTH:
            raise ValueError("its footer is nested too deeply")
        number = 0
        while header := self._byte():
            delta, kind = header >> 4, header & 15
            if delta:
                number += delta
            else:
                coded = self._varint()
                number = (coded >> 1) ^ -(coded & 1)
            below = (*path, number)
            self.fields.add(below)
            if kind not in _BOOLEANS:  # as a field, its type is its value
                self._value(kind, below)

    def _value(self, kind: int, path: Path, depth: int = 0) -> None:
        if depth > _MAX_DEPTH:
            raise ValueError("its footer is nested too deeply")
        if kind == _STRUCT:
            self.struct(path)
        elif kind in _VARINTS:
            self._varint()
        elif kind == _BINARY:
            length = self._varint()
            self._at += length
        elif kind in _LISTS:
            header = self._byte()
            size = header >> 4
            for _ in range(self._varint() if size == 15 else size):
                self._value(header & 15, path, depth + 1)
        elif kind in _BOOLEANS or kind == _BYTE:
            self._byte()
        elif kind == _DOUBLE:
            self._at += 8
        elif kind == _MAP:
            self._map(path)
        else:
            raise ValueError(f"its footer has a value of the unknown type {kind}")

    def _map(self, path: Path) -> None:
        if len(path) > _MAX_DEPTH:
            raise ValueError("its footer is nested too deeply")
        if size := self._varint():
            kinds = self._byte()
            for _ in range(size):
                self._value(kinds >> 4, (*path, 0))
                self._value(kinds & 15, (*path, 0))

    def _byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError("its footer has a number that never ends")
