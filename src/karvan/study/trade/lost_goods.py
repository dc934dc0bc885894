"""Flows before and after something goes, held against each other: what is hit, rerouted, unserved and delayed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from karvan.flow.services.flows import ServiceFlows
from karvan.network.network import Floats
from karvan.study.trade.dependence import reliance
from karvan.study.trade.lost import PARTNER, PLACE, What
from karvan.study.trade.taken import Ways

NO_OTHER, NONE_OF_ITS = "no other way", ("no way", "no way of its families")
"""Why goods stay that may take any way and have none; as the assignment says it."""
ENDS = "they begin or end at a place that is gone"
LEAST_T = 1.0
"""Tonnes a year below which a difference is none."""
TONNES, TEU, USD = range(3)


class Amounts(NamedTuple):
    """Goods of a year."""

    tonnes: float = 0.0
    teu: float = 0.0
    usd: float = 0.0
    """Their value, as far as the commodities' values are known."""

    def of(self, whole: Amounts) -> Amounts:
        """Shares in a whole; nought of nought."""
        return Amounts(*(a / b if b else 0.0 for a, b in zip(self, whole, strict=True)))


@dataclass(frozen=True, slots=True)
class CountryLoss:
    """What the loss is to one country: to goods from there or to there that cross a border."""

    country: str
    trade: Amounts
    """All that it sends and gets, before."""
    hit: Amounts
    """What passed that which is gone."""
    rerouted: Amounts
    """Of these, what goes another way."""
    unserved: Amounts
    """Of these, what stays."""
    crowded: Amounts
    """What passed nothing that is gone, and stays since others take its room."""
    gained: Amounts
    """What is carried more than before: it stayed for want of room, or is traded `instead`."""
    taken: Amounts
    """What is asked for more `instead` of what is gone and finds room, less what is asked for less."""
    untaken: Amounts
    """What is asked for more `instead`, and stays for want of room or a way."""
    days_before: float | None
    """Mean days of what is rerouted, by its old way; missing where nothing is. By tonnes."""
    days_after: float | None
    """By its new one: when the first of it that is sent on the day of the loss is there."""
    queue_days_before: float | None
    """Of `days_before`, those in queues that grow all year."""
    queue_days_after: float | None
    """Of `days_after`, those in queues that grow all year: a mean of the year, longer the longer it lasts."""
    usd_teu: float | None
    """What carriage of a rerouted TEU costs more, of containers, USD; missing where there are none."""
    delayed: Amounts
    """What passed nothing that is gone, and takes a tenth of a day longer or more."""
    delay_days: float | None
    """By so much, on average."""
    delay_queue_days: float | None
    """Of these, those in queues that grow all year."""
    transit_before_t: float
    """Tonnes of others' goods through the country."""
    transit_after_t: float

    @property
    def extra_days(self) -> float | None:
        """What the rerouted take longer: the gap in arrivals."""
        return None if self.days_before is None or self.days_after is None else self.days_after - self.days_before

    def row(self) -> dict[str, Any]:
        """As cells of a table."""
        cells: dict[str, Any] = {"country": self.country, "trade_t": self.trade.tonnes, "trade_teu": self.trade.teu}
        for name in ("hit", "rerouted", "unserved", "crowded", "gained", "taken", "untaken", "delayed"):
            amounts: Amounts = getattr(self, name)
            share = amounts.of(self.trade)
            cells |= {f"{name}_t": amounts.tonnes, f"{name}_teu": amounts.teu, f"{name}_usd": amounts.usd,
                      f"{name}_share_t": share.tonnes, f"{name}_share_teu": share.teu,
                      f"{name}_share_usd": share.usd}  # fmt: skip
        return cells | {
            "days_before": self.days_before, "days_after": self.days_after, "extra_days": self.extra_days,
            "queue_days_before": self.queue_days_before, "queue_days_after": self.queue_days_after,
            "extra_usd_teu": self.usd_teu, "delay_days": self.delay_days, "delay_queue_days": self.delay_queue_days,
            "transit_before_t": self.transit_before_t, "transit_after_t": self.transit_after_t,
        }  # fmt: skip


