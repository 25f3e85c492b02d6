"""The nets of these tests."""

NET = """
name: "small"
layer { name: "data" type: "DummyData" top: "data" top: "label"
  dummy_data_param { num: 4 channels: 2 height: 5 width: 6 data_filler { type: "gaussian" std: 1 }
    num: 4 channels: 1 height: 1 width: 1 data_filler { type: "constant" value: 2 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 7 kernel_size: 2 pad: 1
    weight_filler { type: "gaussian" std: 1 } bias_filler { type: "constant" value: 2 } }
  param { decay_mult: 1 } param { decay_mult: 0 } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip_top"
  inner_product_param { num_output: 9 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip_top" bottom: "label" top: "loss" }
"""  # noqa: E501
CHAIN = """
layer { name: "in" type: "Input" top: "x" top: "z"
  input_param { shape { dim: 2 dim: 3 } shape { dim: 2 dim: 3 } } }
layer { name: "sum" type: "Eltwise" bottom: "x" bottom: "z" top: "sum" }
layer { name: "ip" type: "InnerProduct" bottom: "sum" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "twice" type: "Power" bottom: "ip" top: "y" power_param { scale: 2 } }
"""

# The mean of each channel of its input, for the shape that is filled in.
MEANS = """
name: "means"
layer { name: "data" type: "Input" top: "data" input_param { shape { %s } } }
layer { name: "pool" type: "Pooling" bottom: "data" top: "pool"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "prob"
  inner_product_param { num_output: 3 bias_term: false } }
"""
