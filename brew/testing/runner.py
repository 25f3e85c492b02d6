"""check_layer: run every check on one layer, and say what came out."""

from dataclasses import dataclass

from brew.errors import CheckError
from brew.testing.case import Case

CHECKS = {}


@dataclass(frozen=True)
class Check:
    """A named check and the rows that it applies to."""

    name: str
    run: object
    applies_to: object

    def __call__(self, case):
        """Raise CheckError, which names check and layer, if the row fails."""
        try:
            self.run(case)
        except CheckError as error:
            raise CheckError(f"check '{self.name}' of {case}: {error}") from None
        except Exception as error:
            raise CheckError(
                f"check '{self.name}' of {case} raised {type(error).__name__}: {error}"
            ) from error


def check(applies_to):
    """Put a function into CHECKS, under its own name.

    Parameters
    ----------
    applies_to : callable
        Tells for a row whether the check has anything to look at.
    """

    def add(function):
        name = function.__name__
        CHECKS[name] = Check(name, function, lambda case: bool(applies_to(case)))
        return function

    return add


class LayerReport:
    """What :func:`check_layer` found: each check by name, None if it passed.

    Attributes
    ----------
    title : str
        What was checked.
    failures : dict of str to (CheckError or None)
        In the order in which the checks ran.
    """

    def __init__(self, title, failures):
        self.title = title
        self.failures = failures

    @property
    def ok(self):
        """Whether all checks passed."""
        return not any(self.failures.values())

    def __repr__(self):
        lines = [f"checks of {self.title}"]
        for name, error in self.failures.items():
            lines.append(f"{'FAILED' if error else 'ok':>6}  {name}")
            if error:
                told = str(error).removeprefix(f"check '{name}' of {self.title}")
                lines.append(f"        {told.lstrip(': ')}")
        return "\n".join(lines)


def check_layer(layer, proto="", bottoms=(), **options):
    """Check a layer against the laws that every layer of a net follows.

    Parameters
    ----------
    layer : type, str or Case
        A class that derives from :class:`brew.Layer`, a registered layer type, or a
        row of a table.
    proto : str, default ""
        The layer's own part of a prototxt: ``"power_param { power: 2 }"``.
    bottoms : sequence of shape
        The shapes of its bottoms.
    **options
        Further fields of :class:`brew.testing.Case`: `gradient_to` for a layer that
        takes labels, `samples` to fill them, `in_place` if top may be bottom.

    Returns
    -------
    LayerReport
        One line per check.

    Raises
    ------
    CheckError
        If a check fails; the message is the whole report.

    Examples
    --------
    >>> import brew
    >>> from brew.testing import check_layer
    >>> class Double(brew.Layer):
    ...     def reshape(self, bottom, top):
    ...         top[0].reshape(*bottom[0].shape)
    ...
    ...     def forward(self, bottom, top):
    ...         top[0].data[...] = 2 * bottom[0].data
    ...
    ...     def backward(self, top, propagate_down, bottom):
    ...         bottom[0].diff[...] = 2 * top[0].diff
    >>> check_layer(Double, bottoms=[(2, 3)], in_place=True).ok
    Traceback (most recent call last):
    brew.errors.CheckError: ...
    """
    case = layer if isinstance(layer, Case) else Case(layer, proto, bottoms, **options)
    failures = {}
    for name, one_check in CHECKS.items():
        if one_check.applies_to(case):
            failures[name] = _failure(one_check, case)
    report = LayerReport(str(case), failures)
    if not report.ok:
        raise CheckError(f"{case} fails\n{report}")
    return report


def _failure(one_check, case):
    try:
        one_check(case)
    except CheckError as error:
        return error
    return None
