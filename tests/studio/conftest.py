"""A browser and a service for tests that look: Debian's chromium, driven by playwright; all on loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "screenshots"
"""What the tests saw, for looking at."""
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--force-color-profile=srgb",
]  # fmt: skip
OURS = {"127.0.0.1", "localhost"}
ADDRESS = re.compile(r"http://\S+:\d+")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that draws in software is slow: what is not marked `everyday` is looked at by `make look` only."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("everyday") is None:
            item.add_marker(pytest.mark.thorough)


@dataclass
class Service:
    """A service that runs beside the tests."""

    address: str
    process: subprocess.Popen[str]
    reader: threading.Thread
    said: list[str] = field(default_factory=list)
    """What it printed."""

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(15)
        if self.process.stdout:
            self.process.stdout.close()


def start(data: Path, *more: str, python: Path | str = sys.executable, **env: str) -> Service:
    """Start `karvan serve` on a free port and wait until it says where it is."""
    words = [str(python), "-m", "karvan", "serve", "--port", "0", "--data", str(data), *more]
    data.mkdir(parents=True, exist_ok=True)
    own = {**os.environ, **env, "KARVAN_RUNS": str(data / "runs")}
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=own, cwd=data
    )  # fmt: skip
    said: list[str] = []
    assert process.stdout
    for line in process.stdout:
        said.append(line)
        if found := ADDRESS.search(line):
            reader = threading.Thread(target=said.extend, args=(process.stdout,), daemon=True)
            reader.start()
            return Service(found[0], process, reader, said)
    raise AssertionError(f"the service did not start: {''.join(said)}")


def warmed(running: Service) -> Service:
    """The service once it has planned: where no kernels were kept, their compiling may outlast what a request may."""
    ask = {"origin": "XIAN", "destination": "POTI", "depart": "2026-12-01", "past": True}
    request = Request(f"{running.address}/api/plan", json.dumps(ask).encode(), {"content-type": "application/json"})
    for _ in range(5):
        try:
            with urlopen(request, timeout=120) as answer:
                answer.read()
                return running
        except HTTPError as refused:
            if refused.code != 504:
                raise
    raise AssertionError("the service did not come to plan")


@pytest.fixture(scope="session")
def serving() -> Callable[..., Service]:
    """Start a service that has planned: `serving(data, "--workers", "2", python=...)`. Who starts it stops it."""
    return lambda *words, **more: warmed(start(*words, **more))


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service of this checkout, with an empty folder of data."""
    running = warmed(start(tmp_path_factory.mktemp("service")))
    yield running
    running.stop()


def chromium() -> Path | None:
    """Where a chromium is, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else None


@pytest.fixture(scope="module")  # while it runs, an event loop does, in which no other test may run its own
def browser(tmp_path_factory: pytest.TempPathFactory, debian: Callable[..., Path]) -> Iterator[Any]:
    """A headless chromium with WebGL in software."""
    from playwright.sync_api import sync_playwright

    home = tmp_path_factory.mktemp("home")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=debian("chromium", chromium), args=FLAGS, env={**os.environ, "HOME": str(home)}
        )  # fmt: skip
        yield running
        running.close()


@dataclass
class Seen:
    """A page, and what went on in it."""

    page: Any
    address: str
    errors: list[str] = field(default_factory=list)
    abroad: list[str] = field(default_factory=list)
    """Requests off loopback."""

    def go(self, path: str) -> None:
        """Open a path of the studio and wait until it says that it is ready."""
        self.page.goto(f"{self.address}{path}")
        self.page.wait_for_selector("[data-ready=true]", timeout=60_000)

    def shot(self, name: str) -> None:
        """Keep what it looks like."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")


@pytest.fixture
def look(browser: Any, service: Service) -> Iterator[Any]:
    """Make pages of some size and colour: `look(width=390, height=844, dark=True)`. None may err or ask abroad."""
    contexts, pages = [], []

    def make(width: int = 1280, height: int = 800, *, dark: bool = False, address: str = "", **more: Any) -> Seen:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            reduced_motion="reduce", **more,
        )  # fmt: skip
        seen = Seen(context.new_page(), address or service.address)
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.on("console", lambda said: seen.errors.append(said.text) if said.type == "error" else None)
        seen.page.on("request", lambda asked: None if at_home(asked.url) else seen.abroad.append(asked.url))
        contexts.append(context)
        pages.append(seen)
        return seen

    yield make
    for context in contexts:
        context.close()
    for seen in pages:
        assert not seen.errors
        assert not seen.abroad


def at_home(url: str) -> bool:
    """Whether a request stays on this computer."""
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob"} or parts.hostname in OURS
