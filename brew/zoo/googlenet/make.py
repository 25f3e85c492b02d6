"""Write the prototxts of GoogLeNet: nine modules that differ in a few numbers only.

python brew/zoo/googlenet/make.py
"""

from pathlib import Path
from typing import Any

from brew.files import write_atomically
from brew.net_spec import NetSpec, Top
from brew.net_spec import layers as L
from brew.net_spec import params as P
from brew.proto.caffe_pb2 import NetParameter
from brew.proto.text import format_prototxt

TRAIN, TEST = 0, 1
FOLDER = Path(__file__).parent
WRITTEN = "# Written by make.py: change that, and run it.\n"

# The number of outputs: 1x1, 3x3_reduce, 3x3, 5x5_reduce, 5x5, pool_proj
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
LEARNS = {"param": [{"lr_mult": 1, "decay_mult": 1}, {"lr_mult": 2, "decay_mult": 0}]}


def fillers(bias: float) -> dict[str, Any]:
    """Return where weights and biases start."""
    return {
        "weight_filler": {"type": "xavier"},
        "bias_filler": {"type": "constant", "value": bias},
    }


def conv(n: NetSpec, name: str, x: Top, num_output: int, **window: int) -> Top:
    """Add a convolution and its ReLU: ``a/b`` and ``a/relu_b``."""
    stage, _, what = name.partition("/")
    n[name] = L.Convolution(
        x, num_output=num_output, **window, **fillers(0.2), **LEARNS
    )
    rectified = f"{stage}/relu_{what.removesuffix('_s2')}"
    n[rectified] = L.ReLU(n[name], in_place=True)
    return n[rectified]


def max_pool(n: NetSpec, name: str, x: Top, **window: int) -> Top:
    """Add max pooling over 3 x 3 places."""
    n[name] = L.Pooling(x, pool=P.Pooling.MAX, kernel_size=3, **window)
    return n[name]


def norm(n: NetSpec, name: str, x: Top) -> Top:
    """Add normalization over five channels."""
    n[name] = L.LRN(x, local_size=5, alpha=0.0001, beta=0.75)
    return n[name]


def wide_conv(
    n: NetSpec, name: str, x: Top, outputs: tuple[int, int], **window: int
) -> Top:
    """Add a convolution of larger windows, behind one that leaves fewer channels."""
    few = conv(n, f"{name}_reduce", x, outputs[0], kernel_size=1)
    return conv(n, name, few, outputs[1], **window)


def pooled_conv(n: NetSpec, at: str, x: Top, num_output: int) -> Top:
    """Add a convolution of single places, behind max pooling."""
    highest = max_pool(n, f"{at}/pool", x, stride=1, pad=1)
    return conv(n, f"{at}/pool_proj", highest, num_output, kernel_size=1)


def inception(n: NetSpec, module: str, x: Top) -> Top:
    """Add four ways to look at x, narrow and wide, side by side."""
    one, reduce3, three, reduce5, five, pooled = MODULES[module]
    at = f"inception_{module}"
    branches = [
        conv(n, f"{at}/1x1", x, one, kernel_size=1),
        wide_conv(n, f"{at}/3x3", x, (reduce3, three), kernel_size=3, pad=1),
        wide_conv(n, f"{at}/5x5", x, (reduce5, five), kernel_size=5, pad=2),
        pooled_conv(n, at, x, pooled),
    ]
    n[f"{at}/output"] = L.Concat(*branches)
    return n[f"{at}/output"]


def classifier(n: NetSpec, at: str, x: Top) -> Top:
    """Add the scores of the thousand classes."""
    name = f"{at}/classifier"
    n[name] = L.InnerProduct(x, num_output=1000, **fillers(0), **LEARNS)
    return n[name]


def losses(n: NetSpec, at: str, layer: str, scores: Top, weight: float) -> None:
    """Add a loss and, for tests, two accuracies."""
    tested = {"include": {"phase": TEST}}
    n[f"{at}/{at}"] = L.SoftmaxWithLoss(
        scores, n["label"], name=f"{at}/{layer}", loss_weight=weight
    )
    n[f"{at}/top-1"] = L.Accuracy(scores, n["label"], **tested)
    n[f"{at}/top-5"] = L.Accuracy(scores, n["label"], top_k=5, **tested)


