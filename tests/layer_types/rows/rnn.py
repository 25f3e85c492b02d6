from brew.testing import Case
from tests.layer_types.rows.lstm import ALWAYS, CONT, WEIGHTS, X, begins_anew


def rnn(bottoms, id, more="", **options):
    samples = begins_anew(bottoms)
    options = {"samples": samples, "params": WEIGHTS, "xfail": ALWAYS} | options
    text = f"recurrent_param {{ num_output: 2 {more} }}"
    gradient_to = tuple(i for i in range(len(bottoms)) if i != 1)
    return Case("RNN", text, bottoms, id, gradient_to=gradient_to, **options)


EXPOSED = {"more": "expose_hidden: true", "tops": 2, "gradient_from": (0,)}

CASES = [
    rnn(
        [X, CONT],
        "plain",
        resized=[(4, 3, 3), (4, 3)],
        refuses=[[(4, 2), CONT], [X, (2, 4)], [X, (4, 2, 1)], [(0, 2, 3), (0, 2)]],
    ),
    rnn(
        [X, CONT, (2, 2)],
        "with static input",
        resized=[(2, 2, 3), (2, 2), (2, 2)],
        refuses=[[X, CONT, (3, 2)], [X, CONT, (2,)]],
    ),
    rnn(
        [X, CONT, (1, 2, 2)],
        "with exposed states",
        resized=[X, CONT, (1, 2, 2)],
        refuses=[[X, CONT, (2, 2)]],
        **EXPOSED,
    ),
    rnn(
        [X, CONT, (2, 2, 1), (1, 2, 2)],
        "with static input and exposed states",
        resized=[(4, 1, 3), (4, 1), (1, 2, 1), (1, 1, 2)],
        **EXPOSED,
    ),
    rnn([(1, 2, 2, 2), (1, 2)], "one step", resized=[(3, 2, 2, 2), (3, 2)]),
]