class Instead(NamedTuple):
    """Where rerouted goods of a country go; of all, the country is empty."""

    country: str
    family: str
    tonnes: float
    teu: float
    extra_days: float
    usd_teu: float | None


class TakenUp(NamedTuple):
    """What a port, border, operator, ... carries before and after, tonnes; of ships run by several, each all of it."""

    kind: str
    name: str
    before_t: float
    after_t: float


Group = tuple[str, str, str, str]
"""Origin, destination, commodity, unit."""
HOURS, QUEUES, PRICE = "hours", "queues", "usd"


class _Sum:
    """Goods of one group that go one way: units that are through, and what these take, in queues that grow, and pay."""

    def __init__(self) -> None:
        self.units = self.hours = self.queues = self.usd = 0.0

    def add(self, units: float, hours: float, queues: float, usd: float) -> None:
        self.units += units
        self.hours += units * hours
        self.queues += units * queues
        self.usd += units * usd

    def mean(self, what: str) -> float:
        return float(getattr(self, what)) / self.units if self.units else 0.0


class _Goods:
    """One group in both worlds."""

    def __init__(self, amounts: Floats, boxes: bool) -> None:
        self.amounts, self.boxes = amounts, boxes
        """Of one unit: tonnes, TEU, USD (3,); whether it is a container."""
        self.asked = self.asked_after = self.through = self.through_after = 0.0
        self.hit = _Sum()
        self.spared: dict[str, _Sum] = defaultdict(_Sum)
        self.after: dict[str, _Sum] = defaultdict(_Sum)
        self.lost_partner = False

    @property
    def unserved(self) -> tuple[float, float, float]:
        """Units that stay more than before: of those hit, of the others, and of those asked for more, who come last."""
        if self.lost_partner:
            return self.hit.units, 0.0, 0.0
        more = max((self.asked_after - self.through_after) - (self.asked - self.through), 0.0)
        of_new = min(max(self.asked_more, 0.0), more)
        of_hit = min(self.hit.units, more - of_new)
        return of_hit, more - of_new - of_hit, of_new

    @property
    def asked_more(self) -> float:
        """Units asked for `instead`; below zero, those asked for no more. With a partner that is gone: none."""
        return 0.0 if self.lost_partner else self.asked_after - self.asked

    def gains(self) -> dict[str, float]:
        """Units that are rerouted, by the family that takes them: in the proportions in which families gain."""
        rerouted = self.hit.units - self.unserved[0]
        more = {
            name: some.units - (self.spared[name].units if name in self.spared else 0.0)
            for name, some in sorted(self.after.items())
        }
        more = {name: units for name, units in more.items() if units > 0}
        whole = sum(more.values())
        return {name: rerouted * units / whole for name, units in more.items()} if whole and rerouted > 0 else {}


def _days(tonne_hours: float, tonnes: float) -> float | None:
    """Mean days; missing for next to nothing."""
    return tonne_hours / tonnes / 24 if tonnes > LEAST_T else None


def _amounts(sums: Floats) -> Amounts:
    return Amounts(*(float(one) for one in sums))


