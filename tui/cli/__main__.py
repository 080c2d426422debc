"""``python -m jobyard.tui.cli`` is ``jobyard``."""

from __future__ import annotations

import sys

from jobyard.tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
