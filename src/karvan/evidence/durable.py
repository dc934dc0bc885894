"""Files that are there whole or not at all, also after a crash or a power cut; what the file system refuses is told."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from karvan.ground.errors import InputError, Problem

PART = ".part"
"""How the name of what is being written ends; it begins with a dot. After a crash it may be removed."""


def told(path: Path) -> str:
    """A path as messages show it: quoted, whole (its end says most), control characters escaped."""
    text = str(path)
    return f"'{text if text.isprintable() else text.encode('unicode_escape').decode()}'"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the file system refuses while `path` is written becomes an InputError with its reason."""
    try:
        yield
    except OSError as refused:
        reason = refused.strerror or str(refused)
        remedy = f"it cannot be written ({reason}): mend that, or give another folder"
        raise InputError(told(path), [Problem("path", told(Path(refused.filename or path)), remedy)]) from None


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a file beside `path`, flush it to the disk, and rename it over `path`. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
    making = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file, write)
        making.chmod(0o644)
        making.replace(path)
    except BaseException:
        making.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def fill(file: BinaryIO, write: Callable[[BinaryIO], object]) -> None:
    """Write an open file and flush it to the disk. Raises OSError."""
    write(file)
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to the disk, so that a rename in it outlives a power cut. Raises OSError."""
    if os.name == "nt":  # folders cannot be opened there, and renames are flushed with the file
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