class _Tally:
    """Sums over the groups of one country, or of all."""

    def __init__(self) -> None:
        self.trade, self.hit, self.rerouted, self.unserved, self.crowded, self.gained, self.delayed = np.zeros((7, 3))
        self.taken, self.untaken = np.zeros((2, 3))
        self.hours_before = self.hours_after = self.queues_before = self.queues_after = 0.0
        self.usd = self.teu = self.delay_h = self.delay_queues = 0.0
        self.instead: dict[str, Floats] = defaultdict(lambda: np.zeros(5))
        """By family: tonnes, TEU, tonne-hours more, USD more, TEU of containers."""

    def add(self, goods: _Goods) -> None:
        of_hit, of_others, of_new = goods.unserved
        self.trade += goods.asked * goods.amounts
        self.hit += goods.hit.units * goods.amounts
        self.unserved += of_hit * goods.amounts
        self.crowded += of_others * goods.amounts
        self.gained += max(goods.through_after - goods.through, 0.0) * goods.amounts
        self.taken += (goods.asked_more - of_new) * goods.amounts
        self.untaken += of_new * goods.amounts
        for family, units in goods.gains().items():
            self._reroute(goods, family, units)
        for family, spared in goods.spared.items():
            now = goods.after.get(family)
            later = now.mean(HOURS) - spared.mean(HOURS) if now else 0.0
            if later >= 2.4:
                amounts = min(spared.units, now.units if now else 0.0) * goods.amounts
                self.delayed += amounts
                self.delay_h += amounts[TONNES] * later
                grown = now.mean(QUEUES) if now else 0.0
                self.delay_queues += amounts[TONNES] * (grown - spared.mean(QUEUES))

    def _reroute(self, goods: _Goods, family: str, units: float) -> None:
        amounts, now = units * goods.amounts, goods.after[family]
        before, after = goods.hit.mean(HOURS), now.mean(HOURS)
        self.rerouted += amounts
        self.hours_before += amounts[TONNES] * before
        self.hours_after += amounts[TONNES] * after
        self.queues_before += amounts[TONNES] * goods.hit.mean(QUEUES)
        self.queues_after += amounts[TONNES] * now.mean(QUEUES)
        usd = units * (now.mean(PRICE) - goods.hit.mean(PRICE)) if goods.boxes else 0.0
        teu = amounts[TEU] if goods.boxes else 0.0
        self.usd += usd
        self.teu += teu
        self.instead[family] += [amounts[TONNES], amounts[TEU], amounts[TONNES] * (after - before), usd, teu]

    def told(self, country: str, transit: tuple[float, float]) -> CountryLoss:
        tonnes, late = float(self.rerouted[TONNES]), float(self.delayed[TONNES])
        return CountryLoss(
            country=country,
            trade=_amounts(self.trade),
            hit=_amounts(self.hit),
            rerouted=_amounts(self.rerouted),
            unserved=_amounts(self.unserved),
            crowded=_amounts(self.crowded),
            gained=_amounts(self.gained),
            taken=_amounts(self.taken),
            untaken=_amounts(self.untaken),
            days_before=_days(self.hours_before, tonnes),
            days_after=_days(self.hours_after, tonnes),
            queue_days_before=_days(self.queues_before, tonnes),
            queue_days_after=_days(self.queues_after, tonnes),
            usd_teu=self.usd / self.teu if self.teu else None,
            delayed=_amounts(self.delayed),
            delay_days=_days(self.delay_h, late),
            delay_queue_days=_days(self.delay_queues, late),
            transit_before_t=transit[0],
            transit_after_t=transit[1],
        )

    def ways(self, country: str) -> Iterator[Instead]:
        for family, (tonnes, teu, hours, usd, boxes) in sorted(
            self.instead.items(), key=lambda one: (-one[1][0], one[0])
        ):
            if tonnes > LEAST_T:
                yield Instead(country, family, float(tonnes), float(teu), float(hours / tonnes / 24),
                              float(usd / boxes) if boxes else None)  # fmt: skip


