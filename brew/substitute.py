"""use: put your own function in the place of one of brew's.

Everything that layers compute lies in the functions of ``brew/ops``. Write one of
them yourself, as you would on paper, and let whole nets run on it.
"""

import functools
import inspect
import pkgutil
from importlib import import_module

from brew import ops
from brew.errors import LayerError, did_you_mean

ADDED = ("dW", "db")  # gradients of parameters are added to, all others replaced


class use:  # noqa: N801  reads as a verb: brew.use(softmax_forward=mine)
    """Compute with functions of your own, from now on or in a ``with`` block.

    Your function gets the arguments of the one it replaces and may leave out
    those that only say where to write (``out``, or ``dx``, ``dW``, ``db``): then it
    returns its results, in this order, and they are written for it. It may also
    leave out settings that it does not know, as long as layers do not use them.

    Parameters
    ----------
    **functions : callable
        By the name of what they replace: ``convolution_forward``, ``relu_backward``,
        ``pooling_max_forward``...; ``brew.use.names()`` lists all.

    Raises
    ------
    LayerError
        If there is no such function; and, when a layer computes, if a result has
        the wrong shape or a setting is needed that your function does not take.

    Examples
    --------
    >>> import numpy, brew
    >>> def my_relu(x):
    ...     return numpy.where(x > 0, x, 0)
    >>> with brew.use(relu_forward=my_relu):
    ...     pass  # net.forward() computes with it here
    """

    def __init__(self, **functions):
        table = _table()
        for name, function in functions.items():
            if name not in table:
                raise LayerError(
                    f"brew has no function {name!r} to replace."
                    + did_you_mean(name, table)
                    + " brew.use.names() lists all"
                )
            if not callable(function):
                raise LayerError(f"{name} needs a function, not {function!r}")
        self._before = {}
        for name, function in functions.items():
            module, attribute = table[name]
            original = getattr(module, attribute)
            self._before[module, attribute] = original
            setattr(module, attribute, _adapted(function, original, name))

    def stop(self):
        """Put brew's own functions back."""
        for (module, attribute), original in self._before.items():
            setattr(module, attribute, original)
        self._before = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @staticmethod
    def names():
        """Return the names of all functions that can be replaced, sorted."""
        return sorted(_table())


@functools.cache
def _table():
    """Return ``{name: (module, attribute)}`` of all functions that write a result."""
    table = {}
    for info in pkgutil.iter_modules(ops.__path__):
        module = import_module(f"{ops.__name__}.{info.name}")
        for attribute, function in vars(module).items():
            if not inspect.isfunction(function) or attribute.startswith("_"):
                continue
            if function.__module__ == module.__name__ and _outputs(function):
                table[f"{info.name}_{attribute}"] = (module, attribute)
                if attribute not in ("forward", "backward"):
                    table.setdefault(attribute, (module, attribute))
    return table


def _outputs(function):
    """Return the names of the arguments that say where to write."""
    parameters = inspect.signature(function).parameters
    return [name for name in ("out", "dx", *ADDED) if name in parameters]


def _adapted(function, original, name):
    """Return `function` with the signature of `original`."""
    signature = inspect.signature(original)
    taken = inspect.signature(function).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in taken.values())
    outputs = _outputs(original)
    writes = takes_all or any(output in taken for output in outputs)

    @functools.wraps(function)
    def replacement(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        given = dict(bound.arguments)
        room = {output: given.pop(output) for output in outputs}
        if given.pop("dW_is_new", False):
            room["dW"].fill(0)  # then yours may add to it
        known = {k: v for k, v in given.items() if takes_all or k in taken}
        _check_left_out(given, known, signature, name)
        if writes:
            known |= {k: v for k, v in room.items() if takes_all or k in taken}
            return function(**known)
        return _write(function(**known), room, name)

    return replacement


def _check_left_out(given, known, signature, name):
    for setting, value in given.items():
        default = signature.parameters[setting].default
        if setting in known or default is inspect.Parameter.empty:
            continue
        if not _is_default(value, default):
            raise LayerError(
                f"your {name} takes no {setting!r}, but a layer needs {setting} = "
                f"{value!r}; add it to the function, or use another net"
            )


def _is_default(value, default):
    """Tell whether a setting changes nothing; (1, 1) is the default 1, spelled out."""
    if value is None or default is None:
        return value is default
    values = value if isinstance(value, tuple) else (value,)
    defaults = default if isinstance(default, tuple) else (default,)
    return set(values) == set(defaults)


def _write(result, room, name):
    """Write what a function has returned to where it belongs."""
    results = result if isinstance(result, tuple) else (result,)
    if len(results) < len(room):
        raise LayerError(
            f"your {name} returned {len(results)} results, but {len(room)} are needed: "
            f"{', '.join(room)}"
        )
    for (output, place), values in zip(room.items(), results, strict=False):
        if place is None:
            continue
        try:
            if output in ADDED:
                place += values
            else:
                place[...] = values
        except (ValueError, TypeError) as error:
            raise LayerError(
                f"your {name} returned {output} of shape "
                f"{getattr(values, 'shape', type(values).__name__)}, but shape "
                f"{place.shape} is needed"
            ) from error
    return next((place for place in room.values() if place is not None), result)
