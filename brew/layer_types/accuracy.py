"""Scores and answers for people: nothing learns from them."""

from math import prod

from brew.layer import Layer, register
from brew.ops import accuracy, argmax
from brew.ops import labels as class_labels


@register("Accuracy")
class Accuracy(Layer):
    r"""Measure the share of items whose true class is among the best guesses.

    .. math:: A = \frac{1}{Z} \sum_{n, m} [\,\text{fewer than } k \text{ other
              classes score at least } x_{n, l_{nm}, m}\,]

    Z is the number of labels that count; A is 0 if there is none. Equal scores
    count against: a net that scores all classes alike has accuracy 0.

    ======  ==================  =================================================
    bottom  x (N, K, ...),      scores of K classes along ``axis``, and the true
            labels (N, ...)     classes, 0 to K - 1, one for each place
    top     A (),               the accuracy, and on wish that of each class (0
            a (K,)              for a class that does not occur)
    params  none
    proto   ``accuracy_param``  ``top_k`` [1]: k, the number of guesses;
                                ``axis`` [1]: the axis of the classes;
                                ``ignore_label``: labels that do not count, if set
    ======  ==================  =================================================

    Backward: none; counting has no gradient.

    Source: Caffe; there an item whose scores are NaN is right, here it is wrong.

    Example::

        layer {
          name: "accuracy" type: "Accuracy"
          bottom: "score"  # (4, 10)
          bottom: "label"  # (4,)
          top: "accuracy"
          accuracy_param { top_k: 5 }
        }
    """

    bottoms, tops, gradient_to = 2, (1, 2), ()

    def setup(self, bottom, top):
        p = self.param.accuracy_param
        self.top_k, self.axis = p.top_k, p.axis
        self.ignore_label = p.ignore_label if p.HasField("ignore_label") else None
        self.num_tops = len(top)

    def top_shapes(self, x, labels):
        axis = self.axis_index(self.axis, x)
        problem = class_labels.find_shape_problem(labels, x, axis)
        self.require(not problem, problem)
        num_classes = x[axis]
        if not 1 <= self.top_k <= num_classes:
            self.require(
                False,
                f"top_k is {self.top_k}, but there are {num_classes} classes; choose "
                f"from 1 to {num_classes}",
            )
        return [(), (num_classes,)][: self.num_tops]

    def forward(self, bottom, top):
        x = bottom[0].data
        N, K, M = class_labels.fold(x.shape, self.axis % x.ndim)
        labels, counted, problem = class_labels.read(
            bottom[1].data.reshape(N, M), K, self.ignore_label
        )
        self.require(not problem, problem, bottom[1])
        if counted is None:
            counted = self.xp.ones((N, M), bool)
        hits = accuracy.find_hits(x.reshape(N, K, M), labels, self.top_k) & counted
        top[0].data[...] = hits.sum() / max(1, int(counted.sum()))
        if self.num_tops == 2:
            top[1].data[...] = accuracy.of_each_class(hits, counted, labels, K)

    def backward(self, top, propagate_down, bottom):
        self.require(not any(propagate_down), "counting has no gradient")


@register("ArgMax")
class ArgMax(Layer):
    r"""Name the largest numbers of each item, or along an axis.

    .. math:: y = \mathrm{argmax}_k\; x_k

    Of equal numbers the one with the larger index comes first.

    ======  ================  ===================================================
    bottom  x (N, ...)
    top     y (N, 1, k, 1     without ``axis``: the indices within the flattened
            ...)              item; (N, 2, k, 1...) with ``out_max_val``, where the
                              values follow; at least 3 axes, else as many as x;
                              with ``axis``: as x, but k long there, indices, or
                              values with ``out_max_val``
    params  none
    proto   ``argmax_param``  ``top_k`` [1]: k; ``out_max_val`` [false]: give
                              values; ``axis``: search along this one, if set
    ======  ================  ===================================================

    Backward: none; an index has no gradient.

    Source: Caffe.

    Example::

        layer {
          name: "answer" type: "ArgMax"
          bottom: "score"  # (4, 10)
          top: "answer"
          argmax_param { axis: 1 }
        }
    """

    bottoms, tops, gradient_to = 1, 1, ()

    def setup(self, bottom, top):
        p = self.param.argmax_param
        self.top_k, self.out_max_val = p.top_k, p.out_max_val
        self.axis = p.axis if p.HasField("axis") else None

    def _fold(self, x):
        """Return the shape of x with the numbers to compare in the middle."""
        if self.axis is None:
            return x[0], prod(x[1:]), 1
        return class_labels.fold(x, self.axis_index(self.axis, x))

    def top_shapes(self, x):
        self.axis_index(0, x)
        size = self._fold(x)[1]
        if not 1 <= self.top_k <= size:
            self.require(
                False,
                f"top_k is {self.top_k}, but {size} numbers are compared; choose from "
                f"1 to {size}",
            )
        if self.axis is None:
            rows = 2 if self.out_max_val else 1
            return [(x[0], rows, self.top_k, *[1] * (len(x) - 3))]
        axis = self.axis_index(self.axis, x)
        return [(*x[:axis], self.top_k, *x[axis + 1 :])]

    def forward(self, bottom, top):
        N, K, M = self._fold(bottom[0].shape)
        x = bottom[0].data.reshape(N, K, M)
        found = argmax.find_largest(x, self.top_k)
        answers = [found]
        if self.out_max_val:
            values = argmax.take(x, found)
            answers = [found, values] if self.axis is None else [values]
        y = top[0].data.reshape(N, len(answers), -1)
        for i, answer in enumerate(answers):
            y[:, i] = answer.reshape(N, -1)

    def backward(self, top, propagate_down, bottom):
        self.require(not any(propagate_down), "an index has no gradient to pass down")
