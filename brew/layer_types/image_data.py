"""ImageData and WindowData: image files that a text file lists."""

from brew.errors import did_you_mean
from brew.layer import register
from brew.prefetching_layer import PrefetchingLayer
from brew.sources import naming
from brew.sources.images import ImageBatches
from brew.sources.transformer import DataTransformer
from brew.sources.windows import WindowBatches


@register("ImageData")
class ImageData(PrefetchingLayer):
    """Read image files and labels from a list, ahead of time.

    Each line of the list has a file name, a blank and a label; names may hold
    blanks. After the last line comes the first again, also in the middle of a
    batch. Colours come as blue, green, red. A background thread reads and transforms
    the next batches; ``data_param { prefetch: 4 }`` says how many may wait.

    ======  ====================  =================================================
    top     data (N, C, oh, ow)   the images; N is ``batch_size``, the rest comes
                                  from the first image of each batch
            label (N,)            their classes
    params  none
    proto   ``image_data_param``  ``source`` [""]: the list; ``root_folder`` [""]:
                                  is put before each name as it stands, so it ends
                                  with a slash; ``batch_size`` [1]: N, at least 1;
                                  ``shuffle`` [false]: take the images in a new
                                  order in each round; ``rand_skip`` [0]: start at
                                  one of so many first images, by chance;
                                  ``new_height`` [0] and ``new_width`` [0]: resize
                                  to this; both 0 keeps the size; ``is_color``
                                  [true]: 3 channels, else 1; ``scale`` [1],
                                  ``mean_file`` [""], ``crop_size`` [0],
                                  ``mirror`` [false]: of old nets, now in
                                  transform_param; not used
            ``transform_param``   ``crop_size`` [0]: cut out a square, somewhere in
                                  TRAIN, in the middle in TEST; 0 keeps all;
                                  ``mean_file`` [""] or ``mean_value``: subtract;
                                  ``scale`` [1]: then multiply; ``mirror`` [false]:
                                  flip every second image, by chance;
                                  ``force_color`` [false], ``force_gray`` [false]:
                                  not used: is_color decides
    ======  ====================  =================================================

    Source: Caffe.

    Example::

        layer {
          name: "photos" type: "ImageData"
          top: "data" top: "label"
          image_data_param {
            source: "train.txt" root_folder: "photos/" batch_size: 50 shuffle: true
            new_height: 256 new_width: 256
          }
          transform_param { crop_size: 227 mirror: true }
        }
    """

    def setup(self, bottom, top):
        p = self.param.image_data_param
        self.require(p.source, "no source is given; name a list of image files")
        self.require(p.batch_size > 0, "batch_size is 0; make it 1 or more")
        self.require(
            bool(p.new_height) == bool(p.new_width),
            f"new_height is {p.new_height} and new_width {p.new_width}; give both, or "
            "none",
        )
        with naming(self):
            transformer = DataTransformer(
                self.param.transform_param, self.phase, self.rng
            )
            self.start(ImageBatches(p, transformer, self.dtype), top)


@register("WindowData")
class WindowData(PrefetchingLayer):
    """Cut windows out of image files and warp each to a square, as R-CNN does.

    The window file lists images, and for each its windows: a class, how much the
    window overlaps with an object of it, and the first and last column and row::

        # 0
        photos/cat.jpg
        3                    channels, height, width
        375
        500
        2                    windows
        8 0.91 34 50 210 300     label overlap x1 y1 x2 y2
        8 0.12 300 10 420 90

    A window with enough overlap is foreground; one with little is background, and
    its label becomes 0. A batch holds background windows first, then foreground,
    each drawn by chance, and may draw one twice. Colours come as blue, green, red.
    A background thread reads the next batches; ``data_param { prefetch: 4 }`` says
    how many may wait.

    ======  =====================  ================================================
    top     data (N, 3, oh, oh)    the windows; N is ``batch_size``, oh
                                   ``crop_size``
            label (N,)             their classes, 0 for background
    params  none
    proto   ``window_data_param``  ``source`` [""]: the window file;
                                   ``root_folder`` [""]: is put before each name as
                                   it stands, so it ends with a slash;
                                   ``batch_size`` [0]: N, at least 1;
                                   ``fg_threshold`` [0.5]: least overlap of the
                                   foreground; ``bg_threshold`` [0.5]: the
                                   background overlaps less; ``fg_fraction``
                                   [0.25]: share of the foreground in a batch,
                                   rounded down; ``context_pad`` [0]: so many
                                   pixels of the square, on each side, show
                                   surroundings; beyond the image they are 0;
                                   ``crop_mode`` ["warp"]: stretch the window, or
                                   "square": take the square around it;
                                   ``cache_images`` [false]: keep the files in
                                   memory once they are read; ``scale`` [1]:
                                   multiply, after the mean is subtracted;
                                   ``mean_file`` [""], ``crop_size`` [0],
                                   ``mirror`` [false]: of old nets, now in
                                   transform_param; not used
            ``transform_param``    ``crop_size`` [0]: oh, at least 1; ``mean_file``
                                   [""] (its middle) or ``mean_value``: subtract;
                                   ``mirror`` [false]: flip every second window, by
                                   chance, in both phases; ``scale`` [1],
                                   ``force_color`` [false], ``force_gray`` [false]:
                                   not used
    ======  =====================  ================================================

    Source: Caffe; Girshick et al., "Rich feature hierarchies for accurate object
    detection and semantic segmentation", 2014, https://arxiv.org/abs/1311.2524.

    Example::

        layer {
          name: "windows" type: "WindowData"
          top: "data" top: "label"
          window_data_param {
            source: "windows.txt" batch_size: 128 context_pad: 16
          }
          transform_param { crop_size: 227 mirror: true }
        }
    """

    def setup(self, bottom, top):
        p, transform = self.param.window_data_param, self.param.transform_param
        self.require(p.source, "no source is given; name a window file")
        self.require(p.batch_size > 0, "batch_size is not given; make it 1 or more")
        self.require(
            transform.crop_size > 2 * p.context_pad,
            f"crop_size is {transform.crop_size} and context_pad {p.context_pad}; set "
            "crop_size in transform_param to more than twice context_pad",
        )
        self.require(
            p.crop_mode in CROP_MODES,
            f"crop_mode {p.crop_mode!r} is unknown; take one of "
            f"{', '.join(CROP_MODES)}.{did_you_mean(p.crop_mode, CROP_MODES)}",
        )
        self.require(
            0 <= p.fg_fraction <= 1,
            f"fg_fraction is {p.fg_fraction:g}; give a share from 0 to 1",
        )
        with naming(self):
            self.start(WindowBatches(p, transform, self.rng, self.dtype), top)


CROP_MODES = ("warp", "square")
