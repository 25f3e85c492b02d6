r"""Compute blobs of a trained net and store them in databases.

Examples::

    python -m brew extract_features lenet.caffemodel features.prototxt \
        ip1,ip2 ip1_lmdb,ip2_lmdb 10 lmdb
    python -m brew extract_features lenet.caffemodel features.prototxt \
        ip1 ip1_leveldb 10 leveldb GPU 0

The net is built in phase TEST and brings its own data. Each item of each batch
becomes a Datum of floats, under a number of ten digits.
"""

from contextlib import ExitStack, closing

from brew import backend
from brew.cli._device import use_device
from brew.cli._flags import Parser
from brew.cli._progress import progress_bar
from brew.layer import TEST
from brew.log import init_log, log
from brew.net import Net
from brew.proto import caffe_pb2
from brew.sources import WRITERS, create_database


def main(argv: list[str]) -> int:
    """Run ``extract_features WEIGHTS NET BLOBS DBS NUM_BATCHES DB_TYPE [GPU [ID]]``."""
    given = _parse(argv)
    init_log()
    use_device(given.device_id if given.device == "GPU" else "")
    with closing(Net(given.net, TEST, weights=given.weights)) as net:
        _ = [net.blobs[name] for name in given.blobs]  # is each there?
        log("Extracting Features")
        counts = extract(net, given)
    for name, count in zip(given.blobs, counts, strict=True):
        log(f"Extracted features of {count} query images for feature blob {name}")
    log("Successfully extracted the features!")
    return 0


def _parse(argv):
    parser = Parser("extract_features", __doc__)
    add = parser.add_argument
    add("weights", metavar="WEIGHTS", help="trained parameters (.caffemodel)")
    add("net", metavar="NET", help="net definition (.prototxt)")
    add("blobs", metavar="BLOBS", help="names of blobs, separated by commas")
    add("databases", metavar="DBS", help="a folder to make for each, with commas")
    add("num_batches", metavar="NUM_BATCHES", type=int, help="how many batches to run")
    add("kind", metavar="DB_TYPE", choices=WRITERS, help="lmdb or leveldb")
    add("device", nargs="?", default="CPU", choices=("CPU", "GPU"), help="[CPU]")
    add("device_id", nargs="?", default="0", help="number of the GPU [0]")
    given = parser.parse(argv)
    given.blobs = given.blobs.split(",")
    given.databases = given.databases.split(",")
    if len(given.blobs) != len(given.databases):
        parser.error(
            f"{len(given.blobs)} blobs, but {len(given.databases)} databases are "
            "given; give one for each"
        )
    if len(set(given.databases)) < len(given.databases):
        parser.error("a database is named twice; each blob needs its own")
    if given.num_batches < 1:
        parser.error(f"NUM_BATCHES must be at least 1, not {given.num_batches}")
    return given


def extract(net, given):
    """Run the batches and store the items of each blob; return their numbers."""
    counts = [0] * len(given.blobs)
    with ExitStack() as stack:
        advance = stack.enter_context(progress_bar(given.num_batches, "batch"))
        databases = [
            stack.enter_context(create_database(path, given.kind))
            for path in given.databases
        ]
        for _ in range(given.num_batches):
            net.run_forward()
            for b, name in enumerate(given.blobs):
                for item in _datums(net.blobs[name]):
                    databases[b].put(f"{counts[b]:010d}", item)
                    counts[b] += 1
            advance()
    return counts


def _datums(blob):
    """Yield a Datum, as bytes, for each item of a blob of at most four axes."""
    with backend.host_pass():
        rows = blob.cpu_data().reshape(blob.num, -1)
    sizes = {"channels": blob.channels, "height": blob.height, "width": blob.width}
    for row in rows:
        datum = caffe_pb2.Datum(float_data=row, **sizes)
        yield datum.SerializeToString()
