"""The emulated device: which CUDA function is served by what."""

from . import kernels, memory, streams

NAME = "CPU emulation"
COMPUTE_CAPABILITY = (9, 0)
ARCHITECTURE = "90"
_MEMORY_BYTES = 1 << 34
# cudaDeviceAttr: threads a block, warp size, multiprocessors, compute capability
_ATTRIBUTES = {1: 1024, 10: 32, 16: 4, 75: 9, 76: 0}
_PROPERTIES = {
    "name": NAME.encode(),
    "warpSize": 32,
    "multiProcessorCount": 4,
    "maxThreadsPerBlock": 1024,
    "major": COMPUTE_CAPABILITY[0],
    "minor": COMPUTE_CAPABILITY[1],
    "totalGlobalMem": _MEMORY_BYTES,
}


def _answer(value):
    return lambda *_: value


def _allocate(size, *_):
    return memory.device.allocate(size)


def _free(address, *_):
    streams.synchronize()  # cudaFree waits for the device
    memory.device.release(address)


def _allocate_host(size, *_):
    return memory.pinned.allocate(size)


def _free_host(address, *_):
    streams.synchronize()
    memory.pinned.release(address)


def _new_handle(*_):
    return streams.new_handle()


def _attribute(attribute, *_):
    return _ATTRIBUTES.get(attribute, 1)


def _synchronize_device(*_):
    streams.synchronize()


RUNTIME = {
    "getDeviceCount": _answer(1),
    "getDevice": _answer(0),
    "setDevice": _answer(None),
    "getDeviceProperties": lambda *_: dict(_PROPERTIES),
    "deviceGetAttribute": _attribute,
    "deviceCanAccessPeer": _answer(0),
    "deviceSynchronize": _synchronize_device,
    "_ensure_context": _answer(None),
    "driverGetVersion": _answer(13000),
    "memGetInfo": _answer((_MEMORY_BYTES, _MEMORY_BYTES)),
    "pointerGetMemoryType": _answer(0),
    "malloc": _allocate,
    "mallocAsync": _allocate,
    "mallocManaged": _allocate,
    "free": _free,
    "freeAsync": _free,
    "hostAlloc": _allocate_host,
    "freeHost": _free_host,
    "memcpy": streams.copy,
    "memcpyAsync": streams.copy_async,
    "memset": streams.fill,
    "memsetAsync": streams.fill_async,
    "streamCreate": _new_handle,
    "streamCreateWithFlags": streams.create_stream,
    "streamCreateWithPriority": streams.create_stream,
    "streamDestroy": streams.synchronize,
    "streamSynchronize": streams.synchronize,
    "streamQuery": streams.synchronize,
    "streamIsCapturing": _answer(0),
    "streamWaitEvent": streams.wait_event,
    "eventCreate": _new_handle,
    "eventCreateWithFlags": _new_handle,
    "eventDestroy": _answer(None),
    "eventRecord": streams.record_event,
    "eventSynchronize": streams.synchronize_event,
    "eventQuery": streams.synchronize_event,
    "eventElapsedTime": _answer(0.0),
}

DRIVER = {
    "ctxGetCurrent": _answer(1),
    "funcGetAttribute": _answer(1024),
    "occupancyMaxActiveBlocksPerMultiprocessor": _answer(1),
    "moduleLoadData": kernels.load_module,
    "moduleUnload": _answer(None),
    "moduleGetFunction": kernels.get_function,
    "launchKernel": kernels.launch,
}
