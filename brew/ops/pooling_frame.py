"""Where the windows of a pooling lie, and room for those that hang over the border."""

from functools import lru_cache
from math import ceil, prod

from brew import backend


class Frame:
    """Planes with room for all windows.

    Windows may hang over the border of a plane. Then planes are copied into a frame
    that is large enough; else the planes themselves are the frame.

    Parameters
    ----------
    shape_in, shape_out : (N, C, h, w)
        Of the images and of the pooled images.
    kernel, stride, pad : (int, int)
        Height and width.
    """

    def __init__(self, shape_in, shape_out, kernel, stride, pad):
        self.planes = tuple(shape_in[2:])
        self.counts = shape_out[2:]
        self.kernel, self.stride, self.pad = kernel, stride, pad
        axes = list(zip(self.counts, stride, kernel, strict=True))
        self.sizes = tuple((count - 1) * s + k for count, s, k in axes)
        self.room = tuple(count + (k - 1) // s for count, s, k in axes)
        self.cuts = [
            [_cut(size, room, s, p, start) for start in range(min(s, k))]
            for size, room, s, p, k in zip(
                self.planes, self.room, stride, pad, kernel, strict=True
            )
        ]
        self.wanted = slice(None), *map(slice, self.counts)
        self.fits = not any(pad) and all(map(int.__le__, self.sizes, self.planes))
        self.is_apart = all(k <= s for _, s, k in axes)  # no windows overlap
        self.corners = (
            slice(None),
            *(slice(0, (count - 1) * s + 1, s) for count, s, _ in axes),
        )

    @property
    def is_one_window(self):
        """Tell whether there is one window, as large as the plane."""
        return self.kernel == self.planes and self.counts == (1, 1) and self.fits

    def phases(self, x, fill):
        """Return the planes in phases: every s-th column and row, for a stride of s.

        Phase [b, a] begins where a window has its row a and column b. So in a phase,
        windows side by side see numbers side by side, and nothing else: with a stride
        of 2 half of the work is spared along each axis.

        Returns
        -------
        array (phases of the columns, phases of the rows, planes, `room`)
            In scratch memory, `fill` around the planes; x itself if it is its only
            phase.
        """
        if self.stride == (1, 1) and self.room == self.planes and not any(self.pad):
            return x.reshape(1, 1, *x.shape)
        rows, columns = self.cuts
        shape = len(columns), len(rows), len(x), *self.room
        phases = backend.scratch("pooling phases", shape, x.dtype)
        for b, (inside_w, seen_w) in enumerate(columns):
            for a, (inside_h, seen_h) in enumerate(rows):
                phase = phases[b, a]
                inside = phase[:, inside_h, inside_w]
                if inside.size < phase.size:
                    phase.fill(fill)
                inside[...] = x[:, seen_h, seen_w]
        return phases

    def rows(self, x, fill):
        """Return each window as a row of numbers: (planes, windows, places)."""
        if self.is_one_window:
            return x.reshape(len(x), 1, prod(self.planes))
        framed = self.around(x, fill)
        xp, width = backend.xp_of(x), framed.shape[2]
        seen = _seen(xp, self.counts, self.kernel, self.stride, width)
        return framed.reshape(len(x), prod(framed.shape[1:])).take(seen, axis=1)

    def around(self, x, fill):
        """Return the planes in their frame; `fill` is what does not count."""
        if self.fits:
            return x
        framed = self.room_for(x)
        framed.fill(fill)
        inside, covered = self._overlap()
        framed[inside] = x[covered]
        return framed

    def room_for(self, x):
        """Return a frame for these planes, with garbage in it: x itself if it fits."""
        if self.fits:
            return x
        return backend.scratch("pooling frame", (len(x), *self.sizes), x.dtype)

    def unframe(self, framed, x):
        """Copy the planes out of their frame; what no window saw is zero."""
        if framed is x:
            return
        inside, covered = self._overlap()
        seen = x[covered]
        if seen.size < x.size:
            x.fill(0)
        seen[...] = framed[inside]

    def places(self, xp, taps, width):
        """Return where the taps lie in a plane of this width, in scratch memory."""
        places = backend.scratch("pooling places", taps.shape, "int64")
        backend.look_up(_offsets(xp, self.kernel, width), taps, out=places)
        places += _corners(xp, self.counts, self.stride, width)
        return places

    def areas(self, xp, dtype):
        """Return by how much the sum of each window is divided, flat."""
        axes = self.planes, self.counts, self.kernel, self.stride, self.pad
        return _areas(xp, *axes, dtype)

    def covered(self, xp, dtype):
        """Return (pixels, windows): 1 where a window covers a pixel, else 0."""
        axes = self.planes, self.counts, self.kernel, self.stride, self.pad
        return _covered(xp, *axes, dtype)

    def _overlap(self):
        """Return where the planes lie in the frame, and which part of them does."""
        inside, covered = [slice(None)], [slice(None)]
        for size, room, pad in zip(self.planes, self.sizes, self.pad, strict=True):
            count = min(size, room - pad)
            inside.append(slice(pad, pad + count))
            covered.append(slice(0, count))
        return tuple(inside), tuple(covered)


@lru_cache(maxsize=1024)
def frame_of(shape_in, shape_out, kernel, stride, pad):
    """Return the Frame for these shapes."""
    return Frame(shape_in, shape_out, kernel, stride, pad)


def _cut(size, room, stride, pad, start):
    """Return which part of a phase that begins at `start` lies in an image, and where.

    Parameters
    ----------
    size, room : int
        The lengths of the image and of the phase.
    stride, pad, start : int
        Place i of the phase is place ``i * stride - pad + start`` of the image.
    """
    first = max(0, ceil((pad - start) / stride))
    stop = max(first, min(room, (size - 1 + pad - start) // stride + 1))
    seen = first * stride - pad + start
    return slice(first, stop), slice(seen, seen + (stop - first) * stride, stride)


@lru_cache(maxsize=256)
def _offsets(xp, kernel, width):
    """Return for each tap how far it lies behind the corner of its window."""
    rows, columns = xp.arange(kernel[0]), xp.arange(kernel[1])
    return (rows[:, None] * width + columns).reshape(-1)


@lru_cache(maxsize=256)
def _corners(xp, counts, stride, width):
    """Return where the windows begin in a plane of this width."""
    rows, columns = xp.arange(counts[0]), xp.arange(counts[1])
    return rows[:, None] * (stride[0] * width) + columns * stride[1]


@lru_cache(maxsize=256)
def _seen(xp, counts, kernel, stride, width):
    """Return where the places of each window lie in a plane of this width."""
    corners = _corners(xp, counts, stride, width).reshape(-1, 1)
    return corners + _offsets(xp, kernel, width)


@lru_cache(maxsize=256)
def _areas(xp, planes, counts, kernel, stride, pad, dtype):
    """Return the area of each window, cut at the far end of the padding."""
    sides = []
    for size, count, k, s, p in zip(planes, counts, kernel, stride, pad, strict=True):
        start = xp.arange(count) * s - p
        sides.append(xp.minimum(start + k, size + p) - start)
    return (sides[0][:, None] * sides[1]).reshape(-1).astype(dtype)


@lru_cache(maxsize=64)
def _covered(xp, planes, counts, kernel, stride, pad, dtype):
    """Return which pixels each window covers; see :meth:`Frame.covered`."""
    sides = []
    for size, count, k, s, p in zip(planes, counts, kernel, stride, pad, strict=True):
        behind = xp.arange(size)[:, None] - (xp.arange(count) * s - p)
        sides.append((behind >= 0) & (behind < k))
    return xp.kron(*sides).astype(dtype)
