import numpy

from brew.testing import Case, lopsided

# Image, x1, y1, x2, y2. The number of the image is cut off to an integer: so the
# check of gradients, which moves it a little, finds that it does not matter.
ROIS = [
    [0.5, 0.2, 1.1, 5.3, 4.2],
    [1.5, 3.2, 0.3, 3.4, 0.1],  # one place
    [1.5, 2.2, 3.1, 20.2, 6.3],  # reaches beyond the map
    [0.5, 12.2, 1.1, 15.3, 3.2],  # lies beyond it
    [1.5, -4.3, -2.6, 2.2, 1.7],  # begins before it
    [0.5, 5.2, 4.1, 2.3, 1.2],  # the corners are exchanged
]


def regions(shape, rng, shift):
    return numpy.resize(ROIS, shape)


def roi_pooling(proto, bottoms, id, **options):
    text = f"roi_pooling_param {{ {proto} }}"
    options = {"samples": [lopsided(), regions], "resized": None} | options
    return Case("ROIPooling", text, bottoms, id, **options)


CASES = [
    roi_pooling(
        "pooled_h: 2 pooled_w: 3",
        [(2, 2, 6, 7), (6, 5)],
        "2x3",
        resized=[(3, 1, 4, 8), (6, 5)],
        refuses=[[(2, 2, 6), (6, 5)], [(2, 2, 6, 7), (6, 4)], [(2, 2, 0, 7), (6, 5)]],
    ),
    roi_pooling(
        "pooled_h: 2 pooled_w: 2 spatial_scale: 0.5",
        [(2, 3, 3, 4), (6, 5, 1, 1)],
        "scaled",
    ),
    roi_pooling("pooled_h: 1 pooled_w: 1", [(2, 2, 6, 7), (6, 5)], "one cell"),
    roi_pooling(  # neighbours share places
        "pooled_h: 7 pooled_w: 7", [(2, 1, 4, 5), (6, 5)], "more cells than places"
    ),
]
