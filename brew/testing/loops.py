"""Plain loops in place of the fast ops, to see that both say the same."""

import importlib
import inspect
import pkgutil
from contextlib import ExitStack, contextmanager
from functools import wraps
from unittest import mock

from brew import reference

WRITTEN = {"out", "taps", "dx", "gates", "c", "h", "dc_prev", "d_gates"}
ADDED_TO = {"dW", "db"}


@contextmanager
def loops_in_place_of_ops():
    """Run brew with every op replaced by the loop of the same name.

    ``brew.reference`` holds, for the functions of ``brew.ops``, twins of the same
    name that are plain loops. Layers call ops through their module, so that a
    function can be put in place. Loops that need something else than their ops are
    left out.
    """
    with ExitStack() as patches:
        for module in pkgutil.iter_modules(reference.__path__):
            loops = importlib.import_module(f"brew.reference.{module.name}")
            fast = importlib.import_module(f"brew.ops.{module.name}")
            for name, loop in inspect.getmembers(loops, inspect.isfunction):
                if _can_stand_in(loop, getattr(fast, name, None)):
                    stand_in = _stand_in(loop, getattr(fast, name))
                    patches.enter_context(mock.patch.object(fast, name, stand_in))
        yield


def _can_stand_in(loop, op):
    """Tell whether `loop` needs nothing that `op` does not take."""
    is_public = op is not None and not loop.__name__.startswith("_")
    return is_public and _arguments(loop).keys() <= _arguments(op).keys()


def _stand_in(loop, op):
    """Return `loop` with the arguments of `op` that say where to write.

    These are ``out``, or ``dx``, ``dW``, ``db``: the gradients in the order in which
    the loop returns them. As in the op, those of parameters are added to.
    """
    extra = [name for name in _arguments(op) if name not in _arguments(loop)]

    @wraps(op)
    def call(*args, **kwargs):
        bound = inspect.signature(op).bind(*args, **kwargs)
        if bound.arguments.pop("dW_is_new", False):
            bound.arguments["dW"].fill(0)  # then adding is right
        outputs = [bound.arguments.pop(name, None) for name in extra]
        results = loop(*bound.args, **bound.kwargs)
        many = results if isinstance(results, tuple) else [results]
        for name, out, result in zip(extra, outputs, many, strict=False):
            if out is not None and name in WRITTEN | ADDED_TO:
                out[...] = result if name in WRITTEN else out + result
        return results

    return call


def _arguments(function):
    return inspect.signature(function).parameters
