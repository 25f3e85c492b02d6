import numpy

from brew.testing import Case, choices, lopsided

X, CONT = (4, 2, 3), (4, 2)
WEIGHTS = lopsided(-0.6, 0.9)
ALWAYS = {
    "propagate_down_false_leaves_bottom_diff": "x and the static input always get "
    "their gradient, as in Caffe"
}


def begins(shape, rng, shift=0.5):
    """Sample cont: sequences begin at the first time, and some at others."""
    cont = choices(1, 0, 1, 1)(shape, rng)
    cont[:1] = 0
    return cont


def fades(shape, rng, shift=0.5):
    """Sample cont: the past counts for a part."""
    return numpy.concatenate(
        [
            numpy.zeros((1, *shape[1:])),
            0.5 + lopsided()((shape[0] - 1, *shape[1:]), rng) / 4,
        ]
    )


def begins_anew(bottoms, cont=begins):
    """Return a sampler for each bottom: x, cont, and what may follow.

    As every pass begins anew, a pass does not depend on those before, and states
    that are given count for nothing: then it is right that they get no gradient.
    """
    return [lopsided(), cont, *[lopsided()] * (len(bottoms) - 2)]


def lstm(bottoms, id, more="", cont=begins, **options):
    samples = begins_anew(bottoms, cont)
    options = {"samples": samples, "params": WEIGHTS, "xfail": ALWAYS} | options
    text = f"recurrent_param {{ num_output: 2 {more} }}"
    gradient_to = tuple(i for i in range(len(bottoms)) if i != 1)
    return Case("LSTM", text, bottoms, id, gradient_to=gradient_to, **options)


def unit(bottoms, id, cont, **options):
    samples = [lopsided(), lopsided(), cont]
    return Case(
        "LSTMUnit", "", bottoms, id, samples=samples, gradient_to=(0, 1), **options
    )


EXPOSED = {"more": "expose_hidden: true", "tops": 3, "gradient_from": (0,)}
STATES = [(1, 2, 2)] * 2
UNIT = [(1, 3, 2), (1, 3, 8), (1, 3)]

CASES = [
    lstm(
        [X, CONT],
        "plain",
        resized=[(4, 3, 3), (4, 3)],
        refuses=[[(4, 2), CONT], [X, (2, 4)], [X, (4, 2, 1)], [(0, 2, 3), (0, 2)]],
    ),
    lstm([X, CONT], "with memories that fade", cont=fades, resized=None),
    lstm(
        [X, CONT, (2, 2)],
        "with static input",
        resized=[(2, 2, 3), (2, 2), (2, 2)],
        refuses=[[X, CONT, (3, 2)], [X, CONT, (2,)]],
    ),
    lstm(
        [X, CONT, *STATES],
        "with exposed states",
        resized=[X, CONT, *STATES],
        refuses=[[X, CONT, (1, 2, 2), (1, 2, 3)]],
        **EXPOSED,
    ),
    lstm(
        [X, CONT, (2, 2, 1), *STATES],
        "with static input and exposed states",
        resized=[(4, 1, 3), (4, 1), (1, 2, 1), (1, 1, 2), (1, 1, 2)],
        **EXPOSED,
    ),
    lstm([(1, 2, 2, 2), (1, 2)], "one step", resized=[(3, 2, 2, 2), (3, 2)]),
    unit(
        UNIT,
        "with beginnings",
        choices(0, 1, 1),
        resized=[(1, 4, 2), (1, 4, 8), (1, 4)],
        refuses=[
            [(2, 3, 2), (2, 3, 8), (2, 3)],
            [(1, 3, 2), (1, 3, 6), (1, 3)],
            [(1, 3, 2), (1, 3, 8), (3,)],
        ],
    ),
    unit(UNIT, "with memories that fade", lopsided(0.1, 0.9), resized=None),
]
