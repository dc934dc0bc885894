"""Figures of an assignment, out of the tables of its run: by family, pair, country, place, resource and link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karvan.corridor import Corridor
from karvan.evidence.run import RunFolder
from karvan.study.comparison.ask import ASSIGN
from karvan.study.comparison.figure import Figures, put

if TYPE_CHECKING:
    import pandas as pd


def flow_figures(run: RunFolder, corridor: Corridor) -> Figures:
    """What an assignment says: amounts a year, means of those who go. `total` counts what is through in the year, all
    else what is sent."""
    figures: Figures = {}
    _totals(figures, run)
    chains = _table(run, "chains")
    if len(chains):
        _goods(figures, chains, corridor)
        _places(figures, chains, _table(run, "links"), _table(run, "resources"))
    for row in _rows(_table(run, "resources")):
        told = (("load", row["load"]), ("capacity", row["capacity"]), ("used", row["used"]),
                ("wait_h", row["wait_h"]), ("waiting", row["unit_days"]))  # fmt: skip
        put(figures, ASSIGN, "resource", row["resource"], row["place"], told)
    for row in _rows(_table(run, "links")):
        ends = f"{row['from_place']} > {row['to_place']}"
        put(figures, ASSIGN, "link", row["link"], ends, (("teu", row["teu"]), ("tonnes", row["tonnes"])))
    left = _table(run, "unserved")
    if len(left):
        for row in _rows(left.groupby(["demand", "reason"], sort=True)[["teu", "tonnes"]].sum().reset_index()):
            put(figures, ASSIGN, "unserved", row["demand"], row["reason"],
                (("teu", row["teu"]), ("tonnes", row["tonnes"])))  # fmt: skip
    return figures


def _totals(figures: Figures, run: RunFolder) -> None:
    """Sums over all, and what all pay, wait and emit together in money."""
    totals = run.record["results"]["totals"]
    price = float(run.record["inputs"]["settings"]["co2e_usd_t"])
    co2e_usd = price * totals["t_co2e"]
    told = {
        "teu": totals["teu"], "tonnes": totals["tonnes"], "t_co2e": totals["t_co2e"], "carriage_usd": totals["usd"],
        "time_usd": totals["time_usd"], "co2e_usd": co2e_usd,
        "cost_usd": totals["usd"] + totals["time_usd"] + co2e_usd,
        "unserved_teu": totals["unserved_teu"], "unserved_tonnes": totals["unserved_tonnes"],
    }  # fmt: skip
    put(figures, ASSIGN, "total", "", "", told.items())


def _goods(figures: Figures, chains: pd.DataFrame, corridor: Corridor) -> None:
    """Who goes which way: amounts, and the mean hours, money and CO2e of a unit."""
    country = {place.id: place.country for place in corridor.places()}
    frame = chains.assign(
        pair=chains["origin"] + " > " + chains["destination"],
        from_country=chains["origin"].map(country), to_country=chains["destination"].map(country),
    )  # fmt: skip
    for subject, by in (
        ("family", ["family"]), ("unit", ["unit"]), ("pair", ["pair", "unit"]), ("pair and family", ["pair", "family"]),
        ("from country", ["from_country"]), ("to country", ["to_country"]),
    ):  # fmt: skip
        means = {"hours": "hours"} | ({"usd_unit": "usd_unit", "kg_co2e": "kg_co2e_unit"} if subject == "pair" else {})
        for name, part in frame.groupby(by, sort=True):
            told = [("teu", float(part["teu"].sum())), ("tonnes", float(part["tonnes"].sum()))]
            units = part["units"].to_numpy()
            told += [
                (measure, float(units @ part[column].to_numpy() / units.sum())) for measure, column in means.items()
            ]
            put(figures, ASSIGN, subject, str(name[0]), ", ".join(map(str, name[1:])), told)


def _places(figures: Figures, chains: pd.DataFrame, links: pd.DataFrame, resources: pd.DataFrame) -> None:
    """Tonnes through each place, each once: what comes there and what begins there; and what is waited there."""
    began, came = chains.groupby("origin")["tonnes"].sum(), links.groupby("to_place")["tonnes"].sum()
    for place, tonnes in began.add(came, fill_value=0.0).items():
        put(figures, ASSIGN, "place", str(place), "", [("tonnes", float(tonnes))])
    for place, days in resources.groupby("place")["unit_days"].sum().items():
        put(figures, ASSIGN, "place", str(place), "", [("waiting", float(days))])


def _table(run: RunFolder, name: str) -> pd.DataFrame:
    """A table of the run; empty where it has none."""
    import pandas as pd

    there = any(table == name and number is None for table, number, _ in run.files())
    found: pd.DataFrame = run.read(name).to_pandas() if there else pd.DataFrame()
    return found


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
