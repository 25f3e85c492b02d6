#!/usr/bin/env python3
"""Set brew up beside this file and open it, or test it.

    python3 start.py          open the tutorial in JupyterLab
    python3 start.py test     run every test and every notebook

The first run makes the folder .venv and installs into it; later runs start at once.
An old Python must be able to read this file: it shall say that it is too old.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOM_NEEDED = 1.5e9  # bytes: JupyterLab and its friends, and pip's temporary files

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "brew-start.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

REMEDIES = {
    r"No space left|Errno 28|not enough space": (
        "The disk is full. Make some room and run this again."
    ),
    r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate": (
        "The certificate of the package server is not trusted. Behind a company's "
        "proxy, let SSL_CERT_FILE name the proxy's certificate."
    ),
    r"(?i)name ?resolution|getaddrinfo|dns error|NewConnectionError|unreachable"
    r"|connection refused|timed out|ProxyError|error sending request|versions: none": (
        "The packages could not be fetched. Is there a connection to the internet? "
        "Behind a proxy, set HTTPS_PROXY. Then run this again."
    ),
}


class Trouble(Exception):
    """Something that the user can mend; the message says how."""


def main(argv=None):
    """Do what the command line asks for and return the exit code."""
    options = parse_arguments(sys.argv[1:] if argv is None else argv)
    try:
        if options.command == "test":
            prepare(["lab", "data", "test", *options.extras])
            return run(pytest_command(options.pytest), settings_for_tests(options))
        prepare(["lab", *options.extras])
        if options.no_open:
            return 0
        trust_notebooks()
        return run(lab_command(options), clean_environment())
    except Trouble as trouble:
        print(f"\nstart.py: {trouble}", file=sys.stderr)
        return 1


def parse_arguments(argv):
    """Return the options; ``options.pytest`` is what follows ``--``."""
    parser = argparse.ArgumentParser(
        prog="start.py",
        description="Install brew into .venv, then open the tutorial or run the tests.",
        epilog="What follows -- goes to pytest: start.py test -- -x -k lenet",
    )
    add = parser.add_argument
    add("command", nargs="?", choices=["lab", "test"], default="lab")
    add("--no-open", action="store_true", help="lab: install, and leave it at that")
    add("--no-browser", action="store_true", help="lab: print the address only")
    add(
        "--with",
        dest="extras",
        metavar="EXTRA,EXTRA",
        type=lambda text: text.split(","),
        default=[],
        help="install these extras too; `emulation` tests the GPU code, without a GPU",
    )
    cut = argv.index("--") if "--" in argv else len(argv)
    options = parser.parse_args(argv[:cut])
    options.pytest = argv[cut + 1 :]
    if options.command == "lab" and options.pytest:
        parser.error("what follows -- is for the tests: start.py test -- ...")
    return options


def prepare(extras):
    """Make .venv hold brew with these extras, unless it does already."""
    done = read_stamp()
    if set(extras) <= done:
        return
    if shutil.disk_usage(str(ROOT)).free < ROOM_NEEDED:
        raise Trouble(f"make {ROOM_NEEDED / 1e9:g} GB of room in {ROOT} first.")
    if not works(PYTHON):
        make_venv(find_python())
    wanted = ",".join(sorted(done.union(extras)))
    print(f"Installing brew[{wanted}] into {VENV}: a few minutes, only this once.")
    install(["-e", f".[{wanted}]"])
    # Otherwise the first plot of a notebook would print that it builds this cache.
    run_quietly([str(PYTHON), "-c", "import matplotlib.font_manager"])
    STAMP.write_text(json.dumps({"key": fingerprint(), "extras": wanted.split(",")}))


def read_stamp():
    """Return the extras that .venv holds; none if anything has changed since."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return set()
    current = works(PYTHON) and stamp.get("key") == fingerprint()
    return set(stamp["extras"]) if current else set()


def fingerprint():
    """Return what an installation depends on, as one short text."""
    # a venv that was moved to another folder does not work any more
    text = (ROOT / "pyproject.toml").read_bytes() + os.fsencode(str(ROOT))
    return hashlib.sha256(text).hexdigest()


def works(python):
    """Tell whether this Python runs and is new enough."""
    check = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return run_quietly([str(python), "-c", check]) == 0
    except OSError:
        return False


