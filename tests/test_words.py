"""What does not belong into a repository: one machine's paths, half-done work."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Each pattern is written so that it does not match itself.
NOWHERE = {
    "a path of one machine": r"(?<![\w.}])/(?:wor[k]|roo[t]|home/\w+|Users/\w+)/",
    "the address of a package server": r"pypi\.or[g]|pythonhoste[d]|registry\.npmj[s]",
    "unfinished work": r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b",
    "a conflict of a merge": r"^(?:<{7}|>{7}) ",
}
NOT_IN_OUTPUTS = {"a temporary path": r"/tm[p]/|/var/folder[s]/"}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".cfg",
    ".prototxt",
    ".proto",
    ".h",
    ".cu",
    ".c",
    ".cpp",
    ".ipynb",
    ".txt",
    ".tsv",
    "",
}


def test_no_file_names_what_belongs_elsewhere():
    assert [text for path in tracked_files() for text in found(path, NOWHERE)] == []


def test_no_notebook_shows_a_temporary_path():
    notebooks = [path for path in tracked_files() if path.suffix == ".ipynb"]
    assert [text for path in notebooks for text in found(path, NOT_IN_OUTPUTS)] == []


def tracked_files():
    """Return the text files that git holds, recorded data excepted."""
    try:
        listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    names = [name for name in listed.decode().split("\0") if name]
    paths = [ROOT / name for name in names if not name.startswith("tests/golden/")]
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


def found(path, patterns):
    """Yield a sentence for every match of the patterns in a file."""
    text = path.read_text(encoding="utf-8")
    for what, pattern in patterns.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.name}:{line}: {what}: {match[0]!r}"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("see /wor" + "k/main/brew", "a path of one machine"),
        ("/home/" + "anna/brew", "a path of one machine"),
        ("https://pypi" + ".org/simple", "the address of a package server"),
        ("# TO" + "DO: later", "unfinished work"),
    ],
)
def test_each_kind_is_found(text, what, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(json.dumps([text]))
    assert [what in sentence for sentence in found(path, NOWHERE)] == [True]


@pytest.mark.parametrize("text", ["../root/x", "homework/1", "a/root/b", "$HOME/root/"])
def test_harmless_words_are_left_alone(text, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(text)
    assert list(found(path, NOWHERE)) == []
