import numpy as np
import pytest

from brew.blob import Blob, BlobVec
from brew.errors import LayerError, ProtoError


def test_a_new_blob_holds_zeros_of_its_shape():
    blob = Blob((2, 3))
    assert blob.data.shape == blob.diff.shape == (2, 3)
    assert blob.data.dtype == np.float32
    assert not blob.data.any()


def test_data_and_diff_are_the_same_arrays_each_time():
    blob = Blob((2, 3))
    data, diff = blob.data, blob.diff
    blob.data[...] = 1
    assert blob.data is data
    assert blob.diff is diff
    assert (data == 1).all()
    assert not diff.any()


def test_reshape_keeps_memory_unless_more_is_needed():
    blob = Blob((2, 3))
    blob.data[...] = np.arange(6).reshape(2, 3)
    blob.reshape(3, 1)
    assert blob.data.ravel().tolist() == [0, 1, 2]
    blob.reshape((6,))
    assert blob.data.tolist() == [0, 1, 2, 3, 4, 5]
    blob.reshape(7)
    assert not blob.data.any()


def test_reshape_without_sizes_makes_a_scalar():
    blob = Blob((2, 3))
    blob.reshape()
    assert blob.shape == ()
    assert blob.count == 1
    assert blob.data.shape == ()


def test_reshape_takes_numpy_integers_and_sequences():
    blob = Blob()
    blob.reshape(np.int64(2), np.int32(3))
    assert blob.shape == (2, 3)
    blob.reshape([4, 5])
    assert blob.shape == (4, 5)
    blob.reshape(np.array([6, 7]))
    assert blob.shape == (6, 7)


def test_old_names_of_four_axes():
    blob = Blob((2, 3))
    assert (blob.num, blob.channels, blob.height, blob.width) == (2, 3, 1, 1)
    with pytest.raises(LayerError, match="at most 4 axes: use shape"):
        _ = Blob((1,) * 5).num


IMPOSSIBLE = [
    ((2, -1), "a size is negative"),
    ((1,) * 33, "33 axes are more than 32"),
    ((10**6, 10**6), "1000000000000 elements are more than"),
    ((1.5,), "whole numbers"),
    (("a",), "whole numbers"),
]


@pytest.mark.parametrize(("shape", "message"), IMPOSSIBLE)
def test_impossible_shapes_are_refused_before_allocation(shape, message):
    blob = Blob((1,), name="x")
    with pytest.raises(LayerError, match=f"'x'.*{message}"):
        blob.reshape(*shape)
    assert blob.shape == (1,)


def test_sharing_means_one_memory_with_two_shapes():
    one, two = Blob((2, 3)), Blob((6,))
    two.share_data(one)
    one.data[0, 1] = 5
    assert two.data[1] == 5
    two.diff[...] = 1
    assert not one.diff.any()
    two.share_diff(one)
    assert not two.diff.any()


def test_sharing_needs_equal_counts():
    with pytest.raises(LayerError, match=r"\(2,\) cannot share .* \(3,\)"):
        Blob((2,)).share_data(Blob((3,)))


def test_const_accessors_refuse_writing():
    blob = Blob((2,))
    for array in (blob.cpu_data(), blob.cpu_diff()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    blob.mutable_cpu_data()[0] = 3
    blob.mutable_cpu_diff()[0] = 4
    assert (blob.data[0], blob.diff[0]) == (3, 4)


def test_a_blob_comes_back_from_its_proto():
    blob = Blob((2, 3))
    blob.data[...] = np.arange(6).reshape(2, 3)
    blob.diff[...] = 7
    again = Blob()
    again.from_proto(blob.to_proto(write_diff=True))
    assert np.array_equal(again.data, blob.data)
    assert np.array_equal(again.diff, blob.diff)
    assert not blob.to_proto().diff


def test_a_proto_with_too_few_values_is_refused():
    proto = Blob((2, 3)).to_proto()
    del proto.data[4:]
    with pytest.raises(ProtoError, match="asks for 6 values, but 4 are stored"):
        Blob().from_proto(proto)


def test_add_blob_appends_zeros():
    blobs = BlobVec()
    blobs.add_blob(2, 3)
    assert [blob.shape for blob in blobs] == [(2, 3)]


def test_a_blob_tells_what_it_is():
    assert repr(Blob((2, 3), name="ip1")) == "Blob 'ip1' (2, 3) float32"
    assert repr(Blob(dtype="float64")) == "Blob () float64"
