"""Choose CPU or GPU as ``--gpu`` and the solver file say."""

from brew import backend
from brew.cli._flags import UsageError
from brew.log import log
from brew.proto import caffe_pb2


def gpu_ids(text):
    """Return the device numbers in `text`: a comma-separated list, or "all".

    Raises
    ------
    UsageError
        If the text is neither, or names a GPU that is not there.
    BackendError
        If GPUs cannot be used here.
    """
    if text != "all" and not all(part.strip().isdecimal() for part in text.split(",")):
        raise UsageError(f"--gpu={text}: needs device numbers such as 0, or 'all'")
    num_gpus = backend.num_gpus()
    ids = range(num_gpus) if text == "all" else [int(i) for i in text.split(",")]
    for device_id in ids:
        if device_id >= num_gpus:
            raise UsageError(
                f"--gpu={text}: there is no GPU {device_id}; this machine has "
                f"{num_gpus}, counted from 0"
            )
    return list(ids)


def use_device(gpu, solver_param=None):
    """Switch to the GPU that `gpu` or the solver names, else to the CPU.

    A solver file that leaves ``solver_mode`` out runs on the CPU, although the
    field's default is GPU: Caffe's tool does so.

    Parameters
    ----------
    gpu : str
        The value of ``--gpu``; "" if it was not given.
    solver_param : SolverParameter, optional
        What the solver file says; its ``solver_mode`` counts if `gpu` is "".
    """
    ids = gpu_ids(gpu) if gpu else _ids_of_solver(solver_param)
    if len(ids) > 1:
        raise UsageError(f"--gpu={gpu}: one GPU at a time, please: --gpu={ids[0]}")
    if not ids:
        log("Use CPU.")
        backend.set_mode_cpu()
        return
    log(f"Use GPU with device ID {ids[0]}")
    backend.set_device(ids[0])
    backend.set_mode_gpu()


def _ids_of_solver(param):
    asks_for_gpu = (
        param is not None
        and param.HasField("solver_mode")
        and param.solver_mode == caffe_pb2.SolverParameter.GPU
    )
    return [param.device_id] if asks_for_gpu else []
