"""Bugs to plant in the layers that read data, or write it, and in their sources."""

from tests.mutants.planted import LAYERS, Mutant

SOURCES = "brew/sources/"

MUTANTS = [
    # Images
    Mutant(
        SOURCES + "images.py",
        "self._start_round()  # draws the same order again",
        "self._place = 0",
        "ImageData",
        "state_resumes",
    ),
    Mutant(
        SOURCES + "images.py",
        "read_image(path, self.param.is_color)",
        "read_image(path, True)",
        "ImageData",
        "golden",
    ),
    Mutant(
        SOURCES + "images.py",
        "label[i] = entry.label",
        "label[i] = entry.line",
        "ImageData",
        "golden",
    ),
    Mutant(
        "brew/prefetching_layer.py",
        "return self._prefetcher.get_state()",
        "return self._prefetcher._batches.get_state()",
        "ImageData",
        "state_resumes",
    ),
    # Windows
    Mutant(
        SOURCES + "windows.py",
        "spans = slice(first, last + 1), slice",
        "spans = slice(first, last), slice",
        "WindowData",
        "golden",
    ),
    Mutant(
        SOURCES + "windows.py",
        "i < len(label) - num_foreground",
        "i >= num_foreground",
        "WindowData",
        "golden",
    ),
    Mutant(
        SOURCES + "windows.py",
        'self.rng.bit_generator.state = state["rng"]',
        "pass",
        "WindowData",
        "state_resumes",
    ),
    # Arrays
    Mutant(
        LAYERS + "hdf5_data.py",
        '{"data": data, "label": label}',
        '{"data": label, "label": data}',
        "HDF5Output",
        "golden",
    ),
    Mutant(
        LAYERS + "hdf5_data.py",
        "if wanted:\n                blob.diff[...] = 0.0",
        "if True:\n                blob.diff[...] = 0.0",
        "HDF5Output",
        "propagate_down_false_leaves_bottom_diff",
    ),
    Mutant(
        LAYERS + "memory_data.py",
        'self._place = state["place"]',
        "pass",
        "MemoryData",
        "state_resumes",
    ),
]
