"""What Pooling and SPP refuse, and grids that can be checked by hand."""

import numpy as np
import pytest

from brew.errors import LayerError
from brew.testing import Case, exactly
from brew.testing.rig import Rig

POOLING = [
    ("", "give kernel_size, or kernel_h and kernel_w, not"),
    ("kernel_size: 2 kernel_h: 2", "give kernel_size, or kernel_h and kernel_w, not"),
    ("kernel_h: 2", r"or kernel_h and kernel_w, not \['kernel_h'\]"),
    ("kernel_size: 2 stride: 1 stride_h: 1", "give stride, or stride_h and stride_w"),
    ("kernel_size: 2 pad_h: 1", "give pad, or pad_h and pad_w, not"),
    ("kernel_size: 0", r"kernel \(0, 0\) and stride \(1, 1\) must be > 0"),
    ("kernel_size: 2 stride: 0", r"and stride \(0, 0\) must be > 0"),
    ("kernel_size: 2 pad: 2", r"pad \(2, 2\) must be less than the kernel \(2, 2\)"),
    ("global_pooling: true pad: 1", "remove kernel, pad and stride"),
    ("global_pooling: true stride: 2", "remove kernel, pad and stride"),
    ("global_pooling: true kernel_size: 2", "global_pooling takes the whole image"),
    ("kernel_size: 9", r"a window of \(9, 9\) does not fit into \(4, 6\) with pad"),
    ("pool: STOCHASTIC kernel_size: 2 pad: 1", "STOCHASTIC pooling takes no pad"),
    ("pool: STOCHASTIC kernel_size: 2", "runs on a GPU only, as in Caffe; call brew"),
]
SPP = [
    ("", "pyramid_height is 0; say how many grids there should be"),
    ("pyramid_height: 2 pool: STOCHASTIC", "takes no padding, .*choose MAX or AVE"),
    ("pyramid_height: 4", r"images of \(4, 6\) are too small for 8 by 8 cells"),
]
CASES = [("Pooling", f"pooling_param {{ {p} }}", message) for p, message in POOLING]
CASES += [("SPP", f"spp_param {{ {p} }}", message) for p, message in SPP]


@pytest.mark.parametrize(("type_name", "proto", "message"), CASES)
def test_impossible_setting_is_refused(type_name, proto, message):
    with pytest.raises(LayerError, match=rf"'checked' \({type_name}\): .*{message}"):
        Rig(Case(type_name, proto, [(2, 3, 4, 6)])).forward()


def test_a_mask_is_refused_where_there_is_no_maximum():
    proto = "pooling_param { pool: AVE kernel_size: 2 }"
    with pytest.raises(LayerError, match="the mask, is for MAX pooling only; remove"):
        Rig(Case("Pooling", proto, [(2, 3, 4, 6)], tops=2))


def test_a_pyramid_holds_its_grids_one_after_the_other():
    x = np.arange(32).reshape(1, 2, 4, 4)
    proto = "spp_param { pyramid_height: 3 }"
    spp = Rig(Case("SPP", proto, [x.shape], samples=exactly(x)))
    quarters = [[5, 7, 13, 15], [21, 23, 29, 31]]
    right = np.concatenate([[15, 31], *quarters, x.ravel()])
    assert spp.forward()[0].tolist() == [right.tolist()]


def test_cells_that_do_not_fit_are_padded_on_both_sides():
    x = np.arange(5.0).reshape(1, 1, 1, 5).repeat(5, axis=2)
    proto = "spp_param { pyramid_height: 2 pool: AVE }"
    spp = Rig(Case("SPP", proto, [x.shape], samples=exactly(x)))
    left, right = (0 + 1) / 3, (2 + 3 + 4) / 3  # a column of padding comes first
    cells = [left * 2 / 3, right * 2 / 3, left, right]
    np.testing.assert_allclose(spp.forward()[0], [[2, *cells]])
