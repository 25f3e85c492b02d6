"""Layers as users write them, for the rows of type Python."""

import numpy as np

import brew as caffe


class Scaled(caffe.Layer):
    def setup(self, bottom, top):
        self.scale = float(self.param_str)

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)

    def forward(self, bottom, top):
        top[0].data[...] = self.scale * bottom[0].data

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            bottom[0].diff[...] = self.scale * top[0].diff


class SquaresAndSums(caffe.Layer):
    in_place = False

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)
        top[1].reshape(bottom[0].num)

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data ** 2
        top[1].data[...] = bottom[0].data.sum(1)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            x, dy, dsum = bottom[0].data, top[0].diff, top[1].diff
            bottom[0].diff[...] = 2 * x * dy + dsum[:, None]


class Weighted(caffe.Layer):
    in_place = False

    def setup(self, bottom, top):
        if not self.blobs:
            self.blobs.add_blob(int(self.param_str))
            self.blobs[0].data[...] = 2

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data * self.blobs[0].data

    def backward(self, top, propagate_down, bottom):
        if self.param_propagate_down[0]:
            self.blobs[0].diff[...] += (top[0].diff * bottom[0].data).sum(0)
        if propagate_down[0]:
            bottom[0].diff[...] = top[0].diff * self.blobs[0].data


class Distance(caffe.Layer):
    """A squared distance, with the diff kept between the passes."""

    in_place = False

    def setup(self, bottom, top):
        if len(bottom) != 2:
            raise ValueError("a distance needs two bottoms")

    def reshape(self, bottom, top):
        if bottom[0].count != bottom[1].count:
            raise ValueError("the bottoms must have the same size")
        self.diff = np.zeros(bottom[0].shape, bottom[0].dtype)
        top[0].reshape(1)

    def forward(self, bottom, top):
        self.diff[...] = bottom[0].data - bottom[1].data
        top[0].data[...] = np.sum(self.diff**2) / bottom[0].num / 2.0

    def backward(self, top, propagate_down, bottom):
        for i, sign in enumerate([1, -1]):
            if propagate_down[i]:
                scale = sign * top[0].diff[0] / bottom[i].num
                bottom[i].diff[...] = scale * self.diff
