"""Reading nets and solvers of any age: what is old is made new, as Caffe does it.

The steps for a net, in this order: layers of 2013 (V0) to those of 2014 (V1);
image settings of V1 data layers to ``transform_param``; V1 to today's ``layer``;
``input`` fields to an Input layer; the three ``param`` of old BatchNorm layers to
learning rate 0. Each step does nothing where there is nothing old.
"""

import logging
import os

from brew.errors import ProtoError
from brew.files import read_bytes
from brew.proto import caffe_pb2
from brew.proto.binary import parse_binary
from brew.proto.text import is_binary, parse_content, read_prototxt
from brew.proto.upgrade_v0 import is_v0, upgrade_v0
from brew.proto.upgrade_v1 import has_old_transforms, is_v1, move_transforms, upgrade_v1

_SOLVER_TYPES = ("SGD", "Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam")
_warn = logging.getLogger("brew").warning


def read_net(path):
    """Read a net from a prototxt or a binary file, and upgrade it.

    Parameters
    ----------
    path : str or Path
        A prototxt or a .caffemodel; the content decides which it is.

    Returns
    -------
    NetParameter

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    ProtoError
        If it is neither, or damaged, or old in a way that cannot be upgraded.
    """
    content, net = read_bytes(path), caffe_pb2.NetParameter()
    parse = parse_binary if is_binary(content) else parse_content
    return upgrade_net(parse(content, net, str(path)), str(path))


def read_solver(path):
    """Read a solver's prototxt, upgrade it, and fill in its snapshot_prefix.

    Nets that stand inline in the solver are upgraded too. (Caffe forgets them, and
    then takes an old one for a net without layers.)

    Raises
    ------
    FileError
        If the file is missing or unreadable.
    ProtoError
        If it is not a valid solver.
    """
    solver = read_prototxt(path, caffe_pb2.SolverParameter())
    return set_snapshot_prefix(upgrade_solver(solver, str(path)), str(path))


def net_needs_upgrade(net):
    """Say whether :func:`upgrade_net` would change anything in a NetParameter."""
    return bool(
        is_v0(net)
        or is_v1(net)
        or has_old_transforms(net)
        or net.input
        or _old_batch_norms(net)
    )


def upgrade_net(net, source="net", warn=_warn):
    """Bring a NetParameter to today's form, in place, and return it.

    Parameters
    ----------
    net : NetParameter
        Any age.
    source : str, default "net"
        Its name, for messages.
    warn : callable
        Gets a line of text for each setting of an old layer that cannot be kept;
        by default it is logged.

    Raises
    ------
    ProtoError
        If the net mixes old and new layers, or its input shapes do not add up.
    """
    try:
        if is_v0(net):
            upgrade_v0(net, warn)
        move_transforms(net)
        if is_v1(net):
            upgrade_v1(net)
        _upgrade_inputs(net)
    except ProtoError as error:
        raise ProtoError(f"{source}: {error}") from None
    for layer in _old_batch_norms(net):
        for param in layer.param:
            param.lr_mult = param.decay_mult = 0
    return net


def solver_needs_upgrade(solver):
    """Say whether :func:`upgrade_solver` would change a SolverParameter."""
    return solver.HasField("solver_type") or any(
        net_needs_upgrade(net) for net in _inline_nets(solver)
    )


def upgrade_solver(solver, source="solver", warn=_warn):
    """Bring a SolverParameter to today's form, in place, and return it.

    ``solver_type`` becomes ``type``; nets inside are upgraded. The parameters are
    those of :func:`upgrade_net`.

    Raises
    ------
    ProtoError
        If it states both ``solver_type`` and ``type``, or a net inside is bad.
    """
    if solver.HasField("solver_type"):
        if solver.HasField("type"):
            raise ProtoError(
                f"{source}: both solver_type (old) and type are stated; keep type"
            )
        solver.type = _SOLVER_TYPES[solver.solver_type]
        solver.ClearField("solver_type")
    for net in _inline_nets(solver):
        upgrade_net(net, source, warn)
    return solver


def set_snapshot_prefix(solver, path):
    """Let the snapshots of a solver be named after its file, and return it.

    Without a snapshot_prefix it becomes `path` without its extension; a folder
    gets the file's name added.
    """
    stem = os.path.splitext(path)[0]
    if not solver.HasField("snapshot_prefix"):
        solver.snapshot_prefix = stem
    elif os.path.isdir(solver.snapshot_prefix):
        name = os.path.basename(stem)
        solver.snapshot_prefix = os.path.join(solver.snapshot_prefix, name)
    return solver


def _inline_nets(solver):
    for name in ("net_param", "train_net_param"):
        if solver.HasField(name):
            yield getattr(solver, name)
    yield from solver.test_net_param


def _old_batch_norms(net):
    return [x for x in net.layer if x.type == "BatchNorm" and len(x.param) == 3]


def _upgrade_inputs(net):
    shapes = _input_shapes(net)
    if shapes:
        first = caffe_pb2.LayerParameter(name="input", type="Input", top=net.input)
        for shape in shapes:
            first.input_param.shape.add(dim=shape)
        net.layer.insert(0, first)
    if net.input:
        for name in ("input", "input_shape", "input_dim"):
            net.ClearField(name)


def _input_shapes(net):
    """Return one shape for each input, or none if no shapes are stated."""
    if net.input_shape:
        shapes, form = [shape.dim for shape in net.input_shape], "one input_shape"
    else:
        dims = net.input_dim
        shapes = [dims[i : i + 4] for i in range(0, len(dims), 4)]
        form = "four input_dim"
    whole = net.input_shape or len(net.input_dim) == 4 * len(net.input)
    if net.input and shapes and (len(shapes) != len(net.input) or not whole):
        raise ProtoError(
            f"{len(net.input)} inputs need {form} each, not "
            f"{len(net.input_shape or net.input_dim)} in all"
        )
    return shapes if net.input else []
