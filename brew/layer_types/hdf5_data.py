"""HDF5Data: arrays of any shape from HDF5 files."""

from brew.layer import Layer, register
from brew.sources import naming
from brew.sources.hdf5 import HDF5Batches


@register("HDF5Data")
class HDF5Data(Layer):
    """Read rows from HDF5 files; the dataset named like a top feeds that top.

    The rows of all files are served one after the other; after the last comes the
    first again, also in the middle of a batch. One file at a time is in memory.

    ======  ===================  ==================================================
    top     y0 (N, ...), ...     N is ``batch_size``, the rest comes from the
                                 datasets of the first file
    params  none
    proto   ``hdf5_data_param``  ``source`` [""]: a text file that lists HDF5 files;
                                 ``batch_size`` [0]: N, at least 1;
                                 ``shuffle`` [false]: shuffle the files in each
                                 round, and the rows within each file
    ======  ===================  ==================================================

    Source: Caffe.

    Example::

        # made by: python -m brew datasets mnist10k --hdf5 .
        layer {
          name: "rows" type: "HDF5Data"
          top: "data" top: "label"
          hdf5_data_param { source: "mnist10k_train.txt" batch_size: 64 shuffle: true }
        }
    """

    bottoms, tops = 0, (1, None)
    gradient_to = ()
    host_only = True

    def setup(self, bottom, top):
        p = self.param.hdf5_data_param
        self.require(p.source, "no source is given; name a list of HDF5 files")
        self.require(p.batch_size > 0, "batch_size is not given; make it 1 or more")
        self.require(
            not self.param.HasField("transform_param"),
            "transform_param is not possible here; transform the data in the files",
        )
        names = [blob.name for blob in top]
        with naming(self):
            self._batches = HDF5Batches(
                p.source, names, p.batch_size, p.shuffle, self.rng, self.dtype
            )

    def top_shapes(self):
        return self._batches.shapes

    def forward(self, bottom, top):
        with naming(self):
            batch = self._batches.read()
        for blob, array in zip(top, batch, strict=True):
            blob.data[...] = array

    def backward(self, top, propagate_down, bottom):
        pass  # nothing lies below

    def get_state(self):
        return self._batches.get_state()

    def set_state(self, state):
        with naming(self):
            self._batches.set_state(state)
