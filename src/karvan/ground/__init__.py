"""The ground floor: errors, units, time, vocabulary."""
