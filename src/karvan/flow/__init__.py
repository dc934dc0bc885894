"""Flows: demand on a network whose capacity is short."""
