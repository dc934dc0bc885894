"""OMX (Open Matrix 0.2): matrices of one shape in an HDF5 file, with lookups that name their rows and columns."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.ground.errors import InputError, Problem, shown

VERSION = b"0.2"
MOST_CELLS = 1 << 28
"""Cells of one matrix that is read."""
ROWS, COLUMNS = 0, 1
"""What a lookup names, as its attribute DIM has it."""


@dataclass(frozen=True, eq=False)
class Omx:
    """The matrices of a file by name (n_rows, n_columns), with NaN for a missing cell, and the lookups by name."""

    matrices: Mapping[str, NDArray[np.float64]]
    rows: Mapping[str, NDArray[Any]]
    """Lookups of the rows (n_rows,)."""
    columns: Mapping[str, NDArray[Any]]
    """Lookups of the columns (n_columns,)."""


def omx_bytes(omx: Omx, units: Mapping[str, str] | None = None, about: Mapping[str, str] | None = None) -> bytes:
    """The file. The same matrices give the same bytes.

    Args:
        units: unit of a matrix, by its name.
        about: attributes of the file as a whole.

    Raises:
        InputError: where h5py is not installed.
        ValueError: where matrices or lookups differ in shape.
    """
    h5py = _h5py()
    shapes = {matrix.shape for matrix in omx.matrices.values()}
    if len(shapes) != 1:
        raise ValueError(f"matrices of {len(shapes)} shapes")
    ((n_rows, n_columns),) = shapes
    file = io.BytesIO()
    with h5py.File(file, "w", libver="earliest") as h5:
        h5.attrs["OMX_VERSION"] = np.bytes_(VERSION)
        h5.attrs["SHAPE"] = np.array([n_rows, n_columns], dtype=np.int32)
        for name, text in (about or {}).items():
            h5.attrs[name] = np.bytes_(text.encode())
        data, lookup = h5.create_group("data"), h5.create_group("lookup")
        for name, matrix in omx.matrices.items():
            cells = np.asarray(matrix, dtype=np.float64)
            made = data.create_dataset(name, data=cells, chunks=_chunks(cells), compression="gzip", compression_opts=1)
            made.attrs["NA"] = np.nan
            if units and name in units:
                made.attrs["unit"] = np.bytes_(units[name].encode())
        for names, dim, size in ((omx.rows, ROWS, n_rows), (omx.columns, COLUMNS, n_columns)):
            for name, entries in names.items():
                if len(entries) != size:
                    raise ValueError(f"lookup {name} has {len(entries)} entries for {size}")
                lookup.create_dataset(name, data=_storable(entries)).attrs["DIM"] = np.int32(dim)
    return file.getvalue()


def read_omx(path: Path) -> Omx:
    """Read a file that may come from anyone.

    A lookup without the attribute DIM names both rows and columns where it is as long as both, else what it is as long
    as. Raises InputError.
    """
    h5py = _h5py()
    try:
        with h5py.File(path, "r") as h5:
            return _read(h5py, h5, path.name)
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as spoilt:
        problem = Problem(path.name, f"a file that is not OMX ({str(spoilt).splitlines()[0]})", "give an .omx file")
        raise InputError(path.name, [problem]) from None


def _read(h5py: Any, h5: Any, name: str) -> Omx:
    problems = []
    version = h5.attrs.get("OMX_VERSION", b"nothing")
    version = version if isinstance(version, bytes) else str(version).encode()
    if version.rstrip(b"\0") != VERSION:
        problems.append(Problem(f"{name}, OMX_VERSION", shown(version.decode(errors="replace")), "give a file of 0.2"))
    shape = tuple(int(size) for size in np.asarray(h5.attrs.get("SHAPE", ())).reshape(-1))
    if len(shape) != 2:
        problems.append(Problem(f"{name}, SHAPE", shown(str(shape)), "give the number of rows and of columns"))
    matrices = {}
    for key, node in _datasets(h5py, h5, "data").items():
        if node.shape != shape or node.dtype.kind not in "fiu" or node.size > MOST_CELLS:
            found = f"{'x'.join(map(str, node.shape))} of {node.dtype}"
            problems.append(Problem(f"{name}, data/{key}", found, f"give {'x'.join(map(str, shape))} numbers"))
        else:
            matrices[key] = _cells(node)
    if problems:
        raise InputError(name, problems)
    rows: dict[str, NDArray[Any]] = {}
    columns: dict[str, NDArray[Any]] = {}
    for key, node in _datasets(h5py, h5, "lookup").items():
        dim = node.attrs.get("DIM")
        for names, of, size in ((rows, ROWS, shape[0]), (columns, COLUMNS, shape[1])):
            if node.shape == (size,) and (dim is None or int(dim) == of):
                entries = node[:]
                names[key] = np.char.decode(entries, "utf-8") if entries.dtype.kind == "S" else entries
    return Omx(matrices, rows, columns)


def _datasets(h5py: Any, h5: Any, group: str) -> dict[str, Any]:
    """The datasets of a group; links that lead out of the file are not followed."""
    if not isinstance(h5.get(group, getlink=True), h5py.HardLink):
        return {}
    found = h5[group]
    inside = [key for key in sorted(found) if isinstance(found.get(key, getlink=True), h5py.HardLink)]
    return {key: found[key] for key in inside if isinstance(found[key], h5py.Dataset)}


def _cells(node: Any) -> NDArray[np.float64]:
    cells: NDArray[np.float64] = node[:].astype(np.float64)
    missing = node.attrs.get("NA")
    if missing is not None and np.ndim(missing) == 0 and np.isfinite(float(missing)):
        cells[cells == float(missing)] = np.nan
    return cells


def _storable(entries: NDArray[Any]) -> NDArray[Any]:
    """Entries of a lookup as other tools read them: whole numbers, or text of one length in UTF-8."""
    return np.char.encode(entries, "utf-8") if entries.dtype.kind == "U" else np.asarray(entries)


def _chunks(cells: NDArray[np.float64]) -> tuple[int, int]:
    """Some rows together, up to about a megabyte."""
    width = max(1, cells.shape[1])
    return min(max(1, cells.shape[0]), max(1, (1 << 17) // width)), width


def _h5py() -> Any:
    try:
        return import_module("h5py")
    except ImportError:
        problem = Problem("OMX", "no h5py", 'pip install "karvan[omx]"')
        raise InputError("the request", [problem]) from None
