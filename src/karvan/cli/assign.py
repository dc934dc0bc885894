"""`karvan assign`: who goes which way when capacity is short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from karvan.cli.output import json_option, print_json, print_rich, waiting

NO_WAY, NOT_CONVERGED = 4, 5


@click.command("assign")
@click.option("--tntp", type=click.Path(path_type=Path), metavar="FOLDER", help="A network of TNTP files.")
@click.option("--gmns", type=click.Path(path_type=Path), metavar="FOLDER", help="A network of GMNS files.")
@click.option("--network", metavar="NAME", help="Which one, where a folder of TNTP files has several.")
@click.option("--use", "uses", multiple=True, metavar="USE", help="Of GMNS, only links that allow it. More than once.")
@click.option("--method", default="ue", show_default=True, metavar="WHAT", help="ue, so, sue, bfw or hard.")
@click.option("--gap", type=float, default=1e-6, show_default=True, metavar="G", help="Relative gap to reach.")
@click.option("--iterations", type=int, metavar="N", help="The most of them.")
@click.option("--theta", type=float, metavar="T", help="Of sue: how sharply times are told apart. [default: 1]")
@click.option("--omx", type=click.Path(path_type=Path), metavar="FILE", help="Trips from here, not from the network.")
@click.option("--matrix", metavar="NAME", help="The matrix of the file to take. [default: each a class]")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads.")
@click.option("--skims", is_flag=True, help="Also times and lengths between all zones.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="A folder for all tables and the map.")
@click.option("--to-gmns", type=click.Path(path_type=Path), metavar="DIR", help="The network and its flows as GMNS.")
@json_option
def command(tntp: Path | None, gmns: Path | None, as_json: bool, **words: Any) -> int:
    """Put all demand on the network: flows, times, what is left unserved and why.

    Exit code 4 where nothing could be assigned, 5 where the gap was not reached; results are given all the same.
    """
    if (tntp is None) == (gmns is None):
        raise click.UsageError("give one of --tntp and --gmns")
    return _foreign(tntp or gmns or Path(), "tntp" if tntp else "gmns", as_json, words)


def _foreign(folder: Path, form: str, as_json: bool, words: dict[str, Any]) -> int:
    from karvan.corridor.package import write_folder
    from karvan.kernels.quick import skip_blas
    from karvan.report.loads import document, headline, notes, tables
    from karvan.study.assign_roads import assign_roads

    skip_blas()
    out, to_gmns = words.pop("out"), words.pop("to_gmns")
    theta, threads = words.pop("theta"), words.pop("workers")
    with waiting("assigning; the first time kernels are compiled, which takes some seconds"):
        found = assign_roads(folder, form, threads=threads, **words, **({} if theta is None else {"theta": theta}))
        if out:
            found.write(out)
        if to_gmns:
            write_folder(to_gmns, found.gmns())
    results = found.results()
    if as_json:
        print_json(document(results, found.tables(), found.asked))
    else:
        shown = [headline(found.loads, results), ""]
        print_rich(
            *shown, *tables(found.loads), *notes(results), *(f"written to {path}" for path in (out, to_gmns) if path)
        )
    if not found.found:
        return NO_WAY
    return 0 if found.loads.converged else NOT_CONVERGED
