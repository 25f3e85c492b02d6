"""The three upgrade commands: what they write, and how they end."""

import pytest

from brew.proto.binary import read_message, write_message
from brew.proto.caffe_pb2 import NetParameter
from brew.proto.text import parse_text

OLD = 'layers { name: "r" type: RELU bottom: "x" top: "x" }'
NEW = 'layer {\n  name: "r"\n  type: "ReLU"\n  bottom: "x"\n  top: "x"\n}\n'
LOSSY = 'layers { layer { name: "r" type: "relu" pad: 2 } bottom: "x" top: "x" }'


def test_old_prototxt_is_upgraded(brew, in_tmp_path):
    (in_tmp_path / "old").write_text(OLD)
    code, out, err = brew("upgrade_net_proto_text", "old", "new")
    assert (code, out, err) == (0, "Wrote new\n", "")
    assert (in_tmp_path / "new").read_text() == NEW


def test_new_prototxt_is_written_too(brew, in_tmp_path):
    (in_tmp_path / "old").write_text(NEW)
    assert brew("upgrade_net_proto_text", "old", "new")[0] == 0
    assert (in_tmp_path / "new").read_text() == NEW


def test_old_model_is_upgraded(brew, in_tmp_path):
    write_message(parse_text(OLD, NetParameter()), "old")
    assert brew("upgrade_net_proto_binary", "old", "new")[0] == 0
    assert read_message("new", NetParameter()) == parse_text(NEW, NetParameter())


def test_old_solver_is_upgraded_and_gets_no_prefix(brew, in_tmp_path):
    (in_tmp_path / "old").write_text("solver_type: ADAM")
    assert brew("upgrade_solver_proto_text", "old", "new")[0] == 0
    assert (in_tmp_path / "new").read_text() == 'type: "Adam"\n'


def test_lost_setting_is_told_and_ends_with_1(brew, in_tmp_path):
    (in_tmp_path / "old").write_text(LOSSY)
    code, _, err = brew("upgrade_net_proto_text", "old", "new")
    assert code == 1
    assert err.startswith("brew: warning: layer 'r' (relu): 'pad' is not a setting")
    assert (in_tmp_path / "new").read_text() == NEW


@pytest.mark.parametrize(
    ("command", "content"),
    [
        ("upgrade_net_proto_text", "layer {"),
        ("upgrade_net_proto_binary", "layer {"),
        ("upgrade_solver_proto_text", "layer {"),
    ],
)
def test_unreadable_file_ends_with_2_and_writes_nothing(
    brew, in_tmp_path, command, content
):
    (in_tmp_path / "old").write_text(content)
    code, _, err = brew(command, "old", "new")
    assert code == 2
    assert err.startswith("brew: error: old")
    assert not (in_tmp_path / "new").exists()


def test_net_that_cannot_be_upgraded_ends_with_1(brew, in_tmp_path):
    (in_tmp_path / "old").write_text(OLD + NEW)
    code, _, err = brew("upgrade_net_proto_text", "old", "new")
    assert (code, "both 'layers'" in err) == (1, True)


def test_missing_file_ends_with_1(brew, in_tmp_path):
    code, _, err = brew("upgrade_net_proto_text", "none", "new")
    assert (code, "no such file" in err) == (1, True)


def test_missing_word_is_a_usage_error(brew):
    code, _, err = brew("upgrade_net_proto_text", "old")
    assert (code, "OUT" in err) == (2, True)
