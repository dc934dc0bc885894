"""The power system under scenarios: runs, comparisons, published figures, claims and cases."""
