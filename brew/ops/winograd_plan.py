"""Winograd's convolution: when it pays, its matrices, and where its numbers lie."""

from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import NamedTuple

from brew import backend
from brew.ops.im2col import Axis, unroll

TILE = 4  # neighbouring outputs of a row that are computed together
POINTS = 0, 1, -1, 1 / 2, -2, -1 / 2, 2  # and infinity; near 1, so that sums stay exact
LONGEST_KERNEL = len(POINTS) + 2 - TILE
SAVING = 0.8  # of the multiplications remain at most, for it to pay,
KERNEL_COST = 60  # if for a number of a kernel one counts that many more
FEWEST_INPUTS = 48  # of a product; with fewer, to find the outputs takes too long
LONGEST_ROWS = 0.25  # times outputs x kh; longer ones take long to come to the points
BLOCK = 300_000  # numbers in the columns and products of a block, beside the kernels
TEAM_BLOCKS = 5  # times larger if there are several threads, which wait for each other
CALLER, OTHERS = 5, 3  # shares of the kernels, where these are dealt
MANY_KERNELS = 4  # times the size of the images; then they are dealt, not the images


def pays(x, W, axes, sizes):
    """Tell whether a convolution is faster so.

    Parameters
    ----------
    x, W : tuple
        The shapes.
    axes : tuple of Axis
        How the window lies.
    sizes : tuple
        Of the output, (oh, ow).
    """
    if len(axes) != 2 or not 3 <= W[3] <= LONGEST_KERNEL or sizes[1] < TILE:
        return False
    num_rows, num_outputs = x[0] * sizes[0], W[0] * W[1] // x[1]
    num_products = num_rows * num_tiles(sizes[1]) + KERNEL_COST
    return (
        all(axis.stride == axis.dilation == 1 for axis in axes)
        and num_points(W[3]) * num_products <= SAVING * W[3] * num_rows * sizes[1]
        and W[1] * W[2] >= FEWEST_INPUTS
        and x[3] <= LONGEST_ROWS * num_outputs * W[2]
    )


def num_points(kernel):
    """Return at how many points a kernel of so many numbers is looked at."""
    return TILE + kernel - 1


