"""Python: a layer that the user wrote."""

from importlib import import_module

from brew.errors import LayerError, did_you_mean
from brew.layer import Layer, register


@register("Python")
class Python(Layer):
    r"""Run a layer that the user wrote: a class in a module of the user's.

    .. math:: y = \text{whatever its forward computes from } x

    The class derives from ``brew.Layer`` (with ``import brew as caffe``:
    ``caffe.Layer``) and has the methods ``setup``, ``reshape``, ``forward`` and,
    if it is to learn, ``backward``. The module is found as by Python's own
    ``import``: on ``sys.path``, which ``PYTHONPATH`` adds to.

    ======  ================  ===================================================
    bottom  x0, ... (any)     as many as its methods use
    top     y0, ... (any)     the shapes that its ``reshape`` gives
    params  any               what its ``setup`` appends to ``self.blobs``
    proto   ``python_param``  ``module``: its name, as in an import statement;
                              ``layer``: the name of the class;
                              ``param_str`` [""]: what setup finds as
                              self.param_str; ``share_in_parallel`` [false]: not used
    ======  ================  ===================================================

    Backward: what its backward does.

    Source: Caffe. Also in GPU mode it works on NumPy arrays.

    Example::

        # my_layers.py defines: class Double(brew.Layer)
        layer {
          name: "double" type: "Python"
          bottom: "x"  # (2, 3)
          top: "y"
          python_param { module: "my_layers" layer: "Double" }
        }

    Raises
    ------
    LayerError
        If there is no such module or class, or the class is no layer.
    """

    host_only = True

    def __new__(cls, param):
        """Return a layer of the user's class; there are none of this one."""
        p = param.python_param
        layer = _find_class(param, _import(param, p.module), p.layer)(param)
        layer.param_str = p.param_str
        return layer


def _import(param, name):
    if not all(part.isidentifier() for part in name.split(".")):
        raise _error(
            param,
            f"python_param names the module {name!r}; write its name as in an import "
            'statement, such as module: "my_layers"',
        )
    try:
        return import_module(name)
    except ImportError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            remedy = "start Python in the folder of its file, or add it to PYTHONPATH"
        else:
            remedy = "mend what that module imports"
        raise _error(
            param, f"the module {name!r} cannot be imported ({error}); {remedy}"
        ) from error


def _find_class(param, module, name):
    found = vars(module).get(name)
    if found is None:
        raise _error(
            param,
            f"the module {module.__name__!r} ({_file_of(module)}) has no class "
            f"{name!r}.{did_you_mean(name, _layers_of(module))} If it is new, restart "
            "Python or importlib.reload the module",
        )
    if not (isinstance(found, type) and issubclass(found, Layer)):
        raise _error(
            param,
            f"{name!r} in the module {module.__name__!r} is no layer; write: "
            f"class {name}(brew.Layer)",
        )
    return found


def _layers_of(module):
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Layer)
    ]


def _file_of(module):
    return getattr(module, "__file__", None) or "without a file"


def _error(param, message):
    return LayerError(f"layer {param.name!r} (Python): {message}")
