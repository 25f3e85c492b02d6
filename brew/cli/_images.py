"""What ``classify`` and ``detect`` have in common: the net, and how images enter it."""

from pathlib import Path

import numpy

from brew import backend
from brew.cli._flags import Parser, UsageError
from brew.errors import FileError
from brew.files import read_bytes
from brew.io import blobproto_to_array
from brew.proto import caffe_pb2
from brew.proto.binary import parse_binary


def image_parser(command, doc):
    """Return a parser of the flags that both commands have."""
    parser = Parser(command, doc)
    parser.add_argument("input_file")
    parser.add_argument("output_file")
    for name, what in (
        ("model_def", "net definition for deployment (.prototxt)"),
        ("pretrained_model", "trained parameters (.caffemodel)"),
    ):
        parser.add_argument(f"--{name}", required=True, metavar="FILE", help=what)
    parser.add_argument("--gpu", action="store_true", help="run on the first GPU")
    parser.add_argument(
        "--mean_file", metavar="FILE", help="mean image (.npy or .binaryproto)"
    )
    parser.add_argument(
        "--input_scale", type=float, metavar="X", help="multiply after the mean"
    )
    parser.add_argument(
        "--raw_scale", type=float, default=255.0, metavar="X", help="before it [255]"
    )
    parser.add_argument(
        "--channel_swap", type=numbers, default=(2, 1, 0), metavar="2,1,0",
        help="order of the channels; RGB to BGR by default",
    )  # fmt: skip
    return parser


def net_options(flags):
    """Return the arguments of Classifier and Detector that both have."""
    backend.set_mode_gpu() if flags.gpu else backend.set_mode_cpu()
    return {
        "model_file": flags.model_def,
        "pretrained_file": flags.pretrained_model,
        "mean": read_mean(flags.mean_file) if flags.mean_file else None,
        "input_scale": flags.input_scale,
        "raw_scale": flags.raw_scale,
        "channel_swap": flags.channel_swap,
    }


def read_mean(path):
    """Return a mean image (C, h, w) from a .npy or .binaryproto file."""
    if Path(path).suffix == ".npy":
        return load_npy(path)
    proto = parse_binary(read_bytes(path), caffe_pb2.BlobProto(), path)
    mean = blobproto_to_array(proto)
    return mean[0] if mean.ndim == 4 else mean


def load_npy(path):
    """Return the array of a .npy file; FileError if it is none."""
    try:
        return numpy.load(path)
    except (OSError, ValueError) as error:
        raise FileError(f"{path}: cannot be read as a .npy array ({error})") from error


def numbers(text):
    """Return the whole numbers of a comma-separated list."""
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise UsageError(f"{text!r} is no list of numbers such as 256,256") from None
