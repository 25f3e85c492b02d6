"""``parse_log``: the tables of a log, as Caffe's parse_log.py writes them."""

import pytest

# In the form of Caffe 1.0, with what stands in real logs between the numbers.
LOG = """\
Log file created at: 2015/02/10 13:39:20
I0210 13:39:21.000000 25210 net.cpp:1] Iteration 7 of something else
I0210 13:39:22.500000 25210 solver.cpp:272] Solving LeNet
I0210 13:39:22.500000 25210 solver.cpp:273] Learning Rate Policy: inv
I0210 13:39:22.600000 25210 solver.cpp:331] Iteration 0, Testing net (#0)
I0210 13:39:23.000000 25210 solver.cpp:398]     Test net output #0: accuracy = 0.1
I0210 13:39:23.100000 25210 solver.cpp:398]     Test net output #1: loss = 2.5 (* 1 = 2.5 loss)
I0210 13:39:23.200000 25210 solver.cpp:219] Iteration 0 (0 iter/s, 0.5s/100 iters), loss = 2.4
I0210 13:39:23.200000 25210 solver.cpp:238]     Train net output #0: loss = 2.4 (* 1 = 2.4 loss)
I0210 13:39:23.300000 25210 sgd_solver.cpp:105] Iteration 0, lr = 0.01
I0210 13:40:23.400000 25210 solver.cpp:219] Iteration 100 (2 iter/s, 50s/100 iters), loss = 0.2
I0210 13:40:23.400000 25210 solver.cpp:238]     Train net output #0: loss = 2e-01 (* 1 = 0.2 loss)
I0210 13:40:23.500000 25210 sgd_solver.cpp:105] Iteration 100, lr = 0.00992565
this line is no line of a log: Train net output #0: loss = 99
I0210 13:41:23.500000 25210 solver.cpp:331] Iteration 200, Testing net (#0)
I0210 13:41:24.000000 25210 solver.cpp:398]     Test net output #0: accuracy = 0.9
I0210 13:41:24.500000 25210 solver.cpp:398]     Test net output #1: loss = 0.3 (* 1 = 0.3 loss)
I0210 13:41:25.500000 25210 solver.cpp:219] Iteration 200 (2 iter/s, 50s/100 iters), loss = 0.1
I0210 13:41:25.500000 25210 solver.cpp:238]     Train net output #0: loss = 0.1 (* 1 = 0.1 loss)
I0210 13:41:25.500000 25210 sgd_solver.cpp:105] Iteration 200, lr = 0.00985258
I0210 13:42:25.500000 25210 solver.cpp:331] Iteration 300, Testing net (#0)
I0210 13:42:25.500000 25210 solver.cpp:398]     Test net output #0: accuracy = 0.95
"""  # noqa: E501  these lines are as long as they are
TRAIN = """\
NumIters,Seconds,LearningRate,loss
0,0.7,0.01,2.4
100,60.9,0.01,0.2
200,123.0,0.00992565,0.1
"""
TEST = """\
NumIters,Seconds,LearningRate,accuracy,loss
0,0.5,0.00992565,0.1,2.5
200,121.5,0.00992565,0.9,0.3
"""


@pytest.fixture
def parse(brew, in_tmp_path):
    """Parse a text; return the two tables."""

    def run(text, *flags):
        (in_tmp_path / "it.log").write_bytes(text.encode())
        code, _, err = brew("parse_log", "it.log", ".", *flags)
        assert (code, err) == (0, "")
        return [(in_tmp_path / f"it.log.{part}").read_text() for part in KINDS]

    return run


KINDS = ("train", "test")


def test_the_tables_are_those_of_caffe(parse):
    assert parse(LOG) == [TRAIN, TEST]


def test_the_columns_are_separated_as_wished(parse):
    assert parse(LOG, "--delimiter", ";")[0] == TRAIN.replace(",", ";")


def test_verbose_tells_what_is_written(brew, in_tmp_path):
    (in_tmp_path / "it.log").write_text(LOG)
    _, out, _ = brew("parse_log", "--verbose", "it.log", ".")
    assert out == "Wrote it.log.train\nWrote it.log.test\n"


def test_a_training_over_new_year_takes_seconds(parse):
    late = LOG.replace("I0210 13:39:2", "I1231 23:59:5").replace(
        "I0210 13:4", "I0101 00:0"
    )
    train, _ = parse(late)
    assert train.splitlines()[3].startswith(
        "200,93.0,"
    )  # from 23:59:52.5 to 00:01:25.5


@pytest.mark.parametrize(
    ("first", "then", "seconds"),
    [("0228", "0229", 93), ("0229", "0301", 93), ("1231", "0229", 93 + 59 * 86400)],
)
def test_a_training_over_a_leap_day_is_timed(parse, first, then, seconds):
    late = LOG.replace("I0210 13:39:2", f"I{first} 23:59:5")
    late = late.replace("I0210 13:4", f"I{then} 00:0")
    rows = parse(late)[0].splitlines()
    assert rows[3].startswith(f"200,{seconds}.0,")


def test_a_single_row_is_kept(parse):
    first = LOG[: LOG.index("I0210 13:40:23")]
    train, test = parse(first)
    assert train.splitlines()[1] == "0,0.7,nan,2.4"
    assert test.splitlines()[1] == "0,0.5,nan,0.1,2.5"


def test_a_log_without_tests_gives_an_empty_table(parse):
    lines = [line for line in LOG.splitlines() if "Test net" not in line]
    assert parse("\n".join(lines)) == [TRAIN, ""]


def test_losses_that_are_no_numbers_are_kept(parse):
    train, _ = parse(LOG.replace("loss = 2e-01", "loss = -nan"))
    assert train.splitlines()[2] == "100,60.9,0.01,nan"


def test_our_own_log_is_read(brew, experiment):
    _, _, err = brew("train", "--solver=solver.prototxt")
    (experiment / "it.log").write_text(err)
    assert brew("parse_log", "it.log", ".")[0] == 0
    columns = [
        [line.split(",")[0] for line in (experiment / name).read_text().splitlines()]
        for name in ("it.log.train", "it.log.test")
    ]
    assert columns == [
        ["NumIters", "0", "10", "20", "30", "40"],
        ["NumIters", "0", "20", "40"],
    ]


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["no.log", "."], 1, "no.log: no such file"),
        (["it.log", "none"], 1, "cannot be written"),
        (["it.log"], 2, "required: FOLDER"),
        (["it.log", ".", "--delimiter", "::"], 2, "--delimiter must be one character"),
        (["poem.txt", "."], 1, "poem.txt: no line with a time and the word 'Solving'"),
    ],
)
def test_bad_words_are_told(brew, in_tmp_path, words, code, problem):
    (in_tmp_path / "it.log").write_text(LOG)
    (in_tmp_path / "poem.txt").write_bytes(b"Solving a riddle \xff\n")
    got, _, err = brew("parse_log", *words)
    assert (got, problem in err) == (code, True), err
