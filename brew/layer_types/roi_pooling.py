"""ROIPooling: look at regions of a map, whatever their size."""

from math import prod

from brew.layer import Layer, register
from brew.ops import labels, roi_pooling


@register("ROIPooling")
class ROIPooling(Layer):
    r"""Lay a grid over each region of interest, and take the maximum in each cell.

    .. math:: y_{rcij} = \max_{(p, q) \in \text{cell } i, j \text{ of region } r}
              x_{n_r c p q}

    A region of height h_r begins at its row y1 and ends at y2, both included; cell i
    covers its rows from i h_r / ``pooled_h``, rounded down, to before (i + 1) h_r /
    ``pooled_h``, rounded up; likewise the columns. Cells are cut at the border of the
    map; a cell that lies outside gives 0.

    ======  =====================  ================================================
    bottom  x (N, C, h, w),        maps; for each region the number n of its image
            rois (R, 5)            and its corners: n, x1, y1, x2, y2, in pixels of
                                   the image
    top     y (R, C, pooled_h,     regions of any size give equally many numbers
            pooled_w)
    params  none
    proto   ``roi_pooling_param``  ``pooled_h`` [0], ``pooled_w`` [0]: the number of
                                   cells, must be set; ``spatial_scale`` [1]: places
                                   of the map per pixel, such as 0.0625 behind
                                   strides that multiply to 16; corners are
                                   multiplied by it and rounded
    ======  =====================  ================================================

    Backward: dx += dy at the first maximum of each cell. The gradient of rois is 0:
    they are rounded.

    Source: Girshick, "Fast R-CNN", 2015, arXiv:1504.08083; not in Caffe's master, but
    in the Caffe that came with the paper.

    Example::

        layer {
          name: "roi_pool5" type: "ROIPooling"
          bottom: "conv5"  # (2, 8, 14, 14)
          bottom: "rois"  # (3, 5)
          top: "pool5"
          roi_pooling_param { pooled_h: 6 pooled_w: 6 spatial_scale: 0.0625 }
        }
    """

    bottoms, tops = 2, 1

    def setup(self, bottom, top):
        p = self.param.roi_pooling_param
        self.pooled, self.scale = (p.pooled_h, p.pooled_w), p.spatial_scale
        self.require(
            min(self.pooled) > 0,
            f"pooled_h and pooled_w are {self.pooled}; say how many cells there are",
        )
        self.require(
            0 < self.scale < float("inf"),
            f"spatial_scale is {self.scale:g}; choose a positive number",
        )

    def top_shapes(self, x, rois):
        self.require(
            len(x) == 4 and min(x[2:]) > 0, "ROIPooling needs maps of (N, C, h, w)"
        )
        self.require(
            len(rois) > 1 and prod(rois[1:]) == 5,
            "ROIPooling needs rois of shape (R, 5): image, x1, y1, x2, y2",
        )
        return [(rois[0], x[1], *self.pooled)]

    def forward(self, bottom, top):
        x, y = bottom[0].data, top[0].data
        rois = self._rois(bottom[1], len(x))
        self.places = self.xp.empty(y.shape, "int32")
        roi_pooling.forward(x, rois, self.pooled, self.scale, out=y, places=self.places)

    def backward(self, top, propagate_down, bottom):
        x, rois = bottom
        if propagate_down[0]:
            roi_pooling.backward(
                top[0].diff,
                rois.data.reshape(len(self.places), 5),
                self.places,
                x.shape,
                out=x.diff,
            )
        if propagate_down[1]:
            rois.diff[...] = 0.0

    def _rois(self, blob, num_images):
        """Return the regions as (R, 5), if they make sense."""
        rois = blob.data.reshape(blob.shape[0], 5)
        _, problem = labels.read_indices(rois[:, 0], num_images)
        self.require(not problem, f"in column 0, the image: {problem}", blob)
        self.require(
            bool(self.xp.isfinite(rois).all()),
            "some corners are NaN or infinite; look for the layer that made them",
            blob,
        )
        return rois
