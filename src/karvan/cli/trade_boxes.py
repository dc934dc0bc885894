"""`karvan trade boxes`: the trade of two countries as tonnes and TEU, and as demand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karvan.cli.output import json_option, package_option, print_json, print_rich, waiting
from karvan.corridor import load
from karvan.ground.errors import InputError, Problem, shown

if TYPE_CHECKING:
    from karvan.corridor import Corridor
    from karvan.study.trade.mixing import Fallback
    from karvan.trade.boxes import Dyad, Mix

NO_FIT = 5


@click.command("boxes")
@click.argument("pairs", nargs=-1, required=True, metavar="AAA-BBB...")
@click.option("--year", default=2024, show_default=True, type=click.IntRange(1900, 2100), help="Whose trade it is.")
@click.option("--value", "values", multiple=True, metavar="[AAA-BBB=]MUSD",
              help="What AAA sells BBB, million USD, in place of what is known; of the one pair "
              "if none is named.")  # fmt: skip
@click.option("--mix", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="What trade consists of, in place of the package's: CSV with commodity and share (of the value), "
              "and as one likes exporter and importer, boxed (of the tonnes) and profile.")  # fmt: skip
@click.option("--commodity", "commodities", multiple=True, metavar="[AAA-BBB=]X", help="All of the trade is this.")
@click.option("--fallback", type=click.Choice(["exporter", "general"]),
              help="What stands in for a mix that is not known: all that the seller sends in the package, or general "
              "cargo in containers. [default: such a pair is refused]")  # fmt: skip
@click.option("--one-way", is_flag=True, help="Only what AAA sells BBB; what goes back empty is then not told.")
@click.option("--months", is_flag=True, help="TEU by month too; --json always has them.")
@click.option("--empties", default="", metavar="COMMODITY",
              help="Book boxes that go back empty as demand of this commodity, of an empty box's weight.")  # fmt: skip
@click.option("--gateway", "gateways", multiple=True, metavar="AAA=PLACE",
              help="The place that stands for a country in the demand. [default: the package's]")  # fmt: skip
@click.option("--instead", is_flag=True,
              help="Where the package has demand of a pair, put what is made in the place of it.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH",
              help="Write the demand: its table (FILE.csv), or the package with it (a folder, FILE.zip).")  # fmt: skip
@package_option
@json_option
def boxes(
    pairs: tuple[str, ...],
    year: int,
    values: tuple[str, ...],
    mix: Path | None,
    commodities: tuple[str, ...],
    fallback: Fallback | None,
    one_way: bool,
    months: bool,
    empties: str,
    gateways: tuple[str, ...],
    instead: bool,
    out: Path | None,
    package: str,
    as_json: bool,
) -> int:
    """The trade of two countries in boxes: value, tonnes and TEU by commodity, both ways, and what goes back empty.

    Countries are ISO alpha-3 codes: AZE-CHN. Values are those published of the year or near it, else foretold.
    """
    from karvan.report import trade as report
    from karvan.study.trade.boxed import AskBoxes, Boxed, in_boxes
    from karvan.study.trade.bringing import bring, write_demand

    corridor = load(package)
    asked = tuple(dict.fromkeys(_pair(word, "pair") for word in pairs))
    ask = AskBoxes(
        asked, year, _numbers(values, asked), _mixes(corridor, year, mix, commodities), fallback or "", one_way
    )
    with waiting("working out trade"):
        found = in_boxes(corridor, ask)
    if not isinstance(found, Boxed):
        if as_json:
            print_json({"converged": False, "said": found.said})
        else:
            print_rich(found.said)
        return NO_FIT
    wanted = out is not None or bool(instead or empties or gateways)
    brought = bring(corridor, found, _places(gateways), empties=empties, instead=instead) if wanted else None
    written = out is not None and brought is not None and bool(brought.rows)
    if out is not None and brought is not None and written:
        write_demand(out, brought, asked)
    document = report.boxes_document(corridor, found, brought, str(out) if written else None)
    if as_json:
        print_json(document)
    else:
        print_rich(*report.boxes_tables(document, months))
    return 0 if found.any and (written or out is None) else 4


def _pair(word: str, option: str) -> Dyad:
    one, _, other = word.strip().upper().partition("-")
    if not one or not other or one == other:
        raise InputError("the options", [Problem(option, shown(word), "give two countries, as AZE-CHN")])
    return one, other


def _named(words: Iterable[str], option: str) -> list[tuple[Dyad | None, str]]:
    """Words, each with the pair that it is of, if it names one."""
    found = []
    for word in words:
        pair, sign, rest = word.rpartition("=")
        found.append((_pair(pair, option) if sign else None, rest.strip()))
    return found


def _numbers(words: tuple[str, ...], pairs: tuple[Dyad, ...]) -> dict[Dyad, float]:
    """Values by pair. Raises InputError."""
    found: dict[Dyad, float] = {}
    wrong = []
    for dyad, text in _named(words, "--value"):
        if dyad is None and len(pairs) > 1:
            wrong.append(Problem("--value", shown(text), "of which pair? give AAA-BBB=MUSD"))
            continue
        at = dyad or pairs[0]
        try:
            value = float(text)
        except ValueError:
            wrong.append(Problem("--value", shown(text), "give million USD, as 250 or AZE-CHN=250"))
            continue
        if at in found:
            wrong.append(Problem("--value", f"{'-'.join(at)} twice", "give it once"))
        found[at] = value
    if wrong:
        raise InputError("the options", wrong)
    return found


def _mixes(corridor: Corridor, year: int, path: Path | None, commodities: tuple[str, ...]) -> dict[Dyad, Mix]:
    """Mixes by pair, of the file and of single commodities. Raises InputError where both tell of one."""
    from karvan.study.trade.mixing import ANY, demand_year, of_one, read_mixes

    of = demand_year(corridor, year)
    found = read_mixes(corridor, of, path) if path else {}
    wrong = []
    for dyad, name in _named(commodities, "--commodity"):
        if (dyad or ANY) in found:
            wrong.append(Problem("--commodity", shown(name), "the mix of the pair is given already: leave one out"))
        found[dyad or ANY] = of_one(corridor, of, name)
    if wrong:
        raise InputError("the options", wrong)
    return found


def _places(words: tuple[str, ...]) -> dict[str, str]:
    wrong = [Problem("--gateway", shown(word), "give AAA=PLACE, as AZE=ALAT") for word in words if "=" not in word]
    if wrong:
        raise InputError("the options", wrong)
    return {code.strip().upper(): place.strip() for code, _, place in (word.partition("=") for word in words)}
