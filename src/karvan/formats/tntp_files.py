"""The files of a TNTP network in a folder: which is the network, which its trips, nodes and known flows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from karvan.ground.errors import InputError, Problem, nearest, shown

KIND = re.compile(r"^(?P<name>.*?)[_.-]?(?P<kind>net|network|trips|nodes?|flows?)(?P<rest>[_.-].*)?$", re.IGNORECASE)
"""A file's name without its ending: `SiouxFalls_net`, `Birmingham_Net`, `Austin_trips_am`, `net`."""
ENDINGS = (".tntp", ".txt")
PACKED = (".zip", ".7z", ".gz", ".bz2", ".xz", ".rar")


@dataclass(frozen=True)
class TntpFiles:
    """One network's files."""

    name: str
    net: Path
    trips: Path
    node: Path | None = None
    flow: Path | None = None


def tntp_files(path: Path, network: str | None = None) -> TntpFiles:
    """The files of the network in a folder, or of the one that `path` is the `_net` file of.

    Args:
        path: a folder, or a `_net` file in it.
        network: which one, where a folder has several: how its files' names begin.

    Raises:
        InputError: there is none, or several to choose from.
    """
    if path.is_file():
        match = KIND.match(path.stem)
        folder, network = path.parent, network or (match["name"] if match else path.stem)
        nets = {network: path}
    elif path.is_dir():
        folder = path
        nets = _of_kind(folder, "net")
    else:
        remedy = "give a folder with a _net.tntp and a _trips.tntp file"
        raise InputError(shown(str(path)), [Problem("path", "nothing there", remedy)])
    name = _chosen(nets, network, path)
    net = nets[name]
    found = {kind: _beside(_of_kind(folder, kind), name) for kind in ("trips", "node", "flow")}
    trips = found["trips"]
    if trips is None:
        there = sorted(file.name for file in folder.iterdir() if "trips" in file.name.lower())
        remedy = f"put {name + '_' if name else ''}trips.tntp beside {net.name}"
        if any(file.endswith(PACKED) for file in there):
            remedy += ", out of its archive"
        raise InputError(
            shown(str(folder)),
            [Problem("trips", f"no file of {shown(name)}; there is {', '.join(there) or 'none'}", remedy)],
        )
    return TntpFiles(name or folder.resolve().name, net, trips, found["node"], found["flow"])


def _chosen(nets: dict[str, Path], network: str | None, path: Path) -> str:
    if network is not None:
        for name in nets:
            if name.casefold() == network.casefold():
                return name
        known = ", ".join(nearest(network, nets) or sorted(nets)) or "nothing"
        raise InputError(shown(str(path)), [Problem("network", shown(network), f"there is {known}")])
    if not nets:
        raise InputError(shown(str(path)), [Problem("network", "no file *_net.tntp", "give a folder that has one")])
    if len(nets) > 1:
        known = ", ".join(sorted(nets))
        raise InputError(shown(str(path)), [Problem("network", f"{len(nets)} networks", f"name one of {known}")])
    return next(iter(nets))


def _of_kind(folder: Path, kind: str) -> dict[str, Path]:
    """Files of a kind by the name of their network; the one with the plainest name where there are several."""
    found: dict[str, Path] = {}
    files = [file for file in folder.iterdir() if file.suffix.lower() in ENDINGS and file.is_file()]
    for file in sorted(files, key=lambda file: (ENDINGS.index(file.suffix.lower()), len(file.name), file.name)):
        match = KIND.match(file.stem)
        if match and match["kind"].lower().startswith(kind):
            found.setdefault(match["name"], file)
    return found


def _beside(files: dict[str, Path], name: str) -> Path | None:
    """The file of a network of that name, or the only one that there is."""
    for known, file in files.items():
        if known.casefold() == name.casefold():
            return file
    return next(iter(files.values())) if len(files) == 1 else None
