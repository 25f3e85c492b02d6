"""Prototxt: what is read, what is refused and how, and what is written."""

import random
import re

import hypothesis
import numpy
import pytest
from google.protobuf import text_format
from hypothesis import strategies

from brew.errors import FileError, ProtoError
from brew.proto import caffe_pb2
from brew.proto.caffe_pb2 import NetParameter, SolverParameter
from brew.proto.text import (
    format_prototxt,
    parse_text,
    read_prototxt,
    write_prototxt,
)

from .bad_prototxt import BAD

GOOD = """
name: "LeNet" # a comment
layer: { # a colon before the brace
  name: 'conv1', type: "Convo" "lution";
  bottom: ["data"]
  top: "conv1"
  param < lr_mult: 1 > param < lr_mult: 2 >
  include { phase: TEST stage: "a" stage: 'b' }
  convolution_param {
    num_output: 0x14 kernel_size: [5, 3] pad: 010
    weight_filler { type: "gaussian" std: .5 mean: -1e-2f max: inf min: - infinity }
    bias_filler { value: nan }
    bias_term: false
    engine: 1
    axis: -3
  }
}
layer { name: "" propagate_down: [true, f, 1] blobs { shape { dim: [] } } }
"""


@pytest.mark.parametrize("bad", BAD, ids=[bad.what.replace(" ", "-") for bad in BAD])
def test_malformed_prototxt_is_refused_where_it_is_wrong(bad):
    with pytest.raises(ProtoError) as caught:
        parse_text(bad.text, bad.kind(), "bad.prototxt")
    first, shown, carets = str(caught.value).split("\n")
    place, problem = first.split(": ", 1)
    assert place == f"bad.prototxt:{bad.line}:{bad.column}"
    assert bad.says in problem
    text = bad.text.split("\n")[bad.line - 1]
    assert shown == "    " + text
    assert carets.index("^") == 4 + bad.column - 1


def test_there_are_many_malformed_prototxts():
    assert len(BAD) >= 50
    assert all(bad.says for bad in BAD)


def test_google_refuses_what_the_table_holds():
    read = [bad.what for bad in BAD if google_reads(bad.text, bad.kind())]
    assert read == []


def google_reads(text, message):
    """Return the message, or None if Google's parser refuses the text."""
    try:
        text_format.Parse(text, message)
    except (text_format.ParseError, ValueError, DeprecationWarning):
        return None
    return message if message.IsInitialized() else None


def test_carets_underline_the_whole_word():
    with pytest.raises(ProtoError, match=r"\n {4} {8}\^{6}$"):
        parse_text("layer { naming: 3 }", NetParameter())


def test_carets_stand_behind_the_same_tabs():
    with pytest.raises(
        ProtoError, match=r":1:10: .*\n {4}\tname\t: \tx\n {4}\t {4}\t  \t\^$"
    ):
        parse_text("\tname\t: \tx", NetParameter())


def test_half_a_character_is_refused():
    with pytest.raises(ProtoError, match="this text is not UTF-8"):
        parse_text('name: "\ud800"', NetParameter())


def test_invisible_space_is_named():
    with pytest.raises(ProtoError, match=r":1:6: .*\(NO-BREAK SPACE\); write an ord"):
        parse_text('name:\u00a0"x"', NetParameter())


def test_long_lines_are_cut_around_the_mistake():
    text = "layer { " + "top: 'x' " * 100 + "tpo: 'y' " + "top: 'z' " * 100 + "}"
    with pytest.raises(ProtoError) as caught:
        parse_text(text, NetParameter())
    _, shown, carets = str(caught.value).split("\n")
    assert len(shown) < 100
    assert shown[carets.index("^") :].startswith("tpo: 'y'")


def test_everything_that_caffe_tolerates_is_read():
    got = parse_text(GOOD, NetParameter())
    theirs = text_format.Parse(GOOD.replace("- inf", "-inf"), NetParameter())
    assert format_prototxt(got) == format_prototxt(theirs)
    conv = got.layer[0].convolution_param
    assert got.layer[0].type == "Convolution"
    assert list(conv.kernel_size) == [5, 3]
    assert (conv.num_output, list(conv.pad), conv.axis) == (20, [8], -3)
    assert conv.engine == caffe_pb2.ConvolutionParameter.CAFFE
    assert conv.weight_filler.std == 0.5
    assert conv.weight_filler.mean == numpy.float32(-0.01)
    assert (conv.weight_filler.min, conv.weight_filler.max) == (-numpy.inf, numpy.inf)
    assert list(got.layer[1].propagate_down) == [True, False, True]
    assert got.layer[1].HasField("name")
    assert [param.lr_mult for param in got.layer[0].param] == [1, 2]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\nb\tc\\d", "a\nb\tc\\d"),
        (r"\'\"\?", "'\"?"),
        (r"\101\x42\X43", "ABC"),
        (r"\303\251 \xc3\xa9 \u00e9 \U000000e9 é", "é é é é é"),
    ],
)
def test_escapes_in_texts_are_understood(written, meant):
    assert parse_text(f'name: "{written}"', NetParameter()).name == meant
    assert parse_text(f'data: "{written}"', caffe_pb2.Datum()).data == meant.encode()


def test_fields_are_added_to_what_the_message_holds():
    net = NetParameter(name="old", input=["a"])
    parse_text('name: "new" input: "b"', net)
    assert (net.name, list(net.input)) == ("new", ["a", "b"])


