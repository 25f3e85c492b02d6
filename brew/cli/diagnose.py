"""Say what is wrong with a training, from its log.

::

    python -m brew train --solver=solver.prototxt 2> train.log
    python -m brew diagnose train.log

The log may be Caffe's. In Python, ``brew.diagnose.watch(solver)`` sees much more.
"""

from brew import diagnose
from brew.cli._flags import Parser


def main(argv: list[str]) -> int:
    """Run ``diagnose LOG``."""
    parser = Parser("diagnose", __doc__)
    parser.add_argument("log", metavar="LOG", help="what a training wrote to stderr")
    print(diagnose.examine(parser.parse(argv).log))
    return 0
