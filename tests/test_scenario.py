"""Changes to a corridor: the base stays, what no change names is shared, and what does not fit is refused."""

from __future__ import annotations

import pytest

from karvan import InputError
from karvan.corridor import Corridor
from karvan.scenario import ScaleCell, SetCell, bend, read_change
from karvan.testing import draw


@pytest.fixture
def base() -> Corridor:
    return draw("F1 sea A 5h B every 12h 100usd\n change A rail sea 2h")


def test_a01_a_cell_gets_another_value_and_the_base_keeps_its_own(base: Corridor) -> None:
    bent = bend(base, [SetCell("service", "F1", "headway_h", "6")])
    assert bent.row("service", "F1").headway_h == 6
    assert base.row("service", "F1").headway_h == 12


def test_a02_changes_come_one_after_another(base: Corridor) -> None:
    bent = bend(base, [read_change("service/F1/headway_h=8"), read_change("service/F1/headway_h*0.5")])
    assert bent.row("service", "F1").headway_h == 4


def test_a03_tables_that_no_change_names_are_shared(base: Corridor) -> None:
    bent = bend(base, [ScaleCell("service", "F1", "headway_h", 2.0)])
    assert bent.rows("link") is base.rows("link")
    assert bent.rows("service") is not base.rows("service")


def test_a04_no_change_is_the_base_itself(base: Corridor) -> None:
    assert bend(base, []) is base


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("headway_h=3", "give TABLE/ROW/COLUMN=VALUE"),
        ("service/F1/headway_h*fast", "give TABLE/ROW/COLUMN=VALUE"),
        ("servce/F1/headway_h=3", "did you mean service?"),
        ("service/F2/headway_h=3", "nearest: F1"),
        ("service/F1/headwy_h=3", "did you mean headway_h?"),
        ("service/F1/id=F2", "found 'id'"),
        ("service/F1/headway_h=-3", "give a number above 0"),
        ("service/F1/headway_h=nan", "a missing value is an empty cell"),
        ("service/F1/fleet*2", "only a number that is there can be scaled"),
        ("service/F1/name*2", "only a number that is there can be scaled"),
        ("service/F1/vehicle=F9", "no row 'F9'"),
        ("service/F1/headway_h=", "a headway service needs a headway or a fleet"),
    ],
)
def test_b01_what_does_not_fit_is_refused_with_its_remedy(base: Corridor, change: str, told: str) -> None:
    with pytest.raises(InputError) as refused:
        bend(base, [read_change(change)])
    assert told in str(refused.value)
