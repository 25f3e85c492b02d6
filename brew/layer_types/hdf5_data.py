"""HDF5Data and HDF5Output: arrays of any shape from HDF5 files, and to them."""

from brew.layer import Layer, register
from brew.log import logger
from brew.sources import naming
from brew.sources.hdf5 import HDF5Batches, write_datasets


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


@register("HDF5Output")
class HDF5Output(Layer):
    r"""Write a blob and its labels to an HDF5 file.

    .. math:: \frac{\partial L}{\partial x} = 0

    The file has two datasets, ``data`` and ``label``. Both have four axes: missing
    ones are added at the end, with length 1. Each forward writes the file anew, whole
    or not at all, so it holds the batch of the last forward; Caffe aborts at the
    second. To keep more, take a larger batch, or collect batches in NumPy.

    ======  =====================  ===============================================
    bottom  data (N, ...), label   at most four axes each
            (N, ...)
    top     none
    params  none
    proto   ``hdf5_output_param``  ``file_name`` [""]: the file to write
    ======  =====================  ===============================================

    Backward: dx = 0.

    Source: Caffe.

    Example::

        layer {
          name: "write" type: "HDF5Output"
          bottom: "features"  # (4, 8)
          bottom: "label"  # (4,)
          hdf5_output_param { file_name: "features.h5" }
        }
    """

    bottoms, tops = 2, 0
    host_only = True

    def setup(self, bottom, top):
        self._file = self.param.hdf5_output_param.file_name
        self.require(self._file, "no file_name is given; name the file to write")
        self._num_written = 0

    def top_shapes(self, data, label):
        self.require(
            max(len(data), len(label)) <= NUM_AXES,
            f"a blob with more than {NUM_AXES} axes cannot be written; flatten it",
        )
        self.require(
            data[:1] == label[:1],
            "both bottoms must have the same first axis, one for each item",
        )
        return []

    def forward(self, bottom, top):
        data, label = (blob.data.reshape(in_four_axes(blob.shape)) for blob in bottom)
        with naming(self):
            write_datasets(self._file, {"data": data, "label": label})
        self._num_written += 1
        if self._num_written == 2:
            logger.warning(
                "layer %r: each forward replaces the batch in %s", self.name, self._file
            )

    def backward(self, top, propagate_down, bottom):
        for blob, wanted in zip(bottom, propagate_down, strict=True):
            if wanted:
                blob.diff[...] = 0.0


NUM_AXES = 4


def in_four_axes(shape):
    """Return a shape with axes of length 1 added at its end."""
    return (*shape, 1, 1, 1, 1)[:NUM_AXES]
