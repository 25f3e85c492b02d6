"""``summarize``: the table of a net and its forecast, for people and for notebooks."""

import pytest

import brew
from brew import TEST, TRAIN, zoo
from brew.errors import NetError, SolverError, SourceError
from brew.net import Net
from brew.proto import caffe_pb2
from brew.proto.text import parse_text
from brew.summary import HEADS, in_bytes, in_short, summarize

LENET = zoo.path("lenet") / "deploy.prototxt"
CAFFENET = zoo.path("caffenet") / "train_val.prototxt"
SHAPES = {"data": (2, 3, 227, 227), "label": (2,)}


def net(text):
    return parse_text(text, caffe_pb2.NetParameter())


def test_the_rows_are_the_layers_with_their_numbers():
    rows = {row.name: row for row in summarize(LENET).rows}
    conv2 = rows["conv2"]
    assert conv2.type == "Convolution"
    assert conv2.tops == [(64, 50, 8, 8)]
    assert conv2.num_params == 50 * 20 * 5 * 5 + 50
    assert conv2.num_macs == 64 * 50 * 8 * 8 * 20 * 5 * 5
    assert conv2.num_bytes == 4 * (conv2.num_params + 64 * 50 * 8 * 8)
    assert rows["relu1"].num_bytes == 0  # in place


def test_the_bytes_of_the_rows_add_up_to_parameters_and_blobs():
    summary = summarize(CAFFENET, TRAIN, shapes=SHAPES)
    memory = summary.memory["TRAIN"]
    assert summary.total.num_bytes == memory.params + memory.data


def test_shared_parameters_count_once():
    ip = (
        'layer {{ name: "{0}" type: "InnerProduct" bottom: "{1}" top: "{0}" '
        'param {{ name: "w" }} '
        "inner_product_param {{ num_output: 3 bias_term: false }} }}"
    )
    text = 'layer { name: "x" type: "Input" top: "x" '
    text += "input_param { shape { dim: 1 dim: 3 } } }"
    summary = summarize(net(text + ip.format("a", "x") + ip.format("b", "a")))
    assert [row.num_params for row in summary.rows] == [0, 9, 0]
    assert summary.total.num_params == 9


def test_splits_are_no_rows():
    summary = summarize(zoo.path("lenet") / "train_test.prototxt", TEST)
    assert "Split" not in {row.type for row in summary.rows}


def test_both_phases_are_forecast_and_the_parameters_of_a_solver_shared():
    summary = summarize(CAFFENET, shapes=SHAPES, solver="Adam")
    train, test = summary.memory["TRAIN"], summary.memory["TEST"]
    assert summary.phase == "TRAIN"
    assert train.params == test.params == 4 * 60_965_224
    assert train.history == 2 * train.params
    assert summary.training_bytes == train.total + test.total - test.params
    assert "Training with Adam" in str(summary)


def test_a_phase_that_is_asked_for_is_the_only_one():
    summary = summarize(CAFFENET, TEST, shapes=SHAPES)
    assert summary.phase == "TEST"
    assert list(summary.memory) == ["TEST"]
    assert "accuracy" in {row.name for row in summary.rows}


def test_a_phase_that_cannot_be_built_is_told():
    text = """layer { name: "x" type: "Input" top: "x" include { phase: TEST }
        input_param { shape { dim: 1 dim: 3 } } }
        layer { name: "r" type: "ReLU" bottom: "x" top: "y" }"""
    summary = summarize(net(text))
    assert list(summary.memory) == ["TEST"]
    assert "No forecast for phase TRAIN: layer 'r'" in str(summary)
    with pytest.raises(NetError, match="layer 'r'"):
        summarize(net(text), TRAIN)


def test_a_net_that_is_built_is_summarized_as_it_is():
    built = Net(LENET, TEST)
    built.blobs["data"].reshape(3, 1, 28, 28)
    built.reshape()
    summary = summarize(built)
    assert list(summary.memory) == ["TEST"]
    assert summary.rows[0].tops == [(3, 1, 28, 28)]


def test_other_shapes_may_be_tried():
    summary = summarize(LENET, shapes={"data": (1, 1, 28, 28)})
    assert summary.total.num_macs * 64 == summarize(LENET).total.num_macs
    assert summary.rows[1].tops == [(1, 20, 24, 24)]


def test_stored_weights_are_not_read_into_memory(tmp_path, monkeypatch):
    path = tmp_path / "lenet.caffemodel"
    Net(LENET, TEST).save(path)
    monkeypatch.delattr("brew.blob.Blob.from_proto")
    assert str(summarize(path)) == str(summarize(LENET))


def test_a_net_larger_than_any_machine_is_summarized():
    text = """layer { name: "x" type: "Input" top: "x"
        input_param { shape { dim: 20000 dim: 100000 } } }"""
    ip = """layer { name: "ip%d" type: "InnerProduct" bottom: "x" top: "y%d"
        inner_product_param { num_output: 20000 weight_filler { type: "xavier" } } }"""
    text += "".join(ip % (i, i) for i in range(100))
    summary = summarize(net(text), TEST)
    assert summary.memory["TEST"].params == 4 * 100 * 20000 * 100001
    assert "800 GB" in str(summary)


def test_data_that_is_not_there_can_be_replaced_by_shapes():
    with pytest.raises(SourceError, match=r"shapes=\{'data'.* --shape data="):
        summarize(CAFFENET)


@pytest.mark.parametrize(
    ("shapes", "problem"),
    [
        ({"lable": (2,)}, "no data 'lable' .* Did you mean 'label'"),
        ({"conv1": (2,)}, "no data 'conv1'"),
        ({"data": "2", "label": (2,)}, "a tuple such as .*, not '2'"),
        ({"label": (2,)}, "layer 'data' .*: the shape of data is needed too"),
    ],
)
def test_shapes_that_fit_no_source_are_refused(shapes, problem):
    with pytest.raises(NetError, match=problem):
        summarize(CAFFENET, shapes=shapes)


def test_an_unknown_solver_type_is_refused():
    with pytest.raises(SolverError, match="Did you mean 'Adam'"):
        summarize(LENET, solver="Adm")


def test_the_net_that_was_given_is_not_changed():
    param = net(CAFFENET.read_text())
    before = param.SerializeToString()
    summarize(param, shapes=SHAPES)
    assert param.SerializeToString() == before


def test_the_text_is_a_table_with_straight_columns():
    lines = str(summarize(LENET)).splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("layer"))
    table = lines[head : head + 13]
    assert table[0].split() == list(HEADS)
    assert len({len(line) for line in table}) == 1
    assert (
        "conv2  Convolution   64 × 50 × 8 × 8        25,050   102 M   919 kB" in table
    )


def test_a_notebook_gets_tables_without_the_html_of_others():
    text = """name: "<b>" layer { name: "<script>" type: "Input" top: "x"
        input_param { shape { dim: 1 dim: 3 } } }"""
    html = summarize(net(text))._repr_html_()
    assert html.count("<table>") == 2
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("number", "short", "size"),
    [
        (0, "0", "0 B"),
        (999, "999", "999 B"),
        (1000, "1 k", "1 kB"),
        (999_499, "999 k", "999 kB"),
        (999_500, "1 M", "1 MB"),
        (1_720_000, "1.72 M", "1.72 MB"),
        (3e15, "3e+03 T", "3e+03 TB"),
    ],
)
def test_numbers_are_given_to_three_digits(number, short, size):
    assert (in_short(number), in_bytes(number)) == (short, size)


def test_it_is_at_the_face():
    assert brew.summarize is summarize
