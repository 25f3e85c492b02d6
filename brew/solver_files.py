"""Snapshots: write, find and read the state of a solver.

A snapshot is a pair of files: ``<prefix>_iter_<N>.caffemodel`` with the parameters
and ``<prefix>_iter_<N>.solverstate`` with iteration and history, so that training
can go on. The state appears last and seals the pair: where it is, all of it is.
Beside Caffe's own fields the state holds where each data layer was and the state of
each random generator: training resumes with the same bits. Real Caffe passes over
these.
"""

import json
import re
from glob import escape
from pathlib import Path

import numpy

from brew.errors import BrewError, FileError, SolverError
from brew.files import remove_stale, write_together
from brew.log import logger
from brew.net_files import is_hdf5
from brew.net_hdf5 import open_hdf5, read_hdf5, write_params
from brew.proto import caffe_pb2
from brew.proto.binary import blobproto_to_arrays, read_message, to_bytes
from brew.proto.stored import layers_in_file


def snapshot(solver):
    """Write model and state; return their two paths.

    Raises
    ------
    FileError
        If they cannot be written, as on a full disk. All earlier snapshots are
        untouched then.
    """
    prefix = snapshot_prefix(solver.param)
    as_hdf5 = solver.param.snapshot_format == caffe_pb2.SolverParameter.HDF5
    kind, h5 = ("HDF5", ".h5") if as_hdf5 else ("binary proto", "")
    model = f"{prefix}_iter_{solver.iter}.caffemodel{h5}"
    state = f"{prefix}_iter_{solver.iter}.solverstate{h5}"
    logger.info("Snapshotting to %s file %s", kind, model)
    message = _to_message(solver, model)
    write = _write_hdf5 if as_hdf5 else _write_binary
    try:
        with write_together(model, state) as (model_file, state_file):
            write(solver, message, model_file, state_file)
            logger.info("Snapshotting solver state to %s file %s", kind, state)
    except FileError as error:
        last = newest_snapshot(solver.param) or "none"
        raise FileError(f"{error} The last whole snapshot: {last}") from error
    return model, state


def newest_snapshot(param):
    """Find the newest snapshot of a SolverParameter's ``snapshot_prefix``.

    Snapshots that are damaged, or whose model is missing, are passed over with a
    warning.

    Returns
    -------
    str or None
        The path of a .solverstate(.h5) to restore; None if there is none.
    """
    prefix = Path(snapshot_prefix(param))
    found = []
    for path in prefix.parent.glob(f"{escape(prefix.name)}_iter_*.solverstate*"):
        number = re.search(r"_iter_(\d+)\.solverstate(\.h5)?$", path.name)
        if number:
            found.append((int(number[1]), path.stat().st_mtime, str(path)))
    for _, _, state in sorted(found, reverse=True):
        try:
            _check_snapshot(state)
        except BrewError as error:
            logger.warning("Passing over the snapshot %s: %s", state, error)
        else:
            return state
    return None


def restore(solver, path):
    """Bring a solver to the state that a .solverstate(.h5) file holds.

    Raises
    ------
    SolverError
        If the history does not fit this solver's type or net.
    FileError, ProtoError
        If a file is missing or damaged.
    """
    message, history = _read_state(path)
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
    """Find out now, not after hours, whether snapshots can be written.

    What killed trainings of the same prefix left half-written is removed.
    """
    prefix = Path(snapshot_prefix(param))
    folder = prefix.parent
    for stale in remove_stale(folder, f"{escape(prefix.name)}_iter_*"):
        logger.info("Removed %s, left half-written by a killed training", stale)
    probe = folder / f".{prefix.name}_iter_probe.tempfile"
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
            _restore_layer(layers[entry.layer], entry.state_json)


def _restore_layer(layer, state_json):
    try:
        layer.set_state(json.loads(state_json))
    except BrewError:
        raise
    except Exception as error:  # whatever stands in a damaged file
        raise SolverError(
            f"layer {layer.name!r} ({layer.type}): its stored state cannot be used "
            f"({error!r}): damaged file?"
        ) from error


def _nets(solver):
    yield "train", solver.net
    for i, net in enumerate(solver.test_nets):
        yield f"test {i}", net


def _find_model(name, state_path):
    """Take the path as written, else the file of that name beside the state."""
    beside = Path(state_path).parent / Path(name).name
    return name if Path(name).exists() or not beside.exists() else beside


def _load_history(blob, stored, path):
    if isinstance(stored, caffe_pb2.BlobProto):
        stored, _ = blobproto_to_arrays(stored)
    # states of 2014 have four axes: (20,) was stored as (1, 1, 1, 20)
    if stored.shape not in (blob.shape, (1,) * (4 - len(blob.shape)) + blob.shape):
        raise SolverError(
            f"{path}: the history of parameter {blob.name} has shape {stored.shape}, "
            f"but the net needs {blob.shape}; is it from another net?"
        )
    blob.mutable_cpu_data()[...] = stored.reshape(blob.shape)


def _write_binary(solver, message, model_file, state_file):
    param = solver.net.to_proto(solver.param.snapshot_diff)
    model_file.write(to_bytes(param, message.learned_net))
    message.history.extend(blob.to_proto() for blob in solver.history)
    state_file.write(to_bytes(message, "the solver state"))


def _write_hdf5(solver, message, model_file, state_file):
    write_params(solver.net, model_file, solver.param.snapshot_diff)
    with open_hdf5(state_file) as file:
        file["iter"] = [message.iter]
        # of fixed length, as Caffe's HDF5 reader needs it
        file["learned_net"] = numpy.bytes_(message.learned_net)
        file["current_step"] = [message.current_step]
        group = file.create_group("history")
        for i, blob in enumerate(solver.history):
            group[str(i)] = blob.cpu_data()
        extra = caffe_pb2.SolverState(brew_layer_state=message.brew_layer_state)
        file["brew_layer_state"] = numpy.frombuffer(extra.SerializeToString(), "uint8")


def _read_state(path):
    """Return the SolverState of a file, and its history as blobs or arrays."""
    if str(path).endswith(".h5"):
        return _read_hdf5_state(path)
    message = read_message(path, caffe_pb2.SolverState())
    return message, list(message.history)


def _check_snapshot(path):
    """Raise a BrewError unless state and model can be read to their ends."""
    message, _ = _read_state(path)
    if not message.learned_net:
        raise FileError(f"{path}: names no model")
    model = _find_model(message.learned_net, path)
    if not is_hdf5(model):
        for _ in layers_in_file(model):
            pass
        return
    with read_hdf5(model):
        pass


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
