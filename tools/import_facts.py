"""Copy the facts that the package stands on from a folder of collected facts into the package itself.

    python tools/import_facts.py FOLDER

Reads the CSV files of the collectors in FOLDER, the recipes (which name the facts and sources they use) and what was
found since (`own_fact.csv` and `own_source.csv` beside the recipes), and writes `fact.csv`, `source.csv` and the
published tables of trade of the package. Whoever has only this repository never needs to run it: the package carries
its facts.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import trade_facts

PACKAGE = Path(__file__).parent.parent / "src/karvan/data/middle-corridor"
RECIPES = Path(__file__).parent / "middle_corridor"

Row = dict[str, str]

FACT_COLUMNS = ("id", "subject", "metric", "value", "unit", "period", "scope", "source", "confidence", "note")
SOURCE_COLUMNS = ("id", "title", "publisher", "date", "url", "kind")
OWN_SOURCES = (
    Row(id="geonames", title="GeoNames gazetteer, populated-place centroids", publisher="GeoNames", kind="gazetteer"),
    Row(id="unlocode", title="UN/LOCODE, 2024-10 copy", publisher="UNECE", date="2024-10", kind="code list"),
    Row(id="map_knowledge", title="Approximate coordinates from general map knowledge", kind="recalled"),
    Row(id="osm_trace", title="Line traced on OpenStreetMap railways and roads (scgraph-data), ODbL 1.0",
        publisher="OpenStreetMap contributors", kind="derived"),
    Row(id="marnet_trace", title="Line traced on the Eurostat marnet sea network (searoute)",
        publisher="Eurostat", kind="derived"),
    Row(id="great_circle", title="Great-circle length between the coordinates of two places", kind="derived"),
)  # fmt: skip


SAME_SOURCE = {f"seed00{n}": f"seed_00{n}" for n in range(5)}
"""Ids that one collection has for sources of another."""


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def statements(folder: Path, name: str) -> Iterator[Row]:
    for row in read(folder / f"{name}.csv"):
        yield row | {"id": row["fact_id"], "source": SAME_SOURCE.get(row["source_id"], row["source_id"])}


def emission_statements(folder: Path) -> Iterator[Row]:
    for row in read(folder / "emission_factors.csv"):
        yield row | {
            "id": row["factor_id"],
            "subject": f"{row['mode']}: {row['vehicle']}",
            "metric": f"{row['scope']} emission factor",
            "period": "",
            "scope": f"{row['energy']}; {row['standard']}".strip("; "),
            "source": row["source_id"],
            "confidence": "C" if row["source_id"] in ("derived", "recalled") else "A",
        }


def place_statements(folder: Path) -> Iterator[Row]:
    for row in read(folder / "places.csv"):
        rough = "approximate" in row["note"]
        yield {
            "id": f"PL-{row['place_id']}",
            "subject": f"place:{row['place_id']}",
            "metric": "coordinates",
            "value": f"{float(row['lon']):g} {float(row['lat']):g}",
            "unit": "deg lon lat",
            "source": "map_knowledge" if rough else "geonames",
            "confidence": "C" if rough else "B",
            "note": row["note"],
        }


def code_statements(folder: Path, wanted: set[str]) -> Iterator[Row]:
    for row in read(folder / "unlocode_extract.csv"):
        if f"UN-{row['unlocode']}" in wanted and row["lat"]:
            yield {
                "id": f"UN-{row['unlocode']}",
                "subject": f"unlocode:{row['unlocode']}",
                "metric": "coordinates",
                "value": f"{float(row['lon']):g} {float(row['lat']):g}",
                "unit": "deg lon lat",
                "source": "unlocode",
                "confidence": "A" if row["coordinates_by"] == "un" else "C",
                "note": f"{row['name']}; coordinates by {row['coordinates_by']}",
            }


def trade_statements(folder: Path, wanted: set[str]) -> Iterator[Row]:
    for row in read(folder / "trade_flows.csv"):
        name = f"TF-{row['year']}-{row['reporter_iso3']}-{row['partner_iso3']}-{row['flow']}"
        if name in wanted:
            yield {
                "id": name,
                "subject": f"trade:{row['reporter_iso3']}-{row['partner_iso3']}",
                "metric": f"goods {row['flow']}",
                "value": row["value_musd"],
                "unit": "million USD",
                "period": row["year"],
                "source": row["source_id"],
                "confidence": "A" if row["source_id"] == "unctad_mtm" else "C",  # the others are press or derived
                "note": row["note"],
            }


PROJECT_FIGURES = {
    "capex_musd": ("capital cost", "million USD"), "adds": ("what it adds", ""), "start": ("start", "date"),
    "finish": ("finish", "date"), "status": ("status", ""),
}  # fmt: skip


def project_statements(folder: Path) -> Iterator[Row]:
    """A fact for each figure of a planned work: PJ-P06-capex_musd, PJ-P06-adds, PJ-P06-finish."""
    for row in read(folder / "projects.csv"):
        for column, (metric, unit) in PROJECT_FIGURES.items():
            if row[column]:
                yield {
                    "id": f"PJ-{row['project_id']}-{column}",
                    "subject": f"project:{row['name']}",
                    "metric": metric,
                    "value": row[column],
                    "unit": unit or (row["unit"] if column == "adds" else ""),
                    "source": row["source_id"],
                    "confidence": "B",
                    "note": row["note"],
                }


ENERGY_FIGURES = {
    "mw": ("capacity", "MW"), "mwh": ("what it stores", "MWh"), "capex_musd": ("capital cost", "million USD"),
    "cod": ("start", "date"), "status": ("status", ""), "lon": ("longitude", "deg"), "lat": ("latitude", "deg"),
}  # fmt: skip


def energy_statements(folder: Path) -> Iterator[Row]:
    """A fact for each figure of a power project: EP-gobustan_pv-mw, EP-gobustan_pv-cod. Where it stands is recalled."""
    for row in read(folder / "energy_projects.csv"):
        for column, (metric, unit) in ENERGY_FIGURES.items():
            if row[column]:
                place = column in ("lon", "lat")
                yield {
                    "id": f"EP-{row['project_id']}-{column}",
                    "subject": f"power project: {row['name']}",
                    "metric": metric,
                    "value": row[column],
                    "unit": unit,
                    "source": "recalled" if place else SAME_SOURCE.get(row["source_id"], row["source_id"]),
                    "confidence": "C" if place or row["source_id"] == "recalled" else "B",
                    "note": row["note"],
                }


def wanted_ids() -> set[str]:
    """Every fact id that some recipe names."""
    text = "\n".join(path.read_text("utf-8") for path in sorted(RECIPES.rglob("*.csv")))
    return set(re.findall(r"\b(?:UN-[A-Z0-9]{5}|TF-\d{4}-[A-Z0-9]{3}-[A-Z0-9]{3}-(?:export|import)|pf\d{4})\b", text))


def wanted_sources() -> set[str]:
    """Every source that some recipe names itself: those of commitments and of contradictions."""
    rows = [row for path in sorted(RECIPES.rglob("*.csv")) for row in read(path)]
    return {name for row in rows for column in ("source", "sources") for name in (row.get(column) or "").split(";")}


def facts(folder: Path) -> list[Row]:
    """All statements on corridor, routes and emissions; of the rest, those that a recipe names."""
    wanted = wanted_ids()
    rows = [*statements(folder, "corridor_facts"), *statements(folder, "routes_facts"), *emission_statements(folder)]
    rows += [row for row in statements(folder, "partnership_facts") if row["id"] in wanted]
    rows += [*place_statements(folder), *code_statements(folder, wanted), *trade_statements(folder, wanted)]
    rows += [*project_statements(folder), *energy_statements(folder), *read(RECIPES / "own_fact.csv")]
    unique: dict[str, Row] = {}
    for row in rows:
        unique.setdefault(row["id"], row)
    return sorted(unique.values(), key=lambda row: row["id"])


def sources(folder: Path, used: set[str]) -> list[Row]:
    unique: dict[str, Row] = {row["id"]: row for row in (*OWN_SOURCES, *read(RECIPES / "own_source.csv"))}
    for name in ("sources", "routes_sources", "partnership_sources"):
        for row in read(folder / f"{name}.csv"):
            unique.setdefault(row["source_id"], row | {"id": row["source_id"]})
    own = {row["id"] for row in (*OWN_SOURCES, *read(RECIPES / "own_source.csv"))}
    return [row for name, row in sorted(unique.items()) if name in used | own]


def write(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n", restval="")
        out.writeheader()
        out.writerows(rows)


def main(folder: str) -> None:
    found = facts(Path(folder))
    PACKAGE.mkdir(parents=True, exist_ok=True)
    write(PACKAGE / "fact.csv", FACT_COLUMNS, found)
    used = {row["source"] for row in found} | wanted_sources()
    for name, rows in trade_facts.published(Path(folder)).items():
        write(PACKAGE / f"{name}.csv", trade_facts.COLUMNS[name], rows)
        used |= {row["source"] for row in rows}
        print(f"{len(rows)} rows of {name}")
    write(PACKAGE / "source.csv", SOURCE_COLUMNS, sources(Path(folder), used))
    print(f"{len(found)} facts")


if __name__ == "__main__":
    main(sys.argv[1])