def auxiliary_head(n: NetSpec, at: str, x: Top) -> None:
    """Add a small classifier half-way, so that gradients come to the lower half."""
    n[f"{at}/ave_pool"] = L.Pooling(x, pool=P.Pooling.AVE, kernel_size=5, stride=3)
    x = conv(n, f"{at}/conv", n[f"{at}/ave_pool"], 128, kernel_size=1)
    n[f"{at}/fc"] = L.InnerProduct(x, num_output=1024, **fillers(0.2), **LEARNS)
    n[f"{at}/relu_fc"] = L.ReLU(n[f"{at}/fc"], in_place=True)
    n[f"{at}/drop_fc"] = L.Dropout(n[f"{at}/relu_fc"], dropout_ratio=0.7, in_place=True)
    losses(n, at, "loss", classifier(n, at, n[f"{at}/drop_fc"]), weight=0.3)


def body(n: NetSpec, is_trained: bool) -> Top:
    """Add all from the images to the scores."""
    x = conv(n, "conv1/7x7_s2", n["data"], 64, kernel_size=7, stride=2, pad=3)
    x = norm(n, "pool1/norm1", max_pool(n, "pool1/3x3_s2", x, stride=2))
    x = conv(n, "conv2/3x3_reduce", x, 64, kernel_size=1)
    x = norm(n, "conv2/norm2", conv(n, "conv2/3x3", x, 192, kernel_size=3, pad=1))
    x = max_pool(n, "pool2/3x3_s2", x, stride=2)
    for module in MODULES:
        x = inception(n, module, x)
        if is_trained and module in ("4a", "4d"):
            auxiliary_head(n, "loss1" if module == "4a" else "loss2", x)
        if module in ("3b", "4e"):
            x = max_pool(n, f"pool{int(module[0])}/3x3_s2", x, stride=2)
    n["pool5/7x7_s1"] = L.Pooling(x, pool=P.Pooling.AVE, kernel_size=7, stride=1)
    n["pool5/drop_7x7_s1"] = L.Dropout(
        n["pool5/7x7_s1"], dropout_ratio=0.4, in_place=True
    )
    return classifier(n, "loss3", n["pool5/drop_7x7_s1"])


def data(n: NetSpec, phase: int) -> None:
    """Add images of ImageNet: a random part when training, the middle in a test."""
    source, batch_size = [("train", 32), ("val", 50)][phase]
    n["data"], n["label"] = L.Data(
        ntop=2,
        include={"phase": phase},
        transform_param={
            "mirror": phase == TRAIN,
            "crop_size": 224,
            "mean_value": [104, 117, 123],
        },
        source=f"ilsvrc12_{source}_lmdb",
        batch_size=batch_size,
        backend=P.Data.LMDB,
    )


def train_val() -> NetParameter:
    """Return the net for training and testing, with its two auxiliary losses."""
    tested, n = NetSpec(), NetSpec()
    data(tested, TEST)
    data(n, TRAIN)
    losses(n, "loss3", "loss3", body(n, is_trained=True), weight=1)
    first, *others = n.to_proto().layer
    layers = [first, *tested.to_proto().layer, *others]
    return NetParameter(name="GoogleNet", layer=layers)


def deploy() -> NetParameter:
    """Return the net for use: images go in, a thousand probabilities come out."""
    n = NetSpec()
    n.data = L.Input(shape={"dim": [10, 3, 224, 224]})
    n.prob = L.Softmax(body(n, is_trained=False))
    net = n.to_proto()
    for layer in net.layer:  # parameters come from a snapshot
        for own in ("convolution_param", "inner_product_param"):
            if layer.HasField(own):
                getattr(layer, own).ClearField("weight_filler")
                getattr(layer, own).ClearField("bias_filler")
    net.name = "GoogleNet"
    return net


def as_text(net: NetParameter) -> str:
    """Return the prototxt, with a line of comment where a stage begins."""
    text, before = f'{WRITTEN}name: "{net.name}"\n', ""
    for layer in net.layer:
        stage = layer.name.partition("/")[0]
        text += f"\n# {stage}\n" if stage != before else ""
        text += format_prototxt(NetParameter(layer=[layer]))
        before = stage
    return text


def main() -> None:
    """Write both prototxts."""
    for make in (train_val, deploy):
        with write_atomically(FOLDER / f"{make.__name__}.prototxt") as file:
            file.write(as_text(make()).encode())


if __name__ == "__main__":
    main()
