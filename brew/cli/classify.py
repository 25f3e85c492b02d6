r"""Classify images: write the scores of a trained net as a NumPy array.

The input is an image, a folder of images, or a .npy with images (N, h, w, 3) of
values from 0 to 1.

Examples::

    python -m brew classify cat.jpg scores.npy --model_def=deploy.prototxt \
        --pretrained_model=net.caffemodel --mean_file=mean.npy
    python -m brew classify photos scores.npy --ext=png --center_only ...
"""

from contextlib import closing
from pathlib import Path

import numpy

from brew.classifier import Classifier
from brew.cli._flags import UsageError
from brew.cli._images import image_parser, load_npy, net_options, numbers
from brew.files import write_atomically
from brew.io import load_image


def main(argv: list[str]) -> int:
    """Run ``classify INPUT OUTPUT``."""
    parser = image_parser("classify", __doc__)
    parser.add_argument(
        "--center_only", action="store_true", help="only the middle, not ten crops"
    )
    parser.add_argument(
        "--images_dim", type=numbers, default=(256, 256), metavar="H,W",
        help="size of the images before they are cropped [256,256]",
    )  # fmt: skip
    parser.add_argument("--ext", default="jpg", help="of the images in a folder [jpg]")
    flags = parser.parse(argv)
    images = read_images(flags.input_file, flags.ext)
    with closing(Classifier(image_dims=flags.images_dim, **net_options(flags))) as net:
        print(f"Classifying {len(images)} inputs.")
        scores = net.predict(images, oversample=not flags.center_only)
    with write_atomically(flags.output_file) as file:
        numpy.save(file, scores)
    print(f"Scores of shape {scores.shape} saved to {flags.output_file}.")
    return 0


def read_images(path, ext):
    """Return the images of an image file, a folder or a .npy file, as a list."""
    if Path(path).suffix == ".npy":
        return list(load_npy(path))
    if not Path(path).is_dir():
        return [load_image(path)]
    files = sorted(Path(path).glob(f"*.{ext}"))
    if not files:
        raise UsageError(f"classify: the folder {path} has no files *.{ext}: see --ext")
    return [load_image(file) for file in files]
