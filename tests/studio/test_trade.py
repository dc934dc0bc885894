"""The view *Trade*: what was published, whom it hangs on, what would change it, by clicking."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.studio.conftest import Seen, Service
from tests.studio.test_access import faults

Look = Callable[..., Seen]
TRADE = "/api/corridors/middle-corridor/trade"
SLOW_MS = 120_000
"""For what the service works out."""
LINES = """() => window.__karvan?.map?.loaded()
  ? window.__karvan.map.queryRenderedFeatures({ layers: ["links-hit"] }).map(({ properties }) => properties.key)
  : []"""
MIDDLE = """(id) => {
  const { map } = window.__karvan;
  const line = map.querySourceFeatures("corridor").find(({ properties }) => properties.key === id);
  const found = [];
  const under = ({ x, y }) => new Set(map.queryRenderedFeatures([x, y], { layers: ["links-hit"] })
    .map(({ properties }) => properties.partner));
  const box = map.getCanvas().getBoundingClientRect();
  for (const point of line.geometry.coordinates.flat(line.geometry.type === "LineString" ? 0 : 1)) {
    const at = map.project(point);
    if (at.x > 20 && at.y > 60 && at.x < box.width - 60 && at.y < box.height - 200 && under(at).size === 1) {
      return [at.x + box.left, at.y + box.top];
    }
  }
  return null;
}"""


def asked(service: Service, path: str, **query: Any) -> Any:
    """What the service says."""
    found = httpx.get(f"{service.address}{TRADE}{path}", params=query, timeout=120)
    return found.raise_for_status().json()


def lines(seen: Seen) -> set[str]:
    """Flows on the map, once there are some."""
    for _ in range(240):
        if found := seen.page.evaluate(LINES):
            return set(found)
        seen.page.wait_for_timeout(250)
    raise AssertionError("no flow is on the map")


def kept(page: Any, where: Any, name: str) -> str:
    """The text of a file that a button gives."""
    with page.expect_download() as waiting:
        where.get_by_role("button", name=name, exact=True).click()
    return Path(waiting.value.path()).read_text(encoding="utf-8-sig")


@pytest.mark.everyday
def test_a01_figures_a_what_if_and_a_fact_by_clicking(look: Look, service: Service) -> None:
    years = asked(service, "/figures", one="AZE", other="CHN")["years"]
    seen = look()
    page = seen.page
    seen.go("/trade")
    assert {"AZE-CHN", "CHN-AZE", "AZE-ITA"} <= lines(seen)
    chart = page.get_by_role("figure", name="Trade between Azerbaijan and China")
    chart.locator("svg circle").first.wait_for()
    assert chart.locator("svg circle").count() == sum(len(one["figures"]) for one in years)
    assert chart.locator("svg line[stroke-width='7'], svg g[stroke-width='7'] line").count() == sum(
        one["high_musd"] > one["low_musd"] for one in years
    )
    page.get_by_role("heading", name="How far off a forecast was").wait_for(timeout=SLOW_MS)
    page.get_by_role("button", name="pf0200").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("heading", name="A fact").wait_for()
    drawer.get_by_text("4,870").wait_for()
    seen.shot("trade-fact")
    assert faults(page) == []
    page.keyboard.press("Escape")

    page.get_by_role("tab", name="What if").click()
    page.get_by_label("Days more on the way").fill("-10")
    page.get_by_text("Duties, between whom").click()
    page.get_by_label("Draws").fill("50")
    page.get_by_role("button", name="What would change?").click()
    page.get_by_role("figure", name="Turnover of Azerbaijan and China").locator("svg").first.wait_for(timeout=SLOW_MS)
    body = {"area": ["AZE", "CHN"], "days": -10, "draws": 50}
    told = httpx.post(f"{service.address}/api/trade/what-if", json=body, timeout=120).raise_for_status().json()
    whole = told["changes"][-1]["between"][0]
    page.get_by_text(
        f"would be {whole['general_musd']:,.0f} instead of {whole['before_musd']:,.0f} million USD"
    ).wait_for()
    assert re.search(r"area=AZE,CHN&asked=1.*days=-10.*draws=50.*tab=what-if", page.url)
    seen.shot("trade-what-if")
    assert faults(page) == []
    page.get_by_role("button", name=re.compile("^Trade to trade costs")).click()
    drawer.get_by_text("elasticity/cost/value").wait_for()


def test_a02_an_address_shows_the_same_again(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/trade?country=GEO&partner=TUR&tab=dependence&way=imports&log=1&year=2005")
    page.get_by_role("figure", name="Where imports of Georgia are from").locator("svg").first.wait_for()
    assert page.get_by_role("combobox", name="Country").input_value() == "Georgia"
    assert page.get_by_role("combobox", name="Partner").input_value() == "Türkiye"
    assert page.get_by_label("Year on the map").input_value() == "2005"
    page.get_by_text("Goods trade of 2005, million USD").wait_for()
    page.get_by_role("tab", name="Figures").click()
    page.get_by_role("figure", name="Trade between Georgia and Türkiye").locator("svg").first.wait_for()
    assert page.get_by_label("By powers of ten").is_checked()
    page.go_back()
    page.get_by_role("figure", name="Where imports of Georgia are from").wait_for()


def test_a03_countries_are_found_by_name_and_code_with_the_keyboard(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/trade")
    partner = page.get_by_role("combobox", name="Partner")
    partner.fill("uzb")
    partner.press("Enter")
    page.wait_for_url(re.compile("partner=UZB"))
    page.get_by_role("figure", name="Trade between Azerbaijan and Uzbekistan").wait_for()
    country = page.get_by_role("combobox", name="Country")
    country.fill("no such")
    page.get_by_text("0 countries").first.wait_for()
    partner.focus()
    assert country.input_value() == "Azerbaijan"  # what was typed and not chosen goes
    page.get_by_role("button", name="Change country and partner about").click()
    page.wait_for_url(re.compile("country=UZB"))
    assert country.input_value() == "Uzbekistan"
    page.get_by_role("figure", name="Trade between Uzbekistan and Azerbaijan").wait_for()


def test_a04_a_line_on_the_map_chooses_the_partner_and_so_does_its_sentence(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/trade?at=35,42,3.2")
    assert "AZE-ITA" in lines(seen)
    at = page.evaluate(MIDDLE, "AZE-ITA")
    assert at is not None
    page.mouse.click(*at)
    page.wait_for_url(re.compile("partner=ITA"))
    page.get_by_role("figure", name="Trade between Azerbaijan and Italy").wait_for()
    page.get_by_text("things on the map").click()
    page.get_by_role("button", name=re.compile("^Germany: exports")).click()
    page.wait_for_url(re.compile("partner=DEU"))
    seen.shot("trade-flows")


def test_b01_dependence_has_bars_where_it_is_not_known_and_points_where_it_is(look: Look, service: Service) -> None:
    document = asked(service, "/dependence/AZE")
    years = [row for row in document["years"] if row["direction"] == "exports"]
    exact = [row for row in years if row["index_high"] - row["index_low"] < 1e-9]
    assert 0 < len(exact) < len(years)
    seen = look(height=2400)
    page = seen.page
    seen.go("/trade?tab=dependence&way=exports")
    chart = page.get_by_role("figure", name="How much of the exports of Azerbaijan hang on few")
    chart.locator("svg circle").first.wait_for()
    assert chart.locator("svg circle").count() == len(exact)
    assert chart.locator("svg g[stroke-width='8'] line").count() == len(years) - len(exact)
    told = list(csv.reader(io.StringIO(kept(page, chart, "CSV"))))
    assert len(told) == len(years) + 1
    assert [float(told[1][1]), float(told[1][2])] == [years[0]["index_low"], years[0]["index_high"]]
    assert kept(page, chart, "SVG").startswith("<svg")
    page.get_by_role("table", name="Shares of partners").get_by_role("button", name="Türkiye").first.click()
    page.wait_for_url(re.compile("partner=TUR"))
    page.get_by_role("figure", name="Share of Türkiye in the exports of Azerbaijan").wait_for()
    seen.shot("trade-dependence")
    assert faults(page) == []


def test_b02_a_what_if_in_an_address_is_answered_and_told_by_change(look: Look, service: Service) -> None:
    seen = look(height=2400)
    page = seen.page
    seen.go("/trade?tab=what-if&asked=1&area=AZE,GEO,TUR&by=agreement&draws=20&usd=-300&value=40000")
    page.get_by_role("figure", name="Welfare: all together").locator("svg").first.wait_for(timeout=SLOW_MS)
    assert page.get_by_label("Between", exact=True).get_by_role("option").count() == 3
    page.get_by_label("Change", exact=True).select_option("area")
    page.get_by_role("figure", name="Welfare: free-trade area").wait_for()
    table = page.get_by_role("table", name="Azerbaijan and each partner")
    table.get_by_role("button", name=re.compile("^Before million")).click()
    page.wait_for_url(re.compile("pairs=-before_musd"))
    assert table.get_by_role("row").nth(1).inner_text().startswith("Azerbaijan → Italy")
    table.get_by_role("button", name="Azerbaijan → Italy").click()
    page.wait_for_url(re.compile("partner=ITA"))
    page.get_by_role("figure", name="Welfare: free-trade area").wait_for()  # the answer is to what was asked
    body = {"area": ["AZE", "GEO", "TUR"], "by": "agreement", "draws": 20, "usd_teu": -300, "value_teu": 40000}
    told = httpx.post(f"{service.address}/api/trade/what-if", json=body, timeout=120).raise_for_status().json()
    gained = next(row for row in told["changes"][0]["countries"] if row["country"] == "GEO")
    row = page.get_by_role("table", name="By country").get_by_role("row", name=re.compile("^Georgia"))
    assert f"{gained['welfare_pct']:+.3f}".rstrip("0") in row.inner_text()
    seen.shot("trade-what-if-area")
    assert faults(page) == []


def test_b03_what_is_not_known_is_said_and_how_to_go_on(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/trade?tab=what-if&country=GEO&partner=TUR")
    page.get_by_text("No duty of Georgia, Türkiye is known").wait_for()
    page.get_by_role("button", name="What would change?").click()
    page.get_by_text("duty of TUR on goods of GEO").wait_for(timeout=SLOW_MS)
    assert len(seen.errors) == 1  # the browser's own word of the 422
    seen.errors.clear()
    page.get_by_label("Counted by").select_option("agreement")
    page.get_by_role("button", name="What would change?").click()
    page.get_by_role("figure", name="Turnover of Georgia and Türkiye").locator("svg").first.wait_for(timeout=SLOW_MS)


def test_b04_what_is_typed_is_no_answer_until_it_is_asked(look: Look) -> None:
    seen = look()
    page = seen.page
    seen.go("/trade?tab=what-if")
    page.get_by_role("button", name="Take away Azerbaijan").click()
    page.get_by_role("button", name="Take away China").click()
    assert page.get_by_role("button", name="What would change?").is_disabled()
    area = page.get_by_role("combobox", name="A free-trade area of")
    for typed in ("azerb", "KAZ"):
        area.fill(typed)
        area.press("Enter")
    page.get_by_label("USD more per TEU").fill("-100")
    page.get_by_label("USD that goods in a TEU are worth").wait_for()
    assert "asked" not in page.url
    assert not page.get_by_role("button", name="What would change?").is_disabled()


def test_b05_gravity_is_fitted_as_it_is_chosen(look: Look, service: Service) -> None:
    seen = look(height=2000)
    page = seen.page
    seen.go("/trade?tab=gravity")
    table = page.get_by_role("table", name="Coefficients")
    table.wait_for(timeout=SLOW_MS)
    found = asked(service, "/fit")
    first = table.get_by_role("row").nth(1).inner_text()
    assert "log distance" in first
    assert f"{found['coefficients'][0]['value']:.4f}" in first.replace("−", "-")
    page.get_by_text("What is fitted, and how").click()
    page.get_by_label("colonial past").uncheck()
    page.wait_for_url(re.compile("on=log_dist_km,contiguous,common_language"))
    less = asked(service, "/fit", on="log_dist_km,contiguous,common_language")
    table.get_by_text(f"{less['coefficients'][0]['value']:.4f}").wait_for(timeout=SLOW_MS)
    assert table.get_by_role("row").count() == 4
    assert page.get_by_role("table", name="Trade more than the fit says").get_by_role("row").count() == 11
    seen.shot("trade-gravity")
    assert faults(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("tab", ["figures", "dependence", "what-if", "gravity"])
def test_c01_on_a_phone(look: Look, tab: str, *, dark: bool) -> None:
    seen = look(390, 844, dark=dark)
    page = seen.page
    seen.go(f"/trade?tab={tab}&asked=1&draws=20&days=-5")
    page.get_by_role("figure").first.locator("svg").first.wait_for(timeout=SLOW_MS)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    right = page.get_by_role("navigation").get_by_role("link").last.bounding_box()
    assert right
    assert right["x"] + right["width"] <= 390
    page.evaluate("() => document.querySelector('[role=tablist]').scrollIntoView()")
    seen.shot(f"trade-phone-{tab}-{'dark' if dark else 'light'}")
    assert faults(page) == []


def test_f01_what_is_lost_is_asked_for_followed_and_read(look: Look) -> None:
    seen = look()
    seen.go("/trade?tab=loss")
    page = seen.page
    page.get_by_label("What goes").select_option("suez")
    page.get_by_role("button", name="What is lost?").click()
    page.get_by_text(re.compile(r"Without place:SUEZ in 2024: [\d.]+ % of all tonnes are hit")).wait_for(
        timeout=SLOW_MS
    )
    table = page.get_by_role("table", name="By country")
    assert table.get_by_role("row").filter(has_text="China").count() == 1
    assert (
        page.get_by_role("table", name="The families of routes that take over").get_by_text("ocean-cape").count() == 1
    )
    assert "lost=loss-" in page.url
    seen.shot("trade-loss")
    assert not faults(page)
    again = look(width=390, height=844, dark=True)
    again.page.goto(page.url)
    again.page.get_by_text(re.compile(r"Without place:SUEZ in 2024")).wait_for(timeout=SLOW_MS)
    again.shot("trade-phone-loss-dark")
    assert not faults(again.page)
