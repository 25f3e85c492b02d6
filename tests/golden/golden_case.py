"""Golden cases: nets and solvers, and the numbers the original Caffe computed.

A file of cases is one ``.npz`` whose keys are ``<case>/<what>``; README.md in this
folder says what there is. Nothing is pickled.
"""

import functools
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy
import pytest

from brew import layer_types  # noqa: F401  fills the registry
from brew.layer import layer_type_list
from brew.proto import caffe_pb2
from brew.proto.text import parse_text

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class GoldenCase:
    """One case: its name, the file that holds it, and what is in it."""

    file: Path
    name: str

    @functools.cached_property
    def meta(self):
        return json.loads(self.text("meta"))

    def text(self, key):
        return str(_open(self.file)[f"{self.name}/{key}"])

    def array(self, key):
        return _open(self.file)[f"{self.name}/{key}"]

    def group(self, name):
        """Return the arrays below ``<case>/<name>/``, by the rest of their key."""
        prefix = f"{self.name}/{name}/"
        npz = _open(self.file)
        return {
            key.removeprefix(prefix): npz[key]
            for key in npz.files
            if key.startswith(prefix)
        }

    def params(self, name):
        """Yield (layer name, index, array) of a group of parameters."""
        for key, array in self.group(name).items():
            layer, index = key.rsplit("/", 1)
            yield layer, int(index), array

    def compare(self, what, got, want):
        """Fail unless `got` agrees within the tolerance of this case."""
        assert_close(what, got, want, self.meta["rtol"], self.meta["atol"])


@functools.cache
def _open(file):
    return numpy.load(file, allow_pickle=False)


def cases_in(folder):
    """Return one pytest parameter per case of every file in `folder`."""
    found = []
    for file in sorted((FOLDER / folder).glob("*.npz")):
        keys = zipfile.ZipFile(file).namelist()
        names = sorted(key.split("/")[0] for key in keys if key.endswith("/meta.npy"))
        found += [pytest.param(GoldenCase(file, name), id=name) for name in names]
    return found


def skip_unless_registered(prototxt):
    """Skip a case that uses a layer type which brew does not have yet."""
    net = parse_text(prototxt, caffe_pb2.NetParameter())
    missing = {layer.type for layer in net.layer} - set(layer_type_list())
    if missing:
        pytest.skip(f"layer types not written yet: {', '.join(sorted(missing))}")


def assert_close(what, got, want, rtol, atol):
    """Hold the largest difference to `rtol` of the largest value, or to `atol`."""
    got = numpy.asarray(got)
    assert got.shape == want.shape, f"{what}: shape {got.shape}, want {want.shape}"
    got, want = got.astype("float64"), want.astype("float64")
    finite = numpy.isfinite(want)
    assert numpy.array_equal(got[~finite], want[~finite], equal_nan=True), (
        f"{what}: other NaN or infinite values"
    )
    if not finite.any():
        return
    difference = numpy.abs(got[finite] - want[finite]).max()
    allowed = max(atol, rtol * numpy.abs(want[finite]).max())
    assert difference <= allowed, (
        f"{what}: differs by {difference:.3g}, {allowed:.3g} is allowed"
    )
