"""Compiled loops, and the one place that configures the compiler."""
