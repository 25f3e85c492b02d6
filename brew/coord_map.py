"""Where a point of one top lies in another: how fully convolutional nets are aligned.

A map (axis, scale, shift) of a layer says that the point x of its bottom lies at
``scale * x + shift`` of its top, along all axes from `axis` on (None: along all, and
nothing moves). Maps are composed along a path of layers, and inverted to go back.

Source: Long, Shelhamer and Darrell, "Fully convolutional networks for semantic
segmentation", 2015, arXiv:1411.4038; Caffe.
"""

import numpy

from brew.errors import AxisMismatchException, CoordMapError, UndefinedMapException
from brew.net_spec import layers as L

IDENTITY = (None, 1, 0)

PASS_THROUGH_LAYERS = (
    *("AbsVal", "BatchNorm", "Bias", "BNLL", "Dropout", "Eltwise", "ELU", "Exp"),
    *("Log", "LRN", "MVN", "Power", "PReLU", "ReLU", "Scale", "Sigmoid", "Split"),
    *("TanH", "Threshold"),
)
_PER_AXIS = tuple(f"{what}_{d}" for what in ("kernel", "stride", "pad") for d in "hw")


def coord_map(fn):
    """Return the map (axis, scale, shift) of a layer of a NetSpec.

    Raises
    ------
    UndefinedMapException
        If points of such a layer's bottom have no place in its top.
    CoordMapError
        If sizes are given by ``kernel_h`` and the like.
    """
    if fn.type_name in PASS_THROUGH_LAYERS:
        return IDENTITY
    if fn.type_name in ("Convolution", "Pooling", "Im2col"):
        axis, stride, kernel, pad = conv_params(fn)
        return axis, 1 / stride, (pad - (kernel - 1) / 2) / stride
    if fn.type_name == "Deconvolution":
        axis, stride, kernel, pad = conv_params(fn)
        return axis, stride, (kernel - 1) / 2 - pad
    if fn.type_name == "Crop":
        axis, offset = crop_params(fn)
        return axis - 1, 1, -offset  # the map counts from the axis before
    raise UndefinedMapException(f"a {fn.type_name} layer moves points anywhere")


def conv_params(fn):
    """Return axis, stride, kernel size (with dilation) and pad of a window's layer."""
    params = _params(fn, "convolution_param", "pooling_param")
    if per_axis := [name for name in _PER_AXIS if name in params]:
        raise CoordMapError(
            f"L.{fn.type_name}({per_axis[0]}=...): sizes for each axis are not "
            "understood here; give kernel_size, stride and pad, as lists if they differ"
        )
    if "kernel_size" not in params:
        raise UndefinedMapException(f"L.{fn.type_name} has no kernel_size")
    kernel, dilation = _array(params["kernel_size"]), _array(params.get("dilation", 1))
    stride, pad = _array(params.get("stride", 1)), _array(params.get("pad", 0))
    return params.get("axis", 1), stride, (kernel - 1) * dilation + 1, pad


def crop_params(fn):
    """Return axis and offset of a Crop layer."""
    params = _params(fn, "crop_param")
    return params.get("axis", 2), _array(params.get("offset", 0))


def compose(base_map, next_map):
    """Return the map that goes through `next_map` first, then through `base_map`.

    Raises
    ------
    AxisMismatchException
        If the two are about different axes.
    """
    (axis1, scale1, shift1), (axis2, scale2, shift2) = base_map, next_map
    if None not in (axis1, axis2) and axis1 != axis2:
        raise AxisMismatchException(
            f"one layer moves points from axis {axis1} on, another from axis {axis2} on"
        )
    axis = axis2 if axis1 is None else axis1
    return axis, scale1 * scale2, scale1 * shift2 + shift1


def inverse(coord_map):
    """Return the map that goes back."""
    axis, scale, shift = coord_map
    return axis, 1 / scale, -shift / scale


def coord_map_from_to(top_from, top_to):
    """Return the map from the points of one top to those of another.

    Parameters
    ----------
    top_from, top_to : Top
        Of one NetSpec; both come from a common ancestor.

    Raises
    ------
    CoordMapError
        If no ancestor is common to them, through layers that have a map.
    """
    from_maps = dict(_maps_to_ancestors(top_from))
    for ancestor, to_map in _maps_to_ancestors(top_to):
        if ancestor in from_maps:
            return compose(to_map, inverse(from_maps[ancestor]))
    raise CoordMapError(
        f"{top_from} and {top_to} have no common ancestor through layers that keep "
        "points in order; there is nothing to align"
    )


def crop(top_from, top_to):
    """Return a Crop layer that cuts `top_from` to where `top_to` lies, and its size.

    Raises
    ------
    CoordMapError
        If one is a zoomed picture of the other, or no whole number of pixels apart.
    """
    axis, scale, shift = coord_map_from_to(top_from, top_to)
    scale, shift = _array(scale), _array(shift)
    if (scale != 1).any():
        raise CoordMapError(f"the tops differ in scale, by {scale}: nothing to crop")
    if (shift > 0).any():
        raise CoordMapError(f"the crop would begin {shift} points before the first")
    if (shift != shift.round()).any():
        raise CoordMapError(f"the crop would begin between two points, at {-shift}")
    offset = [-int(x) for x in shift]
    return L.Crop(top_from, top_to, crop_param={"axis": axis + 1, "offset": offset})


def _maps_to_ancestors(top):
    """Yield each ancestor of `top` with the map from it, `top` itself first."""
    maps, waiting = {top: IDENTITY}, [top]
    while waiting:
        top = waiting.pop()
        yield top, maps[top]
        bottoms = top.fn.inputs[:1] if top.fn.type_name == "Crop" else top.fn.inputs
        try:
            for bottom in bottoms:
                maps[bottom] = compose(maps[top], coord_map(top.fn))
                waiting.append(bottom)
        except UndefinedMapException:
            pass  # the way ends here


def _params(fn, *names):
    given = (fn.params[name] for name in names if name in fn.params)
    return next(given, fn.params)


def _array(value):
    return numpy.array(value, ndmin=1)
