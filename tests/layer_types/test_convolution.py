"""What is special about layers with a sliding window: their settings, a recipe."""

import numpy as np
import pytest

import brew
from brew.errors import LayerError
from brew.testing import Case, exactly
from brew.testing.rig import Rig

X = [(2, 4, 5, 5)]
ALL = ["Convolution", "Deconvolution", "Im2col"]
LEARNING = ["Convolution", "Deconvolution"]

REFUSED = [
    (ALL, "", X, "kernel_size is given 0 times for 2 spatial axes; give it once"),
    (ALL, "kernel_size: [3, 3, 3]", X, "kernel_size is given 3 times for 2 spatial"),
    (ALL, "kernel_size: 3 pad: [1, 1, 1]", X, "pad is given 3 times for 2 spatial"),
    (ALL, "kernel_size: 0", X, r"kernel_size is \(0, 0\); it must be > 0"),
    (ALL, "kernel_h: 3", X, r"kernel_size is \(3, 0\); it must be > 0"),
    (ALL, "kernel_size: 3 stride: 0", X, r"stride is \(0, 0\); it must be > 0"),
    (ALL, "kernel_size: 3 dilation: 0", X, r"dilation is \(0, 0\); it must be > 0"),
    (ALL, "kernel_size: 3 kernel_h: 3", X, r"not together with kernel_size.*\[3\]"),
    (ALL, "kernel_h: 3 kernel_w: 2", [(2, 4, 5)], "for two spatial axes.*1 axes"),
    (ALL, "kernel_size: 3 stride: 2 stride_h: 2", X, "stride_h and stride_w are for"),
    (ALL, "kernel_size: 3 axis: 3", X, "'in0' has shape.*behind axis 3 there is no"),
    (ALL, "kernel_size: 3 axis: 4", X, "there is no axis 4 in shape"),
    (LEARNING, "kernel_size: 3", X, "num_output is 0; say how many filters it"),
    (
        LEARNING,
        "kernel_size: 3 num_output: 2",
        [(2, 0, 5, 5)],
        "it needs images with channels",
    ),
    (LEARNING, "kernel_size: 3 num_output: 2 group: 0", X, "divisible by group 0"),
    (LEARNING, "kernel_size: 3 num_output: 3 group: 2", X, "4 channels and num_output"),
    (LEARNING, "kernel_size: 3 num_output: 6 group: 3", X, "divisible by group 3"),
    (
        ["Convolution", "Im2col"],
        "num_output: 2 kernel_size: 7 pad_h: 1",
        X,
        r"a window of \(7, 7\) with pad \(1, 0\) makes images of \(1, -1\) from "
        r"\(5, 5\); choose a smaller kernel_size or dilation, or more pad.*'in0'",
    ),
    (
        ["Deconvolution"],
        "num_output: 2 kernel_size: 2 pad: 3",
        X,
        r"makes images of \(0, 0\) from \(5, 5\); choose less pad, or a larger",
    ),
    (
        LEARNING,
        "num_output: 2 kernel_size: 2",
        [(2, 4, 5, 5), (2, 4, 5, 4)],
        "its bottoms must have one shape, since they share their weights",
    ),
]


def cases():
    """Yield a parameter for each type that must refuse the setting."""
    for types, proto, bottoms, message in REFUSED:
        for name in types:
            yield pytest.param(name, proto, bottoms, message, id=f"{name}: {proto}")


def make(type_name, proto, bottoms):
    proto = f"convolution_param {{ {proto} }}"
    return Rig(Case(type_name, proto, bottoms, params=None, tops=len(bottoms)))


@pytest.mark.parametrize(("type_name", "proto", "bottoms", "message"), list(cases()))
def test_impossible_setting_is_refused(type_name, proto, bottoms, message):
    with pytest.raises(LayerError, match=rf"'checked' \({type_name}\): .*{message}"):
        make(type_name, proto, bottoms)


def change_shape(type_name, shape):
    rig = make(type_name, "num_output: 2 kernel_size: 2", X)
    rig.bottom[0].reshape(*shape)
    rig.layer.reshape(rig.bottom, rig.top)
    return rig


@pytest.mark.parametrize("type_name", ALL)
def test_the_number_of_spatial_axes_stays(type_name):
    with pytest.raises(LayerError, match="built for 2 spatial axes; these cannot"):
        change_shape(type_name, (2, 4, 5))


@pytest.mark.parametrize("type_name", LEARNING)
def test_the_number_of_channels_stays_as_the_weights_need_it(type_name):
    with pytest.raises(LayerError, match="weights are for 4 channels on axis 1; thes"):
        change_shape(type_name, (2, 3, 5, 5))


def test_im2col_takes_any_number_of_channels():
    assert change_shape("Im2col", (2, 3, 5, 5)).top[0].shape == (2, 12, 4, 4)


def test_the_example_of_deconvolution_interpolates():
    net = brew.find("Deconvolution").net()
    h, w = np.mgrid[:8, :8]
    net.blobs["score"].data[...] = [h, w, 2 * h - w]
    y = net.forward()["large_score"]
    assert y.shape == (1, 3, 16, 16)
    h, w = (np.mgrid[:16, :16] + 0.5) / 2 - 0.5  # where these pixels lie in the input
    inside = (..., slice(1, -1), slice(1, -1))  # beyond the border there are zeros
    right = np.stack([h, w, 2 * h - w])
    np.testing.assert_allclose(y[0][inside], right[inside], atol=1e-6)


@pytest.mark.parametrize("factor", [2, 3, 4, 5])
def test_the_recipe_for_bilinear_interpolation_holds_for_any_factor(factor):
    kernel, pad = 2 * factor - factor % 2, -(-(factor - 1) // 2)
    proto = f"""convolution_param {{
        num_output: 1 kernel_size: {kernel} stride: {factor} pad: {pad}
        bias_term: false weight_filler {{ type: "bilinear" }} }}"""
    ramp = np.arange(6.0)
    samples = exactly(np.tile(ramp, (6, 1)))
    case = Case("Deconvolution", proto, [(1, 1, 6, 6)], samples=samples, params=None)
    y = Rig(case).forward()[0]
    assert y.shape == (1, 1, 6 * factor, 6 * factor)
    right = (np.arange(6 * factor) + 0.5) / factor - 0.5
    inside = slice(factor, -factor)
    np.testing.assert_allclose(y[0, 0, 3 * factor, inside], right[inside], atol=1e-6)
