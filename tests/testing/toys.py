"""A layer that keeps every law, and for each check layers that break its law."""

import numpy

import brew
from brew import backend


class Slopes(brew.Layer):
    """y = a_c x: a slope for each channel."""

    bottoms, tops, in_place = 1, 1, False

    def setup(self, bottom, top):
        self.require(bottom[0].ndim >= 2, "Slopes needs channels", bottom[0])
        filler = brew.proto.caffe_pb2.FillerParameter(value=0.25)
        self.add_param((bottom[0].shape[1],), filler)

    def top_shapes(self, x):
        return [x]

    def slopes(self, x):
        return self.blobs[0].data.reshape(1, -1, *[1] * (x.ndim - 2))

    def forward(self, bottom, top):
        x = bottom[0].data
        top[0].data[...] = self.slopes(x) * x

    def backward(self, top, propagate_down, bottom):
        x, dy = bottom[0].data, top[0].diff
        if self.param_propagate_down[0]:
            axes = (0, *range(2, x.ndim))
            self.blobs[0].diff[...] += (dy * x).sum(axis=axes)
        if propagate_down[0]:
            bottom[0].diff[...] = self.slopes(x) * dy


class Noise(brew.Layer):
    """y = x + noise, in TRAIN."""

    bottoms, tops, in_place = 1, 1, True

    def top_shapes(self, x):
        return [x]

    def noise(self, shape):
        return self.rng.normal(size=shape) if self.phase == brew.TRAIN else 0.0

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data + self.noise(bottom[0].shape)

    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            bottom[0].diff[...] = top[0].diff


BROKEN = []


def breaks(check):
    """Say which check must find what is wrong with a class."""

    def add(layer):
        BROKEN.append((layer, check))
        return layer

    return add


@breaks("shapes")
class SaysAnotherShape(Slopes):
    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)

    def top_shapes(self, x):
        return [x[:-1]]


@breaks("shapes")
class ReshapesInForward(Slopes):
    def forward(self, bottom, top):
        top[0].reshape(bottom[0].count)


@breaks("gradient")
class WrongInputGradient(Slopes):
    def backward(self, top, propagate_down, bottom):
        super().backward(top, propagate_down, bottom)
        if propagate_down[0]:
            bottom[0].diff[0, 0] *= 1.0001


@breaks("gradient")
class WrongParamGradient(Slopes):
    def backward(self, top, propagate_down, bottom):
        super().backward(top, propagate_down, bottom)
        if self.param_propagate_down[0]:
            x, dy = bottom[0].data, top[0].diff
            self.blobs[0].diff[0] -= 1e-4 * (dy[0, 0] * x[0, 0]).sum()


@breaks("gradient")
class LosesASample(Slopes):
    def forward(self, bottom, top):
        x = bottom[0].data
        top[0].data[1:] = (self.slopes(x) * x)[1:]


@breaks("param_diffs_add")
class ReplacesParamDiff(Slopes):
    def backward(self, top, propagate_down, bottom):
        if self.param_propagate_down[0]:
            self.blobs[0].diff[...] = 0
        super().backward(top, propagate_down, bottom)


@breaks("bottom_diffs_are_replaced")
class AddsToBottomDiff(Slopes):
    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            before = numpy.nan_to_num(bottom[0].diff)  # hides the NaN of the checks
            super().backward(top, propagate_down, bottom)
            bottom[0].diff[...] += before
        else:
            super().backward(top, propagate_down, bottom)


@breaks("propagate_down_false_leaves_bottom_diff")
class IgnoresPropagateDown(Slopes):
    def backward(self, top, propagate_down, bottom):
        super().backward(top, [True], bottom)


@breaks("propagate_down_false_leaves_bottom_diff")
class ForgetsParamsWithoutPropagateDown(Slopes):
    def backward(self, top, propagate_down, bottom):
        if propagate_down[0]:
            super().backward(top, propagate_down, bottom)


@breaks("param_propagate_down_false_leaves_param_diff")
class IgnoresParamPropagateDown(Slopes):
    def backward(self, top, propagate_down, bottom):
        self.param_propagate_down = [True]
        super().backward(top, propagate_down, bottom)