def find_python():
    """Return this Python if it is new enough, else a newer one that is installed."""
    newer = [shutil.which(f"python3.{minor}") for minor in range(20, OLDEST[1] - 1, -1)]
    for python in [sys.executable] + [path for path in newer if path]:
        if works(python):
            return python
    raise Trouble(
        f"brew needs Python 3.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.\n"
        "Install a newer one (www.python.org/downloads) and start this file with it."
    )


def make_venv(python):
    """Make a fresh .venv, with uv where it is installed: it is much faster."""
    if (VENV / "pyvenv.cfg").exists():
        shutil.rmtree(str(VENV))
    if shutil.which("uv"):
        # --seed adds pip: uv may be gone when something is to be installed later.
        follow(["uv", "venv", "--quiet", "--seed", "--python", python, str(VENV)])
        return
    if run_quietly([python, "-c", "import ensurepip, venv"]):
        raise Trouble(missing_ensurepip(python))
    follow([python, "-m", "venv", str(VENV)])


def missing_ensurepip(python):
    """Say how to get what Debian and Ubuntu leave out of their Python."""
    show = "import sys; print('python3.%d-venv' % sys.version_info[1])"
    package = subprocess.check_output([python, "-c", show]).decode().strip()
    return (
        f"{python} cannot make virtual environments. On Debian and Ubuntu type\n\n"
        f"    sudo apt install {package}\n\nand run this again."
    )


def install(what):
    """Install with uv, else with the pip of .venv."""
    uv = ["uv", "pip", "install", "--python", str(PYTHON)]
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    follow((uv if shutil.which("uv") else pip) + what)


def follow(command):
    """Run a command, show what it says, and explain its failure."""
    pipe, merge, env = subprocess.PIPE, subprocess.STDOUT, clean_environment()
    with subprocess.Popen(
        command, cwd=str(ROOT), env=env, stdout=pipe, stderr=merge, errors="replace"
    ) as process:
        said = ""
        for line in process.stdout:
            print(line, end="", flush=True)
            said = (said + line)[-100_000:]
    if process.returncode:
        raise Trouble(f"{explain(said)}\n(exit {process.returncode}: {command})")


def explain(said):
    """Return the remedy for a failed installation, by what it said."""
    fitting = (REMEDIES[pattern] for pattern in REMEDIES if re.search(pattern, said))
    return next(fitting, "The installation failed; the lines above say why.")


def trust_notebooks():
    """Let JupyterLab show the pictures of the notebooks before they are run."""
    notebooks = sorted(map(str, (ROOT / "notebooks").glob("*.ipynb")))
    run_quietly([str(PYTHON), "-m", "jupyter", "trust", *notebooks])


def lab_command(options):
    """Return the command that opens the first notebook in JupyterLab."""
    notebooks = ROOT / "notebooks"
    first = [*notebooks.glob("index.ipynb"), *sorted(notebooks.glob("01-*.ipynb"))]
    command = [str(PYTHON), "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    command += ["--no-browser"] * options.no_browser
    # Jupyter refuses to serve root, but a container often has no other user.
    command += ["--allow-root"] * (hasattr(os, "geteuid") and os.geteuid() == 0)
    return [*command, f"--LabApp.default_url=/lab/tree/notebooks/{first[0].name}"]


def pytest_command(arguments):
    """Return the command that runs all tests, and the notebooks as tests."""
    command = [str(PYTHON), "-m", "pytest", "--nbval", "--nbval-current-env"]
    command += ["--nbval-cell-timeout=300", "--nbval-sanitize-with", "tests/nbval.cfg"]
    return [*command, "-m", "not gpu", "tests", "notebooks", *arguments]


def settings_for_tests(options):
    """Return the environment of the tests, free of the user's own settings."""
    environment = clean_environment()
    environment["PYTHONHASHSEED"] = "0"  # notebooks print the same sets every time
    environment["IPYTHONDIR"] = str(VENV / "ipython")
    if "emulation" in options.extras:
        environment["BREW_CUPY"] = "emulate"
    return environment


def clean_environment():
    """Return the environment without what an active venv has put into it."""
    foreign = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if name not in foreign}


def run(command, environment):
    """Run a command until it ends; Ctrl-C is its matter. Return its exit code."""
    signal.signal(signal.SIGINT, lambda *_: None)
    code = subprocess.call(command, cwd=str(ROOT), env=environment)
    return code if code >= 0 else 128 - code


def run_quietly(command):
    """Run a command, show nothing, and return its exit code."""
    nothing, environment = subprocess.DEVNULL, clean_environment()
    return subprocess.call(command, env=environment, stdout=nothing, stderr=nothing)


if __name__ == "__main__":
    sys.exit(main())
