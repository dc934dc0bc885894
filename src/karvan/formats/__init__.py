"""Outside formats, one file each: theirs in, ours out."""
