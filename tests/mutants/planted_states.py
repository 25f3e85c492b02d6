"""Bugs to plant in the layers that keep something: statistics, or states."""

from tests.mutants.planted import LAYERS, OPS, Mutant

MUTANTS = [
    # Normalization
    Mutant(
        OPS + "batch_norm.py",
        "variances += xp.square(means - mean)\n",
        "pass\n",
        "BatchNorm",
        "loops_agree",
    ),
    Mutant(
        OPS + "batch_norm.py",
        "shift = dy_mean * factor - mean * slope",
        "shift = dy_mean * factor",
        "BatchNorm",
        "gradient",
    ),
    Mutant(
        LAYERS + "batch_norm.py",
        "variance.reshape(-1) * correction",
        "variance.reshape(-1)",
        "BatchNorm",
        "golden",
    ),
    Mutant(
        LAYERS + "batch_norm.py",
        "x.size // self.num_channels)\n            if top[0] is bottom[0]:",
        "x.size // self.num_channels)\n            if False:",
        "BatchNorm",
        "in_place",
    ),
    Mutant(
        LAYERS + "batch_norm.py",
        "self.divisor = self.xp.sqrt(variance) + self.eps",
        "self.divisor = self.xp.sqrt(variance + self.eps)",
        "MVN",
        "golden",
    ),
    # Recurrence
    Mutant(
        OPS + "lstm.py",
        "dc_prev *= cont",
        "pass",
        "LSTMUnit",
        "gradient",
    ),
    Mutant(
        OPS + "lstm.py",
        "dh_later = (d @ W) * cont[now][:, None]",
        "dh_later = d @ W",
        "LSTM",
        "gradient",
    ),
    Mutant(
        OPS + "recurrence.py",
        "recalled[0], recalled[1:] = h0, h[:-1]",
        "recalled[0], recalled[1:] = 0.0, h[:-1]",
        "LSTM",
        "golden",
    ),
    Mutant(
        OPS + "recurrence.py",
        "walk(slice(bounds[i], bounds[i + 1]))",
        "walk(slice(bounds[i], bounds[i + 1] - (i == 1)))",
        "RNN",
        "small pieces",
    ),
    Mutant(
        "brew/recurrent_layer.py",
        "self.last[i].data[...] = state",
        "pass",
        "RNN",
        "golden",
    ),
    Mutant(
        "brew/recurrent_layer.py",
        "dW=self.W_static.diff if wants[2] else None",
        "dW=self.W_static.diff",
        "RNN",
        "param_propagate_down_false_leaves_param_diff",
    ),
    Mutant(
        LAYERS + "lstm.py",
        "self.keep_last_states(top, h[-1], c[-1])",
        "self.keep_last_states(top, c[-1], h[-1])",
        "LSTM",
        "golden",
    ),
]
