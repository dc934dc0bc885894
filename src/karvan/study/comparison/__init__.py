"""Comparing: the same questions asked of a base and of scenarios, and what differs in the answers."""
