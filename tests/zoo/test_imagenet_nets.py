"""CaffeNet, AlexNet and GoogLeNet are Caffe's: names, shapes, numbers of parameters."""

import re

import pytest

from brew import zoo
from brew.layer import TEST, TRAIN
from brew.net import Net
from brew.net_spec import NetSpec
from brew.net_spec import layers as L
from brew.proto import caffe_pb2
from brew.proto.text import parse_text, read_prototxt
from brew.proto.upgrade import read_solver
from brew.zoo.googlenet import make

MODELS = ("alexnet", "caffenet", "googlenet")
SIDES = {"alexnet": 227, "caffenet": 227, "googlenet": 224}

# The shape of an item of every top of CaffeNet
CAFFENET = {
    "data": (3, 227, 227),
    "conv1": (96, 55, 55),
    "pool1": (96, 27, 27),
    "norm1": (96, 27, 27),
    "conv2": (256, 27, 27),
    "pool2": (256, 13, 13),
    "norm2": (256, 13, 13),
    "conv3": (384, 13, 13),
    "conv4": (384, 13, 13),
    "conv5": (256, 13, 13),
    "pool5": (256, 6, 6),
    "fc6": (4096,),
    "fc7": (4096,),
    "fc8": (1000,),
    "prob": (1000,),
}
CAFFENET_WEIGHTS = {
    "conv1": (96, 3, 11, 11),
    "conv2": (256, 48, 5, 5),
    "conv3": (384, 256, 3, 3),
    "conv4": (384, 192, 3, 3),
    "conv5": (256, 192, 3, 3),
    "fc6": (4096, 9216),
    "fc7": (4096, 4096),
    "fc8": (1000, 4096),
}
# Inputs; outputs of 1x1, 3x3_reduce, 3x3, 5x5_reduce, 5x5, pool_proj; side of the image
INCEPTIONS = {
    "3a": (192, 64, 96, 128, 16, 32, 32, 28),
    "3b": (256, 128, 128, 192, 32, 96, 64, 28),
    "4a": (480, 192, 96, 208, 16, 48, 64, 14),
    "4b": (512, 160, 112, 224, 24, 64, 64, 14),
    "4c": (512, 128, 128, 256, 24, 64, 64, 14),
    "4d": (512, 112, 144, 288, 32, 64, 64, 14),
    "4e": (528, 256, 160, 320, 32, 128, 128, 14),
    "5a": (832, 256, 160, 320, 32, 128, 128, 7),
    "5b": (832, 384, 192, 384, 48, 128, 128, 7),
}


def inception_shapes():
    """Return the shape of an item of every top of GoogLeNet's modules."""
    shapes = {}
    for module, (inputs, *outputs, side) in INCEPTIONS.items():
        names = "1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj"
        sizes = dict(zip(names, outputs, strict=True))
        sizes["pool"] = inputs
        sizes["output"] = sum(sizes[name] for name in ("1x1", "3x3", "5x5", names[-1]))
        for name, channels in sizes.items():
            shapes[f"inception_{module}/{name}"] = channels, side, side
    return shapes


GOOGLENET = inception_shapes() | {
    "data": (3, 224, 224),
    "conv1/7x7_s2": (64, 112, 112),
    "pool1/3x3_s2": (64, 56, 56),
    "pool1/norm1": (64, 56, 56),
    "conv2/3x3_reduce": (64, 56, 56),
    "conv2/3x3": (192, 56, 56),
    "conv2/norm2": (192, 56, 56),
    "pool2/3x3_s2": (192, 28, 28),
    "pool3/3x3_s2": (480, 14, 14),
    "pool4/3x3_s2": (832, 7, 7),
    "pool5/7x7_s1": (1024, 1, 1),
    "loss3/classifier": (1000,),
    "prob": (1000,),
}
HEAD = {"ave_pool": (4, 4), "conv": (128, 4, 4), "fc": (1024,), "classifier": (1000,)}


