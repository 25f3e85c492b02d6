"""Damage files and read them: ``python -m tests.fuzz --count 100000 --seed 1``.

Prints for each kind of file how many inputs were read and refused, and every defect
with the numbers of its inputs. ``--kind lmdb --only 4711`` shows one input again.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.campaign import Campaign
from tests.fuzz.kinds import KINDS


def main(argv=None):
    """Run the campaigns; return the number of defects."""
    parser = argparse.ArgumentParser("tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="inputs in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only these")
    parser.add_argument("--only", type=int, help="show the input with this number")
    given = parser.parse_args(argv)
    if given.only is not None:
        return show(given.kind[0], given.seed, given.only)
    names = given.kind or list(KINDS)
    shares = sum(KINDS[name].share for name in names)
    defects = 0
    for name in names:
        count = max(1, given.count * KINDS[name].share // shares)
        defects += run(name, given.seed, range(given.first, given.first + count))
    print(f"{defects} defects")
    return defects


def run(name, seed, numbers):
    """Run one campaign, print what came of it; return the number of defects."""
    campaign, start = Campaign(name, seed), time.monotonic()
    campaign.run(numbers)
    speed = len(numbers) / (time.monotonic() - start)
    counts = ", ".join(f"{n} {what}" for what, n in campaign.outcomes.most_common())
    print(f"{name}: {len(numbers)} inputs, {speed:.0f}/s: {counts}")
    print("    slowest: {:.2f} s, number {}".format(*campaign.slowest), flush=True)
    for problem, inputs in campaign.findings.items():
        print(f"    DEFECT {problem}")
        print(f"        {len(inputs)} inputs: {inputs[:5]}", flush=True)
    return len(campaign.findings)


def show(name, seed, number):
    """Read one input without any net below it, so that its traceback is seen."""
    with tempfile.TemporaryDirectory() as folder:
        kind = KINDS[name](folder)
        content = Campaign(name, seed).content(kind, kind.good(), number)
        print(content if len(content) < 5000 else f"{content[:5000]} ...")
        Path("fuzz_input").write_bytes(content)
        kind.read(content)
    return 0


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
