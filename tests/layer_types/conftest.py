"""Every test of this folder runs where the files are that rows name."""

import shutil
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "layers"


@pytest.fixture(scope="session")
def _data_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    shutil.copytree(GOLDEN / "data", folder / "data")
    return folder


@pytest.fixture(autouse=True)
def _in_data_folder(_data_folder, monkeypatch):
    monkeypatch.chdir(_data_folder)
