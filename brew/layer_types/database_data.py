"""Data: images from a database, the usual first layer of a net that is trained."""

from brew.layer import register
from brew.prefetching_layer import PrefetchingLayer
from brew.proto import caffe_pb2
from brew.sources import naming, open_database
from brew.sources.batches import DatumBatches
from brew.sources.transformer import DataTransformer


@register("Data")
class Data(PrefetchingLayer):
    """Read images and labels from an LMDB or a LevelDB, ahead of time.

    Records come in the order of their keys; after the last comes the first again,
    also in the middle of a batch. A background thread reads and transforms the
    next batches while the net computes.

    ======  ====================  =================================================
    top     data (N, C, oh, ow)   the images; N is ``batch_size``, the rest comes
                                  from the first image of each batch
            label (N,)            their classes; this top may be left away
    params  none
    proto   ``data_param``        ``source`` [""]: the folder of the database;
                                  ``batch_size`` [0]: N, at least 1;
                                  ``backend`` [LEVELDB]: or LMDB;
                                  ``prefetch`` [4]: batches that may wait;
                                  ``rand_skip`` [0], ``force_encoded_color``
                                  [false]: not used; ``scale`` [1], ``mean_file``
                                  [""], ``crop_size`` [0], ``mirror`` [false]: of
                                  old nets, now in transform_param; not used
            ``transform_param``   ``crop_size`` [0]: cut out a square, somewhere in
                                  TRAIN, in the middle in TEST; 0 keeps all;
                                  ``mean_file`` [""] or ``mean_value``: subtract;
                                  ``scale`` [1]: then multiply; ``mirror`` [false]:
                                  flip every second image, by chance;
                                  ``force_color`` [false], ``force_gray`` [false]:
                                  decode encoded images to 3 or to 1 channel
    ======  ====================  =================================================

    Source: Caffe.

    Example::

        layer {
          name: "digits" type: "Data"
          top: "data" top: "label"
          data_param { source: "mnist10k_train_lmdb" backend: LMDB batch_size: 64 }
          transform_param { scale: 0.00390625 }
        }
    """

    tops = (1, 2)

    def setup(self, bottom, top):
        p = self.param.data_param
        self.require(p.source, "no source is given; name the folder of the database")
        self.require(p.batch_size > 0, "batch_size is not given; make it 1 or more")
        backend = caffe_pb2.DataParameter.DB.Name(p.backend).lower()
        with naming(self):
            transformer = DataTransformer(
                self.param.transform_param, self.phase, self.rng
            )
            database = open_database(p.source, backend)
            batches = DatumBatches(database, p.batch_size, transformer, self.dtype)
            self.start(batches, top)
