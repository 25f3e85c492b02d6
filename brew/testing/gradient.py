"""check_gradient: see whether backward computes the derivative of forward.

A derivative is the slope, and a slope can be measured: move one element of a
bottom or parameter up and down by a small step and see how much the outputs change.
If every slope measured so equals the one that ``backward`` computes, backward is
right.
"""

import itertools
from dataclasses import dataclass, replace

import numpy

from brew.errors import CheckError
from brew.net import Net
from brew.testing.case import Case
from brew.testing.rig import Rig

# A smaller step follows a curve better and drowns sooner in rounding.
STEPS = {"float64": 1e-5, "float32": 1e-2}
TOLERANCES = {"float64": 1e-6, "float32": 2e-2}


def check_gradient(what, proto="", bottoms=(), max_elements=200, **options):
    """Compare backward with slopes measured by moving each input a little.

    Parameters
    ----------
    what : type, str, Case or Net
        A layer class, a registered layer type, a row of a table, or a whole net.
        Of a net the parameters are checked, with the data that its inputs hold;
        float32 makes it less sharp than the check of a layer.
    proto : str, default ""
        The layer's own part of a prototxt, such as ``"relu_param { … }"``.
    bottoms : sequence of shape
        The shapes of the layer's bottoms.
    max_elements : int, default 200
        From a bigger blob so many elements are picked, evenly.
    **options
        Further fields of :class:`brew.testing.Case`.

    Returns
    -------
    GradientReport
        One line per bottom and parameter.

    Raises
    ------
    CheckError
        If a gradient is wrong; names the layer, blob and element, and both numbers.

    Examples
    --------
    >>> from brew.testing import check_gradient
    >>> check_gradient("TanH", bottoms=[(2, 3)])  # doctest: +ELLIPSIS
    gradient of TanH
    blob      elements   worst error
    in0              6   ... ok
    """
    if isinstance(what, Net):
        report, hint = _net_gradient(what, max_elements), ""
    else:
        case = what if isinstance(what, Case) else Case(what, proto, bottoms, **options)
        report = _layer_gradient(case, max_elements)
        hint = "" if report.ok else _hint(case)
    if not report.ok:
        raise CheckError(f"check 'gradient' found a difference\n{report}{hint}")
    return report


@dataclass(frozen=True)
class GradientRow:
    """How well the gradient of one blob agrees, and where it is worst."""

    blob: str
    num_elements: int
    index: tuple
    numeric: float
    analytic: float
    error: float
    allowed: float

    @property
    def ok(self):
        """Whether every element agrees."""
        return self.error <= self.allowed

    def is_off_by(self, factor):
        """Tell whether the slope is `factor` times what backward says."""
        return abs(self.numeric - factor * self.analytic) <= self.allowed

    def __str__(self):
        verdict = "ok"
        if not self.ok:
            index = ", ".join(map(str, self.index))
            verdict = (
                f"WRONG at [{index}]: backward says {self.analytic:.6g}, "
                f"the slope is {self.numeric:.6g}"
            )
        return f"{self.blob:<12} {self.num_elements:>5}   {self.error:11.1e} {verdict}"


class GradientReport:
    """What :func:`check_gradient` found: a row for each bottom and parameter.

    Attributes
    ----------
    title : str
        What was checked.
    rows : list of GradientRow
        One per blob.
    """

    def __init__(self, title, rows):
        self.title = title
        self.rows = rows

    @property
    def ok(self):
        """Whether all gradients agree."""
        return all(row.ok for row in self.rows)

    def __repr__(self):
        head = f"gradient of {self.title}\nblob      elements   worst error"
        return "\n".join([head, *map(str, self.rows)])


def _hint(case):
    """Guess what is wrong, from how the numbers differ."""
    coarse = _layer_gradient(replace(case, dtype="float32"), max_elements=20)
    if coarse.ok:
        return "\nif the layer computes in float32, pass dtype='float32'"
    weights = [weight for diff in Rig(case).top_diffs() for weight in diff.flat]
    wrong = [row for row in coarse.rows if not row.ok]
    if len(weights) == 1 and all(row.is_off_by(weights[0]) for row in wrong):
        return (
            "\nbackward seems to forget top[0].diff, which holds the loss weight; to "
            "check without it, pass top_diff=1"
        )
    return ""


def _layer_gradient(case, max_elements):
    rig = Rig(case, case.dtype)
    layer, state = rig.layer, rig.layer.get_state()
    counted = range(len(rig.top)) if case.gradient_from is None else case.gradient_from

    def objective():
        layer.set_state(state)  # the same dropout mask at every call
        tops = rig.forward()
        rig.set_top_diffs()
        return sum((tops[i] * rig.top[i].mutable_cpu_diff()).sum() for i in counted)

    objective()
    rig.clear_param_diffs()
    diffs = rig.backward()
    wanted = [i for i, wants in enumerate(case.wants_gradient) if wants]
    blobs = [(rig.bottom[i].name, rig.bottom[i], diffs[i]) for i in wanted]
    for i, (blob, diff) in enumerate(zip(layer.blobs, rig.param_diffs(), strict=True)):
        if layer.param_propagate_down[i]:
            blobs.append((f"blobs[{i}]", blob, diff))
    rows = [_row(*blob, objective, max_elements) for blob in blobs]
    return GradientReport(str(case), rows)


def _net_gradient(net, max_elements):
    rngs = [layer.rng for layer in net.layers]  # made now, so that states hold them
    states = [layer.get_state() for layer in net.layers]

    def objective():
        for layer, state in zip(net.layers, states, strict=True):
            layer.set_state(state)
        return net.run_forward()

    net.clear_param_diffs()
    objective()
    net.run_backward()
    blobs = [
        (f"{layer.name}[{i}]", blob, blob.mutable_cpu_diff().copy())
        for k, layer in enumerate(net.layers)
        for i, blob in enumerate(layer.blobs)
        if layer.param_propagate_down[i] and net.owns_param[k, i]
    ]
    rows = [_row(*blob, objective, max_elements) for blob in blobs]
    return GradientReport(f"net {net.name!r} of {len(rngs)} layers", rows)


def _row(name, blob, analytic, objective, max_elements):
    """Measure the slopes of one blob and compare them with its diff."""
    step = STEPS[blob.dtype.name]
    places = list(itertools.product(*map(range, blob.shape)))
    places = places[:: -(-len(places) // max_elements) or 1]
    numeric = [_slope(blob.mutable_cpu_data(), i, step, objective) for i in places]
    analytic = [float(analytic[i]) for i in places]
    errors = numpy.abs(numpy.subtract(numeric, analytic))
    errors[numpy.isnan(errors)] = numpy.inf
    worst = int(errors.argmax()) if places else 0
    size = numpy.abs([*numeric, *analytic, 0]).max()
    rounding = 8 * numpy.finfo(blob.dtype).eps * max(1, abs(objective())) / step
    return GradientRow(
        name,
        len(places),
        *(places[worst], numeric[worst], analytic[worst], float(errors[worst])),
        allowed=float(TOLERANCES[blob.dtype.name] * size + rounding),
    )


def _slope(array, index, step, objective):
    here = array[index]
    array[index] = here + step
    high = array[index]
    above = objective()
    array[index] = here - step
    low = array[index]
    below = objective()
    array[index] = here
    return float((above - below) / (high - low))  # the step as it was rounded
