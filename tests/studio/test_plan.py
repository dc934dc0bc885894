"""The view Plan, by clicking: what it shows is what the service answers."""

from __future__ import annotations

import csv
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

if TYPE_CHECKING:
    from tests.studio.conftest import Seen, Service

pytestmark = pytest.mark.long
EIGHT = [
    ("Xi'an", "Istanbul"), ("Xi'an", "Duisburg"), ("Chongqing", "Budapest"), ("Shanghai", "Rotterdam"),
    ("Tashkent", "Poti"), ("Almaty", "Mersin"), ("Urumqi", "Baku"), ("Constanta", "Almaty"),
]  # fmt: skip
EVERYDAY = (0, 3, 7)
"""By land and the Caspian, by sea, and backwards; the rest is clicked by `make look`."""
DAY = "2026-12-01"
ASKED = f"date={DAY}"
"""A day in the query string, so that a test finds the same answer on every day."""
DRAWN = """() => {
  const map = window.__karvan?.map;
  if (!map?.loaded()) return null;
  const lines = map.queryRenderedFeatures().filter(line => line.source === "corridor" && line.properties.width > 3);
  return lines.length ? [...new Set(lines.map(line => line.properties.key))] : null;
}"""
"""Links that the map draws as the chosen way, once it draws any."""


