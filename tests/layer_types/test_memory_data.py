"""What is special about MemoryData: arrays as they are, and images that change."""

import numpy as np
import pytest

import brew
from brew.errors import LayerError, SourceError
from brew.io import array_to_datum
from brew.proto import caffe_pb2
from brew.proto.text import parse_text


def net(layer, phase=brew.TEST):
    return brew.Net(
        parse_text(f'layer {{ name: "in" {layer} }}', caffe_pb2.NetParameter()), phase
    )


SIZES = "batch_size: 2 channels: 3 height: 2 width: 1"
MEMORY = f'type: "MemoryData" top: "x" top: "label" memory_data_param {{ {SIZES} }}'


def arrays(count):
    data = np.arange(count * 6, dtype=np.float32).reshape(count, 3, 2, 1)
    return data, np.arange(count, dtype=np.float32)


def test_memory_is_served_in_batches_round_and_round():
    memory = net(MEMORY)
    data, labels = arrays(6)
    memory.set_input_arrays(data, labels)
    for start in 0, 2, 4, 0:
        top = memory.forward()
        assert np.array_equal(top["x"], data[start : start + 2])
        assert top["label"].ravel().tolist() == [start, start + 1]


def test_the_label_gets_four_axes_once_data_is_served():
    memory = net(MEMORY)
    assert memory.blobs["label"].shape == (2,)
    memory.set_input_arrays(*arrays(2))
    memory.forward()
    assert memory.blobs["label"].shape == (2, 1, 1, 1)
    memory.reshape()
    assert memory.blobs["label"].shape == (2, 1, 1, 1)


def test_memory_is_not_copied_and_new_arrays_start_anew():
    memory = net(MEMORY)
    data, labels = arrays(4)
    memory.set_input_arrays(data, labels)
    memory.forward()
    data[2:] = 9
    assert (memory.forward()["x"] == 9).all()
    memory.forward()
    memory.set_input_arrays(*arrays(2))
    assert memory.forward()["label"].ravel().tolist() == [0, 1]


def test_memory_resumes_at_its_place():
    memory, other = net(MEMORY), net(MEMORY)
    for one in memory, other:
        one.set_input_arrays(*arrays(4))
    memory.forward()
    other.layers[0].set_state(memory.layers[0].get_state())
    assert other.forward()["label"].ravel().tolist() == [2, 3]


def test_a_forward_without_arrays_is_an_error():
    with pytest.raises(RuntimeError, match=r"'in' \(MemoryData\): no data is here yet"):
        net(MEMORY).forward()


