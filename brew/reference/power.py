"""Powers, one number at a time."""

from brew.reference.activation import each


def forward(x, power=1.0, scale=1.0, shift=0.0):
    """Return (shift + scale x)^power."""
    return each(lambda x: (shift + scale * x) ** power, x)


def backward(dy, x, power=1.0, scale=1.0, shift=0.0):
    """Return dy power scale (shift + scale x)^(power - 1)."""
    return each(
        lambda dy, x: dy * power * scale * (shift + scale * x) ** (power - 1), dy, x
    )
