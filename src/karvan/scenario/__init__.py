"""Scenarios: the kinds of change, and a corridor bent by them."""

from karvan.scenario.change import Change, ScaleCell, SetCell, bend, read_change

__all__ = ["Change", "ScaleCell", "SetCell", "bend", "read_change"]
