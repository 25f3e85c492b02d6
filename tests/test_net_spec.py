"""NetSpec writes the nets that pycaffe's writes, and refuses what makes no sense."""

import numpy
import pytest

from brew.errors import SpecError
from brew.net_spec import NetSpec, assign_proto, to_proto
from brew.net_spec import layers as L
from brew.net_spec import params as P
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

XAVIER = {"type": "xavier"}


def lenet():
    """Write a LeNet as pycaffe's users do."""
    n = NetSpec()
    shapes = [{"dim": [8, 1, 28, 28]}, {"dim": [8]}]
    n.data, n.label = L.DummyData(
        shape=shapes, transform_param={"scale": 1 / 256}, ntop=2
    )
    n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20, weight_filler=XAVIER)
    n.pool1 = L.Pooling(n.conv1, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.ip1 = L.InnerProduct(n.pool1, num_output=500, weight_filler=XAVIER)
    n.relu1 = L.ReLU(n.ip1, in_place=True)
    n.ip2 = L.InnerProduct(n.relu1, num_output=10, param=[{"lr_mult": 1}, {}])
    n.loss = L.SoftmaxWithLoss(n.ip2, n.label, include={"phase": caffe_pb2.TRAIN})
    return n


LENET = """
layer {
  name: "data" type: "DummyData" top: "data" top: "label"
  transform_param { scale: 0.00390625 }
  dummy_data_param { shape { dim: [8, 1, 28, 28] } shape { dim: 8 } }
}
layer {
  name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { kernel_size: 5 num_output: 20 weight_filler { type: "xavier" } }
}
layer {
  name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { kernel_size: 2 stride: 2 pool: MAX }
}
layer {
  name: "ip1" type: "InnerProduct" bottom: "pool1" top: "ip1"
  inner_product_param { num_output: 500 weight_filler { type: "xavier" } }
}
layer { name: "relu1" type: "ReLU" bottom: "ip1" top: "ip1" }
layer {
  name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2"
  param { lr_mult: 1 } param { }
  inner_product_param { num_output: 10 }
}
layer {
  name: "loss" type: "SoftmaxWithLoss" bottom: "ip2" bottom: "label" top: "loss"
  include { phase: TRAIN }
}
"""


def read(text):
    return parse_text(text, caffe_pb2.NetParameter())


def test_lenet_is_written_as_by_hand():
    assert lenet().to_proto() == read(LENET)


def test_tops_without_names_are_numbered_by_type():
    a, b = L.DummyData(ntop=2)
    ip = L.InnerProduct(L.InnerProduct(a, num_output=1), num_output=2)
    assert to_proto(L.EuclideanLoss(ip, b)) == read("""
        layer {
          name: "DummyData1" type: "DummyData" top: "DummyData1" top: "DummyData2"
        }
        layer {
          name: "InnerProduct1" type: "InnerProduct"
          bottom: "DummyData1" top: "InnerProduct1"
          inner_product_param { num_output: 1 }
        }
        layer {
          name: "InnerProduct2" type: "InnerProduct"
          bottom: "InnerProduct1" top: "InnerProduct2"
          inner_product_param { num_output: 2 }
        }
        layer {
          name: "EuclideanLoss1" type: "EuclideanLoss"
          bottom: "InnerProduct2" bottom: "DummyData2" top: "EuclideanLoss1"
        }""")


def test_top_writes_itself_and_what_it_needs():
    data = L.Input(shape={"dim": [1, 2]})
    L.ReLU(data)  # nobody needs it
    assert [layer.type for layer in L.TanH(data).to_proto().layer] == ["Input", "TanH"]


def test_layers_come_in_the_order_of_names_but_behind_what_they_need():
    n = NetSpec()
    data = L.Input(shape={"dim": [1]})
    n.b = L.ReLU(data)
    n.a = L.TanH(data)
    n.data = data
    names = [layer.name for layer in n.to_proto().layer]
    assert names == ["data", "b", "a"]


def test_top_without_a_name_keeps_its_number_in_front_of_named_ones():
    n = NetSpec()
    n.out = L.ReLU(L.ReLU(L.Input()))
    names = [layer.name for layer in n.to_proto().layer]
    assert names == ["Input1", "ReLU1", "out"]


def test_bottoms_are_written_from_first_to_last():
    joined = L.Concat(L.Input(), L.ReLU(L.TanH(L.Input())), L.Input())
    names = [layer.name for layer in joined.to_proto().layer]
    assert names == ["Input1", "Input2", "TanH1", "ReLU1", "Input3", "Concat1"]
    assert list(joined.to_proto().layer[-1].bottom) == ["Input1", "ReLU1", "Input3"]


def test_layer_without_tops_is_named_by_its_attribute():
    n = NetSpec()
    n.data = L.Input()
    n.hush = L.Silence(n.data, ntop=0)
    assert n.to_proto().layer[1] == caffe_pb2.LayerParameter(
        name="hush", type="Silence", bottom=["data"]
    )
    assert to_proto(n.hush).layer[1].name == "Silence1"


def test_in_place_layers_chain_on_the_first_name():
    n = NetSpec()
    n.x = L.Input()
    n.r1 = L.ReLU(n.x, in_place=True)
    n.r2 = L.Dropout(n.r1, in_place=True)
    n.y = L.TanH(n.r2)
    got = [(x.name, list(x.bottom), list(x.top)) for x in n.to_proto().layer]
    assert got == [
        ("x", [], ["x"]),
        ("r1", ["x"], ["x"]),
        ("r2", ["x"], ["x"]),
        ("y", ["x"], ["y"]),
    ]


def test_name_changes_only_the_layer():
    n = NetSpec()
    n.x = L.Input(name="entrance")
    (layer,) = n.to_proto().layer
    assert (layer.name, list(layer.top)) == ("entrance", ["x"])


def test_later_name_of_a_top_wins():
    n = NetSpec()
    n.first = n.second = L.Input()
    assert [layer.name for layer in n.to_proto().layer] == ["second"]


def test_type_without_a_message_of_its_own_takes_another_by_name():
    fn = L.Deconvolution(L.Input(), convolution_param={"num_output": 3, "pad": 1})
    layer = to_proto(fn).layer[1]
    assert layer.convolution_param.num_output == 3
    assert list(layer.convolution_param.pad) == [1]


@pytest.mark.parametrize("type_name", ["Deconvolution", "Im2col", "LSTM", "RNN"])
def test_type_that_is_set_up_like_another_takes_its_parameters(type_name):
    layer = getattr(L, type_name)(num_output=3).to_proto().layer[0]
    kind = "recurrent" if type_name in ("LSTM", "RNN") else "convolution"
    assert getattr(layer, f"{kind}_param").num_output == 3


def test_type_with_another_spelling_finds_its_message():
    layer = to_proto(L.HDF5Data(source="list.txt", batch_size=3)).layer[0]
    assert layer.hdf5_data_param.batch_size == 3


def test_python_layer_takes_its_parameters():
    top = L.Python(python_param={"module": "m", "layer": "Mine"}, loss_weight=1)
    layer = top.to_proto().layer[0]
    assert (layer.python_param.layer, list(layer.loss_weight)) == ("Mine", [1])
    assert to_proto(L.Python(module="m")).layer[0].python_param.module == "m"


def test_values_of_many_kinds_are_taken():
    top = L.Convolution(
        kernel_size=numpy.array([3, 5]),
        stride=(2, 1),
        pad=[],
        num_output=numpy.int64(7),
        bias_term=numpy.bool_(False),
        weight_filler=caffe_pb2.FillerParameter(std=numpy.float32(0.5)),
        engine="CUDNN",
    )
    want = caffe_pb2.ConvolutionParameter(
        kernel_size=[3, 5], stride=[2, 1], num_output=7, bias_term=False, engine=2
    )
    want.weight_filler.std = 0.5
    assert top.to_proto().layer[0].convolution_param == want


def test_empty_block_is_there():
    layer = L.ReLU(relu_param={}).to_proto().layer[0]
    assert layer.HasField("relu_param")


def test_very_deep_net_is_written():
    top = L.Input()
    for _ in range(3000):
        top = L.ReLU(top)
    assert len(top.to_proto().layer) == 3001


def test_constants_have_their_numbers():
    assert P.Pooling.AVE == 1
    assert P.Data.LMDB == 1
    assert P.Eltwise.SUM == 1
    assert P.Reduction.MEAN == 4
    assert P.Loss.NONE == 3
    assert "STOCHASTIC" in dir(P.Pooling)


def test_items_are_attributes():
    n = NetSpec()
    n["x"] = L.Input()
    n["odd/name"] = L.ReLU(n.x)
    assert n["x"] is n.x is n.tops["x"]
    assert "x" in dir(n)
    assert n.to_proto().layer[1].name == "odd/name"
    del n["odd/name"]
    del n.x
    assert n.tops == {}


def test_function_keeps_what_it_was_made_of():
    data = L.Input()
    top = L.Convolution(data, kernel_size=3, in_place=True)
    assert top.fn.type_name == "Convolution"
    assert top.fn.inputs == (data,)
    assert top.fn.params == {"kernel_size": 3}
    assert (top.n, top.fn.ntop, top.fn.in_place, top.fn.tops) == (0, 1, True, (top,))
    assert repr(top) == "<top 0 of a Convolution layer>"


def test_bottom_that_is_no_top_is_refused_with_its_type():
    data = L.DummyData(ntop=2)
    with pytest.raises(TypeError) as caught:
        L.Silence(data, ntop=0)
    assert str(caught.value) == "Silence input 0 is not a Top (type is <class 'tuple'>)"
    assert "pass one of them" in caught.value.__notes__[0]
    with pytest.raises(SpecError, match="ReLU input 1 is not a Top .*'str'"):
        L.ReLU(data[0], "data")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: L.Convolution(kernal_size=3),
            "L.Convolution has no parameter 'kernal_size'. Did you mean 'kernel_size'?",
        ),
        (
            lambda: L.ReLU(inclde={}),
            "L.ReLU has no parameter 'inclde'. Did you mean 'include'?",
        ),
        (
            lambda: L.SoftmaxWithLoss(normalization=P.Loss.NONE),
            "Did you mean loss_param=dict(normalization=...)?",
        ),
        (
            lambda: L.Python(num_output=3),
            "It is a field of convolution_param, embed_param, inner_product_param, "
            "recurrent_param: name one of them.",
        ),
        (
            lambda: L.Pooling(pool="AVERAGE"),
            "L.Pooling: 'pool' takes one of MAX, AVE, STOCHASTIC, not 'AVERAGE'",
        ),
        (
            lambda: L.Pooling(kernel_size=-1),
            "L.Pooling: 'kernel_size' takes a whole number from 0 on, not -1",
        ),
        (
            lambda: L.Pooling(kernel_size="3"),
            "'kernel_size' takes a whole number from 0 on, not '3'",
        ),
        (
            lambda: L.Data(source=3),
            "L.Data: 'source' takes a text in quotes, not 3",
        ),
        (
            lambda: L.Convolution(weight_filler={"tpye": "xavier"}),
            "L.Convolution: FillerParameter has no field 'tpye'. Did you mean 'type'?",
        ),
        (
            lambda: L.Convolution(weight_filler="xavier"),
            "L.Convolution: 'weight_filler' takes a dict, not 'xavier'",
        ),
        (lambda: L.Input(shape=[1, 2]), "L.Input: 'shape' takes a dict, not 1"),
    ],
)
def test_parameter_that_makes_no_sense_is_refused_at_once(make, says):
    with pytest.raises(SpecError) as caught:
        make()
    assert says in str(caught.value)


