"""No view keeps anyone out: axe-core finds no serious fault, wide or on a phone, light or dark, open or closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = ("plan", "corridor", "simulate", "compare", "trade", "power", "commitments")
SIZES = {"wide": (1280, 800), "phone": (390, 844)}
SERIOUS = {"serious", "critical"}
BASIS = "basis=facility/ALAT-berth/servers"


def faults(page: Any) -> list[str]:
    """What axe finds that is serious, each with the parts of the page that it finds it in."""
    # Evaluated, not inserted: the page's own policy allows no script but its own.
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {', '.join(' '.join(map(str, node['target'])) for node in one['nodes'])}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


@pytest.mark.long
@pytest.mark.parametrize(("size", "dark"), [
    pytest.param("wide", False, id="wide-light", marks=pytest.mark.everyday),
    pytest.param("wide", True, id="wide-dark"),
    pytest.param("phone", False, id="phone-light"),
    pytest.param("phone", True, id="phone-dark"),
])  # fmt: skip
@pytest.mark.parametrize("view", VIEWS)
def test_a01_a_view(look: Callable[..., Any], view: str, size: str, *, dark: bool) -> None:
    width, height = SIZES[size]
    seen = look(width, height, dark=dark)
    seen.go(f"/{view}")
    seen.shot(f"{view}-{size}-{'dark' if dark else 'light'}")
    assert faults(seen.page) == []


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS)
def test_a02_a_view_with_the_source_of_a_number_open(look: Callable[..., Any], view: str) -> None:
    seen = look()
    seen.go(f"/{view}?{BASIS}")
    seen.page.get_by_role("dialog").or_(seen.page.get_by_role("complementary")).first.wait_for()
    assert faults(seen.page) == []


@pytest.mark.everyday
def test_b01_a_fault_is_found(look: Callable[..., Any]) -> None:
    seen = look()
    seen.go("/plan")
    seen.page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"/favicon.svg\">')")
    assert any(fault.startswith("image-alt") for fault in faults(seen.page))
