"""The pages for people tell the truth: links lead somewhere, and examples run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_floors import ORDER

ROOT = Path(__file__).parent.parent
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_exists(page):
    assert list(dead_ends((ROOT / page).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("page", "most"), [("ARCHITECTURE.md", 120), ("CONTRIBUTING.md", 60)]
)
def test_a_page_is_short(page, most):
    assert len((ROOT / page).read_text(encoding="utf-8").splitlines()) <= most


def test_architecture_names_every_module():
    words = set(
        re.findall(r"\w+", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    )
    assert set(ORDER) - words == set()


def test_the_example_of_the_readme_runs(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    said = subprocess.check_output([sys.executable, "-c", example], cwd=ROOT, text=True)
    assert said == "(8, 20, 12, 12) (20, 1, 5, 5)\n"


def dead_ends(text):
    """Yield each link, and each path in code, that leads to no file or folder."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    code = re.findall(
        r"`((?:brew|tests|notebooks|datasets|benchmarks)/[\w./-]*)`", text
    )
    yield from (name for name in links + code if not (ROOT / name).exists())


def test_dead_ends_are_found():
    text = "[a](README.md) [b](gone.md) `brew/gone.py` `brew/net.py` [c](https://x.org)"
    assert list(dead_ends(text)) == ["gone.md", "brew/gone.py"]
