"""Tell about the GPUs of this machine.

Examples::

    python -m brew device_query --gpu=0
    python -m brew device_query --gpu=all
"""

from brew import backend
from brew.cli._device import gpu_ids
from brew.cli._flags import parse_flags
from brew.log import init_log, log

# What Caffe prints, and under which name CUDA keeps it.
PROPERTIES = {
    "Major revision number": "major",
    "Minor revision number": "minor",
    "Name": "name",
    "Total global memory": "totalGlobalMem",
    "Total shared memory per block": "sharedMemPerBlock",
    "Total registers per block": "regsPerBlock",
    "Warp size": "warpSize",
    "Maximum memory pitch": "memPitch",
    "Maximum threads per block": "maxThreadsPerBlock",
    "Maximum dimension of block": "maxThreadsDim",
    "Maximum dimension of grid": "maxGridSize",
    "Clock rate": "clockRate",
    "Total constant memory": "totalConstMem",
    "Texture alignment": "textureAlignment",
    "Concurrent copy and execution": "deviceOverlap",
    "Number of multiprocessors": "multiProcessorCount",
    "Kernel execution timeout": "kernelExecTimeoutEnabled",
}
YES_NO = ("deviceOverlap", "kernelExecTimeoutEnabled")


def main(argv: list[str]) -> int:
    """Run ``device_query --gpu=IDS``; without the flag, all GPUs."""
    flags = parse_flags("device_query", __doc__, argv, uses=("gpu",))
    init_log()
    ids = gpu_ids(flags.gpu or "all")
    log(f"Querying GPUs {','.join(map(str, ids))}")
    for device_id in ids:
        log(f"{'Device id:':<31}{device_id}")
        for label, value in describe(backend.gpu_properties(device_id)):
            log(f"{label + ':':<31}{value}")
    return 0


def describe(properties):
    """Yield (label, value) for each property that Caffe prints and CUDA knows.

    Parameters
    ----------
    properties : dict
        As CuPy returns them. CUDA 13 has dropped some.
    """
    for label, key in PROPERTIES.items():
        value = properties.get(key)
        if value is None:
            continue
        if key in YES_NO:
            value = "Yes" if value else "No"
        elif isinstance(value, bytes):
            value = value.decode()
        elif isinstance(value, tuple | list):
            value = ", ".join(map(str, value))
        yield label, value
