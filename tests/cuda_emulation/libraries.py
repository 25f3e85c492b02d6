"""Build and load stand-ins for cuBLAS and cuRAND that the installed CuPy accepts.

CuPy's modules are linked against libraries of certain names (``libcublas.so.12``)
with versioned symbols. The stand-ins have the same names and versions, and answer
"not supported" to every function that CuPy may call and ``host/*.c`` lacks.
"""

import ctypes
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from . import toolchain

_HOST = Path(__file__).parent / "host"
_BUILD = ("gcc", "-w", "-O2", "-shared", "-fPIC")
_NOT_SUPPORTED = 15  # the status code of both libraries


def load_stand_ins():
    """Load both stand-ins, then CuPy's modules that are linked against them.

    Modules that are imported need not be looked for: CuPy would ask for more
    libraries than it uses.
    """
    for name in ("cublas", "curand"):
        module = f"cupy_backends.cuda.libs.{name}"
        stand_in = _build(name, find_spec(module).origin)
        ctypes.CDLL(str(stand_in), ctypes.RTLD_GLOBAL)
        import_module(module)


def _build(name, module):
    symbols = toolchain.run("nm", "-D", module)
    wanted = re.findall(rf" U ({name}\w+)@(lib{name}\.so\.\d+)", symbols)
    library_name = wanted[0][1]
    sources = {path.name: path.read_text() for path in sorted(_HOST.glob("*.[ch]"))}

    def make(path):
        refusals = path.with_name("refusals.c")
        refusals.write_text("".join(_weak_refusal(function) for function, _ in wanted))
        version = path.with_name("version.map")
        version.write_text(f"{library_name} {{ global: *; }};\n")
        names = f"-Wl,-soname,{library_name},--version-script={version}"
        parts = (_HOST / f"{name}.c", refusals, "-lm")
        toolchain.run(*_BUILD, names, *parts, "-o", path)

    return toolchain.cached(f"{name}.so", (_BUILD, wanted, sources), make)


def _weak_refusal(function):
    return f"__attribute__((weak)) int {function}() {{ return {_NOT_SUPPORTED}; }}\n"
