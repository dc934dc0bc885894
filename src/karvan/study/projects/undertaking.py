"""A project as it is appraised: when it opens, what it costs, and what had to be assumed of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from karvan.corridor import Corridor
from karvan.corridor.row import key_of
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.works import month, share_open
from karvan.study.projects.request import Appraise
from karvan.tables.plans import PLANNABLE, PLANNED


@dataclass(frozen=True)
class Assumed:
    """A number that nobody has published, and what was taken for it."""

    what: str
    value: str
    why: str


@dataclass(frozen=True)
class Undertaking:
    """A project as it is appraised: when it opens, what it costs, and what was assumed of that."""

    id: str
    name: str
    opens: str
    capex_musd: float | None
    """None: nobody says it, and no net value is told."""
    capex_grade: str
    upkeep_musd: float
    life_years: float
    ramp_years: float | None
    begins: int
    payers: tuple[str, ...]
    effect_grade: str
    """The worst among its effects and what it builds."""
    assumed: tuple[Assumed, ...]

    def share(self, year: int) -> float:
        """How much of its effects is there in a year."""
        return share_open(self.opens, self.ramp_years, year)

    def capital(self, years: Sequence[int]) -> list[float]:
        """Million USD a year, spent evenly from beginning to opening; what comes before the first year in it."""
        if self.capex_musd is None:
            return [0.0] * len(years)
        last = max(int(month(self.opens) - 1e-9), self.begins)
        spent = [0.0] * len(years)
        for year in range(self.begins, last + 1):
            at = min(max(year - years[0], 0), len(years) - 1)
            spent[at] += self.capex_musd / (last - self.begins + 1)
        return spent

    def residual(self, last: int) -> float:
        """What is left of its capital at the end of the last year, worn out evenly, million USD."""
        used = max(last + 1 - month(self.opens), 0.0)
        return (self.capex_musd or 0.0) * max(1 - used / self.life_years, 0.0)


def undertaking(corridor: Corridor, project: str, ask: Appraise) -> Undertaking:
    """A project as it is appraised. Raises InputError for one that there is not, or that changes nothing."""
    row = corridor.row("project", project)
    if row.outside:
        raise InputError("the request", [Problem(f"project/{project}", "nothing to model", row.outside)])
    assumed: list[Assumed] = []
    opens = ask.opens.get(project, row.opens)
    if not opens:
        opens = f"{ask.start + ask.build_years}-01"
        assumed.append(Assumed("opens", opens, "nobody says when: so many years after the first"))
    if row.starts and opens < row.starts:
        raise InputError("the request", [Problem(f"opens {project}", opens, f"work on it begins in {row.starts}")])
    begins = int(month(row.starts)) if row.starts else int(month(opens)) - ask.build_years
    if not row.starts:
        assumed.append(Assumed("begins", str(begins), f"nobody says when: {ask.build_years} years before it opens"))
    capex = ask.capex_musd.get(project, row.capex_musd)
    grade = "D" if project in ask.capex_musd else corridor.evidence.grade("project", project, "capex_musd")
    if capex is None:
        assumed.append(Assumed("capital", "unknown", "nobody says what it costs: no net value is told"))
    upkeep = row.opex_musd_year
    if upkeep is None:
        upkeep = ask.upkeep_share * (capex or 0.0)
        assumed.append(Assumed("upkeep", f"{upkeep:.3g} million USD a year", f"{ask.upkeep_share:.0%} of capital"))
    life = row.life_years
    if life is None:
        life = ask.life_years
        assumed.append(Assumed("life", f"{life:g} years", "nobody says it"))
    return Undertaking(
        project, row.name, opens, capex, grade, upkeep, life, row.ramp_years, begins, tuple(row.countries),
        effect_grade(corridor, project), tuple(assumed),
    )  # fmt: skip


def effect_grade(corridor: Corridor, project: str) -> str:
    """The worst grade among a project's effects and the numbers of what it builds."""
    ledger = corridor.evidence
    grades = [
        ledger.grade("effect", f"{row.project}:{row.seq}", "amount")
        for row in corridor.rows("effect")
        if row.project == project and row.amount is not None
    ]
    built = {
        (table, key_of(table, row))
        for table in (f"{PLANNED}{name}" for name in PLANNABLE)
        for row in corridor.rows(table)
        if project in row.projects
    }
    grades += [basis.grade for (table, key, _), basis in ledger.basis.items() if (table, key) in built]
    return max(grades, default="D")


def check_projects(corridor: Corridor, projects: Sequence[str]) -> None:
    """Raise InputError for none, one twice, and those that there are not."""
    problems = []
    if not projects:
        problems.append(Problem("projects", "none", "give one or more: see karvan scenarios or docs/projects.md"))
    for name in sorted(set(projects)):
        if projects.count(name) > 1:
            problems.append(Problem("projects", f"{shown(name)} twice", "give each once"))
        if name not in corridor.by_key("project"):
            near = nearest(name, corridor.by_key("project"))
            remedy = f"nearest: {', '.join(near)}" if near else "see docs/projects.md"
            problems.append(Problem("projects", f"no project {shown(name)}", remedy))
    if problems:
        raise InputError("the request", problems)
