"""The carbon of a plan's options as files to hand over: iLEAP documents, and a flat table."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid5

from karvan.corridor.package import replace_file
from karvan.formats.ileap import (
    HOC_SCHEMA,
    SHIPMENT,
    TOC_SCHEMA,
    CarbonFootprint,
    Carrier,
    Cited,
    Distance,
    EnergyCarrier,
    Extension,
    FactorSource,
    Feedstock,
    Hoc,
    Location,
    ProductFootprint,
    SectorRule,
    ShipmentFootprint,
    Tce,
    Toc,
    Told,
    number,
    total,
    write,
)
from karvan.ground.errors import InputError, Problem, shown
from karvan.ground.version import VERSION
from karvan.itinerary import Plan
from karvan.itinerary.carbon import TransportChain
from karvan.itinerary.element import ELECTRICITY, HOC, TOC, Element, Number, Part, Source
from karvan.network.item import KG_PER_G

SUFFIXES = (".json", ".csv")
NAMESPACE = UUID("6f0b1c9e-3a52-5e4d-9c1f-8a7d0e2b4c63")
"""Ours: the same footprint gets the same id."""
MODES = {"rail": "Rail", "sea": "Sea", "road": "Road", "inland_waterway": "InlandWaterway", "air": "Air"}
CARRIERS: dict[str, Carrier] = {
    "diesel": "Diesel", "HVO": "HVO", "petrol": "Petrol", "CNG": "CNG", "LNG": "LNG", "LPG": "LPG", "HFO": "HFO",
    "MGO": "MGO", "jet kerosene": "Aviation fuel", "hydrogen": "Hydrogen", "methanol": "Methanol",
    ELECTRICITY: "Electric",
}  # fmt: skip
"""Energy carriers that the specification has a word for; mixes of fuels it has none for."""
Unit = Literal["ton kilometer", "kilogram"]
BY_TEU = ("sea", "inland_waterway")
"""Modes whose activity a TOC counts in TEU-km."""
NOBODY, NOBODYS_ID = "not stated", "urn:karvan:company:not-stated"
BOUNDARY = (
    "Energy provision and vehicle or hub operation (well to wheel) from the gate of the origin to the gate of the "
    "destination, by ISO 14083:2023 and the GLEC Framework v3.0. Empty runs are in the factors. A plan, not a journey "
    "made: nothing in it was measured on the way."
)
ALLOCATION = "Rides by tonne-kilometres of goods, boxes not counted; hubs by containers or by tonnes passed."
COLUMNS = (
    "option", "element", "kind", "category", "mode", "from_place", "to_place", "depart", "arrive", "tonnes", "boxes",
    "teu", "distance_kind", "distance_km", "sfd_km", "gcd_km", "actual_km", "activity_tkm", "wtt_kg", "ttw_kg",
    "wtw_kg", "intensity_g", "per", "energy", "data", "grade", "quality", "allocation", "factors", "sources",
)  # fmt: skip


def check_file(path: Path) -> None:
    """Raises InputError unless the file's name says what is to be written."""
    if path.suffix not in SUFFIXES:
        raise InputError("the request", [Problem("carbon", shown(path.name), f"end it in {' or '.join(SUFFIXES)}")])


def write_carbon(plan: Plan, path: Path, created: dt.datetime) -> None:
    """Write all options: iLEAP where the file ends in .json, else a table with a row an element."""
    check_file(path)
    text = write(footprints(plan, created)) if path.suffix == ".json" else chain_csv(plan)
    replace_file(path, text.encode())


def chain_csv(plan: Plan) -> str:
    """A row an element of every option; a cell is empty where a figure is not known."""
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    for option in plan.options:
        for element in plan.carbon(option).elements:
            table.writerow([option.id, *_cells(element)])
    return file.getvalue()


def _cells(element: Element) -> Iterator[str]:
    known = {
        "element": element.id,
        "depart": element.depart.isoformat(timespec="seconds"),
        "arrive": element.arrive.isoformat(timespec="seconds"),
        "intensity_g": element.intensity,
        "per": "tkm" if element.kind == TOC else "t",
        "energy": "; ".join(_energies(element)),
        "quality": _quality(element),
        "factors": "; ".join(_factor(one) for one in _numbers(element)),
        "sources": "; ".join(_source(one) for one in _sources([element])),
    }
    for column in COLUMNS[1:]:
        value = known[column] if column in known else getattr(element, column)
        yield number(value) if isinstance(value, float) else "" if value is None else str(value)


