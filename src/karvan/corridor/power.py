"""What must hold between the rows of a power system for it to be dispatched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row, key_of
from karvan.ground.errors import Problem, nearest, shown
from karvan.tables.plans import PLANNED

SEQS = {"month": range(1, 13), "weekday": range(1, 8), "hour": range(24)}
"""What a shape weighs, of each span that it has: all of it."""
SHARE_SLACK = 1e-3
"""Shares of a country may miss one by this much: tables hold five digits."""
ALWAYS = (1900, 2100)
"""Years of a plant that says none."""


def _at(table: str, row: Row, column: str) -> str:
    return f"{table}.csv, row {key_of(table, row)}, {column}"


def zones(corridor: Corridor) -> Iterator[Problem]:
    """A zone has a share of its country's load and a shape of it, or is a market and has a price."""
    shares: dict[str, float] = defaultdict(float)
    for zone in corridor.rows("zone"):
        if zone.load_share is None:
            if zone.price_usd_mwh is None:
                remedy = "give a load_share, or the price of a market"
                yield Problem(f"zone.csv, row {zone.id}", "neither load nor price", remedy)
        else:
            shares[zone.country] += zone.load_share
            if not zone.load_shape:
                yield Problem(_at("zone", zone, "load_shape"), "nothing", "say how its load moves")
        yield from _named(corridor, "zone", zone, "load_shape", "price_shape")
    for country, total in sorted(shares.items()):
        if abs(total - 1) > SHARE_SLACK:
            yield Problem(f"zone.csv, load_share of {country}", f"a sum of {total:g}", "its zones share out 1")
    for load in corridor.rows("load"):
        if load.country not in shares:
            remedy = f"no zone has a load_share there; there are: {', '.join(sorted(shares)) or 'none'}"
            yield Problem(_at("load", load, "country"), shown(load.country), remedy)


def ties(corridor: Corridor) -> Iterator[Problem]:
    """A tie joins two zones, one to a market says by what rule it is used, and rival versions are not both there."""
    market = {zone.id: zone.load_share is None for zone in corridor.rows("zone")}
    for table in ("tie", f"{PLANNED}tie"):
        for tie in corridor.rows(table):
            if tie.from_zone == tie.to_zone:
                yield Problem(_at(table, tie, "to_zone"), shown(tie.to_zone), "a tie joins two different zones")
                continue
            markets = [end for end in (tie.from_zone, tie.to_zone) if market.get(end)]
            if len(markets) == 2:
                remedy = "two markets trade without us: give it an end with a load"
                yield Problem(_at(table, tie, "to_zone"), " and ".join(markets), remedy)
            elif bool(markets) != bool(tie.rule):
                found = shown(tie.rule) if tie.rule else "nothing"
                remedy = "give agreed, green or free" if markets else "only ties to a market have a rule"
                yield Problem(_at(table, tie, "rule"), found, remedy)
    yield from rivals("tie", corridor.rows("tie"))
    by_key = corridor.by_key("tie")
    for exchange in corridor.rows("exchange"):
        tie = by_key.get(exchange.tie)
        if tie and not any(market.get(end) for end in (tie.from_zone, tie.to_zone)):
            remedy = "it leads to no market: nothing is agreed over it"
            yield Problem(_at("exchange", exchange, "tie"), shown(exchange.tie), remedy)
        yield from _named(corridor, "exchange", exchange, "shape")


def plants(corridor: Corridor) -> Iterator[Problem]:
    """A plant stands in a zone with a load and has what its sort needs; rival versions are not both there."""
    market = {zone.id for zone in corridor.rows("zone") if zone.load_share is None}
    kinds = corridor.by_key("technology")
    sites = {row.site for row in corridor.rows("radiation")}
    for table in ("plant", f"{PLANNED}plant"):
        for plant in corridor.rows(table):
            if plant.zone in market:
                remedy = "what a market makes is not modelled: give a zone with a load"
                yield Problem(_at(table, plant, "zone"), shown(plant.zone), remedy)
            if plant.technology in kinds:
                yield from _needs(table, plant, kinds[plant.technology])
            first, last = years(plant)
            if last < first:
                yield Problem(_at(table, plant, "until"), str(last), f"it is there since {first}: mend one of them")
            if plant.radiation and plant.radiation not in sites:
                yield Problem(_at(table, plant, "radiation"), shown(plant.radiation), _near(plant.radiation, sites))
            yield from _named(corridor, table, plant, "season")
    yield from rivals("plant", corridor.rows("plant"))