def test_empty_block_is_there():
    layer = parse_text("layer { relu_param { } }", NetParameter()).layer[0]
    assert layer.HasField("relu_param")
    assert not layer.HasField("elu_param")


def test_empty_text_sets_nothing():
    assert parse_text("  # nothing\n", NetParameter()) == NetParameter()


def test_what_google_reads_after_any_mutation_is_read_the_same():
    rng, agreed = random.Random(1701), 0
    alphabet = " \n\t#\"'{}<>[]:;,-.0189eEafx\\é_"
    for _ in range(1000):
        text = list(GOOD)
        place = rng.randrange(len(text))
        new = rng.choices(alphabet, k=rng.randrange(3))
        text[place : place + rng.randrange(3)] = new
        mutated = "".join(text).replace("- inf", "-inf")
        theirs = google_reads(mutated, NetParameter())
        try:
            ours = parse_text(mutated, NetParameter())
        except ProtoError:
            assert theirs is None, mutated
            continue
        if theirs is not None:
            assert format_prototxt(ours) == format_prototxt(theirs)
            agreed += 1
    assert agreed > 100


@strategies.composite
def messages(draw):
    """Draw NetParameters with values of all kinds."""
    floats = strategies.one_of(
        strategies.floats(-1.0e38, 1.0e38),
        strategies.sampled_from([numpy.inf, -numpy.inf, numpy.nan]),
    )
    filler = strategies.builds(
        caffe_pb2.FillerParameter,
        type=strategies.text(max_size=5),
        value=floats,
        sparse=strategies.integers(-(2**31), 2**31 - 1),
        variance_norm=strategies.sampled_from([0, 1, 2]),
    )
    layer = strategies.builds(
        caffe_pb2.LayerParameter,
        name=strategies.text(max_size=9),
        top=strategies.lists(strategies.text(max_size=3), max_size=2),
        loss_weight=strategies.lists(floats, max_size=3),
        propagate_down=strategies.lists(strategies.booleans(), max_size=2),
        convolution_param=strategies.builds(
            caffe_pb2.ConvolutionParameter,
            pad=strategies.lists(strategies.integers(0, 2**32 - 1), max_size=2),
            weight_filler=filler,
        ),
        blobs=strategies.lists(
            strategies.builds(
                caffe_pb2.BlobProto,
                double_data=strategies.lists(strategies.floats(), max_size=2),
            ),
            max_size=1,
        ),
    )
    return caffe_pb2.NetParameter(layer=draw(strategies.lists(layer, max_size=3)))


@hypothesis.given(messages())
@hypothesis.settings(max_examples=150, deadline=None)
def test_what_is_written_reads_back_the_same(net):
    text = format_prototxt(net)
    assert format_prototxt(parse_text(text, NetParameter())) == text
    ours = parse_text(text_format.MessageToString(net), NetParameter())
    theirs = text_format.Parse(text, NetParameter())
    for got in (ours, theirs):  # NaN is not equal to itself, its text is
        assert format_prototxt(got) == text


def test_numbers_are_written_as_short_as_they_go():
    solver = SolverParameter(
        base_lr=0.01, momentum=0.9, gamma=1, delta=1e-8, power=-0.5
    )
    assert format_prototxt(solver).splitlines() == [
        "base_lr: 0.01",
        "gamma: 1",
        "power: -0.5",
        "momentum: 0.9",
        "delta: 1e-08",
    ]


def test_names_and_bytes_are_written_so_that_they_can_be_read():
    net = NetParameter(name='é "x" \\ \n')
    assert format_prototxt(net) == 'name: "é \\"x\\" \\\\ \\n"\n'
    datum = caffe_pb2.Datum(data=b"\x00\xff\xc3\xa9")
    assert format_prototxt(datum) == 'data: "\\000\\377\\303\\251"\n'


def test_enums_and_truth_are_written_as_words():
    text = "force_backward: true\nstate {\n  phase: TEST\n}\n"
    assert format_prototxt(parse_text(text, NetParameter())) == text


def test_file_is_written_and_read(tmp_path):
    path = tmp_path / "net.prototxt"
    net = parse_text(GOOD.replace("nan", "1"), NetParameter())
    write_prototxt(net, path)
    assert read_prototxt(path, NetParameter()) == net


def test_byte_order_mark_and_windows_lines_are_read(tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_bytes(b'\xef\xbb\xbfname: "x"\r\nlayer {\r\n}\r\n')
    assert len(read_prototxt(path, NetParameter()).layer) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "nothing is in this file"),
        (b"# only a comment\n", "nothing is in this file"),
        (b"\n\x05LeNet\xa2\x06\x00", "this is a binary file, not prototxt"),
        (b'name: "x"\0', "this is a binary file"),
        (b'name: "x"\n# caf\xe9\n', "net.prototxt:2: the byte 0xe9 is not UTF-8"),
    ],
)
def test_file_that_is_no_prototxt_is_refused(tmp_path, content, says):
    path = tmp_path / "net.prototxt"
    path.write_bytes(content)
    with pytest.raises(ProtoError, match=re.escape(says)):
        read_prototxt(path, NetParameter())


def test_missing_file_and_folder_are_refused(tmp_path):
    with pytest.raises(FileError, match="no such file"):
        read_prototxt(tmp_path / "none.prototxt", NetParameter())
    with pytest.raises(FileError, match="this is a folder"):
        read_prototxt(tmp_path, NetParameter())
