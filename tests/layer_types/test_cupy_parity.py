"""Every row of the table gives on CuPy what it gives on NumPy."""

import pytest

from brew import backend
from brew.layer import layer_type_list
from brew.testing.compare import compare_runs
from brew.testing.rig import Rig
from tests.cuda_emulation import emulation
from tests.layer_types.cases import CASES

# Layers that read files or call a user's Python never see CuPy.
ROWS = [
    pytest.param(case, id=str(case))
    for case in CASES
    if case.type in layer_type_list() and not getattr(case.maker, "host_only", False)
]


def check_parity(case):
    on_host = Rig(case, "float32").run()
    backend.set_mode_gpu()
    on_device = Rig(case, "float32").run()
    compare_runs(on_device, on_host, rtol=1e-5, atol=1e-6)


@pytest.mark.device
@pytest.mark.parametrize("case", ROWS)
def test_a_layer_gives_the_same_on_cupy(case):
    check_parity(case)


@pytest.mark.device
@pytest.mark.parametrize("case", [row for row in ROWS if not row.values[0].is_random])
def test_a_layer_may_change_sides(case):
    rig = Rig(case, "float32")
    on_host = rig.run()
    backend.set_mode_gpu()
    compare_runs(rig.run(), on_host, rtol=1e-5, atol=1e-6)
    backend.set_mode_cpu()
    compare_runs(rig.run(), on_host)


@pytest.mark.emulated
@pytest.mark.parametrize("case", ROWS)
def test_the_order_of_threads_does_not_matter(case):
    with emulation.thread_order(reverse=True):
        check_parity(case)