class Held:
    """Flows before and after, held against each other."""

    def __init__(
        self,
        gone: tuple[What, ...],
        before: ServiceFlows,
        after: ServiceFlows,
        ways: Ways,
        ways_after: Ways,
        freed: set[str],
    ) -> None:
        self.gone, self.before, self.after, self.freed = gone, before, after, freed
        self.ways = ways, ways_after
        self.country = {place.id: str(place.country) for place in before.problem.corridor.places()}
        self.partners = {one.name for one in gone if one.kind == PARTNER}
        self.groups: dict[Group, _Goods] = {}
        self.group_of: dict[str, Group] = {}
        """By row of demand, as before: its ends may be moved after."""
        self.transit: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._asked()
        self._through()

    def _ends(self, group: Group) -> tuple[str, str]:
        return self.country[group[0]], self.country[group[1]]

    def _asked(self) -> None:
        commodity = self.before.problem.corridor.by_key("commodity")
        for after, flows in enumerate((self.before, self.after)):
            for of in flows.problem.goods:
                key = self.group_of.setdefault(of.id, (of.origin, of.destination, of.commodity, of.unit))
                if key not in self.groups:
                    usd = of.tonnes * (commodity[of.commodity].usd_per_t or 0.0)
                    goods = _Goods(np.array([of.tonnes, of.teu, usd]), of.unit == "container")
                    goods.lost_partner = bool(self.partners & {self.country[of.origin], self.country[of.destination]})
                    self.groups[key] = goods
                if after:
                    self.groups[key].asked_after += of.per_year
                else:
                    self.groups[key].asked += of.per_year

    def _through(self) -> None:
        for after, flows in enumerate((self.before, self.after)):
            each = zip(flows.chains(), flows.hours, flows.queue_hours, flows.through, strict=True)
            for row, hours, queues, through in each:
                units = row["units"] * float(through)
                taken = self.ways[after].of(row)
                goods = self.groups[self.group_of[row["demand"]]]
                told = units, float(hours), float(queues), float(row["usd_unit"])
                if after:
                    goods.through_after += units
                    goods.after[taken.family].add(*told)
                else:
                    goods.through += units
                    is_hit = goods.lost_partner or any(one.hits(taken) for one in self.gone)
                    (goods.hit if is_hit else goods.spared[taken.family]).add(*told)
                for country in taken.countries - set(taken.ends):
                    self.transit[country][after] += units * float(goods.amounts[TONNES])

    def tell(self) -> tuple[CountryLoss, tuple[CountryLoss, ...], tuple[Instead, ...]]:
        """The loss of all, that of each country by its code, and where the goods of each go instead."""
        whole = _Tally()
        by_country: dict[str, _Tally] = defaultdict(_Tally)
        for group, goods in sorted(self.groups.items()):
            whole.add(goods)
            ends = self._ends(group)
            for country in sorted(set(ends)) if ends[0] != ends[1] else ():
                by_country[country].add(goods)
        codes = sorted(by_country)
        none = 0.0, 0.0
        passed = {code: (sums[0], sums[1]) for code, sums in self.transit.items()}
        instead = [way for code in ("", *codes) for way in (by_country[code] if code else whole).ways(code)]
        countries = tuple(by_country[code].told(code, passed.get(code, none)) for code in codes)
        return whole.told("", none), countries, tuple(instead)

    def taken_up(self) -> Iterator[TakenUp]:
        """What is carried by each family, port, border, strait and operator, of all that is sent."""
        amounts: list[dict[tuple[str, str], float]] = []
        for flows, ways in zip((self.before, self.after), self.ways, strict=True):
            any_goes = any(units > 0 for _, units in flows.flows)
            found = reliance(flows.chains(), ways.corridor) if any_goes else None
            amounts.append(
                {(one.kind, name): tonnes.high for one in found.kinds for name, tonnes in one.tonnes.items()}
                if found else {}
            )  # fmt: skip
        kinds = list(dict.fromkeys(kind for some in amounts for kind, _ in some))
        names = sorted(
            set(amounts[0]) | set(amounts[1]),
            key=lambda key: (kinds.index(key[0]), -abs(amounts[1].get(key, 0.0) - amounts[0].get(key, 0.0)), key[1]),
        )
        for key in names:
            before, after = (some.get(key, 0.0) for some in amounts)
            if abs(after - before) >= LEAST_T:
                yield TakenUp(*key, before, after)

    def reasons(self) -> dict[str, float]:
        """Why more stays than before, the most tonnes first."""
        found: dict[str, float] = defaultdict(float)
        places = {one.name for one in self.gone if one.kind == PLACE}
        for sign, flows in ((-1.0, self.before), (1.0, self.after)):
            for row in flows.unserved():
                reason = row["reason"]
                if sign > 0 and row["demand"] in self.freed and reason in NONE_OF_ITS:
                    reason = ENDS if places & {row["origin"], row["destination"]} else NO_OTHER
                found[reason] += sign * row["tonnes"]
        lost = sum(
            goods.hit.units * float(goods.amounts[TONNES]) for goods in self.groups.values() if goods.lost_partner
        )
        found["the partner is gone"] += lost
        rows = sorted(found.items(), key=lambda one: (-one[1], one[0]))
        return {name: tonnes for name, tonnes in rows if tonnes >= LEAST_T}
