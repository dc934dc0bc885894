"""Trade: what was published of it, what it hangs on, and what would change it."""
