"""Python layers that the golden cases of type Python name."""

import brew


class Mul(brew.Layer):
    def setup(self, bottom, top):
        self.k = float(self.param_str)

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom, top):
        top[0].data[...] = self.k * bottom[0].data

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = self.k * top[0].diff


class TwoOut(brew.Layer):
    def setup(self, bottom, top):
        pass

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)
        top[1].reshape(bottom[0].num)

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data ** 2
        top[1].data[...] = bottom[0].data.sum(1)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            x, dy, dw = bottom[0].data, top[0].diff, top[1].diff
            bottom[0].diff[...] = 2 * x * dy + dw[:, None]


class WithParam(brew.Layer):
    def setup(self, bottom, top):
        self.blobs.add_blob(int(self.param_str))
        self.blobs[0].data[...] = 2

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data * self.blobs[0].data

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = top[0].diff * self.blobs[0].data
        self.blobs[0].diff[...] = (top[0].diff * bottom[0].data).sum(0)
