"""Planning a shipment: from a shipper's words to options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.corridor.gazetteer import Gazetteer
from karvan.itinerary import FindItineraries, Load, Plan, answer
from karvan.network import Network, pack
from karvan.network.measured import UNMEASURED, Measured
from karvan.network.repack import repack
from karvan.network.wire import RunGrid
from karvan.scenario import Change, bend, read_change
from karvan.study.request import DEFAULT_COMMODITY, commodity_of, read_request
from karvan.study.scenarios import departure_in, open_scenario
from karvan.study.shipper import Shipper

if TYPE_CHECKING:
    from karvan.sim.simulation import Simulation


class Planner:
    """Answers requests on one corridor, with the waits of a run where it measured them; packs it once.

    Several threads may ask one planner: what it keeps from one request to the next changes no answer.
    """

    def __init__(self, corridor: Corridor, measured: Measured = UNMEASURED, grid: tuple[RunGrid, ...] = ()) -> None:
        self.corridor = corridor
        self.measured = measured
        self.grid = grid
        """Countries whose rows of `grid_intensity` in the corridor are a run's."""
        self._packing = Lock()

    @cached_property
    def network(self) -> Network:
        return pack(self.corridor, self.measured)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        return Gazetteer(self.corridor)

    def network_of(self, documents: tuple[str, ...] | None) -> Network:
        """The network of goods with these documents: other borders apply to them; each is packed once."""
        if documents is None or not self.corridor.rows("regime"):
            return self.network
        with self._packing:  # one is packed at a time, whoever asks for it meanwhile
            if documents not in self._of_documents:
                self._of_documents[documents] = pack(self.corridor, self.measured, documents)
            return self._of_documents[documents]

    @cached_property
    def _of_documents(self) -> dict[tuple[str, ...], Network]:
        return {}

    def changed(self, changes: Iterable[Change | str]) -> Planner:
        """A planner of the corridor with these changes, in which everything is kept that they do not bear on.

        Changes are words as `--what-if` takes them, or `karvan.scenario`'s. The waits of a run stay as they are, which
        the plan then tells. Raises InputError with all that is wrong in the changes.
        """
        from karvan.study.what_if import also_changed, read_all

        changes = list(changes)
        planner = Planner(
            bend(self.corridor, read_all(self.gazetteer, changes)), also_changed(self.measured, changes), self.grid
        )  # fmt: skip
        planner.__dict__["network"] = repack(self.network, planner.corridor)
        for documents, network in list(self._of_documents.items()):
            planner._of_documents[documents] = repack(network, planner.corridor)
        return planner

    def what_if(
        self, ask: FindItineraries, changes: Iterable[Change | str], commodity: str = DEFAULT_COMMODITY
    ) -> tuple[Plan, Plan]:
        """The answer before and after changes. Raises InputError with all that is wrong in the changes."""
        planner = self.changed(changes)
        return self.plan(ask, commodity), planner.plan(ask, commodity)

    def plan(self, ask: FindItineraries, commodity: str = DEFAULT_COMMODITY) -> Plan:
        """Search, and choose what to show. No way at all is a plan without options, not an error."""
        choice = answer(self.network_of(ask.documents), ask)
        goods = commodity_of(self.corridor, commodity)
        return Plan(self.corridor, ask, goods, choice, choice.found.labels, self.measured, self.grid)

    def request(
        self,
        origin: str,
        destination: str,
        depart: str | dt.date | None = None,
        load: str | Load = "1xFEU",
        *,
        commodity: str = DEFAULT_COMMODITY,
        avoid: str | Iterable[str] = (),
        via: str | Iterable[str] = (),
        modes: str | Iterable[str] = (),
        epsilon: float | None = None,
        horizon_days: float | None = None,
        past: bool = False,
        goods: str | Iterable[str] | None = None,
        documents: str | Iterable[str] | None = None,
        shipper: Shipper | Path | str | None = None,
        value_of_time_usd_h: float | None = None,
        tonnes: float | None = None,
        promised: str | dt.date | None = None,
        samples: int | None = None,
        seed: int | None = None,
        criteria: str | Iterable[str] | None = None,
        until: str | dt.date | None = None,
        arrive_by: str | dt.date | None = None,
    ) -> FindItineraries:
        """A request from a shipper's words, as `karvan.plan` takes them. Raises InputError with all that is wrong."""
        return read_request(
            self.gazetteer, origin, destination, depart, load, commodity=commodity, avoid=avoid, via=via, modes=modes,
            epsilon=epsilon, horizon_days=horizon_days, past=past, goods=goods, documents=documents, shipper=shipper,
            value_of_time_usd_h=value_of_time_usd_h, tonnes=tonnes, promised=promised, samples=samples, seed=seed,
            criteria=criteria, until=until, arrive_by=arrive_by,
        )  # fmt: skip


