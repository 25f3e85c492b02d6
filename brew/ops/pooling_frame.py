"""Where the windows of a pooling lie, and room for those that hang over the border."""

from functools import lru_cache

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
        self.fits = not any(pad) and all(map(int.__le__, self.sizes, self.planes))
        self.corners = (
            slice(None),
            *(slice(0, (count - 1) * s + 1, s) for count, s, _ in axes),
        )

    @property
    def is_one_window(self):
        """Tell whether there is one window, as large as the plane."""
        return self.kernel == self.planes and self.counts == (1, 1) and self.fits

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
        x.fill(0)
        x[covered] = framed[inside]

    def places(self, xp, taps, width):
        """Return where the taps lie in a plane of this width, as int64."""
        return _offsets(xp, self.kernel, width).take(taps) + _corners(
            xp, self.counts, self.stride, width
        )

    def areas(self, xp, dtype):
        """Return by how much the sum of each window is divided, flat."""
        axes = self.planes, self.counts, self.kernel, self.stride, self.pad
        return _areas(xp, *axes, dtype)

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
def _areas(xp, planes, counts, kernel, stride, pad, dtype):
    """Return the area of each window, cut at the far end of the padding."""
    sides = []
    for size, count, k, s, p in zip(planes, counts, kernel, stride, pad, strict=True):
        start = xp.arange(count) * s - p
        sides.append(xp.minimum(start + k, size + p) - start)
    return (sides[0][:, None] * sides[1]).reshape(-1).astype(dtype)
