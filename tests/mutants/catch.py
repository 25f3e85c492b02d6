"""Plant one bug in a temporary copy of brew, and run the checks on it."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = Path(__file__).with_name("run.py")


def catch(mutant):
    """Return the names of the checks that fail with this bug planted.

    Raises
    ------
    ValueError
        If the text to replace is not there exactly once: the source has changed,
        and the mutant must follow.
    RuntimeError
        If the checks cannot even start.
    """
    with tempfile.TemporaryDirectory() as folder:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "brew", Path(folder) / "brew", ignore=ignore)
        path = Path(folder) / mutant.file
        path.write_text(mutated(mutant), encoding="utf-8")
        return failing_checks(folder, mutant.type)


def mutated(mutant):
    """Return the text of the file with the bug in it."""
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise ValueError(
            f"{mutant.file} holds {mutant.old!r} {text.count(mutant.old)} times, not "
            "once; bring tests/mutants/planted.py up to date"
        )
    return text.replace(mutant.old, mutant.new)


def failing_checks(folder, type_name):
    """Return the names of the checks that fail with the brew in `folder`."""
    command = [sys.executable, str(RUN), str(folder), type_name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the checks of {type_name} did not run:\n{done.stderr}")
    return [line for line in done.stdout.splitlines() if line]
