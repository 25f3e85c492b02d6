"""What people hand over by mistake is answered by an error of ours that teaches."""

import re

import numpy as np
import pytest

import brew
from brew.blob import Blob
from brew.errors import (
    ArrayError,
    BackendError,
    BrewError,
    FileError,
    LayerError,
    NetError,
    ProtoError,
    SolverError,
    SourceError,
    SpecError,
    UnknownAttribute,
    UnknownName,
)
from brew.proto import caffe_pb2
from brew.solver import Solver
from brew.sources import open_database
from brew.sources.datum import encode_image
from tests.net.helpers import build, data, ip, loss

X = np.zeros((2, 3), np.float32)
INPUT = [
    (lambda net: net.forward(x=X[:, :2]), r"\(2, 3\), but an array of shape \(2, 2\)"),
    (lambda net: net.forward(x=3), r"array of shape \(\) came; change the array, or"),
    (lambda net: net.forward(x=[[1], [1, 2]]), "came for 'x' is no array: .*homog"),
    (lambda net: net.forward(x="abc"), "'x' is no array of real numbers, but .*'abc'"),
    (lambda net: net.forward(x=X * 1j), "of real numbers, but of type complex"),
    (lambda net: net.forward(x=None), "of real numbers, but of type object: None"),
    (lambda net: net.forward(y=X), r"has the inputs \['x'\], but arrays came for"),
    (lambda net: net.forward(blobs="a"), r"in a list, such as \['data'\], not by 'a'"),
    (lambda net: net.forward(blobs=3), "not by 3"),
    (lambda net: net.forward(blobs=["aa"]), "has no blob 'aa'. Did you mean 'a'"),
    (lambda net: net.forward(end="aa"), "no layer 'aa'. .* It has: in_x, a, b"),
    (lambda net: net.forward(start=1), "net 'small' has no layer 1"),
    (lambda net: net.forward(start="b", end="a"), "cannot run from layer 2 to 1: they"),
    (lambda net: net.backward(b=X[:1]), r"'b' has shape \(2, 3\), but an array of"),
    (lambda net: net.backward(diffs=["c"]), "no blob 'c'"),
    (
        lambda net: net.run_forward(0, 3),
        "they go by number from 0 to 2, the first one",
    ),
    (lambda net: net.run_backward("b"), "from layer 0 to 'b': they go by number"),
    (lambda net: net.blobs["c"], "net 'small' has no blob 'c'. It has: x, a, b"),
    (lambda net: net.params["x"], "has no layer with parameters 'x'. It has: a, b"),
    (lambda net: net.top_names["aa"], "no layer 'aa'"),
    (lambda net: net.blob_loss_weights["c"], "no blob 'c'"),
    (lambda net: net.forward_all(x=X, b=X), "arrays came for"),
    (
        lambda net: net.forward_all(x=3),
        r"equally many items, but the shapes are .*\(\)",
    ),
    (lambda net: net.forward_all(x=X, blobs=["c"]), "no blob 'c'"),
    (
        lambda net: net.forward_backward_all(x=X, b=X[:1]),
        "must hold equally many items",
    ),
    (
        lambda net: net.forward_backward_all(c=X),
        r"\['c'\] are neither inputs \['x'\] nor",
    ),
    (lambda net: net.share_with("other"), "shared with another Net, not with 'other'"),
    (lambda net: net.before_forward(3), "before_forward needs a function of one index"),
    (lambda net: net.after_backward(None), "after_backward needs a function of one"),
]


@pytest.mark.parametrize(("mistake", "message"), INPUT)
def test_a_mistake_with_a_net_is_explained(mistake, message):
    net = build('name: "small" ' + data() + ip("a", "x") + ip("b", "a"))
    with pytest.raises(NetError, match=message):
        mistake(net)


def test_an_unknown_blob_is_also_a_key_error_and_its_text_has_no_quotes():
    net = build(data())
    with pytest.raises(KeyError) as caught:
        net.blobs["y"]
    assert isinstance(caught.value, UnknownName)
    assert str(caught.value).startswith("net '' has no blob 'y'")
    assert net.blobs.get("y") is None
    assert "y" not in net.blobs


NO_FILE = "here the path of a file is needed, not "


