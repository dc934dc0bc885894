"""What a service is started with: folders, who may ask, and how much."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from karvan.ground.errors import InputError, Problem, shown

SHORTEST_TOKEN = 16
"""Characters; shorter ones can be guessed."""
SLOWEST = 64 * 2**10
"""Bytes a second that a long body must come with."""
DIGEST = "sha256:"
"""How a line of a file of tokens begins that holds a digest instead of the token itself."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request, or all of them together, may ask for."""

    body_bytes: int = 4 * 2**20
    """Of a request; packages that are uploaded have a limit of their own."""
    upload_bytes: int = 64 * 2**20
    unpacked_bytes: int = 64 * 2**20
    """Of such a package, unpacked; the one that ships has 3 MiB."""
    memory_bytes: int = 3 * 2**30
    """That the check of one may take, where the system can hold it to it."""
    uploads: int = 50
    """Packages that are kept."""
    rows: int = 10_000
    """Rows of a batch, of places of a matrix on one side, and of a table in one answer."""
    jobs_waiting: int = 100
    jobs_kept: int = 1000
    job_hours: float = 12.0
    """The longest that a job may work."""
    request_seconds: float = 60.0
    """The longest that an answer which is no job may take."""
    at_once: int = 256
    """Requests that are worked on or wait for it at once; more are told to come again."""
    streams: int = 64
    """Clients that follow jobs at once; each holds a connection, and counts among no others."""
    body_seconds: float = 30.0
    """In which a body must have come, and at least `SLOWEST` bytes a second of a long one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a service is started with."""

    data: Path
    """Folder of uploaded packages and of jobs."""
    host: str = "127.0.0.1"
    port: int = 8400
    packages: Mapping[str, Path] = field(default_factory=dict)
    """Packages besides those that ship and those that were uploaded, by the id they are asked for by."""
    tokens: tuple[str, ...] = ()
    """SHA-256 of each token, hexadecimal; none lets everyone in, which is allowed on loopback only."""
    database: str = ""
    """URL of a PostgreSQL that several services share; a file in `data` if not given."""
    workers: int = 1
    """Jobs that are worked on at once."""
    limits: Limits = Limits()

    @property
    def uploads(self) -> Path:
        """Where uploaded packages stand."""
        return self.data / "corridors"

    def checked(self) -> Settings:
        """The settings themselves. Raises InputError for a service that anyone could reach and use."""
        if not on_loopback(self.host) and not self.tokens:
            problem = Problem(
                "host", f"{shown(self.host)}, which others can reach, and no token",
                "give --token-file, or leave --host out to serve this computer only",
            )  # fmt: skip
            raise InputError("the service", [problem])
        return self

    def lets_in(self, token: str) -> bool:
        """Whether this is one of the tokens. Takes as long for each wrong one."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        alike = [hmac.compare_digest(digest, known) for known in self.tokens]  # all of them, on purpose
        return any(alike)


def on_loopback(host: str) -> bool:
    """Whether only this computer reaches a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_tokens(path: Path) -> tuple[str, ...]:
    """Digests of the tokens in a file: one a line, as they are or as sha256:DIGEST; # begins a remark.

    Raises InputError where it cannot be read, others may read it, or a token is too short.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        open_to_others = os.name == "posix" and path.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError) as refused:
        remedy = "give a file with one token a line"
        raise InputError("the service", [Problem("token-file", f"{path} ({refused})", remedy)]) from None
    said = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    said = [(number, line) for number, line in said if line and not line.startswith("#")]
    wrong = [
        Problem(f"token-file, line {number}", "a token that is too short or no digest",
                f"give {SHORTEST_TOKEN} characters or more, or {DIGEST} and 64 hexadecimal digits")
        for number, line in said if not _is_digest(line) and (len(line) < SHORTEST_TOKEN or line.startswith(DIGEST))
    ]  # fmt: skip
    if open_to_others and any(not _is_digest(line) for _, line in said):
        wrong.append(Problem("token-file", f"{path}, which others may read", f"chmod 600 {path}, or write digests"))
    if not said:
        wrong.append(Problem("token-file", f"{path}, which holds no token", "write one token a line"))
    if wrong:
        raise InputError("the service", wrong)
    return tuple(
        line.removeprefix(DIGEST).lower() if _is_digest(line) else hashlib.sha256(line.encode()).hexdigest()
        for _, line in said
    )


def _is_digest(line: str) -> bool:
    digits = line.removeprefix(DIGEST)
    return line.startswith(DIGEST) and len(digits) == 64 and all(digit in "0123456789abcdefABCDEF" for digit in digits)
