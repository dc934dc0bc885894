"""A power system as a file that PyPSA reads: netCDF, or a folder of CSV tables.

Each plant stands by itself, markets are buses, prices stand on links, and the green rule is made of certificates
(`karvan.grid.network`), so that PyPSA, solving the file, finds the objective of the dispatch without karvan.
"""

from __future__ import annotations

from pathlib import Path

from karvan.grid.checking import check
from karvan.grid.dispatch import quiet
from karvan.grid.network import to_pypsa
from karvan.grid.system import System
from karvan.ground.errors import InputError, Problem


def export(system: System, path: Path) -> Path:
    """Write a system: netCDF if the name ends with .nc, else a folder of CSV tables, empty or not there yet.

    Raises InputError with all that is wrong with the system, or a folder that is full or cannot be written.
    """
    check(system)
    if path.suffix != ".nc" and path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError("export", [Problem(str(path), "there already", "give a new folder, or a name that ends .nc")])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with quiet():
            n = to_pypsa(system)
            if path.suffix == ".nc":
                n.export_to_netcdf(str(path))
            else:
                n.export_to_csv_folder(str(path))
    except OSError as error:
        raise InputError("export", [Problem(str(path), str(error), "give a place that can be written")]) from error
    return path