def test_message_of_another_kind_is_refused():
    with pytest.raises(SpecError, match="'weight_filler' takes a dict"):
        L.Convolution(weight_filler=caffe_pb2.PoolingParameter())


def test_only_tops_can_be_named():
    n = NetSpec()
    with pytest.raises(SpecError, match="n.data must be a Top.*several names"):
        n.data = L.DummyData(ntop=2)
    with pytest.raises(SpecError, match="n.x must be a Top, not 3"):
        n["x"] = 3


@pytest.mark.parametrize(
    ("get", "says"),
    [
        (lambda: lenet().conv2, "no top was named 'conv2'. Did you mean 'conv1'?"),
        (lambda: P.Poling, "P has no 'Poling'. Did you mean 'Pooling'?"),
        (lambda: P.Pooling.AVG, "no constant 'AVG'. Did you mean 'AVE'?"),
        (lambda: L._repr_html_, "is not the name of a layer type"),
    ],
)
def test_unknown_attribute_suggests_the_nearest(get, says):
    with pytest.raises(AttributeError) as caught:
        get()
    assert says in str(caught.value)


def test_assign_proto_sets_single_values_and_lists():
    param = caffe_pb2.LayerParameter()
    assign_proto(param, "top", "x")
    assign_proto(param, "loss_weight", [1, 2])
    assign_proto(param, "blobs", {"shape": {"dim": 3}})
    assert list(param.top) == ["x"]
    assert list(param.loss_weight) == [1, 2]
    assert list(param.blobs[0].shape.dim) == [3]
    with pytest.raises(SpecError, match="LayerParameter has no field 'tpo'"):
        assign_proto(param, "tpo", "x")