def asked(service: Service, **words: Any) -> dict[str, Any]:
    """What the service answers to a request."""
    body = {"origin": "XIAN", "destination": "HALKALI", "depart": DAY, "load": "2xFEU", "past": True, **words}
    answer = httpx.post(f"{service.address}/api/plan", json=body, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def written(value: float, digits: int = 0) -> str:
    """A number as English pages write it: no zeros after the point."""
    text = f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"
    return text.rstrip("0").rstrip(".") if digits else text


def cards(page: Any) -> dict[str, str]:
    """The text of each option's card, by its id, in the order of the page."""
    return {card.get_attribute("data-option"): card.inner_text() for card in page.query_selector_all("[data-option]")}


def query(page: Any) -> dict[str, str]:
    """What stands in the query string."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def field(page: Any, label: str) -> Any:
    """The field of a place."""
    return page.get_by_role("combobox", name=label, exact=True)


def choose(page: Any, label: str, typed: str) -> None:
    """Type a name into a field of places and press the first of the list."""
    field(page, label).fill("")
    field(page, label).press_sequentially(typed)
    page.locator("[role=option]:visible").first.click()


def send(page: Any) -> dict[str, Any]:
    """Press Plan; the answer that came."""
    with page.expect_response("**/api/plan", timeout=120_000) as came:
        page.get_by_role("button", name="Plan", exact=True).click()
    answer: dict[str, Any] = came.value.json()
    ids = sorted(option["id"] for option in answer["options"])
    page.wait_for_function(
        "ids => document.querySelector('[data-ready=true]') &&"
        " JSON.stringify([...document.querySelectorAll('[data-option]')].map(c => c.dataset.option).sort())"
        " === JSON.stringify(ids)",
        arg=ids,
    )
    return answer


def opened(look: Any, path: str = f"/plan?{ASKED}", **size: Any) -> Seen:
    """The view, with its first answer."""
    seen: Seen = look(**size)
    seen.go(path)
    return seen


@pytest.mark.parametrize(("origin", "destination"), [
    pytest.param(*ends, marks=pytest.mark.everyday if n in EVERYDAY else ()) for n, ends in enumerate(EIGHT)
])  # fmt: skip
def test_a01_each_of_the_eight_requests_is_planned_by_clicking(
    look: Any, service: Service, origin: str, destination: str
) -> None:
    seen = opened(look)
    page = seen.page
    choose(page, "From", origin)
    choose(page, "To", destination)
    page.get_by_label("Load", exact=True).fill("3")
    page.get_by_label("Load", exact=True).press("Tab")
    shown = send(page)

    ends = query(page)
    assert ends["load"] == "3xFEU"
    told = asked(service, origin=ends.get("from", "XIAN"), destination=ends.get("to", "HALKALI"), load="3xFEU")
    assert len({option["family"] for option in told["options"]}) >= 4
    assert [option["id"] for option in shown["options"]] == [option["id"] for option in told["options"]]
    texts = cards(page)
    for option in told["options"]:
        text = texts[option["id"]]
        assert f"{written(option['time_h']['p50'] / 24, 1)} days" in text
        assert f"{written(option['price_usd'])} USD" in text
        assert f"{written(option['co2e_kg'])} kg" in text
        low, high = (written(option["time_h"][name] / 24, 1) for name in ("p10", "p90"))
        assert f"P10–P90 {low}–{high}" in text
        for noun, times in (("reload", option["reloads"]), ("border", option["borders"])):
            assert re.search(rf"\b{times} {noun}", text)
    seen.shot(f"plan-{origin.lower().replace(chr(39), '')}-{destination.lower()}")


def test_a02_opening_shows_an_answer_at_once_and_its_day_is_kept_when_it_is_sent(look: Any) -> None:
    seen = opened(look, "/plan")
    assert len(cards(seen.page)) > 5
    assert query(seen.page).get("date") is None
    day = seen.page.get_by_label("Goods ready on").input_value()
    send(seen.page)
    assert query(seen.page)["date"] == day


def test_b01_the_option_that_is_pressed_is_the_one_on_the_map_in_the_legs_and_in_the_address(
    look: Any, service: Service
) -> None:
    seen = opened(look)
    page = seen.page
    told = {option["id"]: option for option in asked(service, geometry=True)["options"]}
    page.click("[data-option=northern-1]")
    assert page.get_attribute("[data-option=northern-1]", "aria-pressed") == "true"
    assert query(page)["option"] == "northern-1"
    page.get_by_role("tab", name="Legs").click()
    rows = [row.inner_text() for row in page.query_selector_all("[role=tabpanel] tbody tr")]
    ridden = [leg for leg in told["northern-1"]["legs"] if leg["mode"] != "handling"]
    for leg in ridden:
        row = next(row for row in rows if f"({leg['service']})" in row)
        assert written(leg["time_h"] / 24, 2) in row
        assert not leg["price_usd"] or written(leg["price_usd"]) in row
    drawn = page.wait_for_function(DRAWN, timeout=60_000).json_value()
    links = {link.removeprefix("-") for leg in ridden for link in leg["links"]}
    assert set(drawn) <= links
    page.go_back()
    page.go_back()
    assert page.get_attribute("[data-option=middle-1]", "aria-pressed") == "true"


def test_b02_options_stand_in_the_order_that_is_chosen(look: Any, service: Service) -> None:
    seen = opened(look)
    options = asked(service)["options"]
    for order, figure in {"price": lambda o: o["price_usd"], "co2e": lambda o: o["co2e_kg"]}.items():
        seen.page.get_by_label("First the least").select_option(order)
        seen.page.wait_for_function(f"location.search.includes('order={order}')")
        by_id = {option["id"]: figure(option) for option in options}
        found = [by_id[name] for name in cards(seen.page)]
        assert found == sorted(found)


def test_b03_a_figure_of_a_leg_leads_to_its_numbers_and_each_of_them_to_its_source(look: Any) -> None:
    seen = opened(look, f"/plan?{ASKED}&tab=legs&option=middle-1")
    page = seen.page
    row = page.locator("[role=tabpanel] tbody tr", has_text="Port of Aktau: ")
    row.locator("button").first.click()
    grounds = page.locator("tr.grounds")
    assert "What the time rests on" in grounds.inner_text()
    number = grounds.get_by_role("button", name=re.compile("^wait "))
    number.first.click()
    drawer = page.get_by_role("dialog")
    drawer.wait_for()
    assert query(page)["basis"].startswith("facility/AKTAU")
    assert query(page)["basis"].endswith("/wait_h")
    seen.shot("plan-evidence")
    page.keyboard.press("Escape")
    drawer.wait_for(state="detached")
    assert "basis" not in query(page)


def test_b04_why_not_names_the_option_that_is_better_and_leads_to_it(look: Any, service: Service) -> None:
    seen = opened(look, f"/plan?{ASKED}&tab=left")
    page = seen.page
    left = asked(service)["left_out"]
    page.get_by_label("Route family", exact=True).select_option("northern")
    page.wait_for_function("location.search.includes('only=northern')")
    rows = page.locator("[role=tabpanel] tbody tr")
    of_family = [out for out in left if out["family"] == "northern"]
    assert rows.count() == len(of_family)
    beaten_by = next(out["beaten_by"] for out in of_family if out["beaten_by"])
    rows.get_by_role("button", name=beaten_by, exact=True).first.click()
    assert page.get_attribute(f"[data-option={beaten_by}]", "aria-pressed") == "true"


def test_b05_what_if_asks_again_with_a_place_closed(look: Any) -> None:
    seen = opened(look, f"/plan?{ASKED}&tab=whatif")
    page = seen.page
    with page.expect_response("**/api/what-if", timeout=120_000) as came:
        choose(page, "A place closes", "Aktau")
    answer = came.value.json()
    assert answer["changes"] == ["close:AKTAU"]
    page.get_by_role("table", name="The best of each family").wait_for()
    more = next(family for family in answer["families"] if family["family"] == "middle")["difference"]["price_usd"]
    row = page.locator("[role=tabpanel] tbody tr", has_text="Middle Corridor")
    assert f"{'+' if more > 0 else '−'}{written(abs(more))}" in row.inner_text()
    assert query(page)["whatif"] == "close:AKTAU"
    page.get_by_role("button", name="Take away Port of Aktau closed").click()
    assert "whatif" not in query(page)


def test_b06_rarer_wishes_go_along(look: Any, service: Service) -> None:
    seen = opened(look)
    page = seen.page
    page.get_by_role("button", name="More wishes").click()
    page.get_by_label("Promised for").fill("2026-12-24")
    field(page, "Avoid").fill("RU")
    page.get_by_role("group", name="Avoid").get_by_role("button", name="Add").click()
    page.get_by_label("Air").uncheck()
    send(page)
    told = asked(service, promised="2026-12-24", avoid=["RU"], modes=["rail", "sea", "road", "inland_waterway"])
    texts = cards(page)
    assert set(texts) == {option["id"] for option in told["options"]}
    for option in told["options"]:
        assert f"{written(100 * option['spread']['on_time']['share'])} % on time" in texts[option["id"]]


def test_b07_a_scenario_is_planned_on_its_own_day(look: Any, service: Service) -> None:
    seen = opened(look, "/plan")
    seen.page.get_by_label("Scenario").select_option("base-2030")
    seen.page.get_by_label("Goods ready on").fill("")
    shown = send(seen.page)
    told = asked(service, scenario="base-2030", depart=None)
    assert shown["request"]["depart"] == told["request"]["depart"]
    assert shown["request"]["depart"].startswith("2030")
    assert "2030" in seen.page.get_by_role("form", name="Request").inner_text()
    texts = cards(seen.page)
    for option in told["options"]:
        assert f"{written(option['price_usd'])} USD" in texts[option["id"]]


def test_c01_what_is_wrong_is_said_where_one_is_and_nothing_typed_is_lost(look: Any) -> None:
    seen = opened(look)
    page = seen.page
    field(page, "From").fill("Xyzzyx")
    page.get_by_label("Load", exact=True).fill("7")
    with page.expect_response("**/api/plan") as came:
        page.get_by_role("button", name="Plan", exact=True).click()
    assert came.value.status == 422
    said = page.get_by_role("alert")
    said.wait_for()
    assert "origin" in said.inner_text()
    assert "Xyzzyx" in said.inner_text()
    assert "nearest" in said.inner_text()
    assert field(page, "From").input_value() == "Xyzzyx"
    assert page.get_by_label("Load", exact=True).input_value() == "7"
    assert all("422" in error for error in seen.errors)
    seen.errors.clear()
    choose(page, "From", "Almaty")
    send(page)
    assert page.get_by_role("alert").count() == 0


def test_c02_no_way_is_an_answer_with_its_reasons(look: Any) -> None:
    seen = opened(look, f"/plan?{ASKED}&modes=inland_waterway")
    assert seen.page.get_by_role("heading", name="There is no way").is_visible()
    assert seen.page.get_by_role("tab", name="Why not").get_attribute("aria-selected") == "true"
    assert seen.page.locator("[role=tabpanel]").inner_text().strip()
    seen.shot("plan-no-way")


def test_c03_the_ends_are_swapped(look: Any) -> None:
    seen = opened(look)
    seen.page.get_by_role("button", name="Swap the ends").click()
    shown = send(seen.page)
    assert (shown["request"]["origin"], shown["request"]["destination"]) == ("HALKALI", "XIAN")


def test_c04_the_answer_is_saved_as_json_csv_and_carbon_footprints(look: Any, service: Service, tmp_path: Any) -> None:
    seen = opened(look)
    told = asked(service)
    saved = {}
    for form in ("JSON", "CSV", "iLEAP"):
        with seen.page.expect_download() as came:
            seen.page.get_by_role("group", name="Save the answer").get_by_role("button", name=form).click()
        saved[form] = tmp_path / came.value.suggested_filename
        came.value.save_as(saved[form])
    assert [option["price_usd"] for option in json.loads(saved["JSON"].read_text())["options"]] == [
        option["price_usd"] for option in told["options"]
    ]
    with saved["CSV"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["option"] for row in rows] == [option["id"] for option in told["options"]]
    assert [float(row["co2e_kg"]) for row in rows] == [option["co2e_kg"] for option in told["options"]]
    footprints = [
        of["pcf"] for of in json.loads(saved["iLEAP"].read_text())["data"] if "shipment" in of["productNameCompany"]
    ]
    carbon = pytest.approx([option["co2e_kg"] for option in told["options"]], abs=1e-4)
    assert [float(of["pCfExcludingBiogenic"]) for of in footprints] == carbon


def test_c05_the_map_flies_along_the_option_until_one_has_seen_enough(look: Any) -> None:
    seen = opened(look)
    page = seen.page
    page.emulate_media(reduced_motion="no-preference")
    page.wait_for_function("() => window.__karvan?.map.loaded()", timeout=60_000)
    page.click("[data-option=northern-1]")
    mark = page.locator(".load-mark")
    mark.wait_for(timeout=60_000)
    page.wait_for_function("() => window.__karvan.map.getZoom() > 3.5", timeout=60_000)
    assert "Day" in page.locator(".key").inner_text()
    page.keyboard.press("Escape")
    mark.wait_for(state="detached")
    assert query(page)["option"] == "northern-1"


def test_c06_one_who_wants_less_motion_is_shown_the_way_without_a_flight(look: Any) -> None:
    seen = opened(look)
    page = seen.page
    page.wait_for_function("() => window.__karvan?.map.loaded()", timeout=60_000)
    page.click("[data-option=ocean-cape-1]")
    page.wait_for_function("() => window.__karvan.map.getBounds().getSouth() < -34", timeout=60_000)
    assert page.locator(".load-mark").count() == 0
    assert page.get_by_role("button", name="Fly along").count() == 0


@pytest.mark.parametrize(("name", "size"), [
    ("light", {}), ("dark", {"dark": True}), ("phone", {"width": 390, "height": 844}),
    ("phone-dark", {"width": 390, "height": 844, "dark": True}),
])  # fmt: skip
def test_d01_it_fits_the_page_and_is_kept_for_looking_at(look: Any, name: str, size: dict[str, Any]) -> None:
    seen = opened(look, **size)
    seen.page.wait_for_function(DRAWN, timeout=60_000)
    seen.page.locator("figure svg").first.wait_for(state="attached")
    wide, high = seen.page.evaluate(
        "() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
    )
    assert (wide, high) == (0, 0)
    for tab in ("Choice", "Legs", "Spread", "Assumed", "Why not", "What if"):
        seen.page.get_by_role("tab", name=tab).click()
        assert seen.page.locator("[role=tabpanel]").inner_text().strip()
        seen.shot(f"plan-{name}-{tab.lower().replace(' ', '-')}")
    assert seen.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") == 0
