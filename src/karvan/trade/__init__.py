"""Trade: what is sold between countries, what it hangs on, and what a change of its costs would do."""
