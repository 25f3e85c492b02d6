import numpy

from brew.layer import TEST
from brew.testing import Case

SIZES = "batch_size: 2 channels: 3 height: 2 width: 2"
NO_BACKWARD = {"backward": False, "gradient_to": ()}


def feed(layer):
    data = numpy.arange(48, dtype="float32").reshape(4, 3, 2, 2)
    layer.reset(data, numpy.arange(4, dtype="float32"))


def add(layer):
    images = numpy.arange(240, dtype="uint8").reshape(4, 3, 5, 4)
    layer.add_images(images, range(4))


CASES = [
    Case(
        "MemoryData",
        f"memory_data_param {{ {SIZES} }}",
        prepare=feed,
        **NO_BACKWARD,
    ),
    Case(
        "MemoryData",
        f"memory_data_param {{ {SIZES} }} transform_param {{ crop_size: 2 scale: 3 }}",
        id="added images",
        phase=TEST,
        prepare=add,
        **NO_BACKWARD,
    ),
]
