"""The column register: what every table and column of a corridor package means."""

from karvan.tables.column import Column, Table
from karvan.tables.register import BY_NAME, TABLES

__all__ = ["BY_NAME", "TABLES", "Column", "Table"]
