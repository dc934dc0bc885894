"""Joining the World Trade Organization: what is bound by it, or what membership has done elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, shown

if TYPE_CHECKING:
    from karvan.study.trade.duties import Duties, Pair
    from karvan.study.trade.what_if import TradeChange


@dataclass(frozen=True)
class Club:
    """Who is in the organization in a year, and who joins it."""

    members: frozenset[str]
    joins: tuple[str, ...]
    unknown: tuple[str, ...]
    """Countries of which the package does not say whether they are in it."""


def wrong_accession(change: TradeChange, where: str) -> Iterator[Problem]:
    """What is wrong in the words of a change, whatever the package."""
    for code in sorted({code for code in change.accession if change.accession.count(code) > 1}):
        yield Problem(f"{where}, accession", f"{code} twice", "name each country once")
    if change.to_bound and not change.accession:
        yield Problem(f"{where}, to_bound", "nobody joins", "say whose accession binds the duties")
    if change.to_bound and change.by == "agreement":
        yield Problem(f"{where}, to_bound", "by: agreement", "count by duty: as a whole no duty is counted")


def bound(
    change: TradeChange, corridor: Corridor, known: Duties, countries: Sequence[str], year: int
) -> tuple[dict[Pair, tuple[float, float]], list[str]]:
    """Duties of those who join on goods of members: the least of what is taken and what is bound, or the bound itself.

    A binding is the most that a member may take. What it does not touch is left out, and said.

    Returns: before and after by seller and buyer, and what a reader must know.
    Raises: InputError for a member, and where a bound or a present duty is not known.
    """
    club = _club(change, corridor, countries, year)
    most = {row.country: row.bound_pct for row in corridor.rows("wto")}
    found: dict[Pair, tuple[float, float]] = {}
    problems, said = [], list(_left_out(club))
    for buyer in club.joins:
        least = most[buyer]
        if least is None:
            remedy = "add it to wto.csv, or count membership as it has worked elsewhere (by: agreement)"
            problems.append(Problem(f"bound duty of {buyer}", "not known", remedy))
            continue
        sellers = [code for code in countries if code != buyer and code in {*club.members, *club.joins}]
        before = {code: duty.rate_pct for code in sellers if (duty := known.find(code, buyer)) is not None}
        if unknown := [code for code in sellers if code not in before]:
            remedy = "add it to duty.csv, or give a file of tariffs"
            problems.append(Problem(f"duty of {buyer}", f"not known on goods of {', '.join(unknown)}", remedy))
            continue
        after = {code: least if change.to_bound else min(rate, least) for code, rate in before.items()}
        moved = {(code, buyer): (before[code], after[code]) for code in sellers if after[code] != before[code]}
        found |= moved
        said.append(_told(buyer, least, list(before.values()), len(moved), rises=change.to_bound))
    if problems:
        raise InputError("accession", problems)
    return found, said


def _told(buyer: str, least: float, before: Sequence[float], moved: int, *, rises: bool) -> str:
    """What a binding does to the duties of who joins."""
    ends = sorted({min(before, default=0.0), max(before, default=0.0)})
    taken = f"{buyer}: bound at {least:g} %, applied {' to '.join(f'{end:g} %' for end in ends)}"
    if not moved:
        return f"{taken}: {'they are at the bound already' if rises else 'binding takes nothing away'}"
    if rises:
        return f"{taken}: taken to the bound on goods of {moved} of {len(before)} members, which is what it allows"
    return f"{taken}: cut to the bound on goods of {moved} of {len(before)} members"


def joining(
    change: TradeChange, corridor: Corridor, countries: Sequence[str], year: int
) -> tuple[tuple[Pair, ...], list[str]]:
    """Pairs, both ways, of which both are members after some countries join, and were not before.

    Returns: the pairs by seller and buyer, and what a reader must know.
    Raises: InputError for a member.
    """
    club = _club(change, corridor, countries, year)
    inside = [code for code in countries if code in {*club.members, *club.joins}]
    pairs = tuple(
        (one, other) for one in inside for other in inside if one != other and not {one, other} <= club.members
    )
    outside = [code for code in countries if code not in inside and code not in club.unknown]
    said = f"{', '.join(club.joins)}: with {len(inside) - 1} others who are members then"
    rest = f"; not members, and left out: {', '.join(outside)}" if outside else ""
    return pairs, [said + rest, *_left_out(club)]


def _left_out(club: Club) -> Iterator[str]:
    if club.unknown:
        yield f"left out, as it is not known whether they are members: {', '.join(club.unknown)}"


def _club(change: TradeChange, corridor: Corridor, countries: Sequence[str], year: int) -> Club:
    """Members of the year. Raises InputError for whoever cannot join."""
    since = {row.country: row.since for row in corridor.rows("wto")}
    members = frozenset(code for code in countries if (when := since.get(code)) is not None and when <= year)
    out = [code for code in countries if code in since and code not in members]
    problems = []
    for code in change.accession:
        if code not in since:
            remedy = "add it to wto.csv"
            problems.append(Problem(f"accession of {code}", "not known whether it is a member", remedy))
        elif code in members:
            remedy = f"of {year} give one of {', '.join(out)}" if out else f"in {year} all of them are"
            problems.append(Problem(f"accession of {code}", f"a member since {since[code]}", remedy))
    if problems:
        raise InputError(f"change {shown(change.name)}", problems)
    return Club(members, tuple(sorted(change.accession)), tuple(code for code in countries if code not in since))