def num_tiles(size):
    """Return how many tiles a row of so many outputs has."""
    return -(-size // TILE)


@lru_cache(maxsize=8)
def matrices(kernel):
    """Return A, G and B of winograd.py for kernels of so many numbers.

    A polynomial's values are its coefficients times a matrix of powers, whose inverse
    finds the coefficients of a product. To slide a kernel along a row is the adjoint of
    multiplying polynomials, so that the matrices change their places.

    Returns
    -------
    A : array (points, 4)
        Takes outputs, as coefficients, to their values.
    G : array (points, kernel)
        The same for kernels.
    B : array (points, points)
        Takes the inputs that a tile sees to the points.
    """
    xp, count = backend.get_xp(), num_points(kernel)
    powers = xp.zeros((count, count))
    for row, point in zip(powers, POINTS, strict=False):
        row[:] = float(point) ** xp.arange(count)
    powers[-1] = 0  # at infinity only the last coefficient counts
    powers[-1, -1] = 1
    A, G = powers[:, :TILE].copy(), powers[:, :kernel].copy()
    A[-1, -1] = G[-1, -1] = 1
    return A, G, xp.linalg.inv(powers).T


def matrix_of_rows(size, pad, kernel):
    """Return (points tiles, size): B for all tiles of a row, with zeros around it.

    The last tile ends where the row ends, and may begin within the one before.
    """
    _, _, B = matrices(kernel)
    num_outputs = size + 2 * pad - kernel + 1
    matrix = backend.get_xp().zeros((len(B), num_tiles(num_outputs), size + 2 * pad))
    for tile in range(matrix.shape[1]):
        start = min(tile * TILE, num_outputs - TILE)
        matrix[:, tile, start : start + len(B)] = B
    return matrix[:, :, pad : pad + size].reshape(-1, size)


class Piece(NamedTuple):
    """Some images and some of their outputs."""

    images: slice
    outputs: slice
    desk: object  # the Desk to work on


class Plan(NamedTuple):
    """The pieces of a batch."""

    G: object  # see matrices()
    group: int
    deals_outputs: bool  # or images
    pieces: list  # of the forward pass
    shares: list  # of the backward pass: the pieces of each worker


@lru_cache(maxsize=1024)
def make_plan(x, W, pad, group, threads, dtype):
    """Return the Plan for arrays of these shapes, dealt over so many threads."""
    desks = {}

    def pieces_of(all_images, all_outputs):
        for images in all_images:
            for outputs in all_outputs:
                n, K = images[1] - images[0], outputs[1] - outputs[0]
                if (n, K) not in desks:
                    desks[n, K] = Desk((n, *x[1:]), (K, *W[1:]), pad, group, dtype)
                yield Piece(slice(*images), slice(*outputs), desks[n, K])

    rounds = _num_rounds(x, W, pad, threads)
    is_few = rounds == 1 and prod(W) > MANY_KERNELS * prod(x)
    deals_outputs = is_few and threads > 1 and group == 1
    parts = _cut(x[0], min(x[0], rounds * threads))
    pieces = list(pieces_of(parts, [(0, W[0])]))
    shares = [pieces[i::threads] for i in range(min(threads, len(pieces)))]
    if deals_outputs:
        pieces = list(pieces_of([(0, x[0])], _cut_for_team(W[0], threads)))
    G = _by_columns(matrices(W[3])[1], dtype)
    return Plan(G, group, deals_outputs, pieces, shares)


def _num_rounds(x, W, pad, threads):
    """Return how many pieces each thread has."""
    points, tiles = num_points(W[3]), num_tiles(x[3] + 2 * pad[1] - W[3] + 1)
    size = points * tiles * (x[2] + 2 * pad[0] - W[2] + 1) * (x[1] * W[2] + W[0])
    block = BLOCK + 2 * points * prod(W[:3])
    block = max(size, block * (TEAM_BLOCKS if threads > 1 else 1))
    return -(-x[0] * size // (block * threads))


def _cut(size, num_parts):
    """Return where the parts of `size` things begin and end, as equal as can be."""
    return pairwise(size * i // num_parts for i in range(num_parts + 1))


def _by_columns(matrix, dtype):
    """Return the matrix, column after column in memory.

    So products with it take up to half less time, since BLAS has the other matrix
    by columns, too.
    """
    return matrix.astype(dtype, order="F")


def _cut_for_team(size, threads):
    """Return where the threads' parts begin and end: the first has the largest.

    Its thread has what all share in its cache, and starts while the others wake up.
    """
    units = CALLER + OTHERS * (threads - 1)
    ends = [size * (CALLER + OTHERS * i) // units for i in range(threads)]
    return [part for part in pairwise([0, *ends]) if part[0] < part[1]]


class Desk:
    """Room for some images and outputs, and the matrices of winograd.py.

    Parameters
    ----------
    x, W : tuple
        The shapes: of the images (n, C, h, w) and of the kernels of the outputs.
    pad : (int, int)
    group : int
    dtype : dtype
    """

    def __init__(self, x, W, pad, group, dtype):
        self.x, self.W, self.pad, self.group = x, W, pad, group
        self.dtype = dtype
        self.row, self.tile = self._item(x[3]), self._item(TILE)
        to_points = matrix_of_rows(x[3], pad[1], W[3])
        A, _, _ = matrices(W[3])
        self.A, self.to_points = _by_columns(A, dtype), _by_columns(to_points, dtype)
        self.height = Axis(W[2])
        self.outputs = x[3] + 2 * pad[1] - W[3] + 1
        self.whole = self.outputs // TILE
        self.late = -self.outputs % TILE  # outputs of the last tile, made before
        self.zeros = backend.get_xp().zeros((), self.row)

    def _item(self, count):
        """Return the type of so many numbers as one item.

        NumPy copies a large item as fast as a number, and there are fewer of them.
        """
        return backend.get_xp().dtype(f"V{count * self.dtype.itemsize}")

    def arrays(self):
        """Return the Arrays of this thread."""
        return backend.arranged(self, lambda: Arrays(self))

    def rows_of(self, images):
        """Look at (n, C, h, w) as its rows, (n, C, h)."""
        return images.view(self.row)[..., 0]

    def tiles_of(self, y):
        """Look at (n, K, oh, ow) as its whole tiles, and at the tile at the end."""
        tiles = y[..., : self.whole * TILE].view(self.tile)
        return [tiles, y[..., -TILE:].view(self.tile)] if self.late else [tiles]


class Arrays:
    """Scratch memory, and the ways to look at it.

    There are five pieces of it: the padded rows of the images, and V, columns, M and y
    of winograd.py, each of which is a matrix in one step and has more axes in the next.
    To make a view takes Python as long as NumPy needs for some thousand numbers, and
    meanwhile no other thread can begin or end a call: so all are made beforehand.
    """

    def __init__(self, desk):
        (n, C, h, w), (K, _, kh, kw), pad = desk.x, desk.W, desk.pad[0]
        points, tiles = num_points(kw), num_tiles(desk.outputs)
        room, oh = h + 2 * pad, h + 2 * pad - kh + 1

        def scratch(key, *shape):
            return backend.scratch(f"winograd {key}", shape, desk.dtype)

        rows = scratch("rows", C, room, n, w)
        self.rows = rows.reshape(-1, w)
        row_items = rows.view(desk.row)[..., 0].transpose(2, 0, 1)
        self.images = row_items[:, :, pad : pad + h]
        self.padding = [row_items[:, :, :pad], row_items[:, :, pad + h :]]

        V = scratch("V", points, tiles, C, room, n)
        self.V = V.reshape(points * tiles, -1)
        self.V_to_fold = V.transpose(2, 0, 1, 3, 4)  # C first, as fold has it
        windows = unroll(self.V_to_fold, 3, [desk.height], [oh])
        self.windows = windows.transpose(2, 0, 1, 3, 4, 5)

        self.unrolled = scratch("columns", points, C, kh, tiles, oh, n)
        self.unrolled_to_fold = self.unrolled.transpose(1, 2, 0, 3, 4, 5)
        self.columns = self.unrolled.reshape(
            points, desk.group, C * kh // desk.group, -1
        )

        self.M = scratch("M", points, desk.group, K // desk.group, tiles * oh * n)
        self.M_rows = self.M.reshape(points, -1)

        y = scratch("y", K, tiles, oh, n, TILE)
        self.y_rows = y.reshape(-1, TILE)
        of_rows = y.view(desk.tile)[..., 0].transpose(3, 0, 2, 1)  # (n, K, oh, tiles)
        self.tiles = [of_rows[..., : desk.whole]]
        if desk.late:
            self.tiles.append(of_rows[..., desk.whole :])
        self.made_before = y[:, desk.whole :, ..., : desk.late]