@breaks("inputs_are_only_read")
class WritesIntoBottom(Slopes):
    def forward(self, bottom, top):
        super().forward(bottom, top)
        bottom[0].data[0] += 1


@breaks("inputs_are_only_read")
class WritesIntoTopDiff(Slopes):
    def backward(self, top, propagate_down, bottom):
        super().backward(top, propagate_down, bottom)
        top[0].diff[...] *= 2


@breaks("in_place")
class ClaimsInPlace(Slopes):
    in_place = True


@breaks("in_place")
class RefusesInPlaceWithoutSayingWhy(Slopes):
    in_place = True

    def setup(self, bottom, top):
        super().setup(bottom, top)
        self.require(top[0] is not bottom[0], "not so")


@breaks("bottoms_can_be_resized")
class RemembersTheFirstBatch(Slopes):
    def setup(self, bottom, top):
        super().setup(bottom, top)
        self.num_items = len(bottom[0].data)

    def forward(self, bottom, top):
        super().forward(bottom, top)
        top[0].data[self.num_items :] = 0


@breaks("dtype_is_kept")
class KeepsFloat32(Slopes):
    def forward(self, bottom, top):
        super().forward(bottom, top)
        self.copy = top[0].data.astype("float32")


@breaks("arrays_are_written_not_replaced")
class MovesTheTop(Slopes):
    times = 0

    def reshape(self, bottom, top):
        self.times += 1
        top[0].reshape(100 * self.times)
        super().reshape(bottom, top)


@breaks("arrays_are_written_not_replaced")
class SharesInSecret(Slopes):
    def reshape(self, bottom, top):
        super().reshape(bottom, top)
        top[0].share_data(bottom[0])

    def forward(self, bottom, top):
        pass

    def backward(self, top, propagate_down, bottom):
        pass


@breaks("scratch_is_forgotten")
class KeepsScratch(Slopes):
    def forward(self, bottom, top):
        super().forward(bottom, top)
        x = bottom[0].data
        self.x = backend.scratch("keeps scratch", x.shape, x.dtype)
        self.x[...] = x

    def backward(self, top, propagate_down, bottom):
        bottom[0].data[...], x = self.x, bottom[0].data.copy()
        super().backward(top, propagate_down, bottom)
        bottom[0].data[...] = x


@breaks("wrong_shapes_are_refused")
class RefusesNothing(Slopes):
    def setup(self, bottom, top):
        filler = brew.proto.caffe_pb2.FillerParameter(value=0.25)
        self.add_param(bottom[0].shape[1:2], filler)

    def forward(self, bottom, top):
        if bottom[0].ndim > 1:
            super().forward(bottom, top)


@breaks("wrong_shapes_are_refused")
class RefusesWithoutABlob(Slopes):
    def setup(self, bottom, top):
        self.require(bottom[0].ndim >= 2, "Slopes needs channels")
        super().setup(bottom, top)


@breaks("wrong_shapes_are_refused")
class RefusesWithoutAName(Slopes):
    def setup(self, bottom, top):
        if bottom[0].ndim < 2:
            raise brew.errors.LayerError("too few axes")
        super().setup(bottom, top)


@breaks("seed_decides")
class DrawsFromNowhere(Noise):
    def noise(self, shape):
        return numpy.random.default_rng().normal(size=shape)


@breaks("seed_decides")
class NeverDraws(Noise):
    def noise(self, shape):
        return 1.0


@breaks("phase_test_is_not_random")
class NoisyInTest(Noise):
    def noise(self, shape):
        return self.rng.normal(size=shape)


@breaks("phase_test_is_not_random")
class Counts(Noise):
    times = 0

    def noise(self, shape):
        self.times += 1
        return super().noise(shape) + (self.times if self.phase == brew.TEST else 0)


@breaks("state_resumes")
class ForgetsItsState(Noise):
    def get_state(self):
        return {}


@breaks("params_survive_a_file")
class FillsTwice(Slopes):
    def setup(self, bottom, top):
        super().setup(bottom, top)
        self.blobs[0].data[...] = 0.25
