"""The wheel holds all of brew and nothing else, and what is installed is found."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel('out')"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy of the sources, and return it opened."""
    copy = tmp_path_factory.mktemp("wheel") / "brew"
    copy.mkdir()
    for name in "pyproject.toml", "README.md", "LICENSE":
        shutil.copy(ROOT / name, copy)
    no_caches = shutil.ignore_patterns("__pycache__")
    for name in "brew", "datasets":
        shutil.copytree(ROOT / name, copy / name, ignore=no_caches)
    subprocess.run([sys.executable, "-c", BUILD], cwd=copy, check=True)
    (path,) = (copy / "out").glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(wheel):
    files = (path for path in (ROOT / "brew").rglob("*") if path.is_file())
    ours = {str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc"}
    assert ours <= set(wheel.namelist())


@pytest.mark.slow
def test_the_wheel_holds_nothing_but_the_package(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top.split("-")[0] for top in tops} == {"brew", "brewdl"}


@pytest.mark.slow
def test_the_wheel_brings_the_data_sets_and_puts_them_where_brew_looks(wheel):
    from brew import datasets

    prefix = Path(sysconfig.get_path("data"))
    where = datasets.INSTALLED.relative_to(prefix).as_posix()
    files = (path for path in datasets.ROOT.glob("*/*") if path.is_file())
    wanted = {f"{where}/{path.parent.name}/{path.name}" for path in files}
    brought = {name.partition(".data/data/")[2] for name in wheel.namelist()}
    assert wanted <= brought


@pytest.mark.slow
def test_the_installed_package_finds_its_own_files(wheel, tmp_path):
    wheel.extractall(tmp_path)
    look = (
        "import brew; from brew import zoo; "
        "print(brew.__file__, (zoo.path('lenet') / 'solver.prototxt').exists())"
    )
    command = [sys.executable, "-P", "-c", look]
    said = subprocess.check_output(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, text=True
    )
    assert said.split() == [str(tmp_path / "brew" / "__init__.py"), "True"]


def test_brew_is_found_from_the_folder_where_its_clone_lies(tmp_path):
    (tmp_path / "brew").mkdir()  # which Python would take for a package without code
    clean = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
    command = [sys.executable, "-c", "import brew; print(brew.Net.__name__)"]
    said = subprocess.check_output(command, cwd=tmp_path, env=clean, text=True)
    assert said == "Net\n"
