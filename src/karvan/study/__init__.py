"""The use cases: the only place where engines meet."""