@pytest.mark.parametrize(
    ("data", "labels", "message"),
    [
        (arrays(3)[0], arrays(3)[1], "3 items are no multiple of batch_size 2"),
        (arrays(0)[0], arrays(0)[1], "0 items are no multiple of batch_size 2"),
        (arrays(2)[0][:, :2], arrays(2)[1], r"data has shape \(2, 2, 2, 1\); \(2, 3"),
        (arrays(2)[0], arrays(4)[1], r"labels has shape \(4,\); \(2,\) is needed"),
        (arrays(2)[0].astype("f8"), arrays(2)[1], "data must be float32 in C order"),
        (arrays(4)[0][::2], arrays(2)[1], "data must be float32 in C order"),
        (arrays(2)[0], arrays(2)[1].astype(int), "labels must be float32 in C order"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(data, labels, message):
    with pytest.raises(SourceError, match=message):
        net(MEMORY).layers[0].reset(data, labels)


def test_sizes_must_be_given():
    with pytest.raises(LayerError, match=r"are \(2, 0, 0, 0\); all four must be given"):
        net('type: "MemoryData" top: "x" top: "y" memory_data_param { batch_size: 2 }')


def test_arrays_that_are_not_transformed_are_warned_about(caplog):
    memory = net(MEMORY + " transform_param { scale: 2 }")
    assert not caplog.text
    memory.set_input_arrays(*arrays(2))
    assert "layer 'in': transform_param is not used for arrays; add_im" in caplog.text
    assert np.array_equal(memory.forward()["x"], arrays(2)[0])


def images(count, shape=(3, 4, 5)):
    pixels = np.arange(count * np.prod(shape)) * 3 % 251
    return pixels.astype(np.uint8).reshape(count, *shape)


CROPPED = """
    transform_param {
      crop_size: 2 mean_value: 1 mean_value: 2 mean_value: 3 scale: 0.5
    }
"""
SQUARE = MEMORY.replace("width: 1", "width: 2") + CROPPED
BY_HAND = (images(4)[:, :, 1:3, 1:3] - np.array([1.0, 2, 3]).reshape(3, 1, 1)) / 2


def test_added_images_are_transformed():
    memory = net(SQUARE)
    memory.layers[0].add_images(images(4), [5, 6, 7, 8])
    for batch, labels in (slice(2), [5, 6]), (slice(2, 4), [7, 8]):
        top = memory.forward()
        assert np.array_equal(top["x"], BY_HAND[batch])
        assert top["label"].ravel().tolist() == labels


def test_added_datums_are_decoded_and_transformed():
    memory = net(SQUARE)
    memory.layers[0].add_datums([array_to_datum(x, 7) for x in images(2)])
    top = memory.forward()
    assert np.array_equal(top["x"], BY_HAND[:2])
    assert top["label"].ravel().tolist() == [7, 7]
    with pytest.raises(
        SourceError, match=r"'in' .*: datum 0: the image cannot be deco"
    ):
        memory.layers[0].add_datums([caffe_pb2.Datum(encoded=True, data=b"no image")])


def test_images_are_added_once_the_earlier_ones_are_served():
    memory = net(SQUARE)
    layer = memory.layers[0]
    layer.add_images(images(4), range(4))
    for left in 2, 1:
        with pytest.raises(SourceError, match=f"wait for {left} more forward passes"):
            layer.add_images(images(2), range(2))
        memory.forward()
    layer.add_images(images(2), [8, 9])
    assert memory.forward()["label"].ravel().tolist() == [8, 9]


def test_arrays_may_take_the_place_of_added_images():
    memory = net(MEMORY)
    layer = memory.layers[0]
    layer.add_images(images(2, (3, 2, 1)), range(2))
    memory.set_input_arrays(*arrays(2))
    layer.add_images(images(2, (3, 2, 1)), range(2))


def test_the_chance_in_added_images_follows_the_seed_and_resumes():
    def add(memory):
        layer = memory.layers[0]
        layer.add_images(images(2), range(2))
        return memory.forward()["x"].tolist()

    one, twin = net(SQUARE, brew.TRAIN), net(SQUARE, brew.TRAIN)
    assert [add(one) for _ in range(5)] == [add(twin) for _ in range(5)]
    brew.set_random_seed(9)
    other = net(SQUARE, brew.TRAIN)
    other.layers[0].set_state(one.layers[0].get_state())
    assert [add(one) for _ in range(5)] == [add(other) for _ in range(5)]


@pytest.mark.parametrize(
    ("pictures", "labels", "message"),
    [
        (images(3), range(3), "3 items are no multiple of batch_size 2"),
        (images(2), range(3), r"labels has shape \(3,\); \(2,\) is needed"),
        (
            images(2, (1, 4, 5)),
            range(2),
            "image 0: mean_value is given 3 times for ima",
        ),
        (
            images(2, (3, 4, 1)),
            range(2),
            "image 0: the image has 4 x 1 pixels, less th",
        ),
        (
            [images(1)[0], images(1)[0, 0]],
            range(2),
            r"image 1: it has shape \(4, 5\); \(C, h, w\) is n",
        ),
    ],
)
def test_images_that_do_not_fit_are_refused(pictures, labels, message):
    with pytest.raises(SourceError, match=rf"^layer 'in' \(MemoryData\): {message}"):
        net(SQUARE).layers[0].add_images(pictures, labels)


def test_images_of_another_size_are_refused():
    message = (
        r"image 1: it has shape \(3, 4, 5\) once it is transformed; \(3, 2, 1\) is"
    )
    pictures = [images(1, (3, 2, 1))[0], images(1)[0]]
    with pytest.raises(SourceError, match=message):
        net(MEMORY).layers[0].add_images(pictures, range(2))


def test_a_transformation_that_makes_no_sense_is_refused():
    with pytest.raises(
        SourceError, match=r"'in' \(MemoryData\): force_color and force"
    ):
        net(MEMORY + " transform_param { force_color: true force_gray: true }")
