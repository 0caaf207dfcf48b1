"""The door: `python run.py` starts everything, `python run.py --help` lists the other commands."""

import sys

from tracker.cli.dispatch import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
