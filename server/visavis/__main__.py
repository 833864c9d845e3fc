"""`python -m visavis` is the command `visavis`."""

from visavis.cli import main

main()
