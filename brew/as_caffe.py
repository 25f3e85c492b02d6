"""After ``import brew.as_caffe``, ``import caffe`` means brew.

``caffe.io``, ``caffe.proto.caffe_pb2`` and all others are then brew's modules of the
same names: the very same objects, under two names. ``caffe._caffe`` and
``caffe.pycaffe``, which some scripts import, mean brew itself.

``python -m brew run script.py`` does this for a script that shall not be changed.
"""

import importlib
import sys
from importlib.abc import Loader
from importlib.machinery import PathFinder
from importlib.util import spec_from_loader
from pathlib import Path

from brew.log import logger

# This folder holds a package "caffe" for the PYTHONPATH of processes that a script
# starts, such as the kernels of a notebook server: it imports this module.
FOR_CHILDREN = Path(__file__).with_name("for_children")

_FACE = ("caffe", "caffe._caffe", "caffe.pycaffe")


class CaffeFinder:
    """Finds ``caffe.x`` for the import system: it is the module ``brew.x``."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        """Return a spec if the module is Caffe's, else None."""
        if fullname.partition(".")[0] != "caffe":
            return None
        name = "brew" if fullname in _FACE else "brew" + fullname.removeprefix("caffe")
        try:
            return spec_from_loader(fullname, _Same(importlib.import_module(name)))
        except ModuleNotFoundError as error:
            if error.name != name:
                raise  # the module is there, but one that it imports is not
            return None


class _Same(Loader):
    """Loads a module that has been loaded under another name."""

    def __init__(self, module):
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        module.__spec__ = self.spec  # the import system has put its own there


def install():
    """Let ``caffe`` mean brew from now on, in this process.

    If another Caffe is installed, or imported already, a warning says that it is
    not the one that is used.
    """
    if CaffeFinder in sys.meta_path:
        return
    others = [name for name in sys.modules if name.partition(".")[0] == "caffe"]
    where = _file_of_another_caffe()
    if where:
        logger.warning("the Caffe in %s is not used: caffe means brew here", where)
    for name in others:
        del sys.modules[name]
    # in front, so that scripts which put a Caffe on sys.path get brew, too
    sys.meta_path.insert(0, CaffeFinder)
    importlib.import_module("caffe")


def _file_of_another_caffe():
    """Return where a Caffe lies that would be imported without brew, or None."""
    folders = [folder for folder in sys.path if Path(folder) != FOR_CHILDREN]
    spec = PathFinder.find_spec("caffe", folders)
    return spec.origin if spec else None  # None, too, for a folder that is no package


install()
