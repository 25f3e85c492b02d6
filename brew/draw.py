"""Draw a net from its prototxt, as pycaffe does with Graphviz; here without it.

The net need not be built, so its data need not be there. For a picture of a net that
is built, with the shapes of its blobs, see ``brew.views``.
"""

from io import BytesIO
from pathlib import Path

from brew.errors import NetError, import_extra
from brew.files import write_atomically
from brew.proto import caffe_pb2
from brew.proto.upgrade import upgrade_net
from brew.views.net_graph import RANKDIRS

LAYER_COLOURS = {
    "Convolution": "#FF5050",
    "Deconvolution": "#FF5050",
    "Pooling": "#FF9900",
    "InnerProduct": "#CC33FF",
}
OTHER_COLOUR, IN_PLACE_COLOUR, BLOB_COLOUR = "#6495ED", "#90EE90", "#E0E0E0"
TEXTS = ("dot", "gv", "raw")
_FORMATS = {"jpg": "jpeg", "tif": "tiff"}


class Graph:
    """Layers and blobs as nodes, what passes between them as edges.

    Has what scripts use of a ``pydot.Dot``.

    Attributes
    ----------
    nodes : dict of str to dict
        Their attributes, in the words of Graphviz, by key: ``<name>_<type>`` of a
        layer, ``<name>_blob`` of a blob.
    edges : list of (str, str, str)
        From which node to which, and the label.
    """

    def __init__(self, name, rankdir):
        if rankdir not in RANKDIRS:
            raise NetError(f"rankdir is one of {', '.join(RANKDIRS)}, not {rankdir!r}")
        self.name, self.rankdir = name, rankdir
        self.nodes, self.edges = {}, []

    def to_string(self):
        """Return the graph as text in Graphviz's language."""
        lines = [f"digraph {_quoted(self.name)} {{", f"rankdir={self.rankdir};"]
        for key, attributes in self.nodes.items():
            told = ", ".join(f"{k}={_quoted(v)}" for k, v in attributes.items())
            lines.append(f"{_quoted(key)} [{told}];")
        for start, end, label in self.edges:
            told = f" [label={_quoted(label)}]" if label else ""
            lines.append(f"{_quoted(start)} -> {_quoted(end)}{told};")
        return "\n".join([*lines, "}", ""])

    def create(self, format="png"):
        """Return the picture as bytes.

        Parameters
        ----------
        format : str, default "png"
            What matplotlib writes (png, svg, pdf, jpg, ...), or dot for the text.

        Raises
        ------
        NetError
            If the format is unknown.
        """
        if format in TEXTS:
            return self.to_string().encode()
        boxes = [_box(attributes) for attributes in self.nodes.values()]
        number = {key: i for i, key in enumerate(self.nodes)}
        edges = [(number[a], number[b], label) for a, b, label in self.edges]
        draw_boxes = import_extra("brew.views.box_graph", "widgets").draw_boxes
        figure = draw_boxes(boxes, edges, self.rankdir)
        format = _FORMATS.get(format, format)
        known = figure.canvas.get_supported_filetypes()
        if format not in known:
            told = ", ".join(sorted({*TEXTS, *known}))
            raise NetError(f"a net cannot be drawn as {format!r}; choose one of {told}")
        content = BytesIO()
        figure.savefig(content, format=format, dpi=figure.dpi)
        return content.getvalue()

    def write(self, path, format="raw"):
        """Write the picture, or the text, to a file."""
        content = self.create(format)
        with write_atomically(path) as file:
            file.write(content)

    def _repr_svg_(self):
        return self.create("svg").decode()


def get_pydot_graph(
    caffe_net, rankdir, label_edges=True, phase=None, display_lrm=False
):
    """Return the graph of a net.

    Parameters
    ----------
    caffe_net : NetParameter
        Of any age.
    rankdir : str
        The direction from bottom to top: LR, RL, TB or BT.
    label_edges : bool, default True
        Tell beside arrows how many outputs, or items a batch, a layer makes.
    phase : int, optional
        ``brew.TRAIN`` or ``brew.TEST``: only the layers whose rules allow this phase.
    display_lrm : bool, default False
        Show the lr_mult of weights and bias, if one is not zero.

    Returns
    -------
    Graph

    Raises
    ------
    NetError
        If a layer has both ``include`` and ``exclude``, or rankdir is unknown.
    """
    net = caffe_pb2.NetParameter()
    net.CopyFrom(caffe_net)
    upgrade_net(net)
    graph = Graph(net.name or "Net", rankdir)
    for layer in net.layer:
        if phase is None or _is_in_phase(layer, phase):
            _add_layer(graph, layer, label_edges, display_lrm)
    return graph


def draw_net(caffe_net, rankdir, ext="png", phase=None, display_lrm=False):
    """Return the picture of a net as the bytes of a file with the extension `ext`.

    The other parameters are those of :func:`get_pydot_graph`.
    """
    graph = get_pydot_graph(caffe_net, rankdir, phase=phase, display_lrm=display_lrm)
    return graph.create(format=ext)


