"""How long the studio takes to open in a headless chromium that draws in software.

    python -m benchmarks.bench_studio [TIMES]

Each time a new service with an empty folder of data, and a browser that has nothing kept. Told are, from the moment
that the address is asked for: the first paint, and when the view says that its map stands (its data there, its first
frame drawn); for a view that is opened for the first time, and for the same view once more, in a browser that knows it.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from typing import Any

from benchmarks.service import served

FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
VIEWS = ("plan", "corridor", "simulate", "compare", "trade", "commitments")
READY = """() => new Promise((resolve) => {
  const stands = () => document.querySelector("[data-ready=true]") ? resolve(performance.now()) : setTimeout(stands, 5);
  stands();
})"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"


def opened(page: Any, address: str) -> tuple[float, float]:
    """Milliseconds to the first paint and to a map that stands, by the page's own clock."""
    page.goto(address, wait_until="commit")
    ready = page.evaluate(READY)
    return page.evaluate(PAINT), ready


def main(times: int) -> None:
    """Open every view so often, and print the medians."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("no chromium")
    took: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with sync_playwright() as playwright:
        for view in VIEWS * times:
            with served() as service, playwright.chromium.launch(executable_path=found, args=FLAGS) as browser:
                page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
                for turn in ("first", "again"):
                    address = f"http://localhost:{service.port}/{view}"
                    took.setdefault((view, turn), []).append(opened(page, address))
    for (view, turn), each in took.items():
        paint, ready = (statistics.median(column) for column in zip(*each, strict=True))
        print(
            f"{view:12} {turn}: first paint {paint:5.0f} ms, map stands {ready:5.0f} ms, {ready - paint:5.0f} after it"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3)
