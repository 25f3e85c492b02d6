"""``python -m brew test``: scores of a trained net."""

import pytest

from .test_train import messages

NET = """
name: "Constant"
layer {
  name: "data" type: "DummyData" top: "data" top: "target"
  dummy_data_param {
    shape { dim: 2 dim: 3 } data_filler { type: "constant" value: 2 }
    shape { dim: 2 dim: 1 } data_filler { type: "constant" value: 0 }
  }
}
layer {
  name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 1 weight_filler { type: "constant" value: 0.5 } }
}
layer {
  name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "target" top: "loss"
  loss_weight: 3
}
layer {
  name: "scores" type: "Power" bottom: "data" top: "scores"
  include { stage: "watch" }
}
"""


@pytest.fixture
def trained(in_tmp_path, brew):
    """Write net.prototxt, and the parameters it starts with to net.caffemodel."""
    (in_tmp_path / "net.prototxt").write_text(NET)
    (in_tmp_path / "solver.prototxt").write_text(
        'net: "net.prototxt" base_lr: 0 lr_policy: "fixed" snapshot_prefix: "net"'
    )
    assert brew("train", "--solver=solver.prototxt")[0] == 0
    return "--model=net.prototxt", "--weights=net_iter_0.caffemodel"


def test_scores_of_each_batch_and_their_means_are_shown(brew, trained):
    code, out, err = brew("test", *trained, "--iterations=2")
    assert (code, out) == (0, "")
    loss = 0.5 * (2 * 3 * 0.5) ** 2
    assert messages(err) == [
        "Use CPU.",
        "Running for 2 iterations.",
        f"Batch 0, loss = {loss}",
        f"Batch 1, loss = {loss}",
        f"Loss: {3 * loss}",
        f"loss = {loss} (* 3 = {3 * loss} loss)",
    ]


def test_fifty_batches_are_the_default(brew, trained):
    assert "Running for 50 iterations." in brew("test", *trained)[2]


def test_every_element_of_an_output_is_a_score_of_its_own(brew, trained):
    _, _, err = brew("test", *trained, "--iterations=1", "--stage=watch")
    assert messages(err).count("Batch 0, scores = 2") == 6
    assert messages(err).count("scores = 2") == 6


def test_the_net_is_tested_in_phase_test(brew, trained, in_tmp_path):
    with (in_tmp_path / "net.prototxt").open("a") as net:
        for phase in "TRAIN", "TEST":
            print(
                f'layer {{ name: "p" type: "Power" bottom: "data" top: "{phase}" '
                f"include {{ phase: {phase} }} }}",
                file=net,
            )
    _, _, err = brew("test", *trained, "--iterations=1")
    assert "TEST = 2" in messages(err)
    assert "TRAIN = 2" not in messages(err)


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        ([], 2, "test: needs --model=FILE"),
        (["--model=net.prototxt"], 2, "test: needs --weights=FILE"),
        (["--weights=net_iter_0.caffemodel"], 2, "test: needs --model=FILE"),
        (["--model=no", "--weights=net_iter_0.caffemodel"], 1, "no: no such file"),
        (["--model=net.prototxt", "--weights=no"], 1, "no: no such file"),
        (["--model=net.prototxt", "--weights=a,b"], 1, "a,b: no such file"),
    ],
)
def test_a_bad_argument_is_answered_in_one_line(brew, trained, argv, code, message):
    got, out, err = brew("test", *argv)
    assert (got, out) == (code, "")
    assert message in err.partition("brew: error:")[2]
    assert "Traceback" not in err
