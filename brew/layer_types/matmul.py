"""MatMul: products of matrices that both come from the net."""

from brew.layer import Layer, register
from brew.ops import matmul


@register("MatMul")
class MatMul(Layer):
    r"""Multiply two blobs as matrices, item by item.

    .. math:: y_{m i j} = s \sum_k a_{m i k}\, b_{m k j}

    ======  ================  ===================================================
    bottom  a (M..., I, K),   the matrices are the last two axes; the axes before
            b (M..., K, J)    them, if any, are the same for both
    top     y (M..., I, J)
    params  none
    proto   ``matmul_param``  ``transpose_a`` [false]: a is (M..., K, I);
                              ``transpose_b`` [false]: b is (M..., J, K);
                              ``scale`` [1]: s
    ======  ================  ===================================================

    Backward: da = s dy bᵀ;  db = s aᵀ dy.

    Source: Vaswani et al., "Attention Is All You Need", 2017, arXiv:1706.03762, for
    what it is good for: scores q kᵀ / sqrt(K), whose Softmax over axis 3 is then
    multiplied with the values. Not in Caffe.

    Example::

        layer {
          name: "scores" type: "MatMul"
          bottom: "q"  # (2, 4, 5, 8)
          bottom: "k"  # (2, 4, 5, 8)
          top: "scores"
          matmul_param { transpose_b: true scale: 0.35 }
        }
    """

    bottoms, tops = 2, 1

    def setup(self, bottom, top):
        p = self.param.matmul_param
        self.transpose_a, self.transpose_b = p.transpose_a, p.transpose_b
        self.scale = p.scale

    def top_shapes(self, a, b):
        if min(len(a), len(b)) < 2:
            self.require(False, "MatMul needs matrices, so two axes or more in each")
        *items, rows, inner = *a[:-2], *_turned(a[-2:], self.transpose_a)
        *items_b, inner_b, columns = *b[:-2], *_turned(b[-2:], self.transpose_b)
        if items != items_b:
            self.require(
                False,
                f"the axes before the last two are {tuple(items)} and "
                f"{tuple(items_b)}, but must be the same; Tile or Reshape one bottom",
            )
        if inner != inner_b:
            self.require(
                False,
                f"a has {inner} columns, but b has {inner_b} rows (as they are "
                "multiplied); set transpose_a or transpose_b, or change a shape",
            )
        return [(*items, rows, columns)]

    def forward(self, bottom, top):
        a, b = self._factors(bottom)
        matmul.multiply(a, b, self.scale, out=top[0].data)

    def backward(self, top, propagate_down, bottom):
        a, b = self._factors(bottom)
        dy = top[0].diff
        # y = a b gives da = dy bᵀ and db = aᵀ dy; of a transposed bottom, all turned
        if propagate_down[0]:
            da = (b, _transposed(dy)) if self.transpose_a else (dy, _transposed(b))
            matmul.multiply(*da, self.scale, out=bottom[0].diff)
        if propagate_down[1]:
            db = (_transposed(dy), a) if self.transpose_b else (_transposed(a), dy)
            matmul.multiply(*db, self.scale, out=bottom[1].diff)

    def _factors(self, bottom):
        """Return both bottoms as they are multiplied."""
        a, b = bottom[0].data, bottom[1].data
        a = _transposed(a) if self.transpose_a else a
        return a, _transposed(b) if self.transpose_b else b


def _turned(sizes, transpose):
    return sizes[::-1] if transpose else sizes


def _transposed(x):
    return x.swapaxes(-1, -2)
