r"""Show the layers of a net, and the memory it will take before it takes any.

Examples::

    python -m brew summarize train_test.prototxt
    python -m brew summarize --solver=solver.prototxt
    python -m brew summarize train_val.prototxt --phase=TEST \
        --shape data=32,3,227,227 --shape label=32

--shape stands for data that is not at hand, or tries another size.
"""

from brew.cli._flags import FLAGS, Parser, split_stages
from brew.layer import TEST, TRAIN
from brew.solver_nets import solver_param
from brew.summary import summarize

PHASES = {"": None, "TRAIN": TRAIN, "TEST": TEST}


def main(argv: list[str]) -> int:
    """Run ``summarize NET`` or ``summarize --solver=FILE``."""
    parser = Parser("summarize", __doc__)
    parser.add_argument("net", nargs="?", metavar="NET", help="prototxt or caffemodel")
    parser.add_argument("--solver", default="", metavar="FILE", help="take its net")
    for name in ("phase", "level", "stage"):
        parser.add_argument(f"--{name}", **({"default": ""} | FLAGS[name]))
    parser.add_argument(
        "--shape",
        action="append",
        default=[],
        metavar="NAME=N,C,H,W",
        help="shape of a blob that comes from data",
    )
    given = parser.parse(argv)
    if bool(given.net) == bool(given.solver):
        parser.error("needs a net, or --solver=FILE")
    shapes = dict(_shape(text, parser) for text in given.shape)
    net, solver = _net_of(given.solver) if given.solver else (given.net, "SGD")
    print(
        summarize(
            net,
            PHASES[given.phase],
            level=given.level,
            stages=split_stages(given.stage),
            shapes=shapes,
            solver=solver,
        )
    )
    return 0


def _net_of(path):
    """Return what a solver file trains, and the type of the solver."""
    param = solver_param(path)
    fields = ("net", "net_param", "train_net", "train_net_param")
    given = [getattr(param, field) for field in fields if param.HasField(field)]
    return given[0] if given else "", param.type


def _shape(text, parser):
    name, _, sizes = text.partition("=")
    words = sizes.split(",")
    if not name or not all(word.strip().isdecimal() for word in words):
        parser.error(f"--shape {text}: write it as data=64,3,227,227")
    return name, tuple(int(word) for word in words)