def read(model, stem="train_val"):
    path = zoo.path(model) / f"{stem}.prototxt"
    return read_prototxt(path, caffe_pb2.NetParameter())


def without_fillers(param):
    """Clear the fillers: drawing 61 million numbers twice takes seconds."""
    for layer in param.layer:
        for own in ("convolution_param", "inner_product_param"):
            if layer.HasField(own):
                getattr(layer, own).ClearField("weight_filler")
    return param


@pytest.fixture(scope="module")
def deployed():
    return {
        model: Net(without_fillers(read(model, "deploy")), TEST) for model in MODELS
    }


@pytest.fixture(scope="module")
def trained():
    """Return the nets for training, with images that are not read from anywhere."""
    nets = {}
    for model in MODELS:
        param = without_fillers(read(model))
        for layer in param.layer[:2]:
            layer.type = "Input"
            layer.ClearField("transform_param")
            side = SIDES[model]
            layer.input_param.shape.add(
                dim=[layer.data_param.batch_size, 3, side, side]
            )
            layer.input_param.shape.add(dim=[layer.data_param.batch_size])
        nets[model] = Net(param, TRAIN)
    return nets


def num_params(net):
    return sum(blob.count for blobs in net.params.values() for blob in blobs)


def item_shapes(net):
    return {
        name: blob.shape[1:]
        for name, blob in net.blobs.items()
        if "_split_" not in name
    }


@pytest.mark.parametrize("model", ["alexnet", "caffenet"])
def test_caffenet_has_caffes_tops(deployed, model):
    expected = dict(CAFFENET)
    if model == "alexnet":  # it normalizes before it pools
        expected |= {"norm1": CAFFENET["conv1"], "norm2": CAFFENET["conv2"]}
    assert item_shapes(deployed[model]) == expected


@pytest.mark.parametrize("model", ["alexnet", "caffenet"])
def test_caffenet_has_caffes_parameters(deployed, model):
    net = deployed[model]
    assert {name: W.shape for name, (W, _) in net.params.items()} == CAFFENET_WEIGHTS
    assert all(b.shape == W.shape[:1] for W, b in net.params.values())
    assert num_params(net) == 60_965_224


@pytest.mark.parametrize(
    ("model", "order"), [("caffenet", "pool norm"), ("alexnet", "norm pool")]
)
def test_stages_pool_or_normalize_first(deployed, model, order):
    names = [layer.name for layer in deployed[model].layers]
    for stage in "12":
        start = names.index(f"relu{stage}") + 1
        expected = [word + stage for word in order.split()]
        assert names[start : start + 2] == expected


@pytest.mark.parametrize(("model", "one"), [("caffenet", 1), ("alexnet", 0.1)])
def test_fillers_are_caffes(model, one):
    ones = ("conv2", "conv4", "conv5", "fc6", "fc7")
    narrow = {"fc6": 0.005, "fc7": 0.005}
    for layer in read(model).layer:
        if layer.type in ("Convolution", "InnerProduct"):
            own = (
                layer.convolution_param
                if layer.type == "Convolution"
                else layer.inner_product_param
            )
            assert own.weight_filler.type == "gaussian"
            assert own.weight_filler.std == pytest.approx(narrow.get(layer.name, 0.01))
            bias = one if layer.name in ones else 0
            assert own.bias_filler.value == pytest.approx(bias)
            assert [p.lr_mult for p in layer.param] == [1, 2]
            assert [p.decay_mult for p in layer.param] == [1, 0]


def test_googlenet_has_caffes_tops(deployed):
    assert item_shapes(deployed["googlenet"]) == GOOGLENET


def test_googlenet_has_two_more_heads_while_it_is_trained(trained):
    shapes = item_shapes(trained["googlenet"])
    channels = {"loss1": 512, "loss2": 528}
    for head, num_channels in channels.items():
        for name, shape in HEAD.items():
            expected = (num_channels, 4, 4) if name == "ave_pool" else shape
            assert shapes.pop(f"{head}/{name}") == expected
    losses = {f"loss{i}/loss{i}": () for i in (1, 2, 3)}
    expected = GOOGLENET | losses | {"label": ()}
    del expected["prob"]
    assert shapes == expected


