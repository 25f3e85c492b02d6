"""WindowLayer: what Convolution, Deconvolution and Im2col have in common."""

from brew.layer import Layer
from brew.ops.im2col import make_axes, size_out


class WindowLayer(Layer):
    """A layer that slides a window over images, as ``convolution_param`` says.

    ``setup`` reads the window. It stays as it is, and so does the number of spatial
    axes; their sizes may change from pass to pass.

    Attributes
    ----------
    axis : int
        Of the channels. The axes before it count images, those behind it are spatial.
    num_channels, num_axes : int
        How many channels and how many spatial axes there are.
    kernel : tuple of int
        The size of the window, a number for each spatial axis.
    window : (stride, pad, dilation)
        Each a tuple as `kernel`: in the order in which ``brew.ops`` takes them.
    axes : tuple of Axis
        The same, axis by axis.
    size_out : callable
        Tells the size of the top along a spatial axis, from that of the bottom and
        its Axis.
    remedy : str
        What to do if nothing would be left of the images.
    """

    size_out = staticmethod(size_out)
    remedy = "choose a smaller kernel_size or dilation, or more pad"

    def setup(self, bottom, top):
        """Read axis, kernel, stride, pad and dilation."""
        x = bottom[0]
        axis = self.param.convolution_param.axis
        self.axis = self.axis_index(axis, x.shape, x)
        self.num_channels, self.num_axes = x.shape[self.axis], x.ndim - self.axis - 1
        self.require(
            self.num_axes > 0,
            f"behind axis {self.axis} there is no spatial axis; {self.type} needs "
            "images such as (N, C, h, w)",
            x,
        )
        self.kernel = self._numbers("kernel_size", None)
        self.window = tuple(
            self._numbers(field, default)
            for field, default in (("stride", 1), ("pad", 0), ("dilation", 1))
        )
        self.axes = make_axes(self.kernel, *self.window)

    def images(self, array):
        """Return (..., C, h, w) as (N, C, h, w)."""
        return array.reshape(-1, *array.shape[self.axis :])

    def top_shape(self, x, num_channels):
        """Return the shape of a top with so many channels, for a bottom of shape x."""
        sizes = x[self.axis + 1 :]
        self.require(
            len(sizes) == self.num_axes,
            f"it was built for {self.num_axes} spatial axes; these cannot change",
        )
        sizes_out = tuple(map(self.size_out, sizes, self.axes))
        extents = tuple(axis.extent for axis in self.axes)
        self.require(
            min(sizes_out) > 0,
            f"a window of {extents} with pad {self.window[1]} makes images of "
            f"{sizes_out} from {sizes}; {self.remedy}",
        )
        return (*x[: self.axis], num_channels, *sizes_out)

    def _numbers(self, field, default):
        """Return a number for each spatial axis from a field of the prototxt."""
        p = self.param.convolution_param
        given = list(getattr(p, field))
        stem = field.removesuffix("_size")
        pair = f"{stem}_h", f"{stem}_w"
        if stem != "dilation" and any(map(p.HasField, pair)):
            self.require(
                self.num_axes == 2 and not given,
                f"{pair[0]} and {pair[1]} are for two spatial axes, and not together "
                f"with {field}; here are {self.num_axes} axes and {field} {given}",
            )
            given = [getattr(p, name) for name in pair]
        given = given or ([] if default is None else [default])
        self.require(
            len(given) in (1, self.num_axes),
            f"{field} is given {len(given)} times for {self.num_axes} spatial axes; "
            "give it once, or once for each",
        )
        numbers = tuple(given) * (self.num_axes // len(given))
        self.require(
            stem == "pad" or min(numbers) > 0, f"{field} is {numbers}; it must be > 0"
        )
        return numbers
