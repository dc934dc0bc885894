"""`python -m karvan`."""

from karvan.cli.main import main

main()
