"""PrefetchingLayer: what Data, ImageData and WindowData have in common."""

from brew.layer import Layer
from brew.sources import naming
from brew.sources.prefetch import Prefetcher


class PrefetchingLayer(Layer):
    """A layer whose batches a background thread reads ahead of time.

    Its ``setup`` makes the batches and hands them to :meth:`start`. How many may wait
    stands in ``data_param``, whatever the type of the layer.
    """

    bottoms, tops = 0, 2
    gradient_to = ()
    host_only = True

    def start(self, batches, top):
        """Take the shapes of the tops from `batches`, and batches from now on."""
        depth = self.param.data_param.prefetch
        self.require(depth > 0, "prefetch is 0; make it 1 or more")
        self._shapes = batches.first_shapes()[: len(top)]
        self._prefetcher = Prefetcher(batches, depth)

    def top_shapes(self):
        """Return the shapes of the last batch."""
        return self._shapes

    def forward(self, bottom, top):
        """Copy the next batch to the tops, which take its shapes."""
        with naming(self):
            batch = self._prefetcher.next()[: len(top)]
        self._shapes = [array.shape for array in batch]
        for blob, array in zip(top, batch, strict=True):
            blob.reshape(array.shape)
            blob.data[...] = array

    def backward(self, top, propagate_down, bottom):
        """Do nothing: nothing lies below."""

    def get_state(self):
        """Return the place in the source, and the state of random numbers."""
        return self._prefetcher.get_state()

    def set_state(self, state):
        """Go on from what :meth:`get_state` returned."""
        self._prefetcher.set_state(state)

    def close(self):
        """Stop reading."""
        self._prefetcher.close()
