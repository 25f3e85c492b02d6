"""Dropout, one number at a time."""

from brew.reference.activation import each


def forward(x, kept, ratio=0.5):
    """Return x / (1 - ratio) where kept, else 0."""
    return each(lambda x, kept: x / (1 - ratio) if kept else 0.0, x, kept)


def backward(dy, kept, ratio=0.5):
    """Return dy / (1 - ratio) where kept, else 0."""
    return each(lambda dy, kept: dy / (1 - ratio) if kept else 0.0, dy, kept)
