"""What tests share: pictures searched and told in a line, a small sound package, the command line in process."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import karvan
from karvan.cli import main as cli
from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.corridor.package import Description
from karvan.itinerary import Choice, FindItineraries, Option, choose, search
from karvan.network import pack
from karvan.study.plan import Planner
from karvan.testing import draw
from karvan.testing.draw import row

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    # So it is where a shell runs the tests in the background. Processes that are to be interrupted would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def own_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs of tests stand in a folder of their own: none is left with the user's, and none of the user's is met."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KARVAN_RUNS", str(tmp_path_factory.mktemp("runs")))
        yield


MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
"""When goods are ready in pictures, unless said."""


@pytest.fixture(scope="session")
def debian() -> Callable[[str, Callable[[], Path | None]], Path]:
    """A program that a test needs: `debian("chromium", find)` installs the package where `find` gives nothing.

    Only as the user who may; elsewhere the test is skipped, and says what it lacks.
    """

    def have(package: str, find: Callable[[], Path | None]) -> Path:
        may = os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get")
        if find() is None and may:
            patient = ["-o", "DPkg::Lock::Timeout=300", "-qy"]
            for words in (["update"], ["install", "--no-install-recommends", package]):
                subprocess.run(
                    ["apt-get", *patient, *words], capture_output=True, check=False,
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                )  # fmt: skip
        found = find()
        if found is None:
            pytest.skip(f"there is no {package}, and it cannot be installed here")
        return found

    return have


@pytest.fixture
def find() -> Callable[..., Choice]:
    """Search a picture: `find(picture, "A > B", epsilon=0)`; one tonne in one 40-foot box."""

    def find(picture: str | Corridor, ends: str, **asked: Any) -> Choice:
        origin, destination = ends.split(" > ")
        network = pack(draw(picture) if isinstance(picture, str) else picture)
        ask = FindItineraries(origin, destination, **{"depart": MONDAY, "tonnes": 1.0} | asked)
        return choose(network, ask, search(network, ask))

    return find


@pytest.fixture
def best(find: Callable[..., Choice]) -> Callable[..., str]:
    """The option that arrives first, told in a line; "no way" if there is none."""

    def best(picture: str | Corridor, ends: str, **asked: Any) -> str:
        options = find(picture, ends, **asked).options
        return told(options[0]) if options else "no way"

    return best


@pytest.fixture
def tell() -> Callable[[Option], str]:
    """An option in a line: `K1 A 08:00 - B 1+02:00, K2 B ...`; 1+ is the day after the goods are ready."""
    return told


def told(option: Option) -> str:
    def clock(instant: dt.datetime) -> str:
        days = (instant.date() - option.depart.date()).days
        return f"{days}+{instant:%H:%M}" if days else f"{instant:%H:%M}"

    return ", ".join(
        f"{ride.service} {ride.from_place} {clock(ride.depart)} - {ride.to_place} {clock(ride.arrive)}"
        for ride in option.rides
    )


@pytest.fixture(scope="session")
def small() -> Corridor:
    """A sound package: Alpha in China, by rail to Beta, by sea to Gamma in Azerbaijan; every number has its basis."""
    drawn = draw("""
        place   ALPHA CN Asia/Shanghai
        place   BETA  KZ Asia/Almaty
        place   GAMMA AZ Asia/Baku
        train   rail ALPHA 20h BETA  every 24h  1000usd 10kg
        ferry   sea  BETA 10h GAMMA  at 08:00 on 135  200usd 5kg
        truck   road ALPHA 40h GAMMA  every 2h  3000usd 90kg
        change  BETA rail sea 2h 50usd
        border  BETA rail in 3h
    """)
    names = {"ALPHA": "Alpha", "BETA": "Beta", "GAMMA": "Gamma"}
    tables = dict(drawn.tables) | {
        "place": tuple(place._replace(name=names[place.id]) for place in drawn.places()),
        "link": tuple(link._replace(waters="Caspian Sea" * (link.mode == "sea")) for link in drawn.rows("link")),
        "place_name": (row("place_name", place="GAMMA", name="Гамма", language="ru"),),
        "commodity": (row("commodity", id="general", name="General goods", t_per_teu=10.0, usd_per_t=2000.0),),
        "demand": (row("demand", id="d1", origin="ALPHA", destination="GAMMA", commodity="general", year=2024,
                       teu_year=1000.0),),
        "grid_intensity": (row("grid_intensity", country="KZ", year=2024, gco2e_kwh=800.0),),
        "family": (row("family", id="sea", name="By sea", seq=1, modes=("sea",)),),
        "fact": (row("fact", id="F1", subject="all", metric="all", value="1", source="picture", confidence="B"),),
    }  # fmt: skip
    bare = Corridor(Description("small", "A small package"), tables)
    plain = row("basis", facts=("F1",), method="read", grade="B")
    basis = [plain._replace(table=table, row=key, column=column) for table, key, column in sorted(numbers(bare))]
    return Corridor(bare.description, tables | {"basis": tuple(basis)})


@pytest.fixture
def package(small: Corridor, tmp_path: Path) -> Path:
    """The small package as a folder that a test may spoil."""
    small.save(tmp_path / "small")
    return tmp_path / "small"


@pytest.fixture
def karvan_says(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command of the command line in this process: its exit code and all that it printed."""

    def says(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["karvan", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out + printed.err

    return says


@pytest.fixture(scope="session")
def shipped() -> Corridor:
    """The package that ships."""
    return karvan.load()


@pytest.fixture(scope="session")
def planner(shipped: Corridor) -> Planner:
    """The planner on the package that ships, packed once."""
    return Planner(shipped)
