"""Projects appraised: worlds with and without them, what they are worth a year, and what follows from it."""
