"""Bring an old net's prototxt to today's form.

Example::

    python -m brew upgrade_net_proto_text old.prototxt new.prototxt
"""

from brew.cli._upgrade import convert
from brew.proto.caffe_pb2 import NetParameter
from brew.proto.text import read_prototxt, write_prototxt
from brew.proto.upgrade import upgrade_net


def main(argv: list[str]) -> int:
    """Run ``upgrade_net_proto_text IN OUT``."""
    return convert(
        "upgrade_net_proto_text",
        __doc__,
        argv,
        read=lambda path: read_prototxt(path, NetParameter()),
        upgrade=upgrade_net,
        write=write_prototxt,
    )
