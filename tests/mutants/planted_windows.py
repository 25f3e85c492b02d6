"""Bugs to plant in the layers that look through windows."""

from tests.mutants.planted import LAYERS, OPS, Mutant

MUTANTS = [
    # Stacked images; the rest of convolution is in planted.py
    Mutant(
        OPS + "convolution.py",
        "product = product.sum(0)",
        "product = product[0]",
        "Convolution",
        "small pieces",
    ),
    Mutant(
        OPS + "convolution.py",
        "rows.sum(2).sum(0)",
        "rows.sum(2)[0]",
        "Convolution",
        "small pieces",
    ),
    # Convolution where there is little to compute
    Mutant(
        OPS + "small_convolution.py",
        "padded[-1] = 0",
        "pass",
        "Convolution",
        "scratch_is_forgotten",
    ),
    Mutant(
        OPS + "small_convolution.py",
        "(axis.pad, axis.pad + axis.extent)",
        "(axis.pad, axis.pad)",
        "Convolution",
        "shapes",
    ),
    Mutant(
        OPS + "small_convolution.py",
        "columns.swapaxes(2, 3)).sum(0)",
        "columns.swapaxes(2, 3))[0]",
        "Convolution",
        "gradient",
    ),
    Mutant(
        OPS + "small_convolution.py",
        "dW += xp",
        "dW[...] = xp",
        "Convolution",
        "param_diffs_add",
    ),
    # Convolution of large images, in strips
    Mutant(
        OPS + "large_convolution.py",
        "0 if b is None else b",
        "0",
        "Convolution",
        "small pieces",
    ),
    Mutant(
        OPS + "large_convolution.py",
        "columns[-1] = 1",
        "pass",
        "Convolution",
        "small pieces",
    ),
    Mutant(
        OPS + "large_convolution.py",
        "padded.fill(0)",
        "pass",
        "Convolution",
        "small pieces",
    ),
    Mutant(
        OPS + "large_convolution.py",
        "sums[worker] = sums[worker] + product",
        "sums[worker] = product",
        "Convolution",
        "small pieces",
    ),
    # What convolution_param says
    Mutant(
        "brew/window_layer.py",
        "given = [getattr(p, name) for name in pair]",
        "given = [getattr(p, name) for name in reversed(pair)]",
        "Deconvolution",
        "golden",
    ),
    Mutant(
        "brew/window_layer.py",
        "return array.reshape(-1, *array.shape[self.axis :])",
        "return array.reshape(array.shape[0], -1, *array.shape[self.axis + 1 :])",
        "Deconvolution",
        "shapes",
    ),
    # Deconvolution
    Mutant(
        OPS + "deconvolution.py",
        "axis.extent - 2 * axis.pad",
        "axis.kernel - 2 * axis.pad",
        "Deconvolution",
        "golden",
    ),
    Mutant(
        OPS + "deconvolution.py",
        "db += dy.sum",
        "db[...] = dy.sum",
        "Deconvolution",
        "param_diffs_add",
    ),
    Mutant(
        LAYERS + "convolution.py",
        "self.num_channels, p.num_output // p.group",
        "self.num_channels // p.group, p.num_output",
        "Deconvolution",
        "golden",
    ),
    # Im2col
    Mutant(
        OPS + "columns.py",
        "room.fill(0)\n        room[inside] = x[seen]",
        "room[inside] = x[seen]",
        "Im2col",
        "scratch_is_forgotten",
    ),
    Mutant(
        OPS + "columns.py",
        "dx.fill(0)",
        "pass",
        "Im2col",
        "bottom_diffs_are_replaced",
    ),
    Mutant(
        OPS + "columns.py",
        "min(size, sizes[-1] - axis.pad)",
        "min(size, sizes[-1])",
        "Im2col",
        "loops_agree",
    ),
    # SPP
    Mutant(
        LAYERS + "pooling.py",
        "(k * b - size + 1) // 2",
        "(k * b - size) // 2",
        "SPP",
        "golden",
    ),
    Mutant(
        LAYERS + "pooling.py",
        "self.taps[i], dx.shape",
        "self.taps[0], dx.shape",
        "SPP",
        "gradient",
    ),
    # Fast R-CNN
    Mutant(
        OPS + "roi_pooling.py",
        "xp.maximum(last - first + 1, 1)",
        "last - first + 1",
        "ROIPooling",
        "loops_agree",
    ),
    Mutant(
        OPS + "roi_pooling.py",
        "best[outside], places[outside] = 0, -1",
        "places[outside] = -1",
        "ROIPooling",
        "loops_agree",
    ),
    Mutant(
        OPS + "roi_pooling.py",
        "planes = images[block, None] * C",
        "planes = images[:1, None] * C",
        "ROIPooling",
        "gradient",
    ),
    Mutant(
        OPS + "roi_pooling.py",
        "slice(i, i + step) for i",
        "slice(i, i + step - (i == 1)) for i",
        "ROIPooling",
        "small pieces",
    ),
    Mutant(
        LAYERS + "roi_pooling.py",
        "rois.diff[...] = 0.0",
        "pass",
        "ROIPooling",
        "gradient",
    ),
    Mutant(
        OPS + "smooth_l1.py",
        "y *= sigma**2",
        "y *= sigma",
        "SmoothL1Loss",
        "loops_agree",
    ),
    Mutant(
        LAYERS + "smooth_l1_loss.py",
        "d *= inside",
        "pass",
        "SmoothL1Loss",
        "gradient",
    ),
]
