"""Put the emulation in place, and what tests ask of it.

>>> from tests.cuda_emulation import emulation      # doctest: +SKIP
>>> emulation.start()                               # before CuPy is imported
>>> import cupy
>>> cupy.arange(3) + 1
array([1, 2, 3])
>>> emulation.check()                               # raises if anything went wrong
"""

import os
import sys
from importlib.metadata import PackageNotFoundError, version

from . import capsules, device, kernels, libraries, memory, streams, toolchain

_DISTRIBUTIONS = ("cupy-cuda12x", "cupy-cuda13x")
_CUPY_VERSION = "14.2."  # its internals are what we hang on
_PRECOMPILED = {
    "cupy": ("sort", "argsort", "lexsort", "partition", "argpartition", "unique"),
    "cupy.random": ("default_rng", "Generator"),
}

copies = streams.copies
copied_bytes = streams.copied_bytes
launches = kernels.launches
thread_order = kernels.thread_order


def missing():
    """Say what the emulation lacks on this machine; "" if nothing."""
    if not sys.platform.startswith("linux"):
        return "it needs Linux"
    found = cupy_version()
    if not found.startswith(_CUPY_VERSION):
        return (
            f"it needs cupy-cuda12x {_CUPY_VERSION}*, found {found or 'none'}; "
            "install it with: pip install -e '.[emulation]'"
        )
    tools = toolchain.missing_tools()
    if tools:
        return f"it needs {' and '.join(tools)}, of gcc, g++ and binutils"
    return ""


def cupy_version():
    """Return the version of the installed CuPy, or "" (CuPy is not imported)."""
    for distribution in _DISTRIBUTIONS:
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    return ""


def start():
    """Put the emulation in place, then import CuPy."""
    if "cupy" in sys.modules:
        raise RuntimeError("start the emulation before CuPy is imported")
    os.environ["CUPY_ACCELERATORS"] = ""  # no CUB, no cuTENSOR
    from cupy_backends.cuda.api import driver, runtime

    capsules.replace_functions(runtime, device.RUNTIME)
    capsules.replace_functions(driver, device.DRIVER)
    libraries.load_stand_ins()
    import cupy

    _replace_compiler()
    cupy.cuda.set_allocator(None)  # no pool: exact sizes, so that guards work
    _refuse_precompiled()


def check():
    """Raise if anything went wrong since the last call, then forget it.

    Raises
    ------
    SystemError
        A kernel or a copy wrote outside of its memory.
    RuntimeError
        An emulated CUDA function failed; CuPy could not be told.
    """
    errors, capsules.errors[:] = list(capsules.errors), []
    streams.synchronize()
    memory.device.check()
    memory.pinned.check()
    if errors:
        raise RuntimeError("; ".join(f"{name}: {error}" for name, error in errors))


def _replace_compiler():
    from cupy.cuda import compiler

    def compile_source(source, options=(), arch=None, filename="", names=(), *_, **__):
        if names:
            raise NotImplementedError("CUDA emulation: kernel templates")
        try:
            path = kernels.compile_kernels(source, options)
        except RuntimeError as error:
            raise compiler.CompileException(
                str(error), source, "kernel", options, "g++"
            ) from error
        return str(path).encode(), None

    class NoCache(compiler._KernelCacheBackend):
        """Ours is in toolchain.py: CuPy's would mix with a real GPU's."""

        def load(self, name):
            return None

        def save(self, *args, **kwargs):
            pass

    architecture = device.ARCHITECTURE
    compiler._compile_using_nvrtc_no_warning = compile_source
    compiler._preprocess = lambda *_: "emulation"
    compiler._get_arch = lambda: architecture
    compiler._get_arch_for_options_for_nvrtc = lambda arch=None: (
        f"-arch=sm_{arch or architecture}",
        "cubin",
    )
    compiler._get_nvrtc_version = lambda: (12, 9)
    compiler._kernel_cache_backend = NoCache()


def _refuse_precompiled():
    """Refuse what CuPy ships as compiled GPU code: it would return garbage."""
    for module, names in _PRECOMPILED.items():
        for name in names:
            setattr(sys.modules[module], name, _refusal(f"{module}.{name}"))


def _refusal(name):
    def refuse(*args, **kwargs):
        raise NotImplementedError(f"CUDA emulation: {name} is precompiled for GPUs")

    return refuse
