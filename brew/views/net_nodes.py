"""What a drawing of a net shows: its layers as nodes, its blobs as edges."""

from dataclasses import dataclass, field

from brew.errors import BrewError
from brew.layer import TEST, TRAIN
from brew.net import Net
from brew.net_build import read_param
from brew.net_cost import count_macs
from brew.net_filter import filter_net
from brew.proto import caffe_pb2
from brew.proto.upgrade import read_net, upgrade_net

PHASES = {TRAIN: "TRAIN", TEST: "TEST"}
WINDOWS = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "Pooling": "pooling_param",
}


@dataclass
class Node:
    """A layer, and the layers that work in place on its top.

    Attributes
    ----------
    name, type : str
    window : str
        Such as ``MAX 3 × 3 / 2``: kind, kernel and stride; empty if it has none.
    phase : str
        TRAIN or TEST if it is there in this phase only, else empty.
    bottoms, tops : list of (str, tuple of int or None)
        Names and shapes of its blobs; None where the shape is not known.
    params : list of tuple of int
        The shapes of its parameters.
    num_params, num_macs : int
    in_place : list of Node
    """

    name: str
    type: str
    window: str = ""
    phase: str = ""
    bottoms: list = field(default_factory=list)
    tops: list = field(default_factory=list)
    params: list = field(default_factory=list)
    num_params: int = 0
    num_macs: int = 0
    in_place: list = field(default_factory=list)


@dataclass
class Graph:
    """The nodes of a net in file order, and edges as pairs of their indices.

    Attributes
    ----------
    name, phase : str
        The phase is empty if both are shown and do not differ.
    nodes : list of Node
    edges : list of (int, int)
    is_built : bool
        Are the shapes known?
    """

    name: str
    phase: str
    nodes: list
    edges: list
    is_built: bool = True

    @property
    def all_nodes(self):
        """All layers, also those that work in place."""
        return [n for node in self.nodes for n in (node, *node.in_place)]


def read_graph(network, phase=None):
    """Return the Graph of a net.

    Parameters
    ----------
    network : Net, NetParameter, str or Path
        What is not built yet is built without memory, to know the shapes. If it
        cannot be built (its data are not there), the shapes are left out.
    phase : int, optional
        ``brew.TRAIN`` or ``brew.TEST``. Default: both, as one graph. A Net that is
        built has one phase.
    """
    if isinstance(network, Net):
        return _Wiring(network.name, PHASES[network.param.state.phase]).net(network)
    param = _read(network)
    phases = [TRAIN, TEST] if phase is None else [phase]
    built = {one: _built(network, param, one) for one in phases}
    kept = {one: _kept(param, one) for one in phases}
    wiring = _Wiring(param.name, " and ".join(PHASES[one] for one in phases))
    for i, layer in enumerate(param.layer):
        inside = [one for one in phases if i in kept[one]]
        if inside:
            known = [built[one][i] for one in inside if i in built[one]]
            node = known[0] if known else _node_of(layer)
            node.phase = PHASES[inside[0]] if len(inside) < len(phases) else ""
            wiring.add(node, layer.bottom, layer.top)
    graph = wiring.graph
    graph.is_built = any(built.values())
    if not any(node.phase for node in graph.all_nodes) and len(phases) == 2:
        graph.phase = ""
    return graph


