"""The itinerary engine: request -> Pareto set of itineraries, each kept or left out for a reason."""

from karvan.itinerary.answer import answer
from karvan.itinerary.choice import Choice, choose
from karvan.itinerary.option import Leg, Option
from karvan.itinerary.plan import Assumption, Number, Plan
from karvan.itinerary.request import FindItineraries, Load, tonnes_of
from karvan.itinerary.search import search
from karvan.itinerary.whynot import LeftOut

__all__ = [
    "Assumption",
    "Choice",
    "FindItineraries",
    "LeftOut",
    "Leg",
    "Load",
    "Number",
    "Option",
    "Plan",
    "answer",
    "choose",
    "search",
    "tonnes_of",
]
