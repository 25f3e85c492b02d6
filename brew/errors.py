"""Every error that brew raises, and two helpers that make messages kinder.

::

    BrewError
    ├── ProtoError    (ValueError)    a prototxt or binary message that cannot be read
    ├── UnknownAttribute (AttributeError) a top or constant that does not exist
    ├── SpecError     (TypeError)     a NetSpec that is put together wrongly
    ├── ArrayError    (ValueError)    an array or image of the wrong shape or kind
    ├── FileError     (RuntimeError)  a file that is missing, unreadable or unwritable
    ├── CoordMapError (RuntimeError, AssertionError)  tops that cannot be aligned
    │   ├── UndefinedMapException     a layer without a map of its points
    │   └── AxisMismatchException     layers that move points along different axes
    ├── SourceError   (RuntimeError)  a database, HDF5 file or list with bad content
    ├── LayerError    (ValueError)    one layer and its blobs do not fit
    ├── NetError      (ValueError)    layers do not fit together
    │   ├── UnknownName   (KeyError)  a net has no blob or layer of this name
    │   ├── UnknownBottom             a bottom that no earlier layer produced
    │   ├── DuplicateTop              two layers produce the same blob
    │   └── WeightMismatch            stored parameters do not fit a layer
    ├── SolverError   (ValueError)    a solver that is configured or restored wrongly
    ├── CheckError    (AssertionError) a check of ``brew.testing`` that failed
    ├── BackendError  (RuntimeError)  CPU / GPU mode problems
    └── MissingExtra  (ImportError)   an optional package that is not installed

Each also derives from the standard exception that a caller would expect, so
``except ValueError`` and the ``RuntimeError`` of pycaffe keep working.
"""

import difflib
import importlib
from collections.abc import Iterable
from types import ModuleType


class BrewError(Exception):
    """Anything that went wrong in brew and that the caller can mend."""


class ProtoError(BrewError, ValueError):
    """A prototxt, caffemodel or other protobuf message cannot be read."""


class UnknownAttribute(BrewError, AttributeError):
    """A NetSpec has no such top, or P no such constant."""


class SpecError(BrewError, TypeError):
    """A NetSpec is put together wrongly: a bad bottom, an unknown parameter."""


class ArrayError(BrewError, ValueError):
    """An array or image has a shape or content that a function cannot work with."""


class FileError(BrewError, RuntimeError):
    """A file is missing, unreadable, damaged or cannot be written."""


class SourceError(BrewError, RuntimeError):
    """A data source (LMDB, LevelDB, HDF5, image list) is missing or damaged."""


class CoordMapError(BrewError, RuntimeError, AssertionError):
    """Two tops of a NetSpec cannot be aligned: see ``brew.coord_map``."""


class UndefinedMapException(CoordMapError):
    """A layer has no map from the points of its bottom to those of its top."""


class AxisMismatchException(CoordMapError):
    """Maps that are about different axes cannot be composed."""


class LayerError(BrewError, ValueError):
    """A layer cannot work with its parameters or with its bottom blobs."""


class NetError(BrewError, ValueError):
    """The layers of a net do not fit together."""


class UnknownName(NetError, KeyError):
    """A net has no blob, layer or parameter of this name."""

    __str__ = Exception.__str__  # KeyError would put the message into quotes


class UnknownBottom(NetError):
    """A layer names a bottom blob that no earlier layer has produced."""


class DuplicateTop(NetError):
    """Two layers produce a blob of the same name."""


class WeightMismatch(NetError):
    """Stored parameters differ in number or shape from the layer's own."""


class SolverError(BrewError, ValueError):
    """A solver is configured, stepped or restored wrongly."""


class CheckError(BrewError, AssertionError):
    """A check of ``brew.testing`` found a difference."""


class BackendError(BrewError, RuntimeError):
    """The chosen mode or device is not available."""


class MissingExtra(BrewError, ImportError):
    """An optional package is needed here and is not installed."""


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the choice nearest to `word`, or ``""``."""
    spelled = {choice.lower(): choice for choice in choices}
    nearest = difflib.get_close_matches(str(word).lower(), spelled, n=1, cutoff=0.6)
    return f" Did you mean {spelled[nearest[0]]!r}?" if nearest else ""


def import_extra(module: str, extra: str) -> ModuleType:
    """Import an optional `module`, or say which extra of brew installs it.

    Parameters
    ----------
    module : str
        The module's name, such as ``"lmdb"``.
    extra : str
        The extra of ``pyproject.toml`` that brings it, such as ``"data"``.

    Raises
    ------
    MissingExtra
        If the module cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"this needs the package {module!r}, which cannot be imported "
            f"({error}); install it with: pip install 'brewdl[{extra}]'"
        ) from error
