"""Draw a net: layers as boxes, blobs as lines, with shapes where they are known.

Examples::

    python -m brew draw_net train_val.prototxt net.svg
    python -m brew draw_net train_val.prototxt net.png --phase=TEST --rankdir=LR

The name of the picture says its form: svg, png, pdf, jpg, ...; or dot, the language of
Graphviz, which the other forms do not need.
"""

from pathlib import Path

from brew import draw
from brew.cli._flags import Parser
from brew.files import write_atomically
from brew.layer import TEST, TRAIN
from brew.proto.upgrade import read_net
from brew.views.net_graph import RANKDIRS, draw_net
from brew.views.raster import rasterize

PHASES = {"ALL": None, "TRAIN": TRAIN, "TEST": TEST}


def main(argv: list[str]) -> int:
    """Run ``draw_net NET PICTURE``."""
    parser = Parser("draw_net", __doc__)
    parser.add_argument("net", metavar="NET", help="a prototxt or a caffemodel")
    parser.add_argument("picture", metavar="PICTURE", help="the file to write")
    parser.add_argument(
        "--rankdir",
        choices=RANKDIRS,
        default="BT",
        help="from bottoms to tops: bottom-top (BT, the default), left-right (LR), ...",
    )
    parser.add_argument(
        "--phase",
        choices=PHASES,
        default="ALL",
        help="only the layers of this phase (default: ALL)",
    )
    parser.add_argument(
        "--display_lrm", action="store_true", help="with dot: show the lr_mult"
    )
    given = parser.parse(argv)
    content = _draw(
        given, Path(given.picture).suffix.removeprefix(".").lower() or "svg"
    )
    with write_atomically(given.picture) as file:
        file.write(content)
    print(f"Wrote {given.picture}")
    return 0


def _draw(given, form):
    phase = PHASES[given.phase]
    if form in draw.TEXTS:
        graph = draw.get_pydot_graph(
            read_net(given.net),
            given.rankdir,
            phase=phase,
            display_lrm=given.display_lrm,
        )
        return graph.to_string().encode()
    svg = draw_net(given.net, phase=phase, rankdir=given.rankdir)
    return str(svg).encode() if form == "svg" else rasterize(svg, form)
