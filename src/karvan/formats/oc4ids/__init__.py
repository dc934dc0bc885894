"""OC4IDS 0.9.5, the Open Contracting for Infrastructure Data Standard: packages of projects, out and in."""
