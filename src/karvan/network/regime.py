"""Document regimes: which border facilities apply to goods, and where carriers take them, by the papers they have.

`docs/semantics.md` §6.6 has the rules. Not covered: who writes the papers anew where one regime ends and the
next begins, and what that takes; it is in the waits of the border.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row

CONSIGNMENT, TRANSIT, CUSTOMS_UNION = "consignment", "transit", "customs_union"


class Documents:
    """The documents that goods of one request travel under, held against the regimes of a corridor.

    `names` are ids of regimes; None is every document that the corridor knows. A customs union is a fact of its
    members and no paper: it holds whatever is held.
    """

    def __init__(self, corridor: Corridor, names: Sequence[str] | None = None) -> None:
        regimes = sorted(corridor.rows("regime"), key=lambda row: row.id)
        self.names = None if names is None else tuple(names)
        self.held = frozenset(row.id for row in regimes if names is None or row.id in names)
        self.unions = tuple(row for row in regimes if row.kind == CUSTOMS_UNION)
        self.consignment = tuple(row for row in regimes if row.kind == CONSIGNMENT)

    def union(self, mode: str, here: str, there: str) -> str:
        """The customs union of which both countries are members; empty where there is none."""
        for row in self.unions:
            if _is_of(row, mode) and {here, there} <= set(row.countries):
                return str(row.id)
        return ""

    def applying(self, fitting: Iterable[Row], mode: str, here: str, there: str) -> list[Row]:
        """Of the border facilities that fit a crossing those that these goods pass.

        Those whose regimes name a document that is held; if there are none, those that name no regime. Between two
        members of a customs union none.
        """
        if self.union(mode, here, there):
            return []
        rows = list(fitting)
        return [row for row in rows if self.held & {*row.regimes}] or [row for row in rows if not row.regimes]

    def lacking(self, fitting: Iterable[Row], mode: str, here: str, there: str) -> tuple[str, ...]:
        """The documents of which one is needed at a crossing, where none is held; none where the goods may pass."""
        rows = list(fitting)
        if not rows or self.union(mode, here, there) or self.applying(rows, mode, here, there):
            return ()
        return tuple(sorted({name for row in rows for name in row.regimes}))

    def consignments(self, mode: str) -> tuple[Row, ...]:
        """The contracts of carriage of a mode, held or not; none where the corridor asks for none."""
        return tuple(row for row in self.consignment if _is_of(row, mode))

    def carried_in(self, mode: str) -> frozenset[str] | None:
        """Countries in which a held contract of carriage holds for a mode; None is anywhere, no contract is asked."""
        known = self.consignments(mode)
        if not known:
            return None
        return frozenset(country for row in known if row.id in self.held for country in row.countries)


def _is_of(regime: Row, mode: str) -> bool:
    return not regime.modes or mode in regime.modes
