"""Time brew beside PyTorch, in turns, on the same number of threads.

python -m benchmarks nets [lenet ...]
python -m benchmarks memory [lenet ...]
python -m benchmarks layers [conv2 ...]
python -m benchmarks convolutions [VGG ...]
python -m benchmarks overhead
python -m benchmarks depth
"""

import argparse
import os
import platform
import sys
from datetime import date

import numpy as np

from benchmarks import convolutions, depth, layers, memory, nets, overhead
from brew import backend

WHAT = "nets", "memory", "layers", "convolutions", "overhead", "depth"


def main():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Time brew beside PyTorch."
    )
    parser.add_argument("what", choices=WHAT)
    parser.add_argument(
        "names", nargs="*", help="only those with a word that begins so"
    )
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7, help="turns of each")
    parser.add_argument("--seconds", type=float, default=0.3, help="length of a turn")
    args = parser.parse_args()
    if args.what == "overhead":
        overhead.run(args.names)
        return
    if args.what == "depth":
        depth.run()
        return
    torch = torch_or_exit()
    print(machine(torch))
    if args.what == "memory":
        print_memory(memory.run(chosen(nets.TABLE, args.names)))
        return
    for threads in args.threads:
        backend.set_num_threads(threads)
        torch.set_num_threads(threads)
        print(f"\n{threads} thread{'s' * (threads > 1)}\n")
        settings = args.rounds, args.seconds
        if args.what == "nets":
            print_table(nets.run(chosen(nets.TABLE, args.names), *settings))
        elif args.what == "layers":
            print_table(layers.run(chosen(layers.TABLE, args.names), *settings))
        else:
            convolutions.run(chosen(convolutions.table(), args.names), *settings)


def chosen(table, parts):
    """Return the rows whose names have a word that begins with one of these, or all."""
    return {
        name: row
        for name, row in table.items()
        if not parts or any(f" {part}" in f" {name}" for part in parts)
    }


def print_memory(results):
    print("| net | brew, MiB | PyTorch, MiB | brew relative to PyTorch |")
    print("| --- | ---: | ---: | ---: |")
    for name, ours, theirs in results:
        print(
            f"| {name} | {ours:.0f} | {theirs:.0f} | {ours / theirs:.2f} |", flush=True
        )


def print_table(results):
    print("| what | brew, ms | speed relative to PyTorch | lowest – highest |")
    print("| --- | ---: | ---: | ---: |")
    for name, result in results:
        print(
            f"| {name} | {result.seconds * 1e3:.2f} | {result.ratio:.2f} "
            f"| {result.low:.2f} – {result.high:.2f} |",
            flush=True,
        )


def machine(torch):
    """Return a line that says where and with what the numbers were taken."""
    cores = len(os.sched_getaffinity(0))
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    return (
        f"{date.today()}: {cpu_name()}, {cores} cores, load {load}; Python "
        f"{platform.python_version()}, NumPy {np.__version__}, "
        f"PyTorch {torch.__version__}"
    )


def cpu_name():
    try:
        with open("/proc/cpuinfo") as file:
            lines = [line for line in file if line.startswith("model name")]
        return lines[0].partition(":")[2].strip()
    except (OSError, IndexError):
        return platform.processor() or platform.machine()


def torch_or_exit():
    try:
        import torch
    except ImportError:
        sys.exit(
            "the benchmarks compare with PyTorch, which is not installed; "
            "install it with: pip install torch"
        )
    return torch


if __name__ == "__main__":
    main()
