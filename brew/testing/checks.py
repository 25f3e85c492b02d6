"""The checks that every layer passes: small, named, each pins one law.

A check is a function of a :class:`~brew.testing.case.Case` that raises CheckError.
:mod:`brew.testing.runner` collects them in ``CHECKS`` and runs them.
"""

import json
from dataclasses import replace

import numpy

from brew.blob import Blob
from brew.errors import CheckError, LayerError
from brew.layer import TEST, Layer
from brew.proto import caffe_pb2
from brew.testing.case import ALWAYS
from brew.testing.compare import compare, compare_runs
from brew.testing.gradient import check_gradient
from brew.testing.loops import loops_in_place_of_ops
from brew.testing.rig import Rig
from brew.testing.runner import check
from brew.testing.sample import lopsided

SENTINEL = -7.25
EXACT = 1e-12  # float64 sums may run in another order, no more


def always(case):
    """Every row."""
    return True


def has_bottoms(case):
    """Rows that take something."""
    return bool(case.bottoms)


def has_backward(case):
    """Rows with a backward pass."""
    return case.backward


def has_input_gradient(case):
    """Rows where some bottom can receive a gradient."""
    return case.backward and any(case.wants_gradient)


def has_params(case):
    """Rows with parameters; also those that cannot even be built."""
    try:
        return case.backward and bool(Rig(case).layer.blobs)
    except Exception:
        return True


@check(always)
def shapes(case):
    """What top_shapes says is what the tops have, and asking changes nothing."""
    rig = Rig(case)
    compare_shapes(rig, "reshape")
    made = [blob.shape for blob in rig.top]
    rig.forward()
    compare_shapes(rig, "forward")
    now = [blob.shape for blob in rig.top]
    if case.bottoms and now != made:
        raise CheckError(f"the tops had {made} after reshape, have {now} after forward")


def compare_shapes(rig, when):
    """Raise unless the shapes of the tops are what the layer says, if it does."""
    if type(rig.layer).top_shapes is Layer.top_shapes:
        return
    made = [blob.shape for blob in rig.top]
    for _ in range(2):
        below = [blob.shape for blob in rig.bottom]
        said = [tuple(shape) for shape in rig.layer.top_shapes(*below)]
        if said != made:
            raise CheckError(f"top_shapes says {said}, but after {when}: {made}")


@check(has_backward)
def gradient(case):
    """Backward computes the derivative of forward."""
    declared = Rig(case).layer.gradient_to
    if case.is_registered and declared != case.gradient_to:
        raise CheckError(f"gradient_to is {declared}, should be {case.gradient_to}")
    check_gradient(case)


@check(has_params)
def param_diffs_add(case):
    """Two backward passes give twice the parameter diffs."""
    rig = Rig(case)
    once = rig.run()
    rig.backward()
    for i, diff in enumerate(rig.param_diffs()):
        what = f"diff of blobs[{i}] after two backward passes"
        compare(what, diff, 2 * once["param diffs"][i], EXACT)


@check(has_input_gradient)
def bottom_diffs_are_replaced(case):
    """A second backward pass gives the same bottom diffs."""
    rig = Rig(case)
    once = rig.run()
    twice = rig.backward(before=SENTINEL)
    for i, wanted in enumerate(case.wants_gradient):
        if wanted:
            compare(f"diff of in{i}", twice[i], once["bottom diffs"][i])


@check(has_input_gradient)
def propagate_down_false_leaves_bottom_diff(case):
    """A bottom that wants no gradient keeps its diff, whichever others want one."""
    everything = Rig(case).run()
    for i, can_have in enumerate(case.wants_gradient):
        if not can_have:
            continue
        rig = Rig(case)
        rig.forward()
        if rig.shares_diff():
            continue
        rig.clear_param_diffs()
        wanted = [j != i and can for j, can in enumerate(case.wants_gradient)]
        diffs = rig.backward(wanted, before=SENTINEL)
        for j, blob in enumerate(rig.bottom):
            right = everything["bottom diffs"][j] if wanted[j] else SENTINEL
            right = numpy.broadcast_to(right, blob.shape)
            compare(f"with propagate_down {wanted}, diff of in{j}", diffs[j], right)
        compare_runs(
            {"param diffs": rig.param_diffs()},
            {"param diffs": everything["param diffs"]},
        )


