"""The published tables of the package - countries, what they make, what lies between them, what they trade - from the
collections of facts. Called by `import_facts.py`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

Row = dict[str, str]

CODES = {
    "ARE": "AE", "ARM": "AM", "AUT": "AT", "AZE": "AZ", "BEL": "BE", "BGR": "BG", "BLR": "BY", "CHN": "CN", "CZE": "CZ",
    "DEU": "DE", "ESP": "ES", "FRA": "FR", "GBR": "GB", "GEO": "GE", "GRC": "GR", "HRV": "HR", "HUN": "HU", "IND": "IN",
    "IRN": "IR", "ISR": "IL", "ITA": "IT", "JPN": "JP", "KAZ": "KZ", "KGZ": "KG", "KOR": "KR", "MDA": "MD", "MNG": "MN",
    "NLD": "NL", "PAK": "PK", "POL": "PL", "PRT": "PT", "ROU": "RO", "RUS": "RU", "SAU": "SA", "SVK": "SK", "SVN": "SI",
    "SWE": "SE", "TJK": "TJ", "TKM": "TM", "TUR": "TR", "UKR": "UA", "USA": "US", "UZB": "UZ"
}  # fmt: skip
GATEWAYS = {
    "ARE": "JEBEL_ALI", "ARM": "YEREVAN", "AUT": "VIENNA", "AZE": "ABSHERON", "BEL": "ANTWERP", "BGR": "SOFIA",
    "BLR": "MINSK", "CHN": "XIAN", "CZE": "PRAGUE", "DEU": "DUISBURG", "ESP": "MADRID", "FRA": "PARIS",
    "GEO": "TBILISI", "GRC": "PIRAEUS", "HUN": "BUDAPEST", "IND": "NHAVA_SHEVA", "IRN": "TEHRAN", "ITA": "MILAN",
    "KAZ": "ALMATY", "KGZ": "BISHKEK", "MNG": "ULAANBAATAR", "NLD": "ROTTERDAM", "PAK": "KARACHI", "POL": "WARSAW",
    "ROU": "BUCHAREST", "RUS": "MOSCOW", "SVK": "BRATISLAVA", "TJK": "DUSHANBE", "TKM": "ASHGABAT", "TUR": "HALKALI",
    "UKR": "ODESA", "UZB": "TASHKENT",
}  # fmt: skip
"""Which place of the package stands for a country; of China that from which most trains of the corridor leave."""
NAMES = {
    "Italy": "ITA", "Indonesia": "IDN", "Germany": "DEU", "Israel": "ISR", "France": "FRA", "Czechia": "CZE",
    "Türkiye": "TUR", "Russia": "RUS", "Georgia": "GEO", "India": "IND", "Greece": "GRC", "Spain": "ESP",
    "United Kingdom": "GBR", "United States": "USA", "China": "CHN", "Ukraine": "UKR", "Japan": "JPN",
    "Norway": "NOR", "Iran": "IRN", "Kazakhstan": "KAZ", "South Korea": "KOR", "Azerbaijan": "AZE", "Armenia": "ARM",
    "Bulgaria": "BGR", "Kyrgyzstan": "KGZ", "Netherlands": "NLD", "Switzerland": "CHE", "Croatia": "HRV",
    "Uzbekistan": "UZB", "Peru": "PER", "Turkmenistan": "TKM", "United Arab Emirates": "ARE", "Portugal": "PRT",
}  # fmt: skip
PAIRS = {
    "AZE-CHN goods trade": ("AZE", "CHN"), "seed: trade": ("AZE", "CHN"), "Azerbaijan foreign trade": ("AZE", "WLD"),
    "AZE-ITA trade": ("AZE", "ITA"), "AZE-RUS trade": ("AZE", "RUS"), "AZE-TUR trade": ("AZE", "TUR"),
    "AZE-GEO trade": ("AZE", "GEO"), "AZE-KAZ trade": ("AZE", "KAZ"), "AZE-UZB trade": ("AZE", "UZB"),
    "AZE-KGZ trade": ("AZE", "KGZ"), "AZE-EU trade": ("AZE", "EUU"), "CHN-KAZ trade": ("CHN", "KAZ"),
    "CHN-KGZ trade": ("CHN", "KGZ"), "CHN-UZB trade": ("CHN", "UZB"), "CHN-TKM trade": ("CHN", "TKM"),
    "CHN-TJK trade": ("CHN", "TJK"), "CHN-Central Asia trade": ("CHN", "CA5"), "CHN-GEO trade": ("GEO", "CHN"),
    "Georgia foreign trade": ("GEO", "WLD"), "EU-KAZ trade": ("KAZ", "EUU"), "CHN-TUR trade": ("TUR", "CHN"),
}  # fmt: skip
"""Whose trade a figure is of, and with whom. The reporter is the side whose figures most of them are."""
FLOW = re.compile(
    r"^(turnover|exports?|imports?|Turkish (?:ex|im)ports|Georgian (?:ex|im)ports|Chinese (?:ex|im)ports)\b"
)
SHARE = re.compile(r"^share of (exports|imports): (.+)$")
MILLIONS = {"million USD": 1.0, "billion USD": 1000.0, "billion USD, more than": 1000.0}
ODD = {
    "pf0184": {"period": "2023-01/11"},
    "pf0109": {"note": "more than"},
}
"""What the words of single figures say otherwise than their fields."""
SAME = ("pf0172",)
"""Figures that the matrix of the year has already."""
YEAR = re.compile(r"\b(\d{4})(-(?:Q\d|\d{2}(?:/\d{2})?))?\b")
COLUMNS = {
    "country": ("id", "code", "name", "lon", "lat", "population", "landlocked", "gateway", "source", "confidence",
                "note"),
    "gdp": ("country", "year", "gdp_musd", "source", "confidence", "note"),
    "dyad": ("one", "other", "dist_km", "capitals_km", "contiguous", "common_language", "common_spoken",
             "common_colonizer", "source", "confidence", "note"),
    "trade": ("id", "year", "reporter", "partner", "flow", "period", "value_musd", "share_pct", "says", "source",
              "confidence", "note"),
}  # fmt: skip


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published(folder: Path) -> dict[str, list[Row]]:
    """The rows of each published table, in the order of their keys."""
    countries, dyads = read(folder / "countries.csv"), read(folder / "gravity_dyads.csv")
    return {
        "country": sorted(_countries(countries), key=lambda row: row["id"]),
        "gdp": sorted(_gdp(countries, dyads), key=lambda row: (row["country"], row["year"])),
        "dyad": sorted(_dyads(dyads), key=lambda row: (row["one"], row["other"])),
        "trade": sorted((*_flows(folder), *_figures(folder)), key=lambda row: row["id"]),
    }


def _countries(countries: list[Row]) -> Iterator[Row]:
    for row in countries:
        gateway = GATEWAYS.get(row["iso3"], "")
        yield {
            "id": row["iso3"], "code": CODES[row["iso3"]], "name": row["name"], "lon": row["lon"], "lat": row["lat"],
            "population": f"{round(1e6 * float(row['population_m']))}",
            "landlocked": _flag(row["landlocked"]), "gateway": gateway, "source": row["source_id"], "confidence": "A",
        }  # fmt: skip


def _gdp(countries: list[Row], dyads: list[Row]) -> Iterator[Row]:
    source = {row["iso3"]: row["source_id"] for row in countries}
    found = {(row["iso_o"], row["year"]): row["gdp_o_busd"] for row in dyads if row["gdp_o_busd"]}
    found |= {(row["iso_d"], row["year"]): row["gdp_d_busd"] for row in dyads if row["gdp_d_busd"]}
    found |= {(row["iso3"], row["gdp_year"]): row["gdp_busd"] for row in countries if row["gdp_busd"]}
    for (country, year), billions in found.items():
        yield {
            "country": country, "year": year, "gdp_musd": f"{1000 * float(billions):.10g}", "source": source[country],
            "confidence": "A",
        }  # fmt: skip


def _dyads(dyads: list[Row]) -> Iterator[Row]:
    """Each pair once. Raises ValueError where the two ways of a pair disagree."""
    names = {
        "dist_pop_weighted_km": "dist_km", "dist_capitals_km": "capitals_km", "contiguous": "contiguous",
        "common_official_language": "common_language", "common_spoken_language": "common_spoken",
        "common_colonizer": "common_colonizer",
    }  # fmt: skip
    found: dict[tuple[str, str], Row] = {}
    for row in dyads:
        one, other = sorted((row["iso_o"], row["iso_d"]))
        told = {ours: row[name] for name, ours in names.items()}
        told |= {name: _flag(told[name]) for name in told if not name.endswith("_km")}
        if found.setdefault((one, other), told) != told:
            raise ValueError(f"{one}-{other}: {found[one, other]} one way, {told} the other")
    for (one, other), told in found.items():
        yield {"one": one, "other": other, **told, "source": "cepii_geodist", "confidence": "A"}


def _flows(folder: Path) -> Iterator[Row]:
    for row in read(folder / "trade_flows.csv"):
        matrix = row["source_id"] == "unctad_mtm"
        yield {
            "id": f"TF-{row['year']}-{row['reporter_iso3']}-{row['partner_iso3']}-{row['flow']}",
            "year": row["year"], "reporter": row["reporter_iso3"], "partner": row["partner_iso3"], "flow": row["flow"],
            "value_musd": row["value_musd"], "source": row["source_id"],
            "confidence": "A" if matrix else "C",  # the others are press or derived
            "says": "UNCTAD" if matrix else "", "note": "" if matrix else row["note"],
        }  # fmt: skip


def _figures(folder: Path) -> Iterator[Row]:
    """Statements of trade by year among the facts of the partnership: values and shares."""
    for row in read(folder / "partnership_facts.csv"):
        year = YEAR.search(row["period"])
        pair = PAIRS.get(row["subject"])
        told = {
            "id": row["fact_id"], "year": year[1] if year else "", "source": row["source_id"],
            "period": year[0] if year and year[2] else "", "confidence": row["confidence"], "note": _noted(row),
        }  # fmt: skip
        share = SHARE.match(row["metric"])
        if row["subject"].startswith("trade shares ") and share:
            partner = "EUU" if share[2].startswith("EU27") else NAMES.get(share[2], share[2])
            yield told | {
                "reporter": row["subject"].split()[-1], "partner": partner, "flow": share[1].removesuffix("s"),
                "share_pct": row["value"], "says": "",
            }  # fmt: skip
        elif row["fact_id"] in SAME:
            continue
        elif pair and year and row["unit"] in MILLIONS and (flow := FLOW.match(row["metric"])):
            value = float(row["value"]) * MILLIONS[row["unit"]]
            seen = _seen(pair, flow[1]) | {"value_musd": f"{value:.10g}", "says": row["scope"]}
            yield told | seen | ODD.get(row["fact_id"], {})


def _seen(pair: tuple[str, str], metric: str) -> Row:
    """Reporter, partner and flow of a figure."""
    reporter, partner = pair
    if metric.startswith("Turkish") and reporter != "TUR":  # the other side's own figure
        reporter, partner = "TUR", reporter
    flow = "turnover" if metric == "turnover" else "export" if "xport" in metric else "import"
    return {"reporter": reporter, "partner": partner, "flow": flow}


def _noted(row: Row) -> str:
    """What a reader should know: the period where it is no plain one, and the note."""
    plain = YEAR.fullmatch(row["period"])
    return "; ".join(filter(None, ("" if plain else row["period"], row["note"])))


def _flag(text: str) -> str:
    return {"1": "true", "0": "false"}.get(text, "")
