"""``python -m brew <command>``; installed, the same is called ``brewdl``."""

import sys

from brew.cli import main

if __name__ == "__main__":
    sys.exit(main())
