"""The models in Ciw.

Ciw has servers, finite rooms and blocking, but neither a room that spans two nodes nor vessels, so for a line with a
fleet two of its nodes are ours (`Yard`, `Ferry`); a line without a fleet is Ciw alone. Ciw draws from Python's one
generator of random numbers, which is seeded here. It looks at every server after every event: keep runs short.
"""

from __future__ import annotations

import random
import time
from math import inf

import ciw

from .spec import LINE, MM1, Fleet, Line, Mm1, Stage
from .tally import Result, Tally, line_result, mm1_result


class Arrivals(ciw.dists.Distribution):
    """Exponential gaps up to the nth arrival, then none any more."""

    def __init__(self, rate: float, n: int) -> None:
        super().__init__()
        self.rate, self.left = rate, n

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:  # noqa: ARG002 - Ciw's form
        self.left -= 1
        return random.expovariate(self.rate) if self.left >= 0 else inf


class Yard(ciw.Node):
    """A node whose places are held until a vessel has loaded the unit: those who wait there count here."""

    places: float = inf

    @property
    def node_capacity(self) -> float:
        return self.places - self.simulation.ferry.waiting

    @node_capacity.setter
    def node_capacity(self, places: float) -> None:
        self.places = places


class Ferry(ciw.Node):
    """The wait for a vessel and the voyage as a node of endless servers, whose ends of service its vessels set.

    Only one vessel loads at a time, and vessels do not overtake, so a vessel at home is one more that may load, and
    when it will have unloaded on the far shore is known as it sails.
    """

    def __init__(self, id_: int, simulation: ciw.Simulation) -> None:
        super().__init__(id_, simulation)
        simulation.ferry = self
        self.fleet: Fleet = simulation.fleet
        self.home = self.fleet.vessels
        self.returns: list[float] = []
        self.far_berth_free = 0.0
        self.queue: list[ciw.Individual] = []
        self.aboard: list[ciw.Individual] = []

    @property
    def waiting(self) -> int:
        return len(self.queue)

    def get_service_time(self, ind: ciw.Individual) -> float:  # noqa: ARG002 - Ciw's form
        return inf

    def accept(self, next_individual: ciw.Individual, completed: bool = False) -> None:
        super().accept(next_individual, completed)
        self.queue.append(next_individual)
        self.load()

    def load(self) -> None:
        """Load who waits while a vessel is at home; let it sail when it is full; let who is blocked into the yard."""
        yard = self.simulation.nodes[self.id_number - 1]
        while self.home and self.queue:
            unit = self.queue.pop(0)
            unit.service_start_date = self.now
            self.aboard.append(unit)
            if len(self.aboard) == self.fleet.slots:
                self.sail()
            yard.release_blocked_individual()

    def sail(self) -> None:
        """Away with all aboard: they go on when unloaded, the vessel comes home after that."""
        there = self.now + self.fleet.sail_h
        self.far_berth_free = max(there, self.far_berth_free) + self.fleet.unload_h
        for unit in self.aboard:
            unit.service_end_date = self.far_berth_free
        self.returns.append(self.far_berth_free + self.fleet.sail_h)
        self.aboard = []
        self.home -= 1

    def update_next_event_date(self) -> None:
        super().update_next_event_date()
        if self.returns and self.returns[0] < self.next_event_date:
            self.next_event_date, self.next_event_type = self.returns[0], "return"

    def have_event(self) -> None:
        if self.next_event_type != "return":
            super().have_event()
            return
        self.returns.pop(0)
        self.home += 1
        self.load()


class Simulation(ciw.Simulation):
    """Ciw's, which shows its nodes the fleet."""

    def __init__(self, network: ciw.network.Network, line: Line) -> None:
        self.fleet = line.fleet
        count = network.number_of_nodes
        kinds = [ciw.Node] * (len(line.inland)) + [Yard, Ferry] + [ciw.Node] * len(line.beyond)
        super().__init__(network, node_class=kinds if line.fleet else [ciw.Node] * count)


def ciw_mm1(n: int, seed: int, queue: Mm1 = MM1) -> Result:
    """n arrivals at one server."""
    began = time.perf_counter()
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[Arrivals(queue.arrivals_per_h, n)],
        service_distributions=[ciw.dists.Exponential(queue.services_per_h)],
        number_of_servers=[1],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(n, method="Complete")
    wait_h = sum(record.waiting_time for record in simulation.get_all_records()) / n
    return mm1_result(n, wait_h, time.perf_counter() - began)


def ciw_line(n: int, seed: int, line: Line = LINE) -> Result:
    """n units down a line."""
    began = time.perf_counter()
    ciw.seed(seed)
    simulation = Simulation(network(line, n), line)
    simulation.simulate_until_max_customers(line.completed(n), method="Complete")
    tally = tallied(simulation, line)
    return line_result(line, n, tally.sums(), tally.completed, time.perf_counter() - began)


def network(line: Line, n: int) -> ciw.network.Network:
    """The stages as nodes in a row; the room of `shore`, its servers included, is the yard."""
    stages: list[Stage | None] = [*line.inland, line.shore, *([None] if line.fleet else []), *line.beyond]
    count = len(stages)
    return ciw.create_network(
        arrival_distributions=[Arrivals(line.arrivals_per_h, n)] + [None] * (count - 1),
        service_distributions=[ciw.dists.Exponential(1 / s.mean_h if s else 1.0) for s in stages],
        number_of_servers=[s.servers if s else inf for s in stages],
        queue_capacities=[line.yard_places - s.servers if s is line.shore else inf for s in stages],
        routing=[[float(j == i + 1) for j in range(count)] for i in range(count)],
    )


def tallied(simulation: ciw.Simulation, line: Line) -> Tally:
    """The measures out of Ciw's records, one a unit and node, of the units that came out."""
    tally = Tally()
    yard = len(line.inland) + 1
    for unit in simulation.nodes[-1].all_individuals:
        nodes = {record.node: record for record in unit.data_records}
        queued = sum(record.waiting_time for node, record in nodes.items() if not (line.fleet and node == yard + 1))
        left_yard = nodes[yard + 1].service_start_date if line.fleet else nodes[yard].exit_date
        tally.add(
            nodes[len(nodes)].exit_date - nodes[1].arrival_date,
            nodes[yard - 1].time_blocked,
            left_yard - nodes[yard].arrival_date,
            queued,
        )
    return tally
