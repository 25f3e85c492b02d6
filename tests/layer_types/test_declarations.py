"""Every layer takes and gives as many blobs as Caffe's layer of the same type."""

import pytest

from brew.layer import layer_class, layer_type_list

# Caffe's counts: exactly, (at least, at most), or as many tops as bottoms.
ANY = (1, None)
BOTTOMS_AND_TOPS = {
    "Accuracy": (2, (1, 2)),
    "BatchReindex": (2, 1),
    "Bias": ((1, 2), 1),
    "Concat": (ANY, 1),
    "ContrastiveLoss": (3, 1),
    "Convolution": (ANY, "bottoms"),
    "Crop": (2, 1),
    "Data": (0, (1, 2)),
    "Deconvolution": (ANY, "bottoms"),
    "DummyData": (0, ANY),
    "Eltwise": ((2, None), 1),
    "EuclideanLoss": (2, 1),
    "HDF5Data": (0, ANY),
    "HDF5Output": (2, 0),
    "HingeLoss": (2, 1),
    "ImageData": (0, 2),
    "InfogainLoss": ((2, 3), (1, 2)),
    "Input": (0, ANY),
    "LSTMUnit": (3, 2),
    "MemoryData": (0, 2),
    "MultinomialLogisticLoss": (2, 1),
    "Parameter": (0, 1),
    "Pooling": (1, (1, 2)),
    "ROIPooling": (2, 1),
    "Scale": ((1, 2), 1),
    "SigmoidCrossEntropyLoss": (2, 1),
    "Silence": (ANY, 0),
    "Slice": (1, ANY),
    "SmoothL1Loss": ((2, 4), 1),
    "SoftmaxWithLoss": (2, (1, 2)),
    "Split": (1, ANY),
    "WindowData": (0, 2),
}
FROM_ONE_TO_ONE = """
    AbsVal ArgMax BNLL BatchNorm Clip Dropout ELU Embed Exp Flatten Im2col InnerProduct
    LRN Log MVN PReLU Power ReLU Reduction Reshape SPP Sigmoid Softmax Swish TanH
    Threshold Tile
"""
BOTTOMS_AND_TOPS |= dict.fromkeys(FROM_ONE_TO_ONE.split(), (1, 1))
NOT_IN_CAFFE = {"GELU": (1, 1), "LayerNorm": (1, 1), "MatMul": (2, 1)}
NOT_IN_CAFFE |= {"Permute": (1, 1)}
BOTTOMS_AND_TOPS |= NOT_IN_CAFFE

OWN_RULES = {"Filter", "LSTM", "Python", "RNN"}  # depend on more than a number
LOSSES = {name for name in BOTTOMS_AND_TOPS if name.endswith("Loss")}


@pytest.mark.parametrize("type_name", sorted(set(layer_type_list()) - OWN_RULES))
def test_layer_declares_caffes_counts(type_name):
    layer = layer_class(type_name)
    assert (layer.bottoms, layer.tops) == BOTTOMS_AND_TOPS[type_name]


@pytest.mark.parametrize("type_name", sorted(set(layer_type_list())))
def test_losses_and_only_they_make_their_top_and_weigh_it(type_name):
    layer = layer_class(type_name)
    expected = (True, 1.0) if type_name in LOSSES else (False, 0.0)
    assert (layer.auto_top, layer.default_loss_weight) == expected