def footprints(
    plan: Plan, created: dt.datetime, company: str = NOBODY, company_ids: Iterable[str] = (NOBODYS_ID,)
) -> list[ProductFootprint]:
    """Every option as an iLEAP ShipmentFootprint, then each TOC and HOC of which the package knows what one must tell.

    Args:
        plan: the answer; its options are alternatives, and their footprints must not be added up.
        created: when the document is made, with zone.
        company, company_ids: whose data they are, by name and as URNs.
    """
    writer = _Writer(plan, created, company, tuple(company_ids))
    chains = [plan.carbon(option) for option in plan.options]
    shipments = [writer.shipment(chain) for chain in chains]
    categories: dict[str, Element] = {}
    for element in (element for chain in chains for element in chain.elements):
        categories.setdefault(element.category, element)
    return [*shipments, *(one for element in categories.values() for one in writer.category(element))]


class _Writer:
    """What all footprints of a plan have in common."""

    def __init__(self, plan: Plan, created: dt.datetime, company: str, company_ids: tuple[str, ...]) -> None:
        self.plan, self.company, self.company_ids = plan, company, company_ids
        self.created = _utc(created)

    def shipment(self, chain: TransportChain) -> ProductFootprint:
        name = (
            f"{chain.origin}-{chain.destination}-{_utc(chain.depart):%Y%m%dT%H%MZ}-{self.plan.ask.load}-{chain.option}"
        )
        known = [element for element in chain.elements if element.wtw_kg is not None]
        tces: list[Tce] = []
        before: list[str] = []
        for element in known:
            tces.append(self._tce(element, name, before))
            before = [element.id]
        data = ShipmentFootprint(mass=_kg(chain.tonnes), shipment_id=name, tces=tuple(tces))
        others = f"One of {len(self.plan.options)} ways that may be chosen between: not to be added up."
        return self._footprint(
            "shipment", name, SHIPMENT, data, "ton kilometer", total([tce.transport_activity for tce in tces]),
            total([tce.co2e_wtw for tce in tces]), known, " ".join([others, *_gaps(chain)]),
        )  # fmt: skip

    def category(self, element: Element) -> Iterator[ProductFootprint]:
        """The TOC or HOC of an element; none where the split, or what it runs on, is not known."""
        carriers = [self._carrier(element, part) for part in element.parts]
        if element.wtw_kg is None or element.ttw_kg is None or any(carrier is None for carrier in carriers):
            return
        amount = _activity(element)
        common = {
            "description": f"{element.mode.replace('_', ' ')}: {element.category}, as planned with karvan {VERSION}",
            "energy_carriers": tuple(carriers),
            "co2e_intensity_wtw": number(element.wtw_kg / amount, 9),
            "co2e_intensity_ttw": number(element.ttw_kg / amount, 9),
        }
        if element.kind == TOC:
            unit = "TEUkm" if _by_teu(element) else "tkm"
            toc = Toc(toc_id=element.category, mode=MODES[element.mode], transport_activity_unit=unit, **common)
            yield self._footprint(
                "toc", toc.toc_id, TOC_SCHEMA, toc, "ton kilometer", "1", toc.co2e_intensity_wtw, [element], ""
            )
        else:
            hoc = Hoc(
                hoc_id=element.category,
                hub_type=self._hub_type(element),
                hub_location=self._location(element.from_place),
                hub_activity_unit="tonnes",
                **common,
            )
            yield self._footprint(
                "hoc", hoc.hoc_id, HOC_SCHEMA, hoc, "kilogram", "1000", hoc.co2e_intensity_wtw, [element], ""
            )

    def _footprint(
        self, kind: str, name: str, schema: str, data: ShipmentFootprint | Toc | Hoc, unit: Unit, amount: str, wtw: str,
        elements: list[Element], comment: str,
    ) -> ProductFootprint:  # fmt: skip
        content = json.dumps(data.model_dump(mode="json", by_alias=True), sort_keys=True)
        kilos = sum(element.wtw_kg or 0.0 for element in elements)
        primary = sum(p.wtw_kg or 0.0 for e in elements for p in e.parts if p.data == "primary")
        sources = [FactorSource(name=_title(s), version=s.date or "not stated") for s in _sources(elements)]
        return ProductFootprint(
            id=uuid5(NAMESPACE, f"{self.plan.corridor.digest} {kind} {name} {content}"),
            created=self.created,
            company_name=self.company,
            company_ids=self.company_ids,
            product_description=f"Logistics emissions of {kind} {name}, planned with karvan {VERSION}",
            product_ids=(f"urn:pathfinder:product:customcode:vendor-assigned:{kind}:{name}",),
            product_name_company=f"{kind} {name}",
            comment=comment,
            pcf=CarbonFootprint(
                declared_unit=unit,
                unitary_product_amount=amount,
                excluding_biogenic=wtw,
                fossil_ghg_emissions=wtw,
                fossil_carbon_content="0",
                characterization_factors="AR6",
                ipcc_characterization_factors_sources=("AR6",),
                cross_sectoral_standards_used=("GHG Protocol Product standard",),
                product_or_sector_specific_rules=(
                    SectorRule(
                        operator="Other",
                        rule_names=("ISO 14083:2023", "GLEC Framework v3.0"),
                        other_operator_name="ISO; Smart Freight Centre",
                    ),
                ),
                boundary_processes_description=BOUNDARY,
                reference_period_start=_utc(min(element.depart for element in elements)),
                reference_period_end=_utc(max(element.arrive for element in elements)),
                secondary_emission_factor_sources=tuple(sources) or None,
                exempted_emissions_percent=0.0,
                exempted_emissions_description="",
                allocation_rules_description=ALLOCATION,
                uncertainty_assessment_description="; ".join(dict.fromkeys(_quality(e) for e in elements)),
                primary_data_share=round(100 * primary / kilos, 6) if kilos else None,
            ),
            extensions=(Extension(data_schema=schema, data=data),),
        )

    def _tce(self, element: Element, shipment: str, before: list[str]) -> Tce:
        wtw = number(element.wtw_kg or 0.0)
        split = element.ttw_kg is not None
        # The data model must have a figure: without a split all that can be said is that it is at most the whole.
        ttw = number(element.ttw_kg) if element.ttw_kg is not None else wtw
        riding = element.kind == TOC
        return Tce(
            tce_id=element.id,
            prev_tce_ids=tuple(before),
            toc_id=element.category if riding else None,
            hoc_id=None if riding else element.category,
            shipment_id=shipment,
            mass=_kg(element.tonnes),
            packaging_or_tr_eq_type="Container-TEU" if element.teu else None,
            packaging_or_tr_eq_amount=number(element.teu) if element.teu else None,
            distance=_distance(element),
            origin=self._location(element.from_place),
            destination=self._location(element.to_place),
            transport_activity=number(element.activity_tkm),
            departure_at=_utc(element.depart),
            arrival_at=_utc(element.arrive),
            co2e_wtw=wtw,
            co2e_ttw=ttw,
            karvan=Told(
                co2e_wtt=total([wtw, f"-{ttw}"]) if split else None,
                split_known=split,
                data_type=element.data,
                data_quality=_quality(element),
                allocation=element.allocation,
                energy=tuple(_energies(element)),
                factors=tuple(_cited(one) for one in _numbers(element)),
            ),
        )

    def _carrier(self, element: Element, part: Part) -> EnergyCarrier | None:
        """What a part runs on; None where the specification has no word for it, or the package no factor."""
        carrier, numbers = CARRIERS.get(part.energy), {one.where: one.value for one in part.numbers}
        if carrier is None or part.wtw_kg is None:
            return None
        feedstocks = None
        if part.energy == ELECTRICITY:
            grams = next(value for where, value in numbers.items() if where.startswith("grid_intensity/")), 0.0
            unit: Literal["kWh", "MJ"] = "kWh"
            feedstocks = (Feedstock(feedstock="Grid", feedstock_share="1", region_provenance=part.country or None),)
        else:
            factor = self.plan.corridor.row("emission_factor", part.factor)
            if factor.gco2e_mj is None or factor.gco2e_mj_ttw is None:
                return None
            grams, unit = (factor.gco2e_mj, factor.gco2e_mj_ttw), "MJ"
        wtw, ttw = (KG_PER_G * one for one in grams)
        used = part.wtw_kg / wtw / _activity(element) if wtw else None
        return EnergyCarrier(
            energy_carrier=carrier,
            relative_share=number(part.share, 9),
            feedstocks=feedstocks,
            energy_consumption=None if used is None else number(used, 9),
            energy_consumption_unit=None if used is None else unit,
            emission_factor_wtw=number(wtw, 9),
            emission_factor_ttw=number(ttw, 9),
        )

    def _hub_type(self, element: Element) -> str:
        facility = self.plan.corridor.row("facility", element.category)
        at_sea = "sea" in (facility.from_mode, facility.to_mode)
        return "MaritimeContainerTerminal" if at_sea else "Transshipment"

    def _location(self, place: str) -> Location | None:
        """A place; None where its country is not known, which the specification asks for."""
        row = self.plan.corridor.place(place)
        if not row.country:
            return None
        locode = row.unlocode or None
        return Location(city=row.name, country=row.country, locode=locode, lat=number(row.lat), lng=number(row.lon))


