"""The nets of a solver: one to train, any number to test."""

from pathlib import Path

from brew import trust
from brew.errors import SolverError
from brew.log import logger
from brew.net import Net
from brew.net_filter import filter_net
from brew.proto import caffe_pb2
from brew.proto.upgrade import read_net, read_solver, upgrade_solver

_TRAIN_FIELDS = ("net", "net_param", "train_net", "train_net_param")


def solver_param(solver):
    """Return the SolverParameter of a file, or an upgraded copy of the message.

    A net file that the solver names is looked for as written, from the working
    directory, as Caffe does; if it is not there, beside the solver's own file.

    Parameters
    ----------
    solver : str, Path or SolverParameter
    """
    if isinstance(solver, caffe_pb2.SolverParameter):
        param = caffe_pb2.SolverParameter()
        param.CopyFrom(solver)
        return upgrade_solver(param)
    param = read_solver(solver)
    trust.check_solver(param, solver)
    folder = Path(solver).parent
    for field in ("net", "train_net"):
        if param.HasField(field):
            setattr(param, field, _find(getattr(param, field), folder))
    for i, name in enumerate(param.test_net):
        param.test_net[i] = _find(name, folder)
    return param


def take_nets_in(param):
    """Put the nets into a SolverParameter whose files it names; return it.

    Raises
    ------
    FileError, ProtoError
        If a file cannot be read.
    LayerError
        If it is a stranger's, and its net could run code or write files.
    """
    for field in ("net", "train_net"):
        if param.HasField(field):
            net = _read_own(getattr(param, field))
            getattr(param, f"{field}_param").CopyFrom(net)
            param.ClearField(field)
    param.test_net_param.extend(map(_read_own, param.test_net))
    del param.test_net[:]
    return param


def make_train_net(param, seed):
    """Build the train net of a SolverParameter.

    Its state is {phase TRAIN}, then the net's own state, then ``train_state``.

    Raises
    ------
    SolverError
        If not exactly one of net, net_param, train_net, train_net_param is set.
    """
    given = [name for name in _TRAIN_FIELDS if param.HasField(name)]
    if len(given) != 1:
        raise SolverError(
            "the solver needs exactly one train net: set one of "
            f"{', '.join(_TRAIN_FIELDS)}; {' and '.join(given) or 'none'} is set"
        )
    source = getattr(param, given[0])
    if isinstance(source, str):
        logger.info("Creating training net from net file: %s", source)
    return _build(source, caffe_pb2.TRAIN, param.train_state, param, seed)


def make_test_nets(param, seed):
    """Build the test nets of a SolverParameter, one for each ``test_iter``.

    In this order: ``test_net_param``, ``test_net``, then as many copies of the
    common ``net_param`` or ``net`` as ``test_iter`` has further entries.

    Raises
    ------
    SolverError
        If the numbers of nets, ``test_iter`` and ``test_state`` do not agree, or
        ``test_interval`` is missing.
    """
    sources = [*param.test_net_param, *param.test_net]
    common = [getattr(param, f) for f in ("net_param", "net") if param.HasField(f)]
    _check_test_iter(param, len(sources), bool(common))
    sources += common * (len(param.test_iter) - len(sources))
    if param.test_state and len(param.test_state) != len(sources):
        raise SolverError(
            f"test_state is given {len(param.test_state)} times for {len(sources)} "
            "test nets; give it once for each, or not at all"
        )
    if sources and param.test_interval <= 0:
        raise SolverError("a test net needs test_interval > 0")
    states = param.test_state or [caffe_pb2.NetState()] * len(sources)
    return [
        _build(source, caffe_pb2.TEST, state, param, seed)
        for source, state in zip(sources, states, strict=True)
    ]


def _find(name, folder):
    beside = folder / name
    return str(beside) if beside.exists() and not Path(name).exists() else name


def _read_own(path):
    net = read_net(path)
    trust.check_net(net, path)
    return net


def _check_test_iter(param, num_explicit, has_common):
    num_iters = len(param.test_iter)
    if has_common and num_iters < num_explicit:
        raise SolverError(
            f"test_iter is given {num_iters} times for {num_explicit} test nets; "
            "give it at least once for each"
        )
    if not has_common and num_iters != num_explicit:
        raise SolverError(
            f"test_iter is given {num_iters} times for {num_explicit} test nets; "
            "give it once for each"
        )


def _build(source, phase, own_state, param, seed):
    full = caffe_pb2.NetParameter()
    full.CopyFrom(read_net(source) if isinstance(source, str) else source)
    state = caffe_pb2.NetState(phase=phase)
    state.MergeFrom(full.state)
    state.MergeFrom(own_state)
    full.state.CopyFrom(state)
    if isinstance(source, str):
        trust.check_net(filter_net(full), source)
    net = Net(full, seed=seed)
    net.debug_info = net.debug_info or param.debug_info
    for entry in param.weights:
        for path in entry.split(","):
            net.copy_from(path.strip())
    return net
