"""Bring an old .caffemodel to today's form.

Example::

    python -m brew upgrade_net_proto_binary old.caffemodel new.caffemodel
"""

from brew.cli._upgrade import convert
from brew.proto.binary import read_message, write_message
from brew.proto.caffe_pb2 import NetParameter
from brew.proto.upgrade import upgrade_net


def main(argv: list[str]) -> int:
    """Run ``upgrade_net_proto_binary IN OUT``."""
    return convert(
        "upgrade_net_proto_binary",
        __doc__,
        argv,
        read=lambda path: read_message(path, NetParameter()),
        upgrade=upgrade_net,
        write=write_message,
    )
