"""Assignment on networks of links: zones, trips and volume-delay functions."""
