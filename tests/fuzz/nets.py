"""The small nets that lend their files to the damage."""

import brew
from brew.proto import caffe_pb2
from brew.proto.text import format_prototxt, parse_text

NET = """
name: "small"
layer { name: "data" type: "Input" top: "data"
  input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  param { lr_mult: 1 } param { lr_mult: 2 decay_mult: 0 }
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 stride: 2
    weight_filler { type: "xavier" } bias_filler { type: "constant" value: 0.1 } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip"
  inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.01 } } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
"""
OLD_NET = """
name: "old" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv" blobs_lr: 1
  convolution_param { num_output: 2 kernel_size: 3 } }
layers { name: "drop" type: DROPOUT bottom: "conv" top: "conv" }
"""
OLDEST_NET = """
name: "oldest" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "data" top: "pad" }
layers { layer { name: "conv" type: "conv" num_output: 2 kernelsize: 3
  weight_filler { type: "xavier" } blobs_lr: 1 } bottom: "pad" top: "conv" }
layers { layer { name: "relu" type: "relu" } bottom: "conv" top: "conv" }
"""
SOLVER = f"""
base_lr: 0.01 momentum: 0.9 weight_decay: 0.0005 lr_policy: "step" gamma: 0.1
stepsize: 100 max_iter: 1000 type: "Nesterov" snapshot_prefix: "small"
train_state {{ stage: "a" level: 1 }} solver_mode: CPU
net_param {{ {NET} }}
"""
IGNORED = ("Python", "HDF5Output")  # one runs code of yours, the other writes files


def examples():
    """Return the example nets of all layer types, as prototxt."""
    texts = [brew.find(name).example for name in brew.layer_type_list()]
    return [t for t in texts if t and not any(f'"{name}"' in t for name in IGNORED)]


def net(text=NET):
    """Return a net that is built from prototxt."""
    return brew.Net(parse_text(text, caffe_pb2.NetParameter()), brew.TEST, seed=1)


def solver():
    """Return a solver that can train :data:`NET`, with ten iterations behind it."""
    param = parse_text(SOLVER, caffe_pb2.SolverParameter())
    trained = brew.get_solver(param)
    trained.iter = 10
    return trained


def as_prototxt(text):
    """Return prototxt as brew writes it."""
    return format_prototxt(parse_text(text, caffe_pb2.NetParameter()))
