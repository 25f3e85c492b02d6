"""A private copy of the files that golden cases read, as the working folder."""

import shutil
import sys

import pytest

from .golden_case import FOLDER


@pytest.fixture(scope="module")
def _layer_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    shutil.copytree(FOLDER / "layers" / "data", folder / "data")
    return folder


@pytest.fixture
def layer_folder(_layer_folder, monkeypatch):
    """Work where the prototxts' relative paths lead somewhere."""
    monkeypatch.chdir(_layer_folder)
    monkeypatch.syspath_prepend(_layer_folder / "data")
    yield _layer_folder
    sys.modules.pop("fx_pylayer", None)


@pytest.fixture
def files_folder(request, tmp_path, monkeypatch):
    """Work in a fresh copy of ``nets/files`` or ``formats/files``."""
    folder = tmp_path / "files"
    shutil.copytree(FOLDER / request.param / "files", folder)
    monkeypatch.chdir(folder)
    return folder
