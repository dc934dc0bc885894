"""Where the text of a table comes from: a file, a packed one, a member of an archive; bounded, and always UTF-8."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from karvan.ground.errors import InputError, Problem

LARGEST_TRADE_FILE = 8 << 30
"""Bytes of one table, unpacked."""
LONGEST_LINE = 1 << 22
"""Bytes; a longer one is taken apart."""
READ = 1 << 20
"""Bytes that are read at a time."""


@dataclass(frozen=True)
class Source:
    """A table in text: a file, a packed file, or a member of an archive."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @property
    def stem(self) -> str:
        """The name of the table without folders and ending."""
        return re.sub(r"\.(csv|txt|tsv)?(\.gz)?$", "", Path(self.member or self.path.name).name, flags=re.IGNORECASE)

    def open(self) -> Limited:
        """Its bytes, unpacked. Raises InputError."""
        try:
            if self.member:
                return Limited(self.name, zipfile.ZipFile(self.path).open(self.member))
            if self.path.suffix.lower() == ".gz":
                return Limited(self.name, gzip.open(self.path))
            return Limited(self.name, self.path.open("rb"))
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, KeyError) as refused:
            raise unreadable(self.name, refused) from None


class Limited(io.RawIOBase):
    """Bytes that may be read up to a limit; what is spoilt or too large raises InputError."""

    def __init__(self, name: str, inner: IO[bytes] | gzip.GzipFile) -> None:
        self._name, self._inner, self._read = name, inner, 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As of any file."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        try:
            content = self._inner.read(size)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as refused:
            raise unreadable(self._name, refused) from None
        self._read += len(content)
        if self._read > LARGEST_TRADE_FILE:
            found = f"more than {LARGEST_TRADE_FILE:,} bytes"
            raise InputError(self._name, [Problem(self._name, found, "give it in parts, such as a file a year")])
        return content

    def close(self) -> None:
        """As of any file."""
        self._inner.close()
        super().close()


class Utf8(io.RawIOBase):
    """The same bytes as UTF-8: lines that are not are taken for the Western encoding that old files have."""

    def __init__(self, inner: Limited) -> None:
        self._inner, self._ready, self._rest = inner, b"", b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As of any file."""
        while not self._ready:
            content = self._inner.read(READ)
            if not content:
                self._ready, self._rest = _utf8(self._rest), b""
                break
            lines, newline, rest = (self._rest + content).rpartition(b"\n")
            self._ready, self._rest = _utf8(lines + newline), rest
            if len(rest) > LONGEST_LINE:
                self._ready, self._rest = _utf8(rest), b""
        content, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """As of any file."""
        self._inner.close()
        super().close()


def _utf8(content: bytes) -> bytes:
    if content.isascii() or _is_utf8(content):
        return content
    lines = content.splitlines(keepends=True)
    return b"".join(line if _is_utf8(line) else line.decode("latin-1").encode() for line in lines)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def unreadable(name: str, refused: Exception) -> InputError:
    """A file that cannot be opened or unpacked."""
    found = getattr(refused, "strerror", None) or str(refused)
    return InputError(name, [Problem(name, f"a file that cannot be read ({found})", "mend it")])


def sources(path: Path, fits: Callable[[str], bool], what: str) -> list[Source]:
    """The tables of a file, a folder or an archive whose names fit, by name; any name does of a file that is given.

    Raises:
        InputError: there is none.
    """
    if path.is_dir():
        found = [Source(file) for file in sorted(path.iterdir()) if file.is_file() and fits(file.name)]
    elif zipfile.is_zipfile(path) if path.is_file() else False:
        try:
            with zipfile.ZipFile(path) as archive:
                members = sorted(archive.namelist())
        except (OSError, zipfile.BadZipFile) as refused:
            raise unreadable(path.name, refused) from None
        tables = [name for name in members if name.lower().endswith((".csv", ".txt", ".tsv"))]
        fitting = [name for name in tables if fits(Path(name).name)]
        found = [Source(path, name) for name in fitting or (tables if len(tables) == 1 else [])]
    else:
        found = [Source(path)]
    if not found:
        raise InputError(path.name, [Problem(path.name, "no such table in it", f"give {what}")])
    return found
