"""What the browser tests need: they download nothing by themselves."""

import importlib.util
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
ON_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = [
    "--no-sandbox",  # a container's only user is often root
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def find_chromium():
    """Return the path of an installed Chromium or its like, or None."""
    found = filter(None, map(shutil.which, NAMES))
    return next(found, str(ON_MACOS) if ON_MACOS.exists() else None)


def missing():
    """Return a sentence about what is not installed; empty if all is there."""
    for module, extra in ("jupyterlab", "lab"), ("playwright", "test"):
        if not importlib.util.find_spec(module):
            return f"{module} is missing: pip install -e '.[{extra}]'"
    return "" if find_chromium() else "Chromium is missing: install it or Chrome"