@check(has_params)
def param_propagate_down_false_leaves_param_diff(case):
    """A parameter whose gradient is not wanted keeps its diff; the others do not."""
    everything = Rig(case).run()
    for i in range(len(everything["param diffs"])):
        rig = Rig(case)
        rig.layer.param_propagate_down[i] = False
        got = rig.run()
        right = list(everything["param diffs"])
        right[i] = numpy.zeros_like(right[i])
        compare_runs(got, everything | {"param diffs": right})


@check(has_bottoms)
def inputs_are_only_read(case):
    """Forward leaves the bottoms alone; backward leaves all data and the top diffs."""
    rig = Rig(case)
    before = [blob.data.copy() for blob in rig.bottom]
    tops = rig.forward()
    for blob, data in zip(rig.bottom, before, strict=True):
        compare(f"data of {blob.name} after forward", blob.data, data)
    if not case.backward:
        return
    rig.backward()
    for blob, data in zip([*rig.bottom, *rig.top], [*before, *tops], strict=True):
        compare(f"data of {blob.name} after backward", blob.data, data)
    for blob, diff in zip(rig.top, rig.top_diffs(), strict=True):
        compare(f"diff of {blob.name} after backward", blob.diff, diff)


@check(lambda case: case.bottoms and case.num_tops)
def in_place(case):
    """In place gives the same numbers, or is refused if it cannot."""
    if case.in_place:
        compare_runs(Rig(case, in_place=True).run(), Rig(case).run(), EXACT)
    elif Rig(case).layer.in_place is not None:  # a student need not say
        text = refusal(case, "in place", in_place=True)
        if "in place" not in text or "'in0'" not in text:
            raise CheckError(f"in place is refused for another reason: {text}")


@check(lambda case: case.bottoms and case.resized is not None)
def bottoms_can_be_resized(case):
    """After a change of shape and back, all is as in a layer that is new."""
    rig, other = Rig(case), case.with_batch()
    rig.run()
    for name, now in ("other", other), ("first", case):
        fresh = Rig(now)
        for mine, theirs in zip(rig.layer.blobs, fresh.layer.blobs, strict=True):
            theirs.data[...] = mine.data
        fresh.layer.set_state(rig.layer.get_state())
        rig.reshape_bottoms(now)
        when = f"with the {name} shapes {list(now.bottoms)}, "
        compare_runs(rig.run(), fresh.run(), EXACT, when=when)


@check(always)
def dtype_is_kept(case):
    """float32 stays float32, float64 stays float64, and both say the same."""
    results = {}
    for dtype in dict.fromkeys(["float32", case.dtype]):
        rig = Rig(case, dtype)
        results[dtype] = rig.run()
        kept = {f"blobs[{i}]": blob for i, blob in enumerate(rig.layer.blobs)}
        if case.bottoms:
            kept |= {f"layer.{name}": value for name, value in vars(rig.layer).items()}
        for name, value in kept.items():
            is_float = (
                isinstance(value, (numpy.ndarray, Blob)) and value.dtype.kind == "f"
            )
            if is_float and value.dtype != dtype:
                raise CheckError(f"{name} is {value.dtype} where bottoms are {dtype}")
    if case.params is not None or not Rig(case).layer.blobs:
        compare_runs(results["float32"], results[case.dtype], 1e-4, 1e-6)


@check(always)
def arrays_are_written_not_replaced(case):
    """A view that was taken of a blob stays a view of it."""
    rig = Rig(case)
    rig.forward()
    blobs = [*rig.bottom, *rig.top, *rig.layer.blobs]
    before = [(blob.data, blob.diff) for blob in blobs]
    rig.run()
    for blob, (data, diff) in zip(blobs, before, strict=True):
        if blob.data is not data or blob.diff is not diff:
            raise CheckError(f"{blob.name} has another array after the second pass")
    if rig.bottom and rig.top:
        shares = numpy.shares_memory(rig.bottom[0].data, rig.top[0].data)
        if shares != case.shares:
            raise CheckError(f"out0 shares the memory of in0: {shares}")


@check(has_bottoms)
def scratch_is_forgotten(case):
    """Nothing is kept in borrowed working memory from one pass to the next."""
    Rig(case).run()  # borrows for the first time
    clean, dirty = Rig(case), Rig(case)
    clean.scratch_byte, dirty.scratch_byte = 0, 0xFF  # 0xFF... reads as NaN
    compare_runs(dirty.run(), clean.run())


