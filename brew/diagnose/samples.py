"""Samples: what flows through a train net, looked at now and then."""

from collections import deque

import numpy as np

from brew.diagnose.curves import standstill
from brew.diagnose.finding import Finding
from brew.diagnose.nets import class_heads

WINDOW = 6  # so many samples in a row must agree that a unit is dead
DEAD_SHARE = 0.7
FEW_LABELS = 100
STILL = 2e-5  # weights that change by less than this share an iteration stand still


class Labels:
    """The labels that a loss has been given so far.

    Parameters
    ----------
    head : tuple
        As :func:`class_heads` yields it.
    """

    def __init__(self, head):
        self.layer, self.loss, _, self.blob, self.num_classes = head
        self.seen = set()
        self.num_batches = self.num_items = self.num_labels = 0

    def look(self):
        """Note the labels of the present batch."""
        self.num_batches += 1
        self.num_items += self.blob.shape[0] if self.blob.ndim else 1
        self.num_labels += self.blob.count
        self.seen |= self._present()

    def judge(self):
        """Return what is wrong with the labels, at most one finding."""
        present = self._present()
        low, high = min(present, default=0), max(present, default=0)
        K, name = self.num_classes, self.blob.name
        if high >= K or low < 0:
            return [self._out_of_range(low, high)]
        if K == 1 or self.num_items < FEW_LABELS or self.num_batches < 5:
            return []
        if len(self.seen) == 1:
            return [
                self._finding(
                    "constant labels",
                    f"all {self.num_labels:,} labels seen in {name!r} are "
                    f"{min(self.seen):g}",
                    "look at how labels were written; if data is sorted by class, "
                    "shuffle it",
                )
            ]
        is_one_each = self.num_labels == self.num_items
        if K > 2 and is_one_each and self.seen == set(range(1, K)):
            return [self._starts_at_one()]
        if max(self.seen) < K // 3:
            return [
                self._finding(
                    "wrong num_output",
                    f"there are {K} scores, but the {self.num_labels:,} labels seen go "
                    f"from {min(self.seen):g} to {max(self.seen):g} only",
                    f"set num_output of the last layer to {max(self.seen) + 1:.0f}, or "
                    "look for the missing classes",
                )
            ]
        return []

    def _present(self):
        labels = set(self.blob.cpu_data().reshape(-1).tolist())
        p = self.layer.param.loss_param
        if p.HasField("ignore_label"):
            labels.discard(float(p.ignore_label))
        return labels

    def _finding(self, name, evidence, remedy):
        return Finding(name, evidence, remedy, self.layer.name)

    def _starts_at_one(self):
        K = self.num_classes
        return self._finding(
            "labels off by one",
            f"{self.num_labels:,} labels seen in {self.blob.name!r} go from 1 to "
            f"{K - 1}, for the classes 0 to {K - 1}; class 0 never occurs",
            f"subtract 1 from every label, and set num_output to {K - 1}",
        )

    def _out_of_range(self, low, high):
        K, name = self.num_classes, self.blob.name
        evidence = (
            f"the labels {name!r} of this batch go from {low:g} to {high:g}, but the "
            f"scores are for classes 0 to {K - 1}"
        )
        everything = {*self.seen, low, high}
        if high == K and min(everything) >= 1:
            return self._finding(
                "labels off by one", evidence, "subtract 1 from every label"
            )
        if low < 0:
            return self._finding(
                "labels out of range",
                evidence,
                "labels count from 0; name those that shall not count in ignore_label",
            )
        return self._finding(
            "wrong num_output",
            evidence,
            f"set num_output of the last layer to {high + 1:.0f} or more",
        )


class Units:
    """Which units of a ReLU were ever active in the last samples.

    Parameters
    ----------
    layer : Layer
    top : Blob
    """

    def __init__(self, layer, top):
        self.layer, self.top = layer, top
        self.active = deque(maxlen=WINDOW)

    def look(self):
        """Note which channels are above 0 somewhere in the present batch."""
        y = self.top.cpu_data()
        if y.ndim >= 2 and y.size:
            axes = tuple(axis for axis in range(y.ndim) if axis != 1)
            self.active.append(y.max(axis=axes) > 0)

    def judge(self):
        """Return a finding if most of the units are dead."""
        if len(self.active) < WINDOW:
            return []
        dead = ~np.any(list(self.active), axis=0)
        if dead.mean() < DEAD_SHARE:
            return []
        return [
            Finding(
                "dead ReLU",
                f"{dead.sum()} of {dead.size} units gave 0 for all items of the last "
                f"{WINDOW} batches looked at: no gradient passes them",
                "start again with a smaller base_lr and a weight_filler of type msra; "
                "negative_slope: 0.1 keeps units alive",
                self.layer.name,
            )
        ]