def _gaps(chain: TransportChain) -> Iterator[str]:
    """What is missing of a chain, in words."""
    if chain.without_split:
        names = ", ".join(element.id for element in chain.without_split)
        yield (
            f"Not known: how much of the emission of {names} is tank to wheel. Their co2eTTW, which must be there, is "
            "all of it: the most that it can be."
        )
    if chain.without_factor:
        names = ", ".join(f"{element.id} ({element.category})" for element in chain.without_factor)
        yield f"Left out, for want of a factor: {names}."


def _distance(element: Element) -> Distance:
    if element.kind == HOC:
        return Distance(actual="0")
    return Distance(actual=number(element.actual_km), gcd=number(element.gcd_km), sfd=number(element.sfd_km))


def _by_teu(element: Element) -> bool:
    return element.mode in BY_TEU and bool(element.teu)


def _activity(element: Element) -> float:
    """What a category's intensity is by: tonne-km, TEU-km on water, tonnes at a hub."""
    if element.kind == HOC:
        return element.tonnes
    return element.distance_km * (element.teu if _by_teu(element) else element.tonnes)


def _energies(element: Element) -> Iterator[str]:
    for part in element.parts:
        if part.energy:
            name = f"{part.energy} {part.country}".strip()
            yield name if len(element.parts) == 1 else f"{name} {number(100 * part.share, 1)} %"


