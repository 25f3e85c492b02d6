"""What layers do to a photograph: a recipe for each type where there is much to see.

The photograph, ``cat.png``, is a part of "Chelsea" by Stéfan van der Walt, CC0, which
comes with scikit-image. As in Caffe, its channels are blue, green and red.
"""

from pathlib import Path
from typing import NamedTuple

import numpy

from brew.io import load_image
from brew.layer import TRAIN
from brew.net import Net
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

PHOTOGRAPH = Path(__file__).with_name("cat.png")
SEED = 8
STRONG = 16.0  # a factor for layers that do little to small numbers


class Recipe(NamedTuple):
    """How to show a layer.

    Attributes
    ----------
    words : str
        What there is to see.
    param : str
        Goes into the layer, as prototxt.
    bottoms : tuple of callable
        Each returns the array for a bottom.
    look, look_after : str
        How bottoms and tops become pictures: see :mod:`brew.views.layer_pictures`.
        What comes after looks like what was before, if nothing else is said.
    params : tuple of array
        The values of the layer's params, if it should not fill them itself.
    curve : tuple of float
        Draw y over x between these two: for layers that see each number alone.
    """

    words: str
    param: str = ""
    bottoms: tuple = ()
    look: str = "photograph"
    look_after: str = ""
    params: tuple = ()
    curve: tuple = ()

    @property
    def caption(self):
        """What there is to see, and how the layer was set, as Markdown."""
        return f"*{self.words}*" + (f"<br>`{self.param}`" if self.param else "")


class Effect(NamedTuple):
    """What went into a layer and what came out, arrays by the names of the blobs."""

    bottoms: dict
    tops: dict
    curve: tuple  # x and y, or empty


def photograph():
    """Return the photograph as a batch (1, 3, 84, 112) of numbers from 0 to 1."""
    return load_image(PHOTOGRAPH)[:, :, ::-1].transpose(2, 0, 1)[None]


def grey():
    """Return the photograph without colours, (1, 1, 84, 112)."""
    return photograph().mean(1, keepdims=True)


def signed():
    """Return the grey photograph with numbers around zero."""
    return 5.0 * (grey() - grey().mean())


def fading():
    """Return the grey photograph with contrasts that fade away to the left."""
    return signed() * numpy.linspace(0.1, 1, 112)


def contrasts():
    """Return the photograph with as much of each colour as of the others."""
    x = photograph()
    return x - x.mean((2, 3), keepdims=True) + 0.5


def dark_and_pale():
    """Return a batch of two: the photograph underexposed and in fog."""
    return numpy.concatenate([0.4 * photograph(), 0.4 * photograph() + 0.55])


def turned():
    """Return a batch of three: the photograph, its mirror image, upside down."""
    x = photograph()
    return numpy.concatenate([x, x[..., ::-1], x[:, :, ::-1]])


def eyes():
    """Return two regions of interest: image, x1, y1, x2, y2."""
    return numpy.array([[0, 20, 14, 49, 43], [0, 70, 24, 91, 45]])


def _of_each_number(words, param="", bottom=signed, look="signed", curve=(-2.5, 2.5)):
    return Recipe(words, param, (bottom,), look, curve=curve)


EDGES = numpy.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])

