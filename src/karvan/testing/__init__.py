"""Small corridors drawn from text; for tests and documents only."""

from karvan.testing.draw import draw

__all__ = ["draw"]
