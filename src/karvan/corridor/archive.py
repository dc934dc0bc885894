"""The files of a package, from a folder or zip that may come from anyone: sizes are bounded, no path leads outside."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from karvan.ground.errors import InputError, Problem, shown

KINDS = (".csv", ".json", ".yaml")
"""Tables, the description, and scenarios; what else lies there is not looked at."""
LARGEST_FILE = 256 * 2**20
"""Bytes of one table, unpacked."""
LARGEST_PACKAGE = 1024 * 2**20
MOST_FILES = 200
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, RuntimeError, EOFError,
              OSError, ValueError, IndexError)  # fmt: skip
"""What a damaged or unusual zip may raise."""


def read_files(path: Path) -> dict[str, bytes]:
    """The files of a package, by name, from a folder or a zip. Raises InputError."""
    if path.is_dir():
        return _read_folder(path)
    if path.is_file() and zipfile.is_zipfile(path):
        return _read_zip(path)
    found = "a file that is not a zip" if path.exists() else "nothing there"
    raise InputError(
        shown(str(path)),
        [Problem(shown(str(path)), found, "give a package folder or zip, or the name of one that ships")],
    )


def _read_folder(path: Path) -> dict[str, bytes]:
    files = {}
    for file in sorted(path.iterdir()):
        if file.suffix in KINDS and file.is_file():
            if file.stat().st_size > LARGEST_FILE:
                raise _too_large(file.name, file.stat().st_size)
            files[file.name] = file.read_bytes()
    return files


def _read_zip(path: Path) -> dict[str, bytes]:
    """The tables of a zip, whether at its top or in one folder. Nothing is unpacked to disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_archive(archive, path.name)
    except UNREADABLE as problem:
        raise InputError(
            path.name, [Problem(path.name, f"a zip that cannot be read ({problem})", "make the zip anew")]
        ) from None


def _read_archive(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    problems = [
        Problem(
            name,
            f"a member with the path {shown(member.filename)}",
            "zip the package's folder itself: no member may leave it",
        )
        for member in members
        if _climbs(member.filename)
    ]
    if len(members) > MOST_FILES:
        problems.append(Problem(name, f"{len(members)} files", f"a package has at most {MOST_FILES}"))
    if sum(member.file_size for member in members) > LARGEST_PACKAGE:
        problems.append(Problem(name, "more than 1 GiB unpacked", "make the package smaller"))
    if problems:
        raise InputError(name, problems)
    files: dict[str, bytes] = {}
    for member in members:
        plain = PurePosixPath(member.filename).name
        if PurePosixPath(plain).suffix in KINDS:
            if member.file_size > LARGEST_FILE:
                raise _too_large(plain, member.file_size)
            if plain in files:
                raise InputError(name, [Problem(name, f"{shown(plain)} twice", "put one package in a zip")])
            with archive.open(member) as file:
                files[plain] = file.read(LARGEST_FILE + 1)
    return files


def _climbs(member: str) -> bool:
    path = PurePosixPath(member.replace("\\", "/"))
    return not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]


def _too_large(name: str, size: int) -> InputError:
    return InputError(name, [Problem(name, f"{size:,} bytes", f"a table has at most {LARGEST_FILE:,}")])
