"""The kinds of files that are damaged, and how brew reads each.

A kind makes good files once, then reads damaged ones. What it uses while reading
(a net, a folder) it makes at the start, so that reading is all that takes time.
"""

import io
from pathlib import Path

import numpy

import brew
from brew.errors import import_extra
from brew.proto import caffe_pb2
from brew.proto.binary import array_to_blobproto, blobproto_to_arrays, parse_binary
from brew.proto.text import format_prototxt, parse_content
from brew.proto.upgrade import upgrade_net, upgrade_solver
from brew.sources import create_database
from brew.sources.datum import datum_image, decode_image, parse_datum
from brew.sources.hdf5 import read_datasets
from brew.sources.images import read_image_list
from brew.sources.lmdb import LMDB
from brew.sources.window_file import read_windows
from tests.fuzz import nets


class Kind:
    """One kind of file.

    Attributes
    ----------
    share : int
        How many of 100 inputs are of this kind.
    is_text : bool
    """

    share = 1
    is_text = False

    def __init__(self, folder):
        self.folder = Path(folder)
        self.path = self.folder / "damaged"

    def good(self):
        """Return the contents of good files."""
        raise NotImplementedError

    def read(self, content):
        """Read a file with this content, as a user of brew would."""
        raise NotImplementedError


class Prototxt(Kind):
    """The text of a net: parsed, upgraded, written and parsed again."""

    share, is_text = 16, True

    def good(self):
        texts = [nets.NET, nets.OLD_NET, nets.OLDEST_NET, *nets.examples()]
        return [text.encode() for text in texts]

    def read(self, content):
        net = parse_content(content, caffe_pb2.NetParameter(), "net.prototxt")
        text = format_prototxt(net)
        again = parse_content(text.encode(), caffe_pb2.NetParameter(), "again")
        assert format_prototxt(again) == text
        upgrade_net(net, "net.prototxt")


class SolverPrototxt(Kind):
    """The text of a solver."""

    share, is_text = 5, True

    def good(self):
        return [nets.SOLVER.encode(), b"solver_type: ADAM net: 'x.prototxt'"]

    def read(self, content):
        upgrade_solver(parse_content(content, caffe_pb2.SolverParameter(), "solver"))


class BuiltNet(Kind):
    """The text of a net that is then built, with all its memory."""

    share, is_text = 4, True

    def good(self):
        texts = [nets.NET, nets.OLD_NET, *nets.examples()]
        return [text.encode() for text in texts if "source:" not in text]

    def read(self, content):
        param = parse_content(content, caffe_pb2.NetParameter(), "net.prototxt")
        if any(layer.type in nets.IGNORED for layer in param.layer):
            return
        brew.Net(param, brew.TRAIN, seed=1).close()


class Caffemodel(Kind):
    """A binary model, copied into a net; and read as a message, as for a net."""

    share = 25

    def good(self):
        self.net = nets.net()
        old = parse_content(nets.OLD_NET.encode(), caffe_pb2.NetParameter(), "old")
        old.layers[0].blobs.add(num=4, channels=3, height=3, width=3, data=[0.5] * 108)
        old.layers[0].blobs.add(num=1, channels=1, height=1, width=4, data=[0.5] * 4)
        models = [self.net.to_proto(), self.net.to_proto(write_diff=True), old]
        return [model.SerializeToString() for model in models]

    def read(self, content):
        self.path.write_bytes(content)
        self.net.copy_from(self.path)
        param = parse_binary(content, caffe_pb2.NetParameter(), "net.caffemodel")
        upgrade_net(param, "net.caffemodel", warn=lambda text: None)


class Binaryproto(Kind):
    """A mean image, as an array."""

    share = 21

    def good(self):
        mean = numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 4)
        legacy = caffe_pb2.BlobProto(num=1, channels=2, height=2, width=2, data=[1] * 8)
        protos = [array_to_blobproto(mean), array_to_blobproto(mean.astype("f8"), mean)]
        return [proto.SerializeToString() for proto in [*protos, legacy]]

    def read(self, content):
        proto = parse_binary(content, caffe_pb2.BlobProto(), "mean.binaryproto")
        blobproto_to_arrays(proto)
        brew.io.blobproto_to_array(proto)


class Solverstate(Kind):
    """The state of a solver, restored."""

    share = 10
    name = "state.solverstate"
    format = caffe_pb2.SolverParameter.BINARYPROTO

    def good(self):
        self.solver = nets.solver()
        self.solver.param.snapshot_prefix = str(self.folder / "small")
        self.solver.param.snapshot_format = self.format
        _, state = self.solver.snapshot()
        content = Path(state).read_bytes()
        Path(state).unlink()
        self.path = self.folder / self.name
        return [content]

    def read(self, content):
        self.path.write_bytes(content)
        self.solver.restore(self.path)


