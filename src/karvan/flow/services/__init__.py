"""Assignment of goods to the services and facilities of a corridor."""
