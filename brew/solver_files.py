"""Snapshots: write and read the state of a solver.

A snapshot is a pair of files, both replaced as a whole or not at all:
``<prefix>_iter_<N>.caffemodel`` with the parameters and
``<prefix>_iter_<N>.solverstate`` with iteration and history, so that training can
go on. Beside Caffe's own fields the state holds where each data layer was and the
state of each random generator: training resumes with the same bits. Real Caffe
passes over these.
"""

import json
from pathlib import Path

import numpy

from brew.errors import FileError, SolverError
from brew.log import logger
from brew.net_hdf5 import read_hdf5, write_hdf5
from brew.proto import caffe_pb2
from brew.proto.binary import read_message, write_message


def snapshot(solver):
    """Write model and state; return their two paths."""
    prefix = snapshot_prefix(solver.param)
    is_hdf5 = solver.param.snapshot_format == caffe_pb2.SolverParameter.HDF5
    kind, h5 = ("HDF5", ".h5") if is_hdf5 else ("binary proto", "")
    model = f"{prefix}_iter_{solver.iter}.caffemodel{h5}"
    state = f"{prefix}_iter_{solver.iter}.solverstate{h5}"
    logger.info("Snapshotting to %s file %s", kind, model)
    save = solver.net.save_hdf5 if is_hdf5 else solver.net.save
    save(model, write_diff=solver.param.snapshot_diff)
    logger.info("Snapshotting solver state to %s file %s", kind, state)
    message = _to_message(solver, model)
    if is_hdf5:
        _write_hdf5_state(message, solver.history, state)
    else:
        message.history.extend(blob.to_proto() for blob in solver.history)
        write_message(message, state)
    return model, state


def restore(solver, path):
    """Bring a solver to the state that a .solverstate(.h5) file holds.

    Raises
    ------
    SolverError
        If the history does not fit this solver's type or net.
    FileError, ProtoError
        If a file is missing or damaged.
    """
    if str(path).endswith(".h5"):
        message, history = _read_hdf5_state(path)
    else:
        message = read_message(path, caffe_pb2.SolverState())
        history = list(message.history)
    if len(history) != len(solver.history):
        raise SolverError(
            f"{path}: holds {len(history)} history blobs, but the {solver.type} solver "
            f"of this net needs {len(solver.history)}; is it from another solver type "
            "or another net?"
        )
    if message.learned_net:
        solver.net.copy_from(_find_model(message.learned_net, path))
    for blob, stored in zip(solver.history, history, strict=True):
        _load_history(blob, stored, path)
    solver.iter = message.iter
    solver.current_step = message.current_step
    _restore_layers(solver, message)


def snapshot_prefix(param):
    """Return ``snapshot_prefix``; SolverError if it is not set."""
    if not param.snapshot_prefix:
        raise SolverError(
            "a snapshot needs a name: set snapshot_prefix in the solver, such as "
            'snapshot_prefix: "lenet"'
        )
    return param.snapshot_prefix


def check_can_snapshot(param):
    """Find out now, not after hours, whether snapshots can be written."""
    folder = Path(snapshot_prefix(param)).parent
    probe = folder / f".{Path(param.snapshot_prefix).name}_iter_probe.tempfile"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise FileError(
            f"snapshots cannot be written to the folder {folder} "
            f"({error.strerror}); make it, or change snapshot_prefix"
        ) from error


def _to_message(solver, model):
    message = caffe_pb2.SolverState(
        iter=solver.iter, learned_net=model, current_step=solver.current_step
    )
    for net_name, net in _nets(solver):
        for layer in net.layers:
            if state := layer.get_state():
                message.brew_layer_state.add(
                    net=net_name, layer=layer.name, state_json=json.dumps(state)
                )
    return message


def _restore_layers(solver, message):
    nets = dict(_nets(solver))
    for entry in message.brew_layer_state:
        layers = nets[entry.net].layer_dict if entry.net in nets else {}
        if entry.layer in layers:
            layers[entry.layer].set_state(json.loads(entry.state_json))


def _nets(solver):
    yield "train", solver.net
    for i, net in enumerate(solver.test_nets):
        yield f"test {i}", net


def _find_model(name, state_path):
    """Take the path as written, else the file of that name beside the state."""
    beside = Path(state_path).parent / Path(name).name
    return name if Path(name).exists() or not beside.exists() else beside


def _load_history(blob, stored, path):
    shape = blob.shape
    if isinstance(stored, caffe_pb2.BlobProto):
        blob.from_proto(stored)
    else:
        blob.reshape(stored.shape)
        blob.mutable_cpu_data()[...] = stored
    if blob.shape != shape:
        stored_shape = blob.shape
        blob.reshape(shape)
        raise SolverError(
            f"{path}: the history of parameter {blob.name} has shape {stored_shape}, "
            f"but the net needs {shape}; is it from another net?"
        )


def _write_hdf5_state(message, history, path):
    with write_hdf5(path) as file:
        file["iter"] = [message.iter]
        # of fixed length, as Caffe's HDF5 reader needs it
        file["learned_net"] = numpy.bytes_(message.learned_net)
        file["current_step"] = [message.current_step]
        group = file.create_group("history")
        for i, blob in enumerate(history):
            group[str(i)] = blob.cpu_data()
        extra = caffe_pb2.SolverState(brew_layer_state=message.brew_layer_state)
        file["brew_layer_state"] = numpy.frombuffer(extra.SerializeToString(), "uint8")


def _read_hdf5_state(path):
    message = caffe_pb2.SolverState()
    with read_hdf5(path) as file:
        if "brew_layer_state" in file:
            message.ParseFromString(file["brew_layer_state"][...].tobytes())
        message.iter = int(file["iter"][...].ravel()[0])
        message.current_step = int(file["current_step"][...].ravel()[0])
        if "learned_net" in file:
            name = file["learned_net"][()]
            message.learned_net = name.decode() if isinstance(name, bytes) else name
        group = file["history"]
        history = [group[str(i)][...] for i in range(len(group))]
    return message, history
