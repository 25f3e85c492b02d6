"""`import brew as caffe`: the names of pycaffe are there, and no stray ones."""

import inspect

import brew

PYCAFFE = """
    Net SGDSolver NesterovSolver AdaGradSolver RMSPropSolver AdaDeltaSolver AdamSolver
    get_solver Timer Layer layer_type_list set_mode_cpu set_mode_gpu set_device
    set_random_seed TRAIN TEST Classifier Detector io layers params NetSpec to_proto
    init_log log solver_count set_solver_count solver_rank set_solver_rank
    set_multiprocess has_nccl NCCL __version__
"""


def test_all_is_sorted_constants_then_classes_then_the_rest():
    assert list(brew.__all__) == sorted(set(brew.__all__), key=reading_order)


def test_all_names_exactly_what_is_public():
    public = {name for name in vars(brew) if is_public(name)}
    assert set(brew.__all__) == public


def test_the_names_of_pycaffe_are_there():
    assert [name for name in PYCAFFE.split() if not hasattr(brew, name)] == []


def test_layers_and_params_are_those_of_netspec():
    from brew import layers as L
    from brew import params as P

    assert L.ReLU is not None
    assert P.Pooling.MAX == 0


def test_the_solvers_are_classes_that_take_a_file():
    solvers = [name for name in brew.__all__ if name.endswith("Solver")]
    assert len(solvers) >= 6
    assert all(inspect.isclass(getattr(brew, name)) for name in solvers)


def reading_order(name):
    return not name.isupper(), name.islower(), name


def is_public(name):
    """Tell whether this is offered, and not a module that an import left behind."""
    left_behind = inspect.ismodule(getattr(brew, name)) and name not in brew.__all__
    return not name.startswith("_") and not left_behind