def test_googlenet_has_seven_million_parameters(deployed, trained):
    assert num_params(deployed["googlenet"]) == 6_998_552
    heads = sum(
        num * 128 + 128 + 2048 * 1024 + 1024 + 1024 * 1000 + 1000 for num in (512, 528)
    )
    assert num_params(trained["googlenet"]) == 6_998_552 + heads


def test_the_losses_of_googlenet_are_weighed(trained):
    net = trained["googlenet"]
    weights = {name: x for name, x in net.blob_loss_weights.items() if x}
    assert weights == pytest.approx(
        {"loss1/loss1": 0.3, "loss2/loss2": 0.3, "loss3/loss3": 1}
    )


def test_a_module_lays_its_branches_behind_one_another_in_caffes_order(deployed):
    layer = deployed["googlenet"].layer_dict["inception_3a/output"]
    branches = [name.removeprefix("inception_3a/") for name in layer.param.bottom]
    assert branches == ["1x1", "3x3", "5x5", "pool_proj"]


def test_the_names_of_googlenet_are_caffes(trained):
    names = [layer.name for layer in trained["googlenet"].layers]
    for name in (
        "conv1/relu_7x7",
        "conv2/relu_3x3_reduce",
        "inception_4e/relu_5x5_reduce",
        "inception_5b/relu_pool_proj",
        "loss1/loss",
        "loss2/relu_fc",
        "loss3/loss3",
        "pool5/drop_7x7_s1",
    ):
        assert name in names


@pytest.mark.parametrize("model", MODELS)
def test_the_net_for_use_has_the_parameters_of_the_trained_one(
    deployed, trained, model
):
    def shapes(net):
        return {
            name: [blob.shape for blob in blobs]
            for name, blobs in net.params.items()
            if not name.startswith(("loss1", "loss2"))
        }

    assert deployed[model].name == trained[model].name
    assert shapes(deployed[model]) == shapes(trained[model])
    assert deployed[model].outputs == ["prob"]


@pytest.mark.parametrize("model", ["alexnet", "caffenet"])
def test_the_shapes_in_the_comments_are_the_shapes_of_the_net(deployed, model):
    for stem in "deploy", "train_val":
        text = (zoo.path(model) / f"{stem}.prototxt").read_text()
        comments = re.findall(r'top: "(\w+)" +# \(N, (.*?)\)', text)
        assert len(comments) == len(CAFFENET) - 2  # all but data and prob
        for blob, sizes in comments:
            said = tuple(map(int, sizes.split(",")))
            assert deployed[model].blobs[blob].shape[1:] == said, (stem, blob)


@pytest.mark.parametrize("name", ["train_val", "deploy"])
def test_the_prototxts_of_googlenet_are_what_its_script_writes(name):
    text = make.as_text(getattr(make, name)())
    assert (zoo.path("googlenet") / f"{name}.prototxt").read_text() == text
    assert parse_text(text, caffe_pb2.NetParameter()) == read("googlenet", name)


@pytest.mark.parametrize("model", MODELS)
def test_a_test_sees_all_validation_images_once(model):
    solvers = list(zoo.path(model).glob("solver*.prototxt"))
    assert solvers
    for path in solvers:
        solver = read_solver(path)
        data = read(model).layer[1]
        assert data.include[0].phase == TEST
        assert solver.test_iter[0] * data.data_param.batch_size == 50_000


def test_a_module_of_googlenet_computes():
    n = NetSpec()
    n.data = L.Input(shape={"dim": [1, 192, 6, 6]})
    make.inception(n, "3a", n.data)
    net = Net(n.to_proto(), TEST)
    net.blobs["data"].data[...] = 1
    (y,) = net.forward().values()
    assert y.shape == (1, 256, 6, 6)
    assert (y > 0).any()