class _Wiring:
    """Connects nodes as they come, in file order."""

    def __init__(self, name, phase):
        self.graph = Graph(name, phase, [], [])
        self._producers = {}  # of each blob: the nodes, and whether a Split is between
        self._read = set()  # nodes whose top somebody reads

    def net(self, net):
        """Add the layers of a net that is built; Splits become forks of edges."""
        for i, node in enumerate(_built_nodes(net)):
            bottoms, tops = net.bottom_ids[i], net.top_ids[i]
            if node.type == "Split":
                producers, _ = self._producers[bottoms[0]]
                self._producers.update((top, (producers, True)) for top in tops)
            else:
                self.add(node, bottoms, tops)
        return self.graph

    def add(self, node, bottoms, tops):
        """Add a node that reads and makes blobs with these names or numbers."""
        found = [self._producers_of(bottom, node) for bottom in bottoms]
        if list(bottoms) == list(tops) and self._works_in_place(found, node):
            self.graph.nodes[found[0][0][0]].in_place.append(node)
            return
        index = len(self.graph.nodes)
        self.graph.nodes.append(node)
        for producers, _ in found:
            self._read.update(producers)
            for producer in producers:
                if (producer, index) not in self.graph.edges:
                    self.graph.edges.append((producer, index))
        for top in tops:
            others, _ = self._producers.get(top, ([], False))
            rivals = [n for n in others if self._excludes(node, self.graph.nodes[n])]
            self._producers[top] = ([*rivals, index], False)

    def _producers_of(self, bottom, node):
        """Return who makes a blob for `node`, and if a Split is between."""
        producers, is_split = self._producers.get(bottom, ([], False))
        nodes = self.graph.nodes
        return [n for n in producers if not self._excludes(node, nodes[n])], is_split

    def _works_in_place(self, found, node):
        if len(found) != 1 or len(found[0][0]) != 1 or found[0][1]:
            return False
        (producer,) = found[0][0]
        same_phase = node.phase == self.graph.nodes[producer].phase
        return same_phase and producer not in self._read

    @staticmethod
    def _excludes(node, other):
        return bool(node.phase and other.phase and node.phase != other.phase)


def _read(network):
    if not isinstance(network, caffe_pb2.NetParameter):
        return read_net(network)
    param = caffe_pb2.NetParameter()
    param.CopyFrom(network)
    return upgrade_net(param)


def _kept(param, phase):
    """Return the indices of the layers that belong to a phase."""
    one = caffe_pb2.NetParameter()
    one.state.CopyFrom(param.state)
    one.state.phase = phase
    kept = set()
    for i, layer in enumerate(param.layer):
        del one.layer[:]
        one.layer.append(layer)
        if filter_net(one).layer:
            kept.add(i)
    return kept


def _built(network, param, phase):
    """Return the nodes of a net that could be built, by their places in the file."""
    try:
        net = Net(read_param(network, phase, 0, None), fill=False)
    except BrewError:
        return {}
    nodes = _built_nodes(net)  # in the order of the file, with Splits in between
    found = {
        i: next(node for node in nodes if node.name == param.layer[i].name)
        for i in sorted(_kept(param, phase))
    }
    net.close()
    return found


def _built_nodes(net):
    names = {blob.name: blob.name for blob in net._blobs}
    for i, layer in enumerate(net.layers):
        if layer.type == "Split":  # its tops show the name of what they copy
            bottom = net._bottoms[i][0].name
            names.update((top.name, names[bottom]) for top in net._tops[i])
        node = _node_of(layer.param)
        node.name, node.type = net._layer_names[i], layer.type
        node.bottoms = [(names[blob.name], blob.shape) for blob in net._bottoms[i]]
        node.tops = [(names[blob.name], blob.shape) for blob in net._tops[i]]
        node.params = [blob.shape for blob in layer.blobs]
        node.num_params = sum(  # what is shared counts once
            blob.count for k, blob in enumerate(layer.blobs) if net.owns_param[i, k]
        )
        node.num_macs = count_macs(net, i)
        yield node


def _node_of(layer):
    node = Node(layer.name, layer.type, _window(layer))
    node.bottoms = [(name, None) for name in layer.bottom]
    node.tops = [(name, None) for name in layer.top]
    return node


def _window(layer):
    if layer.type not in WINDOWS:
        return ""
    p = getattr(layer, WINDOWS[layer.type])
    if layer.type == "Pooling" and p.global_pooling:
        return f"{p.PoolMethod.Name(p.pool)}, global"
    kernel, stride = (_sizes(p, name) for name in ("kernel", "stride"))
    text = " × ".join(map(str, kernel))
    text += f" / {stride[0]}" if set(stride) - {1} else ""
    return f"{p.PoolMethod.Name(p.pool)} {text}" if layer.type == "Pooling" else text


def _sizes(p, name):
    if getattr(p, f"{name}_h") or getattr(p, f"{name}_w"):
        return [getattr(p, f"{name}_h"), getattr(p, f"{name}_w")]
    field_name = f"{name}_size" if name == "kernel" else name
    sizes = getattr(p, field_name)
    sizes = [sizes] if isinstance(sizes, int) else list(sizes) or [1]
    return sizes * 2 if len(sizes) == 1 else sizes
