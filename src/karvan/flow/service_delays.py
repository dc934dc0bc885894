"""provisional"""

from __future__ import annotations

import numpy as np

from karvan.flow.supply import SLOTS, TRIPS, Supply
from karvan.network.network import Floats, Ints

T = 8760.0


class ServiceDelays:
    """provisional"""

    def __init__(self, supply: Supply) -> None:
        r = supply.resources
        self.shut = np.array([x.shut_h for x in r])
        self.slots = np.array([x.kind == SLOTS for x in r])
        self.trips = np.array([x.kind == TRIPS for x in r])
        self.k = np.array([(1 + (x.service_h2 / x.service_h**2 if x.service_h else 0)) / 2 for x in r])

    def wait(self, load: Floats, room: Floats, which: Ints) -> tuple[Floats, Floats]:
        cap = np.maximum(room, 1e-3)
        rho, mu, k = load / cap, cap / T, np.where(self.slots[which], 0.5, self.k[which])
        a, q = rho - 1, 8 * k * rho / (T * mu)
        r = np.sqrt(a * a + q)
        w, dw = T / 4 * (a + r), T / 4 * (1 + (a + 4 * k / (T * mu)) / np.maximum(r, 1e-12)) / cap
        fin = np.isfinite(cap) & ~self.trips[which]
        base = self.shut[which] + np.where(self.slots[which], T / cap / 2, 0)
        return np.where(fin, w, 0) + base, np.where(fin, dw, 0)
