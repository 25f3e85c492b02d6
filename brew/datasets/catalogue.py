"""Which data sets there are, and where the originals are fetched from."""

from collections.abc import Callable
from typing import NamedTuple

from brew.datasets import styles
from brew.datasets.style_filters import STYLES
from brew.datasets.warping import Warp
from brew.download import Download


class Dataset(NamedTuple):
    """What is known about a data set.

    Attributes
    ----------
    title : str
        One line about it.
    classes : tuple of str
        The names of the labels 0, 1, ...
    files : tuple of str
        Its files: train images, train labels, test images, test labels.
    downloads : tuple of Download
        Where each file is fetched from; empty if the files come with brew.
    warp : Warp
        How far images may be changed and still show the same.
    make : callable or None
        Writes the files to a folder, if they are made at first use.
    """

    title: str
    classes: tuple[str, ...]
    files: tuple[str, ...]
    downloads: tuple[Download, ...] = ()
    warp: Warp = Warp()
    make: Callable | None = None


BUNDLED = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "test-images-idx3-ubyte.gz",
    "test-labels-idx1-ubyte.gz",
)
ORIGINAL = tuple(name.replace("test", "t10k") for name in BUNDLED)

DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
MNIST_CONTENTS = (  # bytes and SHA-256 of each file
    (9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    (28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    (1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    (4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
)
FASHION_MIRRORS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
FASHION_CONTENTS = (
    (26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    (29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    (4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
)


def _downloads(mirrors, contents):
    return tuple(
        Download(tuple(mirror + name for mirror in mirrors), size, checksum)
        for name, (size, checksum) in zip(ORIGINAL, contents, strict=True)
    )


WARP_DIGITS = Warp(turn=12, zoom=0.12, shear=0.15, shift=1.5, bend=25)
WARP_CLOTHES = Warp(turn=6, zoom=0.1, shear=0.05, shift=2)

DATASETS = {
    "fashion-mnist": Dataset(
        "70,000 pictures of clothes, 28 x 28, grey: all of Fashion-MNIST",
        CLOTHES,
        ORIGINAL,
        _downloads(FASHION_MIRRORS, FASHION_CONTENTS),
        WARP_CLOTHES,
    ),
    "fashion12k": Dataset(
        "12,000 of the pictures of Fashion-MNIST; comes with brew",
        CLOTHES,
        BUNDLED,
        warp=WARP_CLOTHES,
    ),
    "mnist": Dataset(
        "70,000 handwritten digits, 28 x 28, grey: all of MNIST",
        DIGITS,
        ORIGINAL,
        _downloads(MNIST_MIRRORS, MNIST_CONTENTS),
        WARP_DIGITS,
    ),
    "mnist10k": Dataset(
        "10,000 of the digits of MNIST; comes with brew",
        DIGITS,
        BUNDLED,
        warp=WARP_DIGITS,
    ),
    "styles": Dataset(
        "700 patches of photographs in ten styles, 128 x 128, made at first use",
        tuple(STYLES),
        styles.FILES,
        make=styles.make,
    ),
}