def draw_net_to_file(caffe_net, filename, rankdir="LR", phase=None, display_lrm=False):
    """Draw a net to a file, whose name's extension says in which format.

    The other parameters are those of :func:`get_pydot_graph`.
    """
    graph = get_pydot_graph(caffe_net, rankdir, phase=phase, display_lrm=display_lrm)
    graph.write(filename, Path(filename).suffix.removeprefix(".").lower())


def get_pooling_types_dict():
    """Return the names of the kinds of pooling by their numbers."""
    kinds = caffe_pb2.PoolingParameter.PoolMethod.items()
    return {number: name for name, number in kinds}


def get_edge_label(layer):
    """Return what stands beside the arrows from a layer: its number of outputs."""
    if layer.type == "Data":
        return f"Batch {layer.data_param.batch_size}"
    if layer.type in ("Convolution", "Deconvolution"):
        return str(layer.convolution_param.num_output)
    if layer.type == "InnerProduct":
        return str(layer.inner_product_param.num_output)
    return ""


def get_layer_lr_mult(layer):
    """Return the lr_mult of a layer's weights and bias.

    Raises
    ------
    NetError
        If its type is not Convolution, Deconvolution or InnerProduct.
    """
    if layer.type not in ("Convolution", "Deconvolution", "InnerProduct"):
        raise NetError(f"a {layer.type} layer has no weights and bias to learn")
    given = [param.lr_mult for param in layer.param[:2]]
    return (*given, *[1.0] * (2 - len(given)))


def get_layer_label(layer, rankdir, display_lrm=False):
    """Return the text of a layer's box: name, type, window, on wish lr_mult.

    It has several lines for ``"LR"`` and one for ``"TB"`` and ``"BT"``.
    """
    kind = layer.type
    if kind == "Pooling":
        kind += f" {get_pooling_types_dict()[layer.pooling_param.pool]}"
    parts = [layer.name, f"({kind})", *_window(layer)]
    if display_lrm and layer.type in ("Convolution", "Deconvolution", "InnerProduct"):
        weights, bias = get_layer_lr_mult(layer)
        if weights or bias:
            parts.append(f"lr mult: {weights:.1f}, {bias:.1f}")
    return (" " if rankdir in ("TB", "BT") else "\n").join(parts)


def choose_color_by_layertype(layertype):
    """Return the colour of a layer's box."""
    return LAYER_COLOURS.get(layertype, OTHER_COLOUR)


def _add_layer(graph, layer, label_edges, display_lrm):
    key = f"{layer.name}_{layer.type}"
    in_place = len(layer.bottom) == 1 and layer.bottom == layer.top
    graph.nodes[key] = {
        "label": get_layer_label(layer, graph.rankdir, display_lrm),
        "shape": "record",
        "style": "filled",
        "fillcolor": (
            IN_PLACE_COLOUR if in_place else choose_color_by_layertype(layer.type)
        ),
    }
    for name in [*layer.bottom, *layer.top]:
        graph.nodes[f"{name}_blob"] = {
            "label": name,
            "shape": "octagon",
            "style": "filled",
            "fillcolor": BLOB_COLOUR,
        }
    label = get_edge_label(layer) if label_edges else ""
    graph.edges += [(f"{name}_blob", key, "") for name in layer.bottom]
    graph.edges += [(key, f"{name}_blob", label) for name in layer.top]


def _is_in_phase(layer, phase):
    """Tell whether the rules of a layer allow a phase; other rules do not count."""
    if layer.include and layer.exclude:
        raise NetError(
            f"layer {layer.name!r} ({layer.type}) has both include and exclude; "
            "one of them says all"
        )
    if layer.include:
        return any(rule.phase == phase for rule in layer.include)
    return all(rule.phase != phase for rule in layer.exclude)


def _window(layer):
    """Return what is to be told about the window of a layer that has one."""
    if layer.type in ("Convolution", "Deconvolution"):
        p = layer.convolution_param
    elif layer.type == "Pooling":
        p = layer.pooling_param
    else:
        return []
    if layer.type == "Pooling" and p.global_pooling:
        return ["global"]
    return [
        f"kernel size: {_size(p.kernel_size, p.kernel_h, p.kernel_w, 1)}",
        f"stride: {_size(p.stride, p.stride_h, p.stride_w, 1)}",
        f"pad: {_size(p.pad, p.pad_h, p.pad_w, 0)}",
    ]


def _size(size, h, w, default):
    if h or w:
        return f"{h} × {w}"
    sizes = [size] if isinstance(size, int) else size
    return " × ".join(map(str, sizes)) or str(default)


def _box(attributes):
    box = import_extra("brew.views.box_graph", "widgets").Box
    is_octagon = attributes["shape"] == "octagon"
    return box(attributes["label"], attributes["fillcolor"], is_octagon)


def _quoted(text):
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
