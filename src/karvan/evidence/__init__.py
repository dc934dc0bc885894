"""Evidence: sources, facts and the basis of numbers."""

from karvan.evidence.ledger import GRADES, Conflict, Ledger

__all__ = ["GRADES", "Conflict", "Ledger"]
