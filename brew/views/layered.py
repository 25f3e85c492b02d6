"""Lay a directed acyclic graph out in rows: the arithmetic behind drawings of nets.

In the manner of Sugiyama, Tagawa and Toda, 1981: rank every node by its longest
path, cut long edges into steps from row to row, order each row by the means of
its neighbours. Where the nodes then stand is up to ``straight.py``.
"""

from itertools import pairwise

from brew.views.straight import straighten

SWEEPS = 8


class Layout:
    """Places for the nodes of a graph.

    Parameters
    ----------
    num_nodes : int
        Nodes are 0, 1, ...; every edge leads from a smaller to a larger one.
    edges : list of (int, int)
    gap : float
        The least distance between the centres of two nodes in a row.
    thin_gap : float
        The same for an edge that passes by.

    Attributes
    ----------
    rank : list of int
        The row of each node; edges lead to higher rows.
    x : list of float
        The centre of each node along its row.
    routes : dict of (int, int) to list of (float, int)
        For each edge the points (x, rank) that it passes, ends included.
    """

    def __init__(self, num_nodes, edges, gap, thin_gap):
        self.num_nodes, self.edges = num_nodes, edges
        self.gap, self.thin_gap = gap, thin_gap
        self.rank = self._ranks()
        self._cut_long_edges()
        self._order_rows()
        self._shift()
        self.routes = {
            edge: [(self.x[n], self.rank[n]) for n in chain]
            for edge, chain in self._chains.items()
        }

    def _ranks(self):
        rank = [0] * self.num_nodes
        for start, end in sorted(self.edges, key=lambda edge: edge[1]):
            rank[end] = max(rank[end], rank[start] + 1)
        for node in reversed(range(self.num_nodes)):  # sources go up to their reader
            if not any(end == node for _, end in self.edges):
                readers = [rank[end] for start, end in self.edges if start == node]
                rank[node] = min(readers, default=1) - 1
        return rank

    def _cut_long_edges(self):
        self._chains, self._below, self._above = {}, {}, {}
        steps = {}  # edges of one start share theirs, and fork as late as they can
        for start, end in self.edges:
            chain = [start]
            for row in range(self.rank[start] + 1, self.rank[end]):
                if (start, row) not in steps:
                    steps[start, row] = len(self.rank)
                    self.rank.append(row)
                chain.append(steps[start, row])
            chain.append(end)
            self._chains[start, end] = chain
        for low, high in sorted(
            {p for c in self._chains.values() for p in pairwise(c)}
        ):
            self._above.setdefault(low, []).append(high)
            self._below.setdefault(high, []).append(low)

    def _order_rows(self):
        self.rows = [[] for _ in range(max(self.rank, default=0) + 1)]
        for node, row in enumerate(self.rank):
            self.rows[row].append(node)
        place = {n: i for row in self.rows for i, n in enumerate(row)}
        for sweep in range(SWEEPS):
            neighbours = self._below if sweep % 2 == 0 else self._above
            for row in self.rows if sweep % 2 == 0 else reversed(self.rows):
                row.sort(key=lambda n: _mean(place, neighbours.get(n, []), place[n]))
                place.update({n: i for i, n in enumerate(row)})

    def _shift(self):
        places = straighten(
            self.rows,
            self._below,
            self._above,
            lambda n: n >= self.num_nodes,
            self._distance,
        )
        left = min(places.values(), default=0.0)
        self.x = [places[n] - left for n in range(len(self.rank))]

    def _distance(self, one, other):
        thin = (one >= self.num_nodes) + (other >= self.num_nodes)
        return (self.gap, (self.gap + self.thin_gap) / 2, self.thin_gap)[thin]


def _mean(values, nodes, otherwise):
    return sum(values[n] for n in nodes) / len(nodes) if nodes else otherwise