@check(lambda case: case.bottoms and case.is_registered)
def loops_agree(case):
    """The op and the plain loop that mirrors the formula give the same numbers."""
    rig = Rig(case)
    with loops_in_place_of_ops():
        tops = Rig(case).forward()
    rig.forward()  # with ops, which keep what only their own backward understands
    with loops_in_place_of_ops():
        diffs = rig.run_backward()
    compare_runs({"tops": tops} | diffs, Rig(case).run(), 1e-9)


@check(always)
def wrong_counts_are_refused(case):
    """One bottom or top too few or too many is refused; the message names the layer."""
    layer = Rig(case).layer
    tops = len(case.bottoms) if layer.tops == "bottoms" else layer.tops
    for kind, allowed in ("bottoms", layer.bottoms), ("tops", tops):
        if allowed is None and type(layer) is case.maker and case.is_registered:
            raise CheckError(f"the class does not declare its {kind}")
        if allowed is None:
            continue
        low, high = (allowed, allowed) if isinstance(allowed, int) else allowed
        for count in (low - 1, None if high is None else high + 1):
            if count is None or count < 0:
                continue
            value = [(2, 3)] * count if kind == "bottoms" else count
            wrong = replace(case, samples=lopsided(), **{kind: value})
            refusal(wrong, f"{count} {kind}")


@check(lambda case: case.refuses)
def wrong_shapes_are_refused(case):
    """Bottoms that cannot be right are refused; the message names blob and shape."""
    for shapes in case.refuses:
        text = refusal(replace(case, bottoms=shapes), f"bottoms {shapes}")
        named = [f"'in{i}' has shape {shape}" in text for i, shape in enumerate(shapes)]
        if not any(named):
            raise CheckError(f"bottoms {shapes}: the error names no blob: {text}")


def refusal(case, what, in_place=False):
    """Return the text of the LayerError that `case` must raise; it names the layer."""
    try:
        Rig(case, in_place=in_place).forward()
    except LayerError as error:
        if f"'checked' ({case.type})" not in str(error):
            raise CheckError(f"{what}: the error names no layer: {error}") from error
        return str(error)
    raise CheckError(f"{what}: should be refused with a LayerError, but is accepted")


@check(always)
def seed_decides(case):
    """The same seed gives the same bits; another one gives others, where random."""
    unfilled = replace(case, params=None)
    runs = [Rig(unfilled, "float32", seed=seed) for seed in (3, 3, 4)]
    first, again, other = [rig.run() for rig in runs]
    for i, blob in enumerate(runs[0].filled):
        compare(f"filled blobs[{i}]", runs[1].filled[i], blob)
    compare_runs(again, first, when="with the same seed, ")
    if case.is_random and all(
        numpy.array_equal(mine, yours)
        for mine, yours in zip(first["tops"], other["tops"], strict=True)
    ):
        raise CheckError("another seed gives the same tops")


@check(lambda case: case.random != ALWAYS)
def phase_test_is_not_random(case):
    """In phase TEST the seed does not matter, nor how often forward ran before."""
    case = replace(case, phase=TEST)
    rig, other = Rig(case, seed=3), Rig(case, seed=4)
    if case.params is None:
        for mine, theirs in zip(rig.layer.blobs, other.layer.blobs, strict=True):
            theirs.data[...] = mine.data
    first = {"tops": rig.forward()}
    compare_runs({"tops": other.forward()}, first, when="with another seed, ")
    if case.bottoms:
        compare_runs({"tops": rig.forward()}, first, when="at the second forward, ")


@check(lambda case: case.is_random or not case.bottoms)
def state_resumes(case):
    """After set_state, a layer goes on with the bits that followed get_state."""
    rig, other = Rig(case, "float32", seed=3), Rig(case, "float32", seed=4)
    rig.forward()
    other.layer.set_state(json.loads(json.dumps(rig.layer.get_state())))
    for mine, theirs in zip(rig.layer.blobs, other.layer.blobs, strict=True):
        theirs.data[...] = mine.data
    for _ in range(3):
        compare_runs({"tops": other.forward()}, {"tops": rig.forward()})


@check(has_params)
def params_survive_a_file(case):
    """Parameters stored in a LayerParameter and read back give the same outputs."""
    rig = Rig(case, "float32")
    param = case.layer_param()
    param.blobs.extend(blob.to_proto() for blob in rig.layer.blobs)
    stored = caffe_pb2.LayerParameter.FromString(param.SerializeToString())
    again = Rig(replace(case, params=None), "float32", param=stored)
    again.layer.set_state(rig.layer.get_state())
    compare_runs(again.run(), rig.run(), when="after a round trip, ")