class Weights:
    """How fast a parameter changes, from a few of its numbers.

    Parameters
    ----------
    blob : Blob
    """

    def __init__(self, blob):
        self.blob = blob
        self.step = max(1, blob.count // 500)
        self.last = None
        self.changes = []

    def look(self, iteration):
        """Compare with the values at the last look."""
        now = np.array(self.blob.cpu_data().reshape(-1)[:: self.step])
        if self.last is not None and iteration > self.last[0]:
            size = float(np.abs(now).mean())
            moved = float(np.abs(now - self.last[1]).mean())
            self.changes.append(moved / (size or 1.0) / (iteration - self.last[0]))
        self.last = iteration, now


def judge_rate(weights, record):
    """Return a finding if all weights stand still and the loss has not fallen."""
    changes = [w.changes for w in weights if w.changes]
    fall = standstill(record)
    if not changes or fall is None:
        return []
    fastest = max(float(np.median(some)) for some in changes)
    if fastest >= STILL:
        return []
    return [
        Finding(
            "learning rate too low",
            f"the weights change by {fastest:.1e} of their size an iteration, and the "
            f"loss has fallen by {fall:.1%} in {record.num_iters:,} iterations; "
            f"the learning rate is {record.rate()}",
            "multiply base_lr by 10 until the loss falls visibly within 100 iterations",
        )
    ]


class Inputs:
    """What comes in: its range at the first look, and numbers that are none.

    Parameters
    ----------
    layer : Layer
        The layer with weights that reads the blob.
    blob : Blob
    """

    def __init__(self, layer, blob):
        self.layer, self.blob = layer, blob
        self.range = None
        self.num_bad = 0

    def look(self):
        """Note least, greatest and mean value of the first batch, and what is nan."""
        x = self.blob.cpu_data()
        num_bad = int((~np.isfinite(x)).sum())
        self.num_bad = max(self.num_bad, num_bad)
        if self.range is None and x.size and not num_bad:
            self.range = float(x.min()), float(x.max()), float(x.mean())

    def judge(self):
        """Return a finding if the values are raw pixels or the like."""
        if self.num_bad:
            return [
                Finding(
                    "input is not finite",
                    f"{self.num_bad} values of {self.blob.name!r} were nan or inf in "
                    "a batch",
                    "look for nan and inf in the data set",
                    self.layer.name,
                )
            ]
        if self.range is None:
            return []
        low, high, mean = self.range
        if not (low >= 0 and high >= 100) and max(-low, high) < 1000:
            return []
        return [
            Finding(
                "unnormalised input",
                f"the values of {self.blob.name!r} go from {low:g} to {high:g}, with "
                f"mean {mean:.3g}",
                "scale them to about -1..1: transform_param { scale: 0.00390625 } for "
                "pixels of 0..255, and subtract the mean",
                self.layer.name,
            )
        ]


def find_inputs(net):
    """Return Inputs of blobs that reach weights as they come from a data layer."""
    raw, found = set(), []
    for layer, bottoms, tops in zip(net.layers, net._bottoms, net._tops, strict=True):
        passes = layer.type in ("Split", "Flatten", "Reshape")
        if not bottoms or (passes and bottoms[0].name in raw):
            raw.update(top.name for top in tops)
        elif layer.type in ("Convolution", "InnerProduct") and bottoms[0].name in raw:
            found.append(Inputs(layer, bottoms[0]))
    return found


def find_units(net):
    """Return Units of all layers of type ReLU that give 0 below 0."""
    return [
        Units(layer, tops[0])
        for layer, tops in zip(net.layers, net._tops, strict=True)
        if layer.type == "ReLU" and layer.param.relu_param.negative_slope == 0
    ]


def find_labels(net):
    """Return Labels of all losses over classes."""
    return [Labels(head) for head in class_heads(net)]
