"""What a report of a run says, chapter by chapter; a verb's own chapters are one function in one file."""
