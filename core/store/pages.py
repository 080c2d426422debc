"""SQLite's file format, read without SQLite: what it refuses as damaged is mostly still there, page by page.

Source: https://sqlite.org/fileformat2.html. An `Image` is a database file with its write-ahead log laid over it; a
page that makes no sense raises `Torn`. Nothing here writes.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

MAGIC = b"SQLite format 3\0"
PAGE = 4096  # bytes, where nothing says otherwise
WAL_MAGIC = 0x377F0682  # the lowest bit: checksums are of big-endian words
HEADER, FRAME = 32, 24  # bytes, in the log
TABLE_LEAF, TABLE_NODE, INDEX_LEAF, INDEX_NODE = 13, 5, 10, 2
MOST_PAYLOAD = 1 << 30

Value = int | float | str | bytes | None
Record = tuple[Value, ...]


class Torn(Exception):
    """A page or a record that makes no sense."""


class Cell(NamedTuple):
    """A cell of a b-tree page: the child to its left (0 on a leaf), its row id (0 in an index), its record."""

    child: int
    row: int
    record: Record


class Node(NamedTuple):
    """A b-tree page."""

    kind: int
    cells: list[Cell]
    right: int  # the last child; 0 on a leaf
    torn: int  # cells that make no sense


class Image:
    """The pages of a store, as the last commit that is whole in the log left them. Use it as a context manager."""

    def __init__(self, path: Path, log: Path) -> None:
        self._file = _mapped(path)
        self._log = _mapped(log)
        self.page_size = _page_size(self._file, self._log)
        self._laid, self.log_torn, committed = _frames(self._log, self.page_size)
        self.count = max(len(self._file) // self.page_size, committed, *self._laid, 0)
        self.sound_header = bytes(self.page(1)[:16]) == MAGIC if self.count else False

    def __enter__(self) -> Image:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for mapped in (self._file, self._log):
            if isinstance(mapped, mmap.mmap):
                mapped.close()

    def page(self, number: int) -> bytes:
        """A page's bytes. Raises Torn for one that is not there."""
        source, start = self._file, (number - 1) * self.page_size
        if number in self._laid:
            source, start = self._log, self._laid[number]
        page = bytes(source[start : start + self.page_size]) if number > 0 else b""
        if len(page) != self.page_size:
            raise Torn(f"page {number} is not there")
        return page

    def header_int(self, offset: int) -> int:
        """A number of the file's header; 0 if the header is unreadable."""
        return int.from_bytes(self.page(1)[offset : offset + 4], "big") if self.sound_header else 0

    def free(self) -> set[int]:
        """The pages of the free list, as far as it can be followed. What is in them has been deleted."""
        found: set[int] = set()
        trunk = self.header_int(32)
        while trunk and trunk not in found:
            found.add(trunk)
            try:
                page = self.page(trunk)
            except Torn:
                break
            trunk, count = struct.unpack_from(">II", page)
            if count > self.page_size // 4 - 2:
                break
            found.update(struct.unpack_from(f">{count}I", page, 8))
        return found

    def kind(self, number: int) -> int:
        """What sort of b-tree page it says it is; 0 if none."""
        try:
            kind = self.page(number)[100 if number == 1 else 0]
        except Torn:
            return 0
        return kind if kind in (TABLE_LEAF, TABLE_NODE, INDEX_LEAF, INDEX_NODE) else 0

    def node(self, number: int) -> Node:
        """A b-tree page. Raises Torn if its frame makes no sense; cells that do not are only counted."""
        page, kind, right, offsets = self._frame(number)
        cells = list(self._cells(page, kind, offsets))
        return Node(kind, cells, right, len(offsets) - len(cells))

    def children(self, number: int) -> list[int]:
        """The pages right below a b-tree page, without a look at its records. Raises Torn."""
        page, kind, right, offsets = self._frame(number)
        if kind not in (TABLE_NODE, INDEX_NODE):
            return []
        return [*(int.from_bytes(page[offset : offset + 4], "big") for offset in offsets), right]

    def _frame(self, number: int) -> tuple[bytes, int, int, tuple[int, ...]]:
        page = self.page(number)
        start = 100 if number == 1 else 0
        kind = page[start]
        inner = kind in (TABLE_NODE, INDEX_NODE)
        if kind not in (TABLE_LEAF, TABLE_NODE, INDEX_LEAF, INDEX_NODE):
            raise Torn(f"page {number} is no b-tree page")
        count = int.from_bytes(page[start + 3 : start + 5], "big")
        first = start + (12 if inner else 8)
        if first + 2 * count > self.page_size:
            raise Torn(f"page {number} has {count} cells")
        right = int.from_bytes(page[start + 8 : start + 12], "big") if inner else 0
        return page, kind, right, struct.unpack_from(f">{count}H", page, first)

    def _cells(self, page: bytes, kind: int, offsets: tuple[int, ...]) -> Iterator[Cell]:
        for offset in offsets:
            try:
                yield self._cell(page, kind, offset)
            except (Torn, IndexError, struct.error, UnicodeDecodeError, OverflowError):
                continue  # the record is lost, the page is not

    def _cell(self, page: bytes, kind: int, at: int) -> Cell:
        child = row = 0
        if kind in (TABLE_NODE, INDEX_NODE):
            child, at = int.from_bytes(page[at : at + 4], "big"), at + 4
        if kind == TABLE_NODE:
            row, _ = varint(page, at)
            return Cell(child, _signed(row), ())
        size, at = varint(page, at)
        if kind == TABLE_LEAF:
            row, at = varint(page, at)
        return Cell(child, _signed(row), record(self._payload(page, at, size, kind == TABLE_LEAF)))

    def _payload(self, page: bytes, at: int, size: int, table: bool) -> bytes:
        """A record's bytes, those on overflow pages included."""
        usable = self.page_size
        most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
        if size > MOST_PAYLOAD:
            raise Torn("a record of impossible length")
        if size <= most:
            return _exactly(page[at : at + size], size)
        least = (usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (usable - 4)
        local = local if local <= most else least
        parts = [_exactly(page[at : at + local], local)]
        following = int.from_bytes(page[at + local : at + local + 4], "big")
        left = size - local
        for _ in range(self.count):
            if left <= 0:
                break
            more = self.page(following)
            following = int.from_bytes(more[:4], "big")
            parts.append(more[4 : 4 + left])
            left -= usable - 4
        return _exactly(b"".join(parts), size)


def _mapped(path: Path) -> mmap.mmap | bytes:
    """The file's bytes without reading them all; none if it is empty or not there."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    try:
        return mmap.mmap(fd, 0, access=mmap.ACCESS_READ) if os.fstat(fd).st_size else b""
    finally:
        os.close(fd)


def _page_size(file: mmap.mmap | bytes, log: mmap.mmap | bytes) -> int:
    """What the header says, else the log's, else SQLite's usual one."""
    said = int.from_bytes(file[16:18], "big") if file[:16] == MAGIC else int.from_bytes(log[8:12], "big")
    said = 65536 if said == 1 else said
    return said if 512 <= said <= 65536 and said & (said - 1) == 0 else PAGE


# -- the log ---------------------------------------------------------------------------------------------


def _frames(log: mmap.mmap | bytes, page_size: int) -> tuple[dict[int, int], bool, int]:
    """Where in the log each page's last committed form lies; whether the log is unreadable; pages after the commit."""
    if len(log) < HEADER:
        return {}, False, 0
    magic, _, size = struct.unpack_from(">III", log)
    if magic & ~1 != WAL_MAGIC or size != page_size:
        return {}, True, 0
    order = ">" if magic & 1 else "<"
    salts, sums = log[16:24], struct.unpack_from(">II", log, 24)
    if _checksum(log[:24], order, (0, 0)) != sums:
        return {}, True, 0
    found: dict[int, int] = {}
    pending: dict[int, int] = {}
    committed = 0
    for start in range(HEADER, len(log) - FRAME - page_size + 1, FRAME + page_size):
        number, after = struct.unpack_from(">II", log, start)
        sums = _checksum(log[start : start + 8], order, sums)
        sums = _checksum(log[start + FRAME : start + FRAME + page_size], order, sums)
        if log[start + 8 : start + 16] != salts or sums != struct.unpack_from(">II", log, start + 16) or not number:
            break  # from here on it is an older round's, or was being written
        pending[number] = start + FRAME
        if after:
            found.update(pending)
            pending, committed = {}, after
    return {number: at for number, at in found.items() if number <= committed}, False, committed


def _checksum(data: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    one, two = sums
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for word in words:
        one = (one + word + two) & 0xFFFFFFFF
        two = (two + next(words) + one) & 0xFFFFFFFF
    return one, two


# -- records ---------------------------------------------------------------------------------------------


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where what follows begins."""
    value = 0
    for offset in range(8):
        byte = data[at + offset]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + offset + 1
    return value << 8 | data[at + 8], at + 9


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial type: bytes


def record(payload: bytes) -> Record:
    """The values of a record. Raises Torn, IndexError or UnicodeDecodeError for one that makes no sense."""
    end, at = varint(payload, 0)
    if end > len(payload):
        raise Torn("a record's header is longer than the record")
    body, values = end, []
    while at < end:
        serial, at = varint(payload, at)
        size = _size(serial)
        values.append(_value(serial, payload[body : body + size], size))
        body += size
    if body != len(payload):
        raise Torn("a record is not as long as it says")
    return tuple(values)


def _size(serial: int) -> int:
    if serial >= 12:
        return (serial - 12) // 2
    return 8 if serial == 7 else _INTEGERS.get(serial, 0)


def _value(serial: int, data: bytes, size: int) -> Value:
    if len(data) != size:
        raise Torn("a value is cut off")
    if serial in _INTEGERS:
        return int.from_bytes(data, "big", signed=True)
    if serial == 7:
        return float(struct.unpack(">d", data)[0])
    if serial in (8, 9):
        return serial - 8
    if serial >= 12:
        return data.decode() if serial & 1 else data
    if serial:
        raise Torn("a value of a kind that does not exist")
    return None


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise Torn("a record is cut off")
    return data
