"""The names around NCCL are there, and one solver works with them."""

import pytest

import brew as caffe
from brew.errors import BackendError
from tests.pycaffe.test_solver import solver, solver_file  # noqa: F401


@pytest.fixture(autouse=True)
def alone():
    yield
    caffe.set_solver_count(1)
    caffe.set_solver_rank(0)
    caffe.set_multiprocess(False)


def test_there_is_no_nccl():
    assert caffe.has_nccl() is False


def test_name_of_a_group_is_bytes_and_new_each_time():
    uids = [caffe.NCCL.new_uid() for _ in range(2)]
    assert all(isinstance(uid, bytes) for uid in uids)
    assert uids[0] != uids[1]


def test_count_and_rank_are_kept():
    assert (caffe.solver_count(), caffe.solver_rank()) == (1, 0)
    caffe.set_solver_count(4)
    caffe.set_solver_rank(3)
    caffe.set_multiprocess(True)
    assert (caffe.solver_count(), caffe.solver_rank()) == (4, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: caffe.set_solver_count(0),
        lambda: caffe.set_solver_count(1.5),
        lambda: caffe.set_solver_count("two"),
        lambda: caffe.set_solver_rank(-1),
    ],
)
def test_impossible_count_or_rank_is_refused(call):
    with pytest.raises(BackendError, match="is a whole number from"):
        call()


def test_one_solver_trains_as_alone(solver, solver_file):  # noqa: F811
    other = caffe.SGDSolver(solver_file())
    nccl = caffe.NCCL(solver, caffe.NCCL.new_uid())
    nccl.bcast()
    solver.add_callback(nccl)
    solver.net.after_backward(nccl)
    solver.step(3)
    other.step(3)
    assert (solver.net.params["ip"][0].data == other.net.params["ip"][0].data).all()


def test_several_solvers_are_refused(solver):  # noqa: F811
    caffe.set_solver_count(2)
    with pytest.raises(BackendError, match="2 solvers cannot train together"):
        caffe.NCCL(solver, b"")
