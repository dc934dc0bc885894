"""Parts of `tools/trace_links.py`: graphs to trace on, the search along them, and checks of what was traced."""
