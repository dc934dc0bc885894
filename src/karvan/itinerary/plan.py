"""The answer of the planner: options, what was left out and why, and the evidence under each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.corridor.shortest import Shortest
from karvan.ground.errors import InputError, Problem, shown
from karvan.ground.vocabulary import Address
from karvan.itinerary.carbon import TransportChain, chain_of
from karvan.itinerary.choice import Choice
from karvan.itinerary.option import Option
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.whynot import LeftOut
from karvan.network.item import Item
from karvan.network.measured import UNMEASURED, Measured
from karvan.network.wire import RunGrid
from karvan.tables import BY_NAME

if TYPE_CHECKING:
    import pandas as pd


GOODS = ("t_per_teu", "usd_per_t", "value_of_time_pct_day")
"""Numbers of a commodity under every option: its mass makes the CO2e, its value of time chooses and ranks."""


@dataclass(frozen=True)
class Assumption:
    """A number of grade D that an option leans on."""

    address: Address
    value: object
    note: str

    @property
    def where(self) -> str:
        return "/".join(self.address)


@dataclass(frozen=True)
class Number:
    """A number of the corridor that an item leans on: as it stands there, with its unit and grade."""

    address: Address
    value: object
    unit: str
    grade: str

    @property
    def where(self) -> str:
        return "/".join(self.address)


@dataclass(frozen=True)
class Plan:
    """The answer to a shipper: options in the order of their arrival, and why the others are left out."""

    corridor: Corridor
    ask: FindItineraries
    commodity: Row
    choice: Choice
    labels: int
    measured: Measured = UNMEASURED
    """The run whose waits were taken, if any."""
    grid: tuple[RunGrid, ...] = ()
    """Countries whose power is that of a run of the power system."""

    @property
    def options(self) -> tuple[Option, ...]:
        return self.choice.options

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        return self.choice.left_out

    @property
    def found(self) -> bool:
        """Whether there is any way at all; none is an answer too."""
        return bool(self.options)

    @cached_property
    def family_names(self) -> dict[str, str]:
        return {row.id: row.name for row in self.corridor.rows("family")}

    def option(self, name: str) -> Option:
        """The option with that id. Raises InputError."""
        for option in self.options:
            if option.id == name:
                return option
        known = [option.id for option in self.options]
        raise InputError("the plan", [Problem("option", shown(name), f"the options are {', '.join(known) or 'none'}")])

    def assumptions(self, option: Option) -> list[Assumption]:
        """The numbers of grade D under an option, each once, in the order met."""
        ledger = self.corridor.evidence
        goods = [
            ("commodity", self.commodity.id, column) for column in GOODS if getattr(self.commodity, column) is not None
        ]
        addresses = dict.fromkeys([*goods, *(address for leg in option.legs for address in leg.leans_on)])
        return [
            Assumption(
                address,
                getattr(self.corridor.row(address[0], address[1]), address[2]),
                basis.note if basis else "no basis",
            )
            for address in addresses
            if ledger.grade(*address) == "D"
            for basis in [ledger.find_basis(*address)]
        ]

    @property
    def slack(self) -> float:
        """Share by which what is shown may be worse than what was not found, proved; 0 is the exact set."""
        return self.choice.found.slack

    def numbers(self, item: Item) -> tuple[Number, ...]:
        """The numbers that an item leans on."""
        return tuple(
            Number(
                (table, row, column),
                getattr(self.corridor.row(table, row), column),
                BY_NAME[table].column(column).unit,
                self.corridor.evidence.grade(table, row, column),
            )
            for table, row, column in item.leans_on
        )

    @cached_property
    def _shortest(self) -> Shortest:
        return Shortest(self.corridor)

    def carbon(self, option: Option | str) -> TransportChain:
        """An option as a transport chain of ISO 14083: its elements, what each emits, and on whose numbers."""
        option = self.option(option) if isinstance(option, str) else option
        return chain_of(self.corridor, self.ask, self.commodity, option, self._shortest)

    def table(self) -> pd.DataFrame:
        """One row an option: family, departure and arrival, hours and their spread, USD, kg, km, reloads, borders.

        `sd_h` is the criterion of unreliability as a time, `on_time` the share of journeys that keep the promised date,
        missing where none is promised.
        """
        import pandas as pd

        columns: dict[str, Callable[[Option], object]] = {
            "id": lambda option: option.id,
            "family": lambda option: option.family,
            "depart": lambda option: option.depart,
            "arrive": lambda option: option.arrive,
            "time_h": lambda option: option.time_h,
            "time_p10_h": lambda option: option.quantile_h(0.1),
            "time_p50_h": lambda option: option.quantile_h(0.5),
            "time_p90_h": lambda option: option.quantile_h(0.9),
            "time_p95_h": lambda option: option.quantile_h(0.95),
            "sd_h": lambda option: option.sd_h,
            "on_time": self._on_time,
            "price_usd": lambda option: option.price_usd,
            "co2e_kg": lambda option: option.co2e_kg,
            "distance_km": lambda option: option.distance_km,
            "reloads": lambda option: option.reloads,
            "borders": lambda option: option.borders,
            "beaten_by": lambda option: option.beaten.by if option.beaten else "",
        }
        cells = {name: [cell(option) for option in self.options] for name, cell in columns.items()}
        return pd.DataFrame(cells).set_index("id")

    def _on_time(self, option: Option) -> float:
        """Share of journeys that keep the promised date; missing where none is promised."""
        odds = option.on_time(self.ask.promised) if self.ask.promised else None
        return odds.share if odds else nan

    def legs(self) -> pd.DataFrame:
        """One row a leg of every option."""
        import pandas as pd

        names = (
            "mode", "service", "from_place", "to_place", "depart", "arrive", "time_h", "wait_h", "price_usd", "co2e_kg",
            "distance_km", "grade", "waits_from",
        )  # fmt: skip
        rows = [
            (option.id, number, *(getattr(leg, name) for name in names))
            for option in self.options
            for number, leg in enumerate(option.legs, start=1)
        ]
        return pd.DataFrame(rows, columns=["option", "leg", *names]).set_index(["option", "leg"])

    def explain(self, option: Option | str) -> pd.DataFrame:
        """Every item of an option: what was passed, what it cost, and the numbers it leans on with their grades."""
        import pandas as pd

        option = self.option(option) if isinstance(option, str) else option
        ledger, load = self.corridor.evidence, self.ask.load
        return pd.DataFrame(
            [
                {
                    "leg": number,
                    "item": item.kind,
                    "place": item.place,
                    "row": item.row,
                    "hours": item.hours,
                    "waits_from": item.waits,
                    "usd": self.ask.price_usd(item.sums),
                    "kg_co2e": self.ask.tonnes * item.kg_per_t + load.boxes * item.kg_per_box,
                    "km": item.km,
                    "leans_on": ", ".join(
                        f"{'/'.join(address)} ({ledger.grade(*address)})" for address in item.leans_on
                    ),
                }
                for number, leg in enumerate(option.legs, start=1)
                for item in leg.items
            ]
        )