def plan(
    origin: str,
    destination: str,
    depart: str | dt.date | None = None,
    load: str | Load = "1xFEU",
    *,
    package: Corridor | str = "middle-corridor",
    commodity: str = DEFAULT_COMMODITY,
    avoid: str | Iterable[str] = (),
    via: str | Iterable[str] = (),
    modes: str | Iterable[str] = (),
    epsilon: float | None = None,
    horizon_days: float | None = None,
    past: bool = False,
    goods: str | Iterable[str] | None = None,
    documents: str | Iterable[str] | None = None,
    shipper: Shipper | Path | str | None = None,
    value_of_time_usd_h: float | None = None,
    tonnes: float | None = None,
    promised: str | dt.date | None = None,
    samples: int | None = None,
    seed: int | None = None,
    criteria: str | Iterable[str] | None = None,
    until: str | dt.date | None = None,
    arrive_by: str | dt.date | None = None,
    changes: Iterable[Change | str] = (),
    using: Simulation | Path | str | None = None,
    grid: Path | str | None = None,
    scenario: str = "",
) -> Plan:
    """Ways to move a load between two places, with the evidence under each.

    Args:
        origin, destination: a place's name in any usual spelling or script, its id, or its UN/LOCODE.
        depart: day (or instant, ISO 8601) at which the goods are ready; today if not given. A day begins at midnight,
            local to the origin.
        load: boxes as 2xFEU or 1x40ft+2x20ft, wagons as 3xwagon, tonnes to be boxed as 60t; with a mass as 2xFEU:40t.
        package: a corridor, or what `karvan.load` takes.
        commodity: id of the goods; it gives tonnes a TEU, value and value of time.
        avoid: countries (RU), places, waters, or one of these for one mode only (sea:Caspian); and services
            (service:ID, operator:NAME).
        via: places to pass.
        modes: modes allowed; all if not given.
        epsilon: options within this share of another on all criteria are not shown apart.
        horizon_days: the longest door-to-door time looked at.
        past: allow a departure in the past.
        goods: what they are besides dry: reefer, dangerous; dry for neither. The commodity's own if not given.
        documents: ids of the regimes under whose papers they travel: SMGS, TIR. All of the package's if not given.
        shipper: a file (TOML) of what holds for all requests of one shipper.
        value_of_time_usd_h: what an hour is worth, the whole load together; by the commodity if not given.
        tonnes: mass of the goods in the load; by the commodity if not given.
        promised: day (kept until its end, local to the destination) or instant promised to the receiver: each option
            tells how likely it is kept.
        samples, seed: journeys that are drawn of each option for its spread, and which.
        criteria: what options are compared on: some of arrival, price, co2e, unreliability, and cost, which is the
            price and the time at its value. The first four if not given.
        until: then all departures from `depart` until this day's end, local to the origin, or this instant.
        arrive_by: then the latest departures that arrive by this day's end, local to the destination, or this instant;
            none before `depart`, and not together with `until`.
        changes: what is different in the corridor, as `karvan.scenario` has it: facility/AKTAU-berth/wait_h=2.
        using: a run of the simulator on the same package whose waits are taken: what `karvan.simulate` gave, a folder,
            or the run's name. What the run did not measure stays the package's.
        grid: a run of the power system, its folder or name, whose power the trains draw in the countries that it is of.
        scenario: the package as this scenario has it, as `karvan.study.scenarios` takes it: base-2025,
            project:aktau-hub-2. Goods are then ready on today's day of its year, if not said otherwise.

    Raises:
        InputError: with everything wrong in the request, or why that run cannot be used.
    """
    world = open_scenario(package, scenario)
    planner = planner_of(world.corridor, changes, using, grid)
    own_day = None if depart else departure_in(world)
    depart, past = depart or own_day, past or own_day is not None
    ask = planner.request(origin, destination, depart, load, commodity=commodity, avoid=avoid, via=via, modes=modes,
                          epsilon=epsilon, horizon_days=horizon_days, past=past, goods=goods, documents=documents,
                          shipper=shipper, value_of_time_usd_h=value_of_time_usd_h, tonnes=tonnes, promised=promised,
                          samples=samples, seed=seed, criteria=criteria, until=until, arrive_by=arrive_by)  # fmt: skip
    return planner.plan(ask, commodity)


def planner_of(
    package: Corridor | str = "middle-corridor",
    changes: Iterable[Change | str] = (),
    using: Simulation | Path | str | None = None,
    grid: Path | str | None = None,
) -> Planner:
    """A planner on a package with changes, the waits of a run and the power of another, all as `plan` takes them.

    Raises InputError.
    """
    corridor = package if isinstance(package, Corridor) else load_corridor(package)
    changes = list(changes)
    bent = bend(corridor, [read_change(one) if isinstance(one, str) else one for one in changes])
    measured = measured_by(using, corridor, changes)
    if grid is None:
        return Planner(bent, measured)
    from karvan.study.power.carbon import with_grid  # few plans need it

    powered, told = with_grid(bent, grid)
    return Planner(powered, measured, told)


def measured_by(using: Simulation | Path | str | None, corridor: Corridor, changes: list[Change | str]) -> Measured:
    """The waits of a run, where one is named. Raises InputError where it cannot be used."""
    if using is None:
        return UNMEASURED
    from karvan.study.using import waits_of  # it brings the simulator with it, which few plans need

    return waits_of(using, corridor, changes)
