"""What the curves of a training tell: losses, test results, learning rate."""

import math

import numpy as np

from brew.diagnose.finding import Finding

SATURATED = 87.3365  # -log of the smallest float: the probability of the truth is 0
MIN_ITERS = 150  # so long may a net look for its way without an alarm
COMMON_CLASSES = (*range(2, 21), 100, 101, 200, 256, 1000)  # for logs, which say none

SMALLER_RATE = "divide base_lr by 10, or start with a warm-up; clip_gradients helps too"


def judge_curves(record):
    """Return the findings from the numbers of a training.

    Parameters
    ----------
    record : Record
    """
    findings = []
    for name, pairs in record.losses.items():
        iters, values = _arrays(pairs)
        if not len(values):
            continue
        found = (
            _not_finite(name, iters, values)
            or _saturated(name, iters, values)
            or _diverging(record, name, iters, values)
            or _plateau(record, name, iters, values)
        )
        findings += [found] if found else []
        findings += _rate_too_high(record, found, name, values)
        findings += _overfitting(record, name, iters, values)
    return findings + _no_rate(record)


def is_stuck(findings):
    """Tell whether a loss is nowhere near what training should reach."""
    stuck = {"loss is not finite", "loss 87.3365", "diverging loss", "plateau at ln K"}
    return bool(stuck & {finding.name for finding in findings})


