"""Scripts as people have them, written for Caffe, run from end to end."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import brew as caffe

ROOT = Path(__file__).parents[2]

# The layer that the talk shows, and how it says to fine-tune.
LAYER = """
import caffe
import numpy as np

class Distance(caffe.Layer):
    def setup(self, bottom, top):
        if len(bottom) != 2:
            raise Exception("Need two inputs to compute distance.")

    def reshape(self, bottom, top):
        if bottom[0].count != bottom[1].count:
            raise Exception("Inputs must have the same dimension.")
        self.diff = np.zeros_like(bottom[0].data, dtype=np.float32)
        top[0].reshape(1)

    def forward(self, bottom, top):
        self.diff[...] = bottom[0].data - bottom[1].data
        top[0].data[...] = np.sum(self.diff**2) / bottom[0].num / 2.

    def backward(self, top, propagate_down, bottom):
        for i, sign in zip(range(2), (1, -1)):
            if propagate_down[i]:
                bottom[i].diff[...] = sign * self.diff / bottom[i].num
"""
NET = """
name: "fit"
layer { name: "data" type: "DummyData" top: "x" top: "t"
  dummy_data_param { shape { dim: 8 dim: 3 } shape { dim: 8 dim: 2 }
    data_filler { type: "gaussian" } data_filler { type: "constant" value: 2 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "Python" bottom: "y" bottom: "t" top: "loss" loss_weight: 1
  python_param { module: "distance" layer: "Distance" } }
"""
SOLVER = """
net: "net.prototxt" base_lr: 0.2 lr_policy: "fixed" max_iter: 60 random_seed: 1
snapshot_prefix: "fit"
"""


@pytest.fixture
def run(in_tmp_path):
    """Write the script and what it needs, run it, and return what it printed."""
    for name, text in (
        ("distance.py", LAYER),
        ("net.prototxt", NET),
        ("solver.prototxt", SOLVER),
    ):
        (in_tmp_path / name).write_text(text)

    def run(script):
        (in_tmp_path / "script.py").write_text(script)
        command = [sys.executable, "-m", "brew", "run", "script.py"]
        env = {"PYTHONPATH": str(ROOT), "BREW_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_own_loss_trains_and_is_fine_tuned_from_another_net(run):
    said = run("""
import caffe
caffe.set_mode_cpu()
caffe.set_random_seed(3)
solver = caffe.SGDSolver("solver.prototxt")
solver.net.forward()
first = float(solver.net.blobs["loss"].data[0])
solver.solve()
pretrained_net = caffe.Net("net.prototxt", "fit_iter_60.caffemodel")
solver = caffe.SGDSolver("solver.prototxt")
solver.net.copy_from(pretrained_net)
solver.net.forward()
print(first > 1, float(solver.net.blobs["loss"].data[0]) < 0.01)
""")
    assert said == "True True\n"


def test_loop_by_hand_with_surgery_and_files(run):
    said = run("""
import numpy as np
import caffe

solver = caffe.get_solver("solver.prototxt")
losses = np.zeros(20)
for it in range(20):
    solver.step(1)
    losses[it] = solver.net.blobs["loss"].data[0]
    if it % 10 == 0:
        solver.test_nets and solver.test_nets[0].forward()
assert losses[-1] < losses[0]

net = solver.net
net.params["ip"][0].data[0] = [1, 2, 3]
net.params["ip"][1].data[...] = 0
W, b = net.params["ip"][0].data, net.params["ip"][1].data
print("{} weights are {} dimensional".format("ip", W.shape))
net.save_hdf5("net.h5")
net.save("net.caffemodel")
other = caffe.Net("net.prototxt", caffe.TEST, weights="net.h5")
third = caffe.Net("net.prototxt", caffe.TEST, weights="net.caffemodel")
for n in other, third:
    assert (n.params["ip"][0].data[0] == [1, 2, 3]).all()
for name, blobs in net.params.items():
    print(name, [blob.data.shape for blob in blobs])
print([(k, v.data.shape) for k, v in net.blobs.items()][:2])
""")
    assert said.splitlines() == [
        "ip weights are (2, 3) dimensional",
        "ip [(2, 3), (2,)]",
        "[('x', (8, 3)), ('t', (8, 2))]",
    ]


def test_images_are_classified_as_in_the_first_notebook(run, in_tmp_path):
    pytest.importorskip("scipy")
    pil = pytest.importorskip("PIL.Image")
    pil.fromarray(np.full((40, 30, 3), [255, 0, 102], np.uint8)).save("cat.png")
    np.save("mean.npy", np.ones((3, 20, 20)))
    (in_tmp_path / "deploy.prototxt").write_text("""
input: "data" input_dim: 10 input_dim: 3 input_dim: 8 input_dim: 8
layer { name: "pool" type: "Pooling" bottom: "data" top: "pool"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "prob" type: "Softmax" bottom: "pool" top: "prob" }
""")
    deploy = caffe.Net("deploy.prototxt", caffe.TEST)
    deploy.save("deploy.caffemodel")
    said = run("""
import numpy as np
import caffe
net = caffe.Net("deploy.prototxt", "deploy.caffemodel", caffe.TEST)
mu = np.load("mean.npy").mean(1).mean(1)
transformer = caffe.io.Transformer({"data": net.blobs["data"].data.shape})
transformer.set_transpose("data", (2, 0, 1))
transformer.set_mean("data", mu)
transformer.set_raw_scale("data", 255)
transformer.set_channel_swap("data", (2, 1, 0))
net.blobs["data"].reshape(5, 3, 8, 8)
image = caffe.io.load_image("cat.png")
transformed_image = transformer.preprocess("data", image)
net.blobs["data"].data[...] = transformed_image
output = net.forward()
print(output["prob"].shape, output["prob"][0].argmax())
out = net.forward_all(data=np.asarray([transformed_image] * 7))
print(out["prob"].shape)
print(np.round(transformer.deprocess("data", net.blobs["data"].data[0])[0, 0], 3))
""")
    assert said.splitlines() == ["(5, 3, 1, 1) 2", "(7, 3, 1, 1)", "[1.  0.  0.4]"]


def test_arrays_and_messages_as_in_many_converters(run):
    said = run("""
import numpy as np
import caffe

blob = caffe.proto.caffe_pb2.BlobProto()
mean = np.arange(12.0).reshape(1, 3, 2, 2)
blob.ParseFromString(caffe.io.array_to_blobproto(mean).SerializeToString())
print(np.array(caffe.io.blobproto_to_array(blob))[0].shape)
datum = caffe.io.caffe_pb2.Datum()
datum.ParseFromString(
    caffe.io.array_to_datum(np.zeros((1, 2, 3), np.uint8), 4).SerializeToString())
print(datum.label, caffe.io.datum_to_array(datum).dtype)
""")
    assert said.splitlines() == ["(3, 2, 2)", "4 uint8"]


def test_prototxts_are_read_changed_and_written(run):
    said = run("""
import caffe
from caffe.proto import caffe_pb2
from google.protobuf import text_format

net = caffe_pb2.NetParameter()
text_format.Merge(open("net.prototxt").read(), net)
print([layer.name for layer in net.layer])
solver = caffe_pb2.SolverParameter()
text_format.Merge(open("solver.prototxt").read(), solver)
solver.base_lr = 0.01
solver.solver_mode = caffe_pb2.SolverParameter.CPU
with open("mine.prototxt", "w") as f:
    f.write(str(solver))
print(round(caffe.get_solver("mine.prototxt").param.base_lr, 6))
""")
    assert said.splitlines() == ["['data', 'ip', 'loss']", "0.01"]


def test_net_from_net_spec_reads_arrays(run):
    said = run("""
import numpy as np
import caffe
from caffe import layers as L, params as P

n = caffe.NetSpec()
n.data, n.label = L.MemoryData(
    batch_size=2, channels=1, height=4, width=4, ntop=2)
n.ip = L.InnerProduct(n.data, num_output=3, weight_filler=dict(type="xavier"))
n.acc = L.Accuracy(n.ip, n.label)
with open("memory.prototxt", "w") as f:
    print(n.to_proto(), file=f)
net = caffe.Net("memory.prototxt", caffe.TEST)
net.set_input_arrays(np.zeros((4, 1, 4, 4), np.float32), np.zeros(4, np.float32))
net.params["ip"][1].data[0] = 1
print(net.forward()["acc"])
""")
    assert said == "1.0\n"
