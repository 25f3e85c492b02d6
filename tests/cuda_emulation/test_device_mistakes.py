"""What real CuPy refuses, the emulated CuPy refuses: same exceptions, same words.

These are the mistakes that are easily made in a layer written for NumPy. Plain
NumPy finds two of them.
"""

import numpy as np
import pytest

pytestmark = pytest.mark.device

IMPLICIT = (TypeError, "Implicit conversion to a NumPy array is not allowed")
HOST_ARRAY = (TypeError, "Unsupported type .*numpy.ndarray")
NO_SUCH_NAME = (AttributeError, "has no attribute")

# name: (mistake(xp, d, h) with a device and a host array of (4, 3), type, words)
MISTAKES = {
    "np.asarray of device": (lambda xp, d, h: np.asarray(d), *IMPLICIT),
    "device + host": (lambda xp, d, h: d + h, *HOST_ARRAY),
    "host += device": (lambda xp, d, h: h.__iadd__(d), *HOST_ARRAY),
    "concatenate both": (lambda xp, d, h: xp.concatenate([d, h]), *HOST_ARRAY),
    "mask made on host": (lambda xp, d, h: d * (h > 1), *HOST_ARRAY),
    "out= on host": (lambda xp, d, h: xp.exp(d, out=h), *HOST_ARRAY),
    "matmul with host": (lambda xp, d, h: d @ h.T, TypeError, "expected cupy.*ndarray"),
    "assign host array": (
        lambda xp, d, h: d.__setitem__(..., h),
        ValueError,
        "non-scalar numpy.ndarray cannot be used for fill",
    ),
    "np.copyto": (
        lambda xp, d, h: np.copyto(d, h),
        ValueError,
        "non-scalar numpy.ndarray cannot be used for copyto",
    ),
    "where= of a ufunc": (
        lambda xp, d, h: xp.add(d, d, where=d > 0),
        TypeError,
        "Wrong arguments .*where",
    ),
    "initial= of a sum": (
        lambda xp, d, h: d.sum(initial=0),
        TypeError,
        "unexpected keyword argument 'initial'",
    ),
    "list to a ufunc": (
        lambda xp, d, h: xp.maximum([1.0], d),
        TypeError,
        "Unsupported type .*list",
    ),
    "index a list": (
        lambda xp, d, h: ["a", "b", "c"][d.argmax(axis=1)[0]],
        TypeError,
        "list indices must be integers",
    ),
    "object array": (
        lambda xp, d, h: xp.asarray([None, "a"]),
        ValueError,
        "Unsupported dtype object",
    ),
    "xp.insert": (lambda xp, d, h: xp.insert(d, 0, 1.0, axis=0), *NO_SUCH_NAME),
    "xp.vecdot": (lambda xp, d, h: xp.vecdot(d, d), *NO_SUCH_NAME),
    "xp.einsum_path": (lambda xp, d, h: xp.einsum_path("ij,jk", d, d.T), *NO_SUCH_NAME),
    "array.resize": (lambda xp, d, h: d.resize((2, 2)), *NO_SUCH_NAME),
}


@pytest.fixture
def arrays(cupy):
    host = np.arange(12, dtype="float32").reshape(4, 3)
    return cupy, cupy.asarray(host), host.copy()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused_in_the_words_of_cupy(name, arrays):
    mistake, error, words = MISTAKES[name]
    with pytest.raises(error, match=words):
        mistake(*arrays)


def test_sums_stay_on_the_device(arrays):
    cupy, device, _ = arrays
    assert isinstance(device.sum(), cupy.ndarray)


def test_numpy_scalars_widen_as_in_numpy(arrays):
    _, device, _ = arrays
    assert (device * 2.0).dtype == np.float32
    assert (device * np.float64(2)).dtype == np.float64


def test_indices_out_of_range_wrap_in_silence(arrays):
    # as on a GPU: neither tool nor GPU finds this one
    cupy, device, host = arrays
    np.testing.assert_array_equal(device[cupy.asarray([0, 9])].get(), host[[0, 1]])
