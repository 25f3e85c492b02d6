from brew.testing import Case, choices


def pooling(proto, bottoms, id, **options):
    return Case("Pooling", f"pooling_param {{ {proto} }}", bottoms, id, **options)


def spp(proto, bottoms, id, **options):
    return Case("SPP", f"spp_param {{ {proto} }}", bottoms, id, **options)


CASES = [
    pooling(
        "kernel_size: 2 stride: 2",
        [(2, 3, 4, 6)],
        "max",
        resized=[(1, 3, 7, 5)],
        refuses=[[(64, 20)], [(2, 3, 4)]],
    ),
    pooling("kernel_size: 3 stride: 2", [(2, 2, 6, 5)], "max overlapping"),
    pooling("kernel_size: 3 stride: 2 pad: 1", [(2, 2, 6, 5)], "max padded"),
    pooling(
        "kernel_size: 3 stride: 2 pad: 1 round_mode: FLOOR",
        [(2, 2, 6, 5)],
        "max rounding down",
    ),
    pooling(
        "kernel_h: 3 kernel_w: 2 stride_h: 1 stride_w: 2", [(2, 2, 5, 6)], "oblong"
    ),
    pooling("kernel_size: 2 stride: 3", [(2, 2, 5, 5)], "max with gaps"),
    pooling("global_pooling: true", [(2, 3, 3, 4)], "max of all"),
    pooling(
        "kernel_size: 2 stride: 2",
        [(2, 2, 4, 4)],
        "max and mask",
        tops=2,
        gradient_from=(0,),
    ),
    pooling(
        "kernel_size: 3 stride: 2",
        [(2, 2, 5, 5)],
        "max of equals",
        samples=choices(1, 2),
        xfail={"gradient": "the first of equals gets all of it, as in Caffe"},
    ),
    pooling("pool: AVE kernel_size: 2 stride: 2", [(2, 3, 4, 6)], "average"),
    pooling(
        "pool: AVE kernel_size: 3 stride: 2", [(2, 2, 6, 5)], "average overlapping"
    ),
    pooling("pool: AVE kernel_size: 3 stride: 2 pad: 1", [(2, 2, 6, 5)], "ave padded"),
    pooling("pool: AVE kernel_size: 3 stride: 1 pad: 2", [(1, 2, 3, 3)], "ave in pads"),
    pooling("pool: AVE global_pooling: true", [(2, 3, 3, 4)], "average of all"),
    pooling("pool: AVE kernel_size: 1", [(1, 2, 2, 3)], "1x1"),
    spp("pyramid_height: 1", [(2, 3, 5, 4)], "one maximum", refuses=[[(2, 3, 4)]]),
    spp("pyramid_height: 2", [(2, 3, 4, 6)], "cells that fit", resized=[(1, 3, 6, 7)]),
    spp(
        "pyramid_height: 3",
        [(2, 2, 9, 8)],
        "padded cells",
        resized=[(3, 1, 8, 4)],
        refuses=[[(2, 2, 5, 8)], [(2, 2, 8, 0)]],
    ),
    spp("pyramid_height: 1 pool: AVE", [(2, 3, 5, 4)], "one average"),
    spp("pyramid_height: 3 pool: AVE", [(1, 2, 9, 10)], "averages"),
]
