"""Bring an old solver's prototxt to today's form, with the nets inside it.

Example::

    python -m brew upgrade_solver_proto_text old.prototxt new.prototxt
"""

from brew.cli._upgrade import convert
from brew.proto.caffe_pb2 import SolverParameter
from brew.proto.text import read_prototxt, write_prototxt
from brew.proto.upgrade import upgrade_solver


def main(argv: list[str]) -> int:
    """Run ``upgrade_solver_proto_text IN OUT``."""
    return convert(
        "upgrade_solver_proto_text",
        __doc__,
        argv,
        read=lambda path: read_prototxt(path, SolverParameter()),
        upgrade=upgrade_solver,
        write=write_prototxt,
    )
