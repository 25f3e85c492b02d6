"""The table: one row for each configuration of each layer type.

The rows stand in ``rows/``, one file for each file of ``brew/layer_types``, as a list
``CASES`` of :class:`brew.testing.Case`::

    Case("Power", "power_param { power: 2 }", [(2, 3, 4)], "squared", ...)
          type     its part of the prototxt    bottoms      what is special here

Some fields say what to expect. They are facts about the mathematics and about Caffe,
not about our code:

    in_place        may the top be the bottom?                       [False]
    backward        is there a backward pass?                        [True]
    gradient_to     bottoms that can get a gradient; None = all      [None]
    gradient_from   tops whose diff counts; None = all               [None]
    shares          does the top look at the bottom's memory?        [False]
    random          NEVER, IN_TRAIN or ALWAYS                        [NEVER]
    refuses         lists of bottom shapes that must be refused      [()]

The others say how to get there:

    tops            how many                        [as few as the type allows]
    samples         one sampler, or one a bottom    [lopsided(): from -1 to 2]
    params          the same for the parameters; None leaves them as filled
    resized         bottoms for a second pass; None if they cannot change ["batch"]
    phase           TRAIN or TEST                   [TRAIN]
    prepare         called with the connected layer
    xfail           {check: reason} for a known failure

Keep bottoms small: each of their elements is moved up and down. Let samples `avoid`
the kinks of the function. Paths lead to ``tests/golden/layers``.
"""

import importlib
import pkgutil

from tests.layer_types import rows

CASES = [
    case
    for module in pkgutil.iter_modules(rows.__path__)
    for case in importlib.import_module(f"{rows.__name__}.{module.name}").CASES
]
