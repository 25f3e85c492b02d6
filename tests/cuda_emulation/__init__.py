"""The real CuPy on a machine without a GPU: its CUDA calls are served by the CPU.

CuPy is a thick layer of Python and Cython over a few dozen CUDA functions. This
package replaces those functions before CuPy is imported, and nothing else: dtype
rules, argument checks, error messages and the CUDA source of every kernel are
CuPy's own. A test that passes so is *emulated*; it has not run on a GPU.

====================  ==========================================================
module                what it stands in for
====================  ==========================================================
``capsules.py``       (the trick) swaps functions between compiled modules
``memory.py``         device and pinned memory, with guards around each piece
``streams.py``        streams and events; copies happen as late as CUDA allows
``kernels.py``        the compiler and the launch: g++ and ``host/cuda_on_cpu.h``
``libraries.py``      cuBLAS and cuRAND: ``host/cublas.c``, ``host/curand.c``
``device.py``         the table: which CUDA function is served by which of these
``emulation.py``      puts all of it in place; the functions that tests use
``plugin.py``         the pytest side: levels, header, markers, guards
====================  ==========================================================

Found here: host and device arrays mixed, NumPy functions that CuPy lacks, dtypes,
writes outside an array, uninitialised memory, wrong kernel arguments, missing
barriers (run both thread orders), missing synchronisation with pinned memory.

Not found here: speed, occupancy, memory limits, races inside a warp, the last
bits of nvcc and cuBLAS, TF32, cuRAND's numbers. Sorting, ``random.Generator``,
kernel templates and warp intrinsics are refused; complex numbers work in part.
"""
