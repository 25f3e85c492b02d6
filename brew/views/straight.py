"""Where the nodes of ordered rows stand, so that most edges are straight.

Brandes and Köpf, "Fast and simple horizontal coordinate assignment", 2001: nodes that
shall stand in one line form a block. Blocks are lined up and pushed together in four
ways, and every node takes the middle of its four places.
"""

from itertools import pairwise
from math import inf

SWEEPS = 24
SIDES = [(upward, mirrored) for upward in (True, False) for mirrored in (False, True)]


def straighten(rows, below, above, is_step, distance):
    """Return the places of nodes along their rows, as a dict.

    Parameters
    ----------
    rows : list of list of int
        The nodes of each row, in order.
    below, above : dict of int to list of int
        The neighbours of each node in the next lower and next higher row.
    is_step : callable
        Tells whether a node is only a step of a long edge: these go first.
    distance : callable
        Of two nodes side by side: how far apart they must stand.
    """
    place = {n: i for row in rows for i, n in enumerate(row)}
    crossed = _crossed(rows, above, place, is_step)
    near = {n: below.get(n, []) + above.get(n, []) for n in place}
    candidates = []
    for upward, mirrored in SIDES:
        ordered = rows if upward else rows[::-1]
        ordered = [row[::-1] for row in ordered] if mirrored else ordered
        root = _blocks(ordered, below if upward else above, crossed)
        x = _push(ordered, root, near, distance)
        candidates.append({n: -at if mirrored else at for n, at in x.items()})
    return _middle(candidates)


def _crossed(rows, above, place, is_step):
    """Return the pairs of neighbours whose line would cross a long edge."""
    crossed = set()
    for row in rows:
        lines = [(low, high) for low in row for high in above.get(low, [])]
        long = [line for line in lines if all(map(is_step, line))]
        for a, b in lines:
            for c, d in long:
                if (place[a] - place[c]) * (place[b] - place[d]) < 0:
                    crossed |= {(a, b), (b, a)} - {(c, d), (d, c)}
    return crossed


def _blocks(rows, near, crossed):
    """Line up each node with a middle neighbour; return the root of each block."""
    root = {n: n for row in rows for n in row}
    place = {n: i for row in rows for i, n in enumerate(row)}
    for row in rows:
        taken, last = set(), -1  # lines must not cross one another
        for n in row:
            others = sorted(near.get(n, []), key=place.get)
            middle = others[(len(others) - 1) // 2 : len(others) // 2 + 1]
            for other in middle:
                free = other not in taken and (other, n) not in crossed
                if root[n] == n and free and place[other] > last:
                    root[n], last = root[other], place[other]
                    taken.add(other)
    return root


def _push(rows, root, near, distance):
    """Push all blocks to the left, then let each go where its neighbours are."""
    left, right, links = {}, {}, {}
    for row in rows:
        for a, b in pairwise(row):
            gap = max(distance(a, b), left.get(root[b], {}).get(root[a], 0))
            left.setdefault(root[b], {})[root[a]] = gap
            right.setdefault(root[a], {})[root[b]] = gap
    for n, others in near.items():
        away = [root[other] for other in others if root[other] != root[n]]
        links.setdefault(root[n], []).extend(away)
    order, x = _sorted_blocks(dict.fromkeys(root.values()), left), {}
    for block in order:
        gaps = left.get(block, {}).items()
        x[block] = max((x[other] + gap for other, gap in gaps), default=0.0)
    for sweep in range(SWEEPS):
        for block in order if sweep % 2 else reversed(order):
            if links.get(block):
                wish = sum(x[other] for other in links[block]) / len(links[block])
                gaps = right.get(block, {}).items()
                high = min((x[other] - gap for other, gap in gaps), default=inf)
                gaps = left.get(block, {}).items()
                low = max((x[other] + gap for other, gap in gaps), default=-inf)
                x[block] = max(low, min(wish, high))
    return {n: x[block] for n, block in root.items()}


def _sorted_blocks(blocks, left):
    """Return the blocks, each behind those on its left."""
    order, seen = [], set()
    for first in blocks:
        waiting = [(first, iter(left.get(first, ())))] if first not in seen else []
        seen.add(first)
        while waiting:
            block, others = waiting[-1]
            other = next((o for o in others if o not in seen), None)
            if other is None:
                order.append(block)
                waiting.pop()
            else:
                seen.add(other)
                waiting.append((other, iter(left.get(other, ()))))
    return order


def _middle(candidates):
    """Bring the candidates together; return the mean of the middle two places."""
    if not candidates[0]:
        return {}
    narrow = min(candidates, key=lambda x: max(x.values()) - min(x.values()))
    for x, (_, mirrored) in zip(candidates, SIDES, strict=True):
        side = max if mirrored else min
        shift = side(narrow.values()) - side(x.values())
        x.update({n: at + shift for n, at in x.items()})
    return {n: sum(sorted(x[n] for x in candidates)[1:3]) / 2 for n in candidates[0]}