def _quality(element: Element) -> str:
    grades = ", ".join(f"{what} {grade}" for what, grade in element.quality)
    return f"{element.data} data; {grades}" if element.wtw_kg is not None else "no factor"


def _numbers(element: Element) -> list[Number]:
    return list({one.where: one for part in element.parts for one in part.numbers}.values())


def _sources(elements: Iterable[Element]) -> list[Source]:
    found = (source for element in elements for one in _numbers(element) for source in one.sources)
    return list({source.id: source for source in found}.values())


def _cited(one: Number) -> Cited:
    titles = tuple(_source(source) for source in one.sources)
    return Cited(number=one.where, value=number(one.value), unit=one.unit, grade=one.grade, sources=titles)


def _factor(one: Number) -> str:
    return f"{one.where} = {number(one.value)} {one.unit} ({one.grade})"


def _title(source: Source) -> str:
    return f"{source.title} ({source.publisher})" if source.publisher else source.title


def _source(source: Source) -> str:
    return f"{_title(source)} {source.url}".strip()


def _kg(tonnes: float) -> str:
    return number(tonnes * 1000)


def _utc(instant: dt.datetime) -> dt.datetime:
    """In UTC and whole seconds."""
    return (instant.astimezone(dt.UTC) + dt.timedelta(seconds=0.5)).replace(microsecond=0)
