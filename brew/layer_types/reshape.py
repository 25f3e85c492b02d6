"""The same numbers in another shape."""

from math import prod

from brew.layer import Layer, register


@register("Flatten")
class Flatten(Layer):
    r"""Merge neighbouring axes into one.

    .. math:: y_{n, (c h w)} = x_{n, c, h, w}

    ======  =================  ==================================================
    bottom  x (N, C, h, w)     any number of axes
    top     y (N, C h w)       shares the memory of x
    params  none
    proto   ``flatten_param``  ``axis`` [1]: the first axis to merge;
                               ``end_axis`` [-1]: the last one
    ======  =================  ==================================================

    Backward: nothing to do; the diff is shared too.

    Source: Caffe.
    """

    bottoms, tops, in_place = 1, 1, False

    def setup(self, bottom, top):
        p = self.param.flatten_param
        self.axis, self.end_axis = p.axis, p.end_axis

    def top_shapes(self, x):
        first, last = self.axis_index(self.axis, x), self.axis_index(self.end_axis, x)
        if first > last:
            self.require(False, f"axis {first} comes after end_axis {last}; swap them")
        return [(*x[:first], prod(x[first : last + 1]), *x[last + 1 :])]

    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        top[0].share_data(bottom[0])
        top[0].share_diff(bottom[0])

    def forward(self, bottom, top):
        """Do nothing: the top is the bottom."""

    def backward(self, top, propagate_down, bottom):
        """Do nothing: the top's diff is the bottom's."""