def _needs(table: str, plant: Row, kind: Row) -> Iterator[Problem]:
    """What a plant lacks that its sort cannot do without."""
    lacks: list[tuple[str, str]] = []
    efficiency = plant.efficiency if plant.efficiency is not None else kind.efficiency
    if kind.sort in ("thermal", "electrolyser"):
        if not kind.fuel:
            yield Problem(f"technology.csv, row {kind.id}, fuel", "nothing", f"a {kind.sort} plant needs one")
        if efficiency is None:
            lacks.append(("efficiency", "give it here, or in its technology"))
    if kind.sort == "battery":
        if plant.mwh is None:
            lacks.append(("mwh", "say what the battery holds"))
        if efficiency is None:
            lacks.append(("efficiency", "give it here, or in its technology"))
    if kind.sort in ("wind", "hydro") and plant.capacity_factor is None:
        lacks.append(
            ("capacity_factor", f"say what {'the wind' if kind.sort == 'wind' else 'its water'} makes in a year")
        )
    if kind.sort == "solar" and plant.capacity_factor is None and not plant.radiation:
        lacks.append(("radiation", "name where the sun was measured, or give a capacity_factor"))
    for column, remedy in lacks:
        yield Problem(_at(table, plant, column), "nothing", remedy)


def years(plant: Row) -> tuple[int, int]:
    """The first and the last year in which a plant is there."""
    first, last = ALWAYS
    return (first if plant.since is None else plant.since, last if plant.until is None else plant.until)


def rivals(table: str, rows: Iterable[Row]) -> Iterator[Problem]:
    """Versions of one thing that are there in the same year."""
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.site:
            versions[row.site].append(row)
    for site, of in sorted(versions.items()):
        for one, other in combinations(sorted(of, key=lambda row: row.id), 2):
            since, until = (ALWAYS, ALWAYS) if table == "tie" else (years(one), years(other))
            if max(since[0], until[0]) <= min(since[1], until[1]):
                found = f"{one.id} and {other.id}, versions of {site}"
                yield Problem(f"{table}.csv, site", found, "they are told of one thing: keep one of them")


def shapes(corridor: Corridor) -> Iterator[Problem]:
    """A shape weighs all of a span or nothing of it, and not all of it with nought; so does the sun by month."""
    weights: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in corridor.rows("load_shape"):
        weights[row.shape, row.span][row.seq] = row.weight
    for (shape, span), of in sorted(weights.items()):
        at = f"load_shape.csv, {span} of {shape}"
        if set(of) != set(SEQS[span]):
            yield Problem(at, _gap(of, SEQS[span]), f"give each of {SEQS[span][0]} to {SEQS[span][-1]} once")
        elif sum(of.values()) <= 0:
            yield Problem(at, "weights that are all nought", "give one above nought")
    months: dict[str, set[int]] = defaultdict(set)
    for row in corridor.rows("radiation"):
        months[row.site].add(row.month)
    for site, has in sorted(months.items()):
        if has != set(SEQS["month"]):
            yield Problem(f"radiation.csv, {site}", _gap(has, SEQS["month"]), "give each month once")


def _gap(has: Iterable[int], wanted: range) -> str:
    missing = sorted(set(wanted) - set(has))
    extra = sorted(set(has) - set(wanted))
    words = [f"no {', '.join(map(str, missing))}"] if missing else []
    return "; ".join([*words, f"a {', '.join(map(str, extra))}"] if extra else words)


def _named(corridor: Corridor, table: str, row: Row, *columns: str) -> Iterator[Problem]:
    """Shapes that a row names and that there are not."""
    names = {column: getattr(row, column) for column in columns if getattr(row, column)}
    if names:
        known = {shape.shape for shape in corridor.rows("load_shape")}
        for column, name in names.items():
            if name not in known:
                yield Problem(_at(table, row, column), shown(name), _near(name, known))


def _near(name: str, known: set[str]) -> str:
    near = nearest(name, known) or sorted(known)[:3]
    return f"there is no such; nearest: {', '.join(near)}" if near else "there is none"


POWER_RULES: tuple[Callable[[Corridor], Iterator[Problem]], ...] = (zones, ties, plants, shapes)