def improvement(values):
    """Return by which share the loss has fallen from its start to its end."""
    width = max(1, min(20, len(values) // 4))
    first, last = np.median(values[:width]), np.median(values[-width:])
    return float((first - last) / first) if first else 0.0


def standstill(record):
    """Return by how little the loss has fallen, or None if that is no wonder.

    It is none if training is young, went on from a snapshot or from good weights.
    """
    if not (record.losses and record.starts and record.num_iters >= MIN_ITERS - 1):
        return None
    falls = []
    for name, pairs in record.losses.items():
        _, values = _arrays(pairs)
        is_good = values[-1] < 0.5 * math.log(record.num_classes.get(name, 1))
        if is_good or not np.isfinite(values).all():
            return None
        falls.append(improvement(values))
    return max(falls) if max(falls) < 0.05 else None


def _arrays(pairs):
    array = np.array(pairs, float).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def _not_finite(name, iters, values):
    bad = ~np.isfinite(values)
    if not bad.any():
        return None
    first = int(np.argmax(bad))
    before = f"; before, it was {values[first - 1]:.4g}" if first else ""
    return Finding(
        "loss is not finite",
        f"{name} is {values[first]} from iteration {iters[first]:.0f} on{before}",
        "see the other findings for the cause; if there is none: look for inf and nan "
        "in the data, and for a log or a division by zero in layers of your own",
    )


def _saturated(name, iters, values):
    last = values[-10:]
    middle = float(np.median(last))
    at_limit = abs(values[-1] - SATURATED) < 0.01
    is_high = len(last) > 4 and 0.5 * SATURATED < middle <= SATURATED
    stays = is_high and improvement(values) < 0.05 and last.max() < SATURATED + 0.01
    if not (at_limit or stays):
        return None
    return Finding(
        "loss 87.3365",
        f"{name} is {middle:.4f} at iteration {iters[-1]:.0f}; 87.3365 = -log(1.2e-38) "
        "for each item whose true class gets the probability 0",
        "the scores have run away, so no gradient can lead back: start again with a "
        "smaller base_lr, smaller weights (weight_filler) or scaled inputs",
    )


def _diverging(record, name, iters, values):
    if len(values) < 20 or not record.starts:
        return None
    first, last = float(np.median(values[:3])), float(np.median(values[-10:]))
    highest = values[3:].max()
    if name in record.num_classes:  # guessing costs ln K, and one batch tells it well
        first = max(float(values[0]), math.log(record.num_classes[name]))
        highest = values.max()
    rises = last > 2 * first
    jumped = highest > 3 * first and last > 0.8 * first
    if first <= 0 or not (rises or jumped):
        return None
    return Finding(
        "diverging loss",
        f"{name} started at {first:.4g}, rose to {highest:.4g} and is {last:.4g} "
        f"at iteration {iters[-1]:.0f}",
        "see the other findings for the cause; a smaller base_lr is the first thing to "
        "try",
    )


def _plateau(record, name, iters, values):
    since = iters >= iters[-1] - max(MIN_ITERS, iters[-1] // 3)
    late = values[since]
    if iters[-1] - iters[0] < MIN_ITERS - 1 or len(late) < 5:
        return None
    known = record.num_classes.get(name)
    for num_classes in (known,) if known else COMMON_CLASSES:
        if num_classes > 1 and _lies_at(math.log(num_classes), values, late):
            return Finding(
                "plateau at ln K",
                f"{name} has stayed at {late.mean():.4f}, and ln({num_classes}) = "
                f"{math.log(num_classes):.4f}, for {iters[-1] - iters[since][0]:.0f} "
                "iterations: the net gives all classes the same probability",
                "it learns nothing: see the other findings; if there are none, look at "
                "whether labels belong to their images, whether all weights start at "
                "zero, and try another base_lr",
            )
    return None


def _lies_at(level, values, late):
    """Tell whether a loss has never left `level` and is not about to."""
    if abs(late.mean() - level) > 0.02 * level or values.min() < 0.8 * level:
        return False
    half = len(late) // 2
    old, new = late[:half], late[half:]
    noise = math.hypot(old.std() / len(old) ** 0.5, new.std() / len(new) ** 0.5)
    is_falling = old.mean() - new.mean() > max(3 * noise, 1e-3 * level)
    return not is_falling


def _rate_too_high(record, found, name, values):
    """Blame the steps if a run was sane at first and then ran away."""
    ran_away = found and found.name in (
        *("loss is not finite", "loss 87.3365", "diverging loss"),
    )
    is_sane = math.isfinite(values[0]) and not 0.5 * SATURATED < values[0] < 90
    if not (ran_away and is_sane and record.starts and len(values) > 1):
        return []
    finite = values[np.isfinite(values)]
    return [
        Finding(
            "learning rate too high",
            f"{name} started at {values[0]:.4g} and reached {finite.max():.4g} within "
            f"{record.num_iters:.0f} iterations; the learning rate is {record.rate()}",
            SMALLER_RATE,
        )
    ]


def _no_rate(record):
    rates = [rate for _, rate in record.rates]
    if not rates or max(rates) > 1e-6:
        return []
    fall = standstill(record)
    if fall is None and max(rates) > 0:
        return []
    seen = "" if fall is None else f"; the loss has fallen by {fall:.1%}"
    return [
        Finding(
            "learning rate too low",
            f"the learning rate was {max(rates):g} at most{seen}",
            "multiply base_lr by 10 until the loss falls visibly within 100 iterations",
        )
    ]


def _overfitting(record, name, iters, values):
    tests = record.tests.get(name, [])
    test_iters, test = _arrays(tests)
    if len(test) < 3 or not (np.isfinite(test).all() and np.isfinite(values).all()):
        return []
    best = int(np.argmin(test))
    train = float(values[-20:].mean())
    gap = test[-1] > 5 * train and test[-1] > 0.3 * test[0]
    turned = test[-1] > 1.25 * test[best] and test[-1] > 2 * train
    is_trained = train < 0.5 * float(np.median(values[:5]))
    if not (is_trained and (gap or turned)):
        return []
    return [
        Finding(
            "overfitting",
            f"{name}: {train:.4g} in training, but {test[-1]:.4g} on the test net at "
            f"iteration {test_iters[-1]:.0f}; the best test was {test[best]:.4g} at "
            f"iteration {test_iters[best]:.0f}",
            "more data, or mirrored and cropped ones; Dropout; a larger weight_decay; "
            "a smaller net; or stop at the best test",
        )
    ]