@pytest.mark.parametrize("thing", [None, 3, b"net", caffe_pb2.Datum()])
@pytest.mark.parametrize(
    "read",
    [
        brew.Net,
        brew.get_solver,
        brew.io.load_image,
        lambda thing: build(data()).copy_from(thing),
        lambda thing: build(data()).load_hdf5(thing),
        lambda thing: build(data()).save(thing),
        lambda thing: build(data()).save_hdf5(thing),
    ],
)
def test_what_is_no_path_is_told(read, thing):
    what = "None" if thing is None else f"an object of type {type(thing).__name__}"
    with pytest.raises(FileError, match=NO_FILE + what + "; give a str or Path$"):
        read(thing)


def test_what_has_a_message_is_told_how_to_give_it():
    with pytest.raises(FileError, match=r"type NetSpec; .* or its to_proto\(\)"):
        brew.Net(brew.NetSpec(), brew.TEST)


@pytest.mark.parametrize(
    "state",
    [{"level": "high"}, {"stages": [3]}, {"stages": 3}],
)
def test_an_impossible_state_of_a_net_is_refused(state):
    with pytest.raises(NetError, match="cannot be; give a whole number and a list"):
        build(data(), **state)


def test_the_stages_of_a_net_are_a_list():
    with pytest.raises(NetError, match=r"is a list of names, such as \['deploy'\]"):
        build(data(), stages="deploy")


@pytest.mark.parametrize("phase", [7, -1, "TEST", 1.5])
def test_an_impossible_phase_is_refused(phase):
    with pytest.raises(BrewError, match="a phase is brew.TRAIN|TEST: no such file"):
        build(data(), phase)


@pytest.mark.parametrize("seed", [-1, 1.5, "one"])
@pytest.mark.parametrize(
    "sow", [brew.set_random_seed, lambda seed: build(data(), seed=seed)]
)
def test_a_seed_is_a_whole_number(sow, seed):
    with pytest.raises(BackendError, match=f"a seed is a whole number .*not {seed!r}"):
        sow(seed)


@pytest.mark.parametrize("number", [-1, "gpu0", None])
def test_the_number_of_a_gpu_is_a_whole_number(number):
    with pytest.raises(BackendError, match="the number of a GPU is a whole number"):
        brew.set_device(number)


def test_the_level_of_the_log_is_a_number():
    with pytest.raises(BackendError, match="level of the log is 0, 1, 2 or 3, not 'i"):
        brew.init_log("info")


BLOBS = [
    (lambda: Blob(-1), "a shape is made of whole numbers, not -1"),
    (lambda: Blob((-1, 2)), r"cannot have shape \(-1, 2\): a size is negative"),
    (lambda: Blob((2.5,)), "whole numbers, not"),
    (lambda: Blob((1,) * 33), "33 axes are more than 32"),
    (
        lambda: Blob((10**6, 10**6)),
        "1000000000000 elements are more than Caffe's files",
    ),
    (lambda: Blob((2,), "numbers"), "its dtype cannot be 'numbers'; give float32"),
    (lambda: Blob((2,), complex), "its dtype cannot be"),
    (lambda: Blob((2,)).share_data(3), "only with another blob of float32, not with 3"),
    (lambda: Blob((2,)).share_diff(Blob((2,), "f8")), "not with Blob .* float64"),
    (lambda: Blob((2,)).share_data(Blob((3,))), r"cannot share .* the counts differ"),
    (lambda: setattr(Blob((2,)), "data", [1, 2]), "blob.data.* = values"),
    (lambda: setattr(Blob((2,)), "diff", 0), "written into, not replaced; .*blob.diff"),
    (lambda: Blob((2,)).reshape("ab"), "whole numbers, not 'ab'"),
    (lambda: Blob((2,)).reshape(-1, 2), "a size is negative"),
]


@pytest.mark.parametrize(("mistake", "message"), BLOBS)
def test_a_mistake_with_a_blob_is_explained(mistake, message):
    with pytest.raises(LayerError, match=message):
        mistake()


def test_arithmetic_in_place_on_a_blob_is_no_mistake():
    blob = Blob((2,))
    data, diff = blob.data, blob.diff
    blob.data += 1
    blob.diff -= 2
    assert blob.data is data
    assert data.tolist() == [1, 1]
    assert diff.tolist() == [-2, -2]


def solver(**fields):
    net = data("x").replace("Input", "DummyData").replace("input_p", "dummy_data_p")
    param = caffe_pb2.SolverParameter(base_lr=0.1, lr_policy="fixed")
    param.net_param.CopyFrom(build(net + ip("a", "x") + ip("l", "a")).param)
    for name, value in fields.items():
        setattr(param, name, value)
    return brew.get_solver(param)


