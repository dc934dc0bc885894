"""Tables and documents out of results; nothing is computed here."""
