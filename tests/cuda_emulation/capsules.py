"""Swap functions that compiled Cython modules lend to each other.

A Cython module offers its C functions in a dict, ``__pyx_capi__``: name → capsule
holding the address, named by the C signature. Other modules read the dict when
they are imported, so a capsule replaced before that redirects all later calls.
"""

import atexit
import ctypes
import re
import traceback
from collections import Counter

calls = Counter()  # how often each replaced function was called
errors = []  # exceptions of replaced functions: they cannot cross the C caller

_C_TYPES = {
    "void": None,
    "int": ctypes.c_int,
    "int __pyx_skip_dispatch": ctypes.c_int,
    "unsigned int": ctypes.c_uint,
    "float": ctypes.c_float,
    "size_t": ctypes.c_size_t,
    "uintmax_t": ctypes.c_size_t,
    "intptr_t": ctypes.c_ssize_t,
    "PyObject *": ctypes.py_object,
    "CUdevice": ctypes.c_int,
    "cudaMemcpyKind": ctypes.c_int,
}

_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_capsule_name = ctypes.pythonapi.PyCapsule_GetName
_capsule_name.restype = ctypes.c_char_p
_capsule_name.argtypes = [ctypes.py_object]

_kept_alive = []  # C code holds these addresses for the life of the process
_finished = []  # true once Python shuts down and our modules may be gone
atexit.register(_finished.append, True)


def replace_functions(module, functions):
    """Put Python `functions` (name → callable) in place of those of `module`.

    Both kinds of callers are served: Python's ``module.name`` and the C table.
    An exception is kept in :data:`errors` and the caller sees 0.
    """
    for name, function in functions.items():
        served = _count_and_guard(name, function)
        capsule = module.__pyx_capi__.get(name)
        if capsule is not None:
            signature = _capsule_name(capsule)
            module.__pyx_capi__[name] = _make_capsule(served, signature)
        setattr(module, name, served)


def _count_and_guard(name, function):
    def served(*args):
        calls[name] += 1
        try:
            return function(*args)
        except BaseException as error:
            traceback.print_exc()
            errors.append((name, error))
            return 0

    return served


def _make_capsule(function, signature):
    """Wrap `function` as a C function of the given signature, in a capsule."""
    result, arguments = re.match(r"(.*?) ?\((.*)\)$", signature.decode()).groups()
    result = "PyObject *" if result.endswith(("*", "PyObject")) else result
    names = [] if arguments == "void" else [a.strip() for a in arguments.split(",")]
    types = [_C_TYPES.get(name, ctypes.c_void_p) for name in names]
    returns_object = result == "PyObject *"

    # all that the callback needs at shutdown is bound here, not looked up then
    def callback(*args, nothing=... if returns_object else 0, finished=_finished):
        value = None if finished else function(*args)
        return nothing if value is None else value

    c_function = ctypes.PYFUNCTYPE(_C_TYPES[result], *types)(callback)
    _kept_alive.extend([c_function, signature])
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(c_function))
    address = ctypes.cast(c_function, ctypes.c_void_p)
    return _new_capsule(address, signature, None)
