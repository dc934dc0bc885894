"""The gazetteer: from what people call a place to the place."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem, shown

LONGEST_NAME = 200


def plain(name: str) -> str:
    """A name without case, accents, punctuation and spaces, so that usual spellings agree."""
    # The dotless i of Turkish and Azerbaijani has no accent to take off; its capital is I.
    text = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ə", "a").replace("Ə", "a").casefold())
    return "".join(c for c in text if c.isalnum())


class Gazetteer:
    """Names of a corridor's places, in any script. An id is meant first, then a code, then a name."""

    def __init__(self, corridor: Corridor) -> None:
        self.corridor = corridor
        self._by_id = {place.id.casefold(): place for place in corridor.places()}
        self._by_code: dict[str, list[Row]] = defaultdict(list)
        self._by_name: dict[str, list[Row]] = defaultdict(list)
        for place in corridor.places():
            self._by_code[place.unlocode.casefold()].append(place)
            self._name(place.name, place)
        for other in corridor.rows("place_name"):
            self._name(other.name, corridor.place(other.place))

    def _name(self, name: str, place: Row) -> None:
        if plain(name) and place not in self._by_name[plain(name)]:
            self._by_name[plain(name)].append(place)

    def find_places(self, text: str) -> Sequence[Row]:
        """Every place that `text` may mean; none, one or several."""
        text = text.strip()
        if not text or len(text) > LONGEST_NAME:
            return ()
        if text.casefold() in self._by_id:
            return (self._by_id[text.casefold()],)
        return self._by_code.get(text.casefold()) or self._by_name.get(plain(text)) or ()

    def place(self, text: str, address: str = "place") -> Row:
        """The place that `text` means. Raises InputError, naming the nearest three or those that it may mean."""
        found = self.find_places(text)
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"{place.id} ({place.name}, {place.country})" for place in found[:3])
            remedy = f"it may be {names}: give the id"
        else:
            near = self.nearest(text)
            remedy = (
                f"nearest: {', '.join(f'{place.name} ({place.id})' for place in near)}"
                if near
                else "give a place's name"
            )
        raise InputError("the request", [Problem(address, shown(text) if text else "nothing", remedy)])

    def nearest(self, text: str, most: int = 3) -> list[Row]:
        """The places whose names are most like `text`, best first."""
        wanted = plain(text[:LONGEST_NAME])
        scores: dict[str, tuple[float, Row]] = {}
        matcher = SequenceMatcher(b=wanted, autojunk=False)
        for name, places in self._by_name.items():
            matcher.set_seq1(name)
            score = matcher.ratio() + 0.5 * (bool(wanted) and name.startswith(wanted))
            for place in places:
                scores[place.id] = max(scores.get(place.id, (0.0, place)), (score, place), key=lambda entry: entry[0])
        ranked = sorted(scores.values(), key=lambda entry: (-entry[0], entry[1].id))
        return [place for _, place in ranked[:most]]