RECIPES = {
    "AbsVal": _of_each_number("Blue, the negative side, becomes red."),
    "ArgMax": Recipe(
        "Which channel is the largest here: blue, green or red?",
        "argmax_param { axis: 1 }",
        (contrasts,),
        look_after="classes",
    ),
    "BatchNorm": Recipe(
        "The whole batch gets mean 0 and variance 1: its images stay dark and pale.",
        bottoms=(dark_and_pale,),
        look_after="normal",
    ),
    "BatchReindex": Recipe(
        "Images of the batch are picked by their numbers: 2, 0, 0.",
        bottoms=(turned, lambda: numpy.array([2, 0, 0])),
    ),
    "Bias": Recipe(
        "Each channel gets its own number added: blue gains, red loses.",
        bottoms=(photograph,),
        params=(numpy.array([0.25, 0, -0.2]),),
    ),
    "BNLL": _of_each_number("Rectified with a soft bend: nothing is quite zero."),
    "Clip": _of_each_number(
        "What is too small or too large is cut off.", "clip_param { min: -0.5 max: 1 }"
    ),
    "Concat": Recipe(
        "Two blobs side by side, along the width.",
        "concat_param { axis: 3 }",
        (photograph, lambda: photograph()[..., ::-1]),
    ),
    "Convolution": Recipe(
        "Two kernels that look for edges: upright ones, and those that lie.",
        "convolution_param { num_output: 2 kernel_size: 3 bias_term: false }",
        (grey,),
        "grey",
        "signed",
        params=(numpy.array([EDGES, EDGES.T])[:, None],),
    ),
    "Crop": Recipe(
        "The first blob is cut to the size of the second.",
        "crop_param { axis: 2 offset: 18 offset: 14 }",
        (photograph, lambda: photograph()[:, :, ::2, ::2]),
    ),
    "Deconvolution": Recipe(
        "Every pixel is dealt out over a window, here with bilinear weights: larger.",
        "convolution_param { num_output: 3 group: 3 kernel_size: 8 stride: 4 pad: 2"
        ' bias_term: false weight_filler { type: "bilinear" } }',
        (lambda: photograph()[:, :, 2::4, 2::4],),
    ),
    "Dropout": Recipe(
        "In training, half of the numbers become zero; the others are doubled.",
        bottoms=(lambda: 0.5 * photograph(),),
    ),
    "Eltwise": Recipe(
        "The sum of two blobs, half of each: a double exposure.",
        "eltwise_param { operation: SUM coeff: 0.5 coeff: 0.5 }",
        (photograph, lambda: photograph()[..., ::-1]),
    ),
    "ELU": _of_each_number("The negative side levels off at -1."),
    "Exp": _of_each_number(
        "Two to the power of x: all is positive.", "exp_param { base: 2 }"
    ),
    "Filter": Recipe(
        "The second blob, (1, 0, 1), says which images of the batch go on.",
        bottoms=(turned, lambda: numpy.array([1, 0, 1])),
    ),
    "GELU": _of_each_number("The negative side is faded out."),
    "Im2col": Recipe(
        "The nine places of a window of 3 × 3 become nine maps.",
        "convolution_param { kernel_size: 3 stride: 3 }",
        (grey,),
        "grey",
    ),
    "LayerNorm": Recipe(
        "Each image gets mean 0 and variance 1 by itself; its tint remains.",
        "layer_norm_param { axis: 1 }",
        (dark_and_pale,),
        look_after="normal",
    ),
    "Log": _of_each_number(
        "Dark places are told apart better than pale ones.",
        bottom=lambda: grey() + 0.05,
        curve=(0.05, 1.05),
    ),
    "LRN": Recipe(
        "Divided by the energy nearby: weak contrasts become as clear as strong ones.",
        "lrn_param { norm_region: WITHIN_CHANNEL local_size: 9 beta: 0.5 }",
        (lambda: STRONG * fading(),),
        "strong and signed",
        "signed",
    ),
    "MVN": Recipe(
        "Each channel of each image gets mean 0 and variance 1: both become alike.",
        bottoms=(dark_and_pale,),
        look_after="normal",
    ),
    "Permute": Recipe(
        "Height and width change places.",
        "permute_param { order: 0 order: 1 order: 3 order: 2 }",
        (photograph,),
    ),
    "Pooling": Recipe(
        "The maximum of each window of 4 × 4: what shines survives.",
        "pooling_param { pool: MAX kernel_size: 4 stride: 4 }",
        (photograph,),
    ),
    "Power": _of_each_number(
        "The square root shows what lies in the dark.",
        "power_param { power: 0.5 }",
        lambda: 0.4 * photograph(),
        "photograph",
        curve=(0.0, 1.0),
    ),
    "PReLU": _of_each_number("The negative side is a quarter as steep."),
    "Reduction": Recipe(
        "Every row of each channel becomes one number, its mean.",
        "reduction_param { operation: MEAN axis: 3 }",
        (photograph,),
        look_after="rows",
    ),
    "ReLU": _of_each_number("Blue, the negative side, is cut off."),
    "Reshape": Recipe(
        "The same numbers in the same order, in rows of 56: each row becomes two.",
        "reshape_param { shape { dim: 0 dim: 0 dim: 168 dim: 56 } }",
        (photograph,),
    ),
    "ROIPooling": Recipe(
        "The second blob names regions, here the eyes; both are pooled to 12 × 12.",
        "roi_pooling_param { pooled_h: 12 pooled_w: 12 }",
        (photograph, eyes),
        "regions",
        "photograph",
    ),
    "Scale": Recipe(
        "Each channel has its own factor: less blue, more red.",
        bottoms=(photograph,),
        params=(numpy.array([0.4, 0.9, 1.3]),),
    ),
    "Sigmoid": _of_each_number("Squashed between 0 and 1: all is positive."),
    "Slice": Recipe(
        "One blob becomes three: blue, green and red.",
        'slice_param { axis: 1 } top: "y2" top: "y3"',
        (photograph,),
        look_after="grey",
    ),
    "Softmax": Recipe(
        "The channels compete; their shares add up to 1.",
        bottoms=(lambda: STRONG * contrasts(),),
        look="strong",
        look_after="photograph",
    ),
    "SPP": Recipe(
        "Averages on grids of 1, 4 and 16 cells, one after the other.",
        "spp_param { pyramid_height: 3 pool: AVE }",
        (photograph,),
        look_after="pyramid",
    ),
    "Swish": _of_each_number("The negative side is faded out."),
    "TanH": _of_each_number("Squashed between -1 and 1."),
    "Threshold": _of_each_number("1 where x is larger than 0, else 0."),
    "Tile": Recipe(
        "Copies side by side, along the width.",
        "tile_param { axis: 3 tiles: 3 }",
        (lambda: photograph()[:, :, :, 14:70],),
    ),
}


