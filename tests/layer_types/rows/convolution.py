from brew.testing import Case

FILLERS = "weight_filler { type: 'xavier' } bias_filler { type: 'uniform' }"


def convolution(proto, bottoms, id, **options):
    text = f"convolution_param {{ {proto} {FILLERS} }}"
    return Case("Convolution", text, bottoms, id, **options)


def deconvolution(proto, bottoms, id, **options):
    text = f"convolution_param {{ {proto} {FILLERS} }}"
    return Case("Deconvolution", text, bottoms, id, **options)


def im2col(proto, bottoms, id="", **options):
    text = f"convolution_param {{ {proto} }}"
    return Case("Im2col", text, bottoms, id, **options)


CASES = [
    convolution(
        "num_output: 4 kernel_size: 3",
        [(2, 3, 5, 4)],
        "3x3",
        resized=[(1, 3, 4, 6)],
        refuses=[[(3,)], [(2, 3, 1, 1)]],
    ),
    convolution("num_output: 2 kernel_size: 1", [(4, 3, 2, 3)], "1x1"),
    convolution("num_output: 6 kernel_size: 1 group: 2", [(3, 4, 2, 2)], "1x1 groups"),
    convolution("num_output: 2 kernel_size: 1 stride: 2", [(2, 3, 3, 3)], "1x1 apart"),
    convolution("num_output: 2 kernel_size: 3 pad: 1", [(2, 2, 3, 4)], "padded"),
    convolution(
        "num_output: 2 kernel_size: 3 pad: 2 stride: 2", [(1, 2, 5, 6)], "stride 2"
    ),
    convolution(
        "num_output: 3 kernel_h: 3 kernel_w: 2 pad_h: 1 stride_h: 2 stride_w: 1",
        [(2, 2, 5, 4)],
        "oblong",
    ),
    convolution(
        "num_output: 2 kernel_size: 2 kernel_size: 3 pad: 1 pad: 0 dilation: 2",
        [(2, 2, 6, 7)],
        "dilated",
    ),
    convolution(
        "num_output: 6 kernel_size: 3 group: 2 pad: 1", [(4, 4, 4, 3)], "2 groups"
    ),
    convolution(
        "num_output: 4 kernel_size: 2 group: 4", [(2, 4, 3, 3)], "one channel a group"
    ),
    convolution(
        "num_output: 2 kernel_size: 3 bias_term: false", [(2, 2, 4, 4)], "no bias"
    ),
    convolution("num_output: 2 kernel_size: 3 pad: 1", [(2, 2, 5)], "1 axis"),
    convolution("num_output: 2 kernel_size: 2", [(1, 2, 3, 3, 3)], "3 axes"),
    convolution(
        "num_output: 2 kernel_size: 2 axis: 2",
        [(2, 2, 3, 3, 3)],
        "channels on axis 2",
        resized=[(1, 4, 3, 3, 3)],
    ),
    convolution(
        "num_output: 2 kernel_size: 3", [(2, 2, 4, 3)] * 2, "two bottoms", tops=2
    ),
    convolution("num_output: 2 kernel_size: 5", [(1, 2, 5, 5)], "whole image"),
    convolution(  # by less than one stride: Caffe rounds its size toward zero
        "num_output: 2 kernel_size: 5 stride: 2", [(2, 2, 4, 5)], "window too long"
    ),
    convolution(  # rows of four outputs and more, which Winograd's way computes
        "num_output: 4 kernel_size: 3 pad: 1 group: 2", [(4, 4, 3, 6)], "two tiles"
    ),
    convolution(
        "num_output: 18 kernel_h: 2 kernel_w: 5 pad_h: 1 pad_w: 2",
        [(3, 2, 2, 4)],
        "one tile",
    ),
    deconvolution(
        "num_output: 4 kernel_size: 3",
        [(2, 3, 4, 3)],
        "3x3",
        resized=[(1, 3, 3, 5)],
        refuses=[[(3,)]],
    ),
    deconvolution("num_output: 2 kernel_size: 1", [(2, 3, 2, 3)], "1x1"),
    deconvolution("num_output: 2 kernel_size: 3 pad: 1", [(3, 2, 3, 7)], "two tiles"),
    deconvolution("num_output: 2 kernel_size: 1 stride: 3", [(1, 2, 2, 2)], "gaps"),
    deconvolution(
        "num_output: 2 kernel_size: 3 stride: 2 pad: 1", [(2, 3, 4, 3)], "stride 2"
    ),
    deconvolution("num_output: 2 kernel_size: 2 stride: 2", [(2, 2, 3, 2)], "tiles"),
    deconvolution(
        "num_output: 3 kernel_h: 3 kernel_w: 2 pad_h: 1 stride_h: 2 stride_w: 1",
        [(2, 2, 3, 4)],
        "oblong",
    ),
    deconvolution(
        "num_output: 2 kernel_size: 2 kernel_size: 3 pad: 1 pad: 0 dilation: 2",
        [(2, 2, 3, 4)],
        "dilated",
    ),
    deconvolution("num_output: 6 kernel_size: 3 group: 2", [(2, 4, 3, 2)], "2 groups"),
    deconvolution(
        "num_output: 3 group: 3 kernel_size: 4 stride: 2 pad: 1 bias_term: false",
        [(2, 3, 3, 4)],
        "one channel a group, no bias",
    ),
    deconvolution("num_output: 2 kernel_size: 3 stride: 2", [(2, 3, 4)], "1 axis"),
    deconvolution("num_output: 2 kernel_size: 2", [(1, 2, 2, 3, 2)], "3 axes"),
    deconvolution(
        "num_output: 2 kernel_size: 2 axis: -3",
        [(2, 2, 3, 2, 3)],
        "channels on axis 2",
        resized=[(1, 4, 3, 2, 2)],
    ),
    deconvolution(
        "num_output: 2 kernel_size: 2", [(2, 3, 3, 2)] * 2, "two bottoms", tops=2
    ),
    deconvolution(
        "num_output: 2 kernel_size: 3 pad: 2",
        [(2, 2, 4, 3)],
        "pad that cuts",
        refuses=[[(2, 2, 2, 3)]],
    ),
    im2col(
        "kernel_size: 3",
        [(2, 2, 5, 4)],
        "3x3",
        resized=[(1, 3, 4, 6)],
        refuses=[[(3,)], [(2, 3, 1, 1)]],
    ),
    im2col("kernel_size: 1", [(2, 3, 2, 3)], "1x1"),
    im2col("kernel_size: 2 stride: 3", [(2, 2, 6, 5)], "gaps"),
    im2col("kernel_size: 3 stride: 2 pad: 2", [(2, 2, 4, 5)], "padded"),
    im2col(
        "kernel_h: 2 kernel_w: 3 pad_h: 1 pad_w: 0 stride_h: 1 stride_w: 2",
        [(1, 2, 4, 6)],
        "oblong",
    ),
    im2col("kernel_size: 2 pad: 1 dilation: 2", [(2, 2, 4, 5)], "dilated"),
    im2col("kernel_size: 3 pad: 1", [(2, 2, 5)], "1 axis"),
    im2col("kernel_size: 2", [(1, 2, 3, 3, 4)], "3 axes"),
    im2col("kernel_size: 2 axis: 0", [(2, 3, 4)], "channels on axis 0"),
    im2col("kernel_size: 5 stride: 2", [(2, 2, 4, 5)], "window too long"),
    im2col("kernel_size: 1 stride: 9 pad: 3", [(1, 2, 2, 2)], "only padding"),
]
