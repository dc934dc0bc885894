"""A document in blocks, and its writers: HTML, Markdown and PDF, each one file that needs nothing from elsewhere."""
