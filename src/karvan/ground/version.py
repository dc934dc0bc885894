"""The version of karvan, as results record it."""

VERSION = "0.1.0"