def run(name):
    """Run a layer on the photograph, as its recipe says.

    Parameters
    ----------
    name : str
        A key of ``RECIPES``.

    Returns
    -------
    Effect
    """
    recipe = RECIPES[name]
    bottoms = {f"x{i}": make() for i, make in enumerate(recipe.bottoms, 1)}
    tops = _forward(name, bottoms)
    if not recipe.curve:
        return Effect(bottoms, tops, ())
    first, last = recipe.curve
    x = numpy.linspace(first, last, 101)
    y = _forward(name, {"x1": x.reshape(1, 1, 1, -1)})["y1"]
    return Effect(bottoms, tops, (x, y.ravel()))


def _forward(name, bottoms):
    """Return what the layer makes of these bottoms."""
    net = _net(name, bottoms)
    for blob, values in zip(net.layers[-1].blobs, RECIPES[name].params, strict=False):
        blob.data[...] = values
    for name, x in bottoms.items():
        net.blobs[name].data[...] = x
    net.forward()
    return {top: net.blobs[top].data.copy() for top in net.top_names["it"]}


def _net(name, bottoms):
    """Return a net of the layer, called "it", and inputs for these bottoms."""
    text, wires = "", ""
    for blob, x in bottoms.items():
        dims = " ".join(f"dim: {size}" for size in x.shape)
        text += f'layer {{ name: "{blob}" type: "Input" top: "{blob}" '
        text += f"input_param {{ shape {{ {dims} }} }} }}\n"
        wires += f'bottom: "{blob}" '
    wires += f'top: "y1" {RECIPES[name].param}'
    text += f'layer {{ name: "it" type: "{name}" {wires} }}'
    param = parse_text(text, caffe_pb2.NetParameter(), f"the recipe of {name}")
    return Net(param, TRAIN, seed=SEED)