SOLVERS = [
    (lambda: solver().step("many"), "num_iters is a whole number, not 'many'"),
    (lambda: solver().step(2.5), "num_iters is a whole number, not 2.5"),
    (lambda: solver().test(0), "no test net 0: this solver has 0, counted from 0"),
    (lambda: solver().test("a"), "no test net 'a'"),
    (lambda: solver().share_weights(3), "weights are shared with a Net, not with 3"),
    (lambda: solver().add_callback(3, print), "takes two functions, one called at"),
    (lambda: solver(base_lr=float("nan")), "base_lr is nan; give a number"),
    (
        lambda: solver(type="Adam", momentum=1),
        "the Adam solver needs 0 <= momentum < 1, not 1",
    ),
    (lambda: solver(type="Adam", momentum2=2), "needs 0 <= momentum2 < 1, not 2"),
    (lambda: solver(type="RMSProp", rms_decay=1), "needs 0 <= rms_decay < 1, not 1"),
    (lambda: solver(lr_policy="").step(), "lr_policy '' is unknown"),
    (lambda: solver().snapshot(), "a snapshot needs a name: set snapshot_prefix"),
]


@pytest.mark.parametrize(("mistake", "message"), SOLVERS)
def test_a_mistake_with_a_solver_is_explained(mistake, message):
    with pytest.raises(SolverError, match=message):
        mistake()


IMAGE = np.zeros((3, 3, 3), np.float32)
IMAGES = [
    (
        lambda: brew.io.array_to_blobproto("a"),
        "a blob holds an array of numbers: could",
    ),
    (lambda: brew.io.array_to_blobproto([[1], []]), "a blob holds an array of numbers"),
    (lambda: brew.io.datum_to_array(3), "a Datum is needed here, not 3"),
    (
        lambda: brew.io.blobprotovector_str_to_arraylist("a"),
        "read from bytes, not from",
    ),
    (lambda: brew.io.resize_image(IMAGE, 3), r"is resized to \(h, w\), not to 3"),
    (lambda: brew.io.resize_image(IMAGE, (0, 2)), r"not to \(0, 2\)"),
    (lambda: brew.io.resize_image(IMAGE[0], (2, 2)), r"has the shape \(h, w, C\), not"),
    (
        lambda: brew.io.oversample(3, (2, 2)),
        r"takes a list of images and \(h, w\), not",
    ),
    (lambda: brew.io.oversample([], (2, 2)), "oversample takes a list of images"),
    (lambda: brew.io.oversample([IMAGE], 2), "oversample takes a list of images"),
    (
        lambda: brew.io.Transformer(3),
        "takes the shapes of inputs by name, not 3; write",
    ),
    (
        lambda: brew.io.array_to_datum(3),
        r"holds an image of shape \(C, h, w\), not \(\)",
    ),
]


@pytest.mark.parametrize(("mistake", "message"), IMAGES)
def test_a_mistake_with_an_image_is_explained(mistake, message):
    with pytest.raises(ArrayError, match=message):
        mistake()


BYTES = np.zeros((3, 2, 2), np.uint8)
OTHERS = [
    (lambda: brew.to_proto(3), SpecError, "to_proto takes the tops of layers, not 3"),
    (lambda: brew.NetSpec().x, UnknownAttribute, "no top was named 'x'"),
    (lambda: brew.params.Pool, UnknownAttribute, "P has no 'Pool'. Did you mean"),
    (lambda: brew.params.LRN.X, UnknownAttribute, "LRNParameter has no constant 'X'"),
    (lambda: brew.layers._x, UnknownAttribute, "'_x' is not the name of a layer type"),
    (
        lambda: brew.register(brew.Layer),
        LayerError,
        r'write @register\("MyLayer"\), not',
    ),
    (lambda: brew.register("X")(3), LayerError, "3 is no class, and makes no layers"),
    (
        lambda: brew.io.blobproto_to_array(3),
        ProtoError,
        "BlobProto is needed here, not 3",
    ),
    (lambda: brew.use(no=print), LayerError, "brew has no function 'no' to replace"),
    (lambda: open_database("x", "rocks"), SourceError, "database kind 'rocks' is unk"),
    (
        lambda: encode_image(BYTES, "x"),
        SourceError,
        "images cannot be encoded as .x.; take png",
    ),
    (lambda: Blob((2,)).from_proto(None), ProtoError, "BlobProto is needed .*not None"),
]


