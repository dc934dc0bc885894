"""Where nothing can be searched, the answer says what stands in the way."""

from __future__ import annotations

import datetime as dt

from karvan.itinerary import FindItineraries, choose, search
from karvan.network import pack
from karvan.testing import draw

PICTURE = """
    place A CN
    place X CN
    K1 rail A 5h B 6h C every 12h 100usd
    family rail modes=rail
"""
MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def reason(origin: str, destination: str, **wishes: tuple[str, ...]) -> str:
    network = pack(draw(PICTURE))
    ask = FindItineraries(origin, destination, MONDAY, **wishes)
    (out,) = choose(network, ask, search(network, ask)).left_out
    return out.on


def test_a01_no_service_loads_at_the_origin() -> None:
    assert reason("X", "C") == "goods cannot be handed in at X; nearest where they can: A, B"


def test_a02_no_service_unloads_at_the_destination() -> None:
    assert reason("A", "X") == "goods cannot be taken out at X; nearest where they can: B, C"


def test_a03_a_wish_that_no_service_serves() -> None:
    assert reason("A", "C", via=("X",)) == "a place that is wished for is on no service"
