"""Bugs to plant: one small change of brew's source each, and who must notice.

A mutant names the file, the text to replace (which must occur once), the new text,
the layer or solver type whose rows are then run, and the check that must fail. The
checks are those of ``brew.testing``; "golden" stands for the golden cases of the
type, "small pieces" for work cut over threads, "solver" for ``check_solver``.
"""

from typing import NamedTuple


class Mutant(NamedTuple):
    """A bug, and the check that is there to find it."""

    file: str
    old: str
    new: str
    type: str
    check: str

    def __str__(self):
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.file}: {old} -> {new}"


LAYERS, OPS, SOLVERS = "brew/layer_types/", "brew/ops/", "brew/solvers/"

MUTANTS = [
    # Activations
    Mutant(
        OPS + "activation.py",
        "xp.multiply(dy, x > 0, out=out)",
        "xp.multiply(dy, x > 0.2, out=out)",
        "ReLU",
        "gradient",
    ),
    Mutant(
        LAYERS + "rectifiers.py",
        "return self.param.relu_param.negative_slope >= 0",
        "return True",
        "ReLU",
        "in_place",
    ),
    Mutant(
        LAYERS + "squashers.py",
        "activation.sigmoid_backward(top[0].diff, top[0].data,",
        "activation.sigmoid_backward(top[0].diff, bottom[0].data,",
        "Sigmoid",
        "gradient",
    ),
    Mutant(
        LAYERS + "squashers.py",
        """if propagate_down[0]:
            activation.tanh_backward""",
        """if True:
            activation.tanh_backward""",
        "TanH",
        "propagate_down_false_leaves_bottom_diff",
    ),
    Mutant(
        OPS + "power.py",
        "_power(x, power - 1.0, scale, shift, slope)",
        "_power(x, power - 1.0, scale, 0.0, slope)",
        "Power",
        "gradient",
    ),
    # Dropout
    Mutant(
        LAYERS + "dropout.py",
        "if self.phase == TRAIN:\n            self.kept",
        "if True:\n            self.kept",
        "Dropout",
        "phase_test_is_not_random",
    ),
    Mutant(
        LAYERS + "dropout.py",
        "dropout.draw(self.rng, x.shape, self.ratio)",
        "dropout.draw(__import__('numpy').random.default_rng(), x.shape, self.ratio)",
        "Dropout",
        "seed_decides",
    ),
    Mutant(
        LAYERS + "dropout.py",
        "dropout.backward(dy, self.kept, self.ratio, out=dx)",
        "dropout.backward(dy, self.kept, 0.5, out=dx)",
        "Dropout",
        "gradient",
    ),
    # Inner product
    Mutant(
        OPS + "inner_product.py",
        "dW[rows] += product",
        "dW[rows] = product",
        "InnerProduct",
        "param_diffs_add",
    ),
    Mutant(
        LAYERS + "inner_product.py",
        "db=self.b.diff if wants_b else None",
        "db=self.b.diff if self.b else None",
        "InnerProduct",
        "param_propagate_down_false_leaves_param_diff",
    ),
    Mutant(
        LAYERS + "inner_product.py",
        "return W.T if self.transpose else W",
        "return W.reshape(self.num_output, -1)",
        "InnerProduct",
        "golden",
    ),
    # Convolution
    Mutant(
        OPS + "convolution.py",
        "if not fits:\n        target.fill(0)",
        "pass",
        "Convolution",
        "small pieces",
    ),
    Mutant(
        OPS + "im2col.py",
        "int((size + 2 * axis.pad - axis.extent) / axis.stride) + 1",
        "(size + 2 * axis.pad - axis.extent) // axis.stride + 1",
        "Convolution",
        "shapes",
    ),
    Mutant(
        OPS + "convolution.py",
        "dx[block.images].fill(0)",
        "pass",
        "Convolution",
        "small pieces",
    ),
    Mutant(
        OPS + "convolution.py",
        "target += total",
        "target[...] = total",
        "Convolution",
        "small pieces",
    ),
    Mutant(
        OPS + "convolution_plan.py",
        "at_y=(images_cut, every, slice(*rows))",
        "at_y=(images_cut, every, slice(rows[0], rows[1] - (rows[0] > 0)))",
        "Convolution",
        "small pieces",
    ),
    # Pooling
    Mutant(
        OPS + "pooling.py",
        "(count - 1) * s >= size + p",
        "(count - 1) * s > size + p",
        "Pooling",
        "golden",
    ),
    Mutant(
        OPS + "pooling.py",
        "rounded = ceil if round_up else floor",
        "rounded = ceil",
        "Pooling",
        "golden",
    ),
    Mutant(
        OPS + "pooling.py",
        ".greater(rivals, champions",
        ".greater_equal(rivals, champions",
        "Pooling",
        "small pieces",
    ),
    Mutant(
        OPS + "pooling_frame.py",
        "framed.fill(fill)",
        "framed.fill(0)",
        "Pooling",
        "golden",
    ),
    Mutant(
        OPS + "pooling_frame.py",
        "phase.fill(fill)",
        "pass",
        "Pooling",
        "small pieces",
    ),
    Mutant(
        OPS + "pooling_frame.py",
        "ceil((pad - start) / stride)",
        "ceil(pad / stride)",
        "Pooling",
        "small pieces",
    ),
    Mutant(
        OPS + "pooling.py",
        "part = _as_rows(dy) / areas",
        "part = _as_rows(dy) / prod(kernel)",
        "Pooling",
        "gradient",
    ),
    Mutant(
        OPS + "pooling.py",
        "corners.fill(0)",
        "pass",
        "Pooling",
        "small pieces",
    ),
    Mutant(
        OPS + "pooling_frame.py",
        "(behind >= 0) & (behind < k)",
        "behind < k",
        "Pooling",
        "golden",
    ),
    # LRN
    Mutant(OPS + "lrn.py", "scale += k", "scale += 1.0", "LRN", "loops_agree"),
    Mutant(
        OPS + "lrn.py",
        "xp.multiply(energy, alpha / size ** len(axes), out=scale)",
        "xp.multiply(energy, alpha / size, out=scale)",
        "LRN",
        "gradient",
    ),
    Mutant(OPS + "lrn.py", "rows[..., width:] = 0", "pass", "LRN", "small pieces"),
    Mutant(OPS + "lrn.py", "<= reach", "< reach", "LRN", "loops_agree"),
    Mutant(
        LAYERS + "lrn.py",
        "super().reshape(bottom, top)",
        "top[0].reshape(self.scale.shape or bottom[0].shape)",
        "LRN",
        "bottoms_can_be_resized",
    ),
    # Softmax and the losses
    Mutant(
        OPS + "softmax.py",
        "xp.subtract(dy, dot, out=out)",
        "xp.subtract(dy, dot / 2, out=out)",
        "Softmax",
        "gradient",
    ),
    Mutant(
        OPS + "softmax.py",
        "xp.subtract(x, x.max(axis=axis, keepdims=True), out=out)",
        "xp.subtract(x, 0.0, out=out)",
        "Softmax",
        "loops_agree",
    ),
    Mutant(
        OPS + "cross_entropy.py",
        "out[class_labels.at(labels)] -= scale\n    if counted is not None:",
        "out[class_labels.at(labels)] -= scale\n    if False:",
        "SoftmaxWithLoss",
        "gradient",
    ),
    Mutant(
        LAYERS + "softmax.py",
        "scale=float(top[0].diff) / self.divisor",
        "scale=1.0 / self.divisor",
        "SoftmaxWithLoss",
        "gradient",
    ),
    Mutant(
        LAYERS + "cross_entropy.py",
        "loss = cross_entropy.sigmoid_loss_forward(x, t, self.counted)",
        "loss = cross_entropy.sigmoid_loss_forward(x, t, None)",
        "SigmoidCrossEntropyLoss",
        "gradient",
    ),
    Mutant(
        LAYERS + "euclidean_loss.py",
        "enumerate([1.0, -1.0])",
        "enumerate([1.0, 1.0])",
        "EuclideanLoss",
        "gradient",
    ),
    Mutant(
        "brew/layer.py",
        "predictions.shape[:1] == targets.shape[:1]",
        "True",
        "EuclideanLoss",
        "wrong_shapes_are_refused",
    ),
    Mutant(
        OPS + "accuracy.py",
        "(scores >= true_scores[:, None, :])",
        "(scores > true_scores[:, None, :])",
        "Accuracy",
        "loops_agree",
    ),
    Mutant(
        LAYERS + "euclidean_loss.py",
        "self.xp.subtract(a, b.reshape(a.shape), out=difference)",
        "difference[...] = self.xp.subtract(a, b.reshape(a.shape), out=a)",
        "EuclideanLoss",
        "inputs_are_only_read",
    ),
    Mutant(
        LAYERS + "euclidean_loss.py",
        "Blob(dtype=self.dtype)",
        "Blob()",
        "EuclideanLoss",
        "dtype_is_kept",
    ),
    # Several blobs
    Mutant(
        LAYERS + "combine.py",
        'start = end\n\n\n@register("Split")',
        'start = end if wanted else start\n\n\n@register("Split")',
        "Concat",
        "propagate_down_false_leaves_bottom_diff",
    ),
    Mutant(
        OPS + "eltwise.py",
        "winner += (i - winner) * (x > out)",
        "winner += (x > out)",
        "Eltwise",
        "gradient",
    ),
    Mutant(
        LAYERS + "combine.py",
        "sum_backward(dy, self.coeffs[i], out=blob.diff)",
        "sum_backward(dy, self.coeffs[0], out=blob.diff)",
        "Eltwise",
        "gradient",
    ),
    Mutant(
        LAYERS + "combine.py",
        "eltwise.sum_forward(dys, [1.0] * len(dys), out=bottom[0].diff)",
        "eltwise.sum_forward(dys[:2], [1.0, 1.0][: len(dys)], out=bottom[0].diff)",
        "Split",
        "gradient",
    ),
    Mutant(
        LAYERS + "combine.py",
        "        for blob in top:\n            blob.share_data(bottom[0])",
        "        for blob in top[1:]:\n            blob.share_data(bottom[0])",
        "Split",
        "arrays_are_written_not_replaced",
    ),
    Mutant(
        LAYERS + "reshape.py",
        "prod(x[first : last + 1]), *x[last + 1 :])",
        "prod(x[first:]))",
        "Flatten",
        "golden",
    ),
    Mutant(
        LAYERS + "select.py",
        "if wanted:",
        "if not wanted:",
        "Silence",
        "gradient",
    ),
    # The parts of a transformer
    Mutant(OPS + "gelu.py", "slope *= x", "slope *= gate", "GELU", "gradient"),
    Mutant(
        LAYERS + "batch_norm.py",
        "(self.x if top[0] is bottom[0] else bottom[0]).data",
        "bottom[0].data",
        "LayerNorm",
        "in_place",
    ),
    Mutant(
        LAYERS + "permute.py", "order.index(axis)", "order[axis]", "Permute", "gradient"
    ),
    Mutant(
        LAYERS + "matmul.py",
        "(_transposed(dy), a) if self.transpose_b",
        "(_transposed(dy), a) if self.transpose_a",
        "MatMul",
        "gradient",
    ),
    # What all layers stand on
    Mutant(
        "brew/layer.py",
        "if index < len(self.blobs):",
        "if False:",
        "InnerProduct",
        "params_survive_a_file",
    ),
    Mutant(
        "brew/layer.py",
        'return {} if self._rng is None else {"rng": self._rng.bit_generator.state}',
        "return {}",
        "Dropout",
        "state_resumes",
    ),
    Mutant(
        "brew/layer.py",
        "enough = low <= num_blobs and",
        "enough = low - 1 <= num_blobs and",
        "Eltwise",
        "wrong_counts_are_refused",
    ),
    Mutant(
        OPS + "pieces.py",
        "items = slice(i * step, (i + 1) * step)",
        "items = slice(i * step, (i + 1) * step - (i == 1))",
        "Power",
        "small pieces",
    ),
]