@pytest.mark.parametrize(("mistake", "error", "message"), OTHERS)
def test_any_other_mistake_is_explained(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()


@pytest.mark.parametrize(
    ("name", "demand"),
    [
        ("reshape", "has no reshape; write def reshape(self, bottom, top)"),
        ("forward", "has no forward; write def forward(self, bottom, top)"),
        ("backward", "write def backward(self, top, propagate_down, bottom)"),
    ],
)
def test_a_layer_that_lacks_a_method_is_told_its_head(name, demand):
    layer = brew.Layer(caffe_pb2.LayerParameter(name="mine", type="Mine"))
    arguments = ([], [], []) if name == "backward" else ([], [])
    with pytest.raises(LayerError) as caught:
        getattr(layer, name)(*arguments)
    assert str(caught.value).startswith("layer 'mine' (Mine): Layer has no")
    assert demand in str(caught.value)


@pytest.mark.parametrize(
    ("blob", "value", "message"),
    [
        ("x", np.nan, "the loss is NaN, and NaN comes first in the top 'x' of layer "),
        ("x", np.nan, r"'in_x' \(Input\); look at the data that came in"),
        ("t", np.nan, "first in the top 't' of layer 'in_t'"),
        (
            "x",
            np.inf,
            r"'a' of layer 'a' \(InnerProduct\); what it computes with cannot",
        ),
        ("x", np.inf, "cannot be .'x' goes from 1 to inf.; is there an infinite"),
    ],
)
def test_a_loss_of_nan_tells_where_nan_comes_first(blob, value, message, caplog):
    net = build(data() + data("t") + ip("a", "x") + loss("a"), brew.TRAIN)
    net.params["a"][0].data[...] = [[1, -1, 0], [1, 1, 1], [1, 1, 1]]
    net.blobs["x"].data[...] = 1
    net.blobs[blob].data[0, :2] = value
    net.forward()
    (told,) = caplog.messages
    assert re.search(message, told)


def test_a_net_that_has_diverged_is_told_to_learn_more_slowly_once(caplog):
    net = build(data() + data("t") + ip("a", "x") + loss("a"), brew.TRAIN)
    net.params["a"][1].data[0] = np.nan
    assert np.isnan(net.run_forward())
    net.run_forward()
    (told,) = caplog.messages
    assert re.search(r"parameters \(1\) of layer 'a' .*lower base_lr", told)


def test_numbers_that_grow_too_large_say_that_training_has_diverged(caplog):
    difference = """layer { name: "a" type: "Eltwise" bottom: "x" bottom: "t" top: "a"
        eltwise_param { coeff: 9 coeff: -9 } }"""
    net = build(data() + data("t") + difference + loss("a"), brew.TRAIN)
    net.blobs["x"].data[...] = net.blobs["t"].data[...] = 1e38
    with np.errstate(all="ignore"):
        assert np.isnan(net.run_forward())
    assert "too large ('x' goes from 1e+38 to 1e+38, 't" in caplog.text
    assert "training has diverged; build the net anew, and take a lower" in caplog.text


def test_a_loss_weight_of_nan_is_found(caplog):
    net = build(data() + data("t") + loss("x", more="loss_weight: nan"), brew.TRAIN)
    net.blobs["x"].data[...] = 1
    net.run_forward()
    assert "no blob is; look at loss_weight" in caplog.text


def test_a_file_that_is_no_hdf5_is_told(tmp_path):
    path = tmp_path / "model.caffemodel.h5"
    path.write_text("no HDF5")
    with pytest.raises(FileError, match="model.caffemodel.h5: cannot be read as HDF5"):
        build(data()).load_hdf5(path)


def test_a_solver_that_computes_no_update_is_told_the_head_of_its_method():
    class Mine(brew.SGDSolver):
        compute_update = Solver.compute_update

    mine = Mine(solver().param)
    with pytest.raises(
        SolverError, match="Mine computes no update; write def compute_"
    ):
        mine.apply_update()


def test_every_class_of_errors_is_a_brew_error():
    kinds = [x for x in vars(brew.errors).values() if isinstance(x, type)]
    ours = [x for x in kinds if issubclass(x, Exception)]
    assert len(ours) > 12
    assert all(issubclass(x, BrewError) for x in ours)
