"""Cut into many pieces over three threads, every row gives the same numbers.

The rows are small, so that without this no layer would be seen at the work that
large blobs get.
"""

from contextlib import ExitStack, contextmanager
from unittest import mock

import pytest

from brew import backend
from brew.layer import layer_type_list
from brew.ops import (
    convolution_plan,
    inner_product,
    large_convolution,
    lrn,
    pieces,
    pooling,
    recurrence,
    roi_pooling,
    small_convolution,
    winograd_plan,
)
from brew.testing import Rig
from brew.testing.compare import compare_runs
from tests.layer_types.cases import CASES

# From where work is cut, and into how much a piece.
SMALL = [
    (pieces, "LARGE", 1),
    (pieces, "PIECE", 5),
    (inner_product, "LARGE", 1),
    (lrn, "LONGEST_ROW", 0),
    (pooling, "FEW", 0),
    (pooling, "SMALL_PLANES", 0),
    (recurrence, "LARGE", 1),
    (recurrence, "FEWEST", 1),
    (roi_pooling, "PIECE", 1),
    (small_convolution, "FEW", 0),
    (convolution_plan, "TEAM_WORK", 0),
    (convolution_plan, "LARGEST_BLOCK", 40),
    (convolution_plan, "WIDE_ENOUGH", 1),
    (convolution_plan, "LONG_ROWS", 1),
    (convolution_plan, "FEW_WINDOWS", 1),
    (convolution_plan, "MANY_WINDOWS", 1),
]

# The same, where convolution takes each image for a large one.
STRIPS = [
    (small_convolution, "FEW", 0),
    (convolution_plan, "TEAM_WORK", 0),
    (convolution_plan, "LARGE_OUTPUT", 0),
    (convolution_plan, "STRIP", 1),
    (convolution_plan, "STRIP_WINDOWS", 1),
]

# The same, where each row of windows is a product of its own.
ROWS_APART = [
    *STRIPS,
    (large_convolution, "SHORTEST_ROW", 1),
    (large_convolution, "FEWEST_WEIGHTS", 1),
    (large_convolution, "FEWEST_KERNELS", 1),
    (large_convolution, "SMALL_PRODUCT", 150),
    (large_convolution, "FEW_ROWS", 100),
]

# The same, where convolution takes Winograd's way, an image a block.
TILES = [
    (small_convolution, "FEW", 0),
    (convolution_plan, "TEAM_WORK", 0),
    (winograd_plan, "SAVING", 10**9),
    (winograd_plan, "FEWEST_INPUTS", 0),
    (winograd_plan, "LONGEST_ROWS", 10**9),
    (winograd_plan, "TEAM_BLOCKS", 0),
]

CONVOLUTIONS = "Convolution", "Deconvolution"

ROWS = [case for case in CASES if case.bottoms and case.type in layer_type_list()]


@contextmanager
def many_small_pieces(settings):
    """Cut all work small while this lasts, and deal it over three threads."""
    backend.set_num_threads(3)
    with ExitStack() as patches:
        for module, name, value in settings:
            patches.enter_context(mock.patch.object(module, name, value))
        _forget_plans()
        yield
    _forget_plans()
    backend.set_num_threads(None)


def _forget_plans():
    convolution_plan._make_plan.cache_clear()
    winograd_plan.make_plan.cache_clear()


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_layer_gives_the_same_in_small_pieces_on_three_threads(case):
    whole = Rig(case).run()
    more = (STRIPS, ROWS_APART, TILES) if case.type in CONVOLUTIONS else ()
    for settings in (SMALL, *more):
        with many_small_pieces(settings):
            cut = Rig(case).run()
        compare_runs(cut, whole, rtol=1e-12)
