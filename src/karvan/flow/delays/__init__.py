"""What those wait who come to a queue, on average over a year."""