class HDF5State(Solverstate):
    """The same, as HDF5."""

    share = 1
    name = "state.solverstate.h5"
    format = caffe_pb2.SolverParameter.HDF5


class HDF5Model(Kind):
    """A model as HDF5."""

    share = 1

    def good(self):
        self.net = nets.net()
        self.net.save_hdf5(self.path)
        return [self.path.read_bytes()]

    def read(self, content):
        self.path.write_bytes(content)
        self.net.copy_from(self.path)


class HDF5Data(Kind):
    """An HDF5 file with data and labels."""

    share = 1

    def good(self):
        h5py = import_extra("h5py", "data")
        with h5py.File(self.path, "w") as file:
            file["data"] = numpy.ones((3, 2, 4), "f4")
            file["label"] = numpy.arange(3)
        plain = self.path.read_bytes()
        with h5py.File(self.path, "w") as file:
            many = numpy.zeros((30, 2), "f4")
            file.create_dataset("data", data=many, chunks=(8, 2), compression="gzip")
            file["label"] = numpy.zeros(30, "u1")
        return [plain, self.path.read_bytes()]

    def read(self, content):
        self.path.write_bytes(content)
        read_datasets(self.path, ["data", "label"])


class Lmdb(Kind):
    """The file of an LMDB, read from the first record to the last."""

    share = 5

    def good(self):
        files = []
        for name, num_records, size in (
            ("few", 3, 10),
            ("many", 40, 200),
            ("long", 2, 5000),
        ):
            with create_database(self.folder / name, "lmdb") as database:
                for i in range(num_records):
                    database.put(f"{i:08}", bytes([i]) * size)
            files.append((self.folder / name / "data.mdb").read_bytes())
        self.path = self.folder / "damaged_lmdb" / "data.mdb"
        self.path.parent.mkdir()
        return files

    def read(self, content):
        self.path.write_bytes(content)
        with LMDB(self.path.parent) as database:
            for count, _ in enumerate(database):
                if count == 1000:
                    break


class Record(Kind):
    """A record of a database: a Datum, raw or encoded."""

    share = 6

    def good(self):
        image = numpy.arange(48, dtype=numpy.uint8).reshape(3, 4, 4)
        encoded = caffe_pb2.Datum(encoded=True, data=_image_file("PNG"), label=3)
        floats = brew.io.array_to_datum(image / 2.0, 1)
        datums = [brew.io.array_to_datum(image, 7), floats, encoded]
        return [datum.SerializeToString() for datum in datums]

    def read(self, content):
        datum_image(parse_datum(content))


class Image(Kind):
    """An image file."""

    share = 2

    def good(self):
        return [
            _image_file(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "PPM")
        ]

    def read(self, content):
        decode_image(content, color=True)


class ImageList(Kind):
    """The text file of an ImageData layer."""

    share, is_text = 2, True

    def good(self):
        return [b"cat.jpg 0\nblack dog.png 1\n\n./x/y z.bmp -1\n" * 3]

    def read(self, content):
        self.path.write_bytes(content)
        read_image_list(self.path)


class WindowFile(Kind):
    """The text file of a WindowData layer."""

    share, is_text = 1, True

    def good(self):
        windows = "2\n8 0.91 34 50 210 300\n8 0.12 300 10 420 90\n"
        images = [f"# {i}\nphotos/{i}.jpg\n3\n375\n500\n{windows}" for i in range(3)]
        return ["".join(images).encode()]

    def read(self, content):
        self.path.write_bytes(content)
        read_windows(self.path)


def _image_file(kind):
    pixels = numpy.arange(13 * 11 * 3, dtype=numpy.uint8).reshape(13, 11, 3)
    content = io.BytesIO()
    import_extra("PIL.Image", "data").fromarray(pixels).save(content, kind)
    return content.getvalue()


KINDS = {
    "prototxt": Prototxt,
    "solver": SolverPrototxt,
    "net": BuiltNet,
    "caffemodel": Caffemodel,
    "binaryproto": Binaryproto,
    "solverstate": Solverstate,
    "solverstate.h5": HDF5State,
    "caffemodel.h5": HDF5Model,
    "hdf5_data": HDF5Data,
    "lmdb": Lmdb,
    "record": Record,
    "image": Image,
    "image_list": ImageList,
    "window_file": WindowFile,
}
