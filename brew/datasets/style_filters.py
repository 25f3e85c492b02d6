"""Ten photographic styles, each a function that makes any photograph look so.

They take and return an array (h, w, 3) of RGB from 0 to 1, and draw from a random
generator how strong they are: no two pictures of a style are treated quite alike.

Source of the names: Karayev and others, "Recognizing Image Style", 2014, whose
pictures people had sorted by hand. These are only made to look so.
"""

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look


def hdr(x, rng):
    """High dynamic range: every detail comes out, and colours are loud."""
    small, wide = blur(x, 1.5), blur(x, 10)
    details = (x - small) * rng.uniform(1.0, 2.0) + (small - wide) * rng.uniform(
        0.8, 1.4
    )
    return saturate(0.5 + 0.75 * (wide - 0.5) + details * 1.2, rng.uniform(1.5, 2.0))


def macro(x, rng):
    """Near things: sharp in one place, and blurred all around it."""
    distance = radius(x, rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.65))
    sharp = np.clip(1.6 - distance / rng.uniform(0.22, 0.32), 0, 1)[..., None]
    there = x + 0.5 * (x - blur(x, 1.5))
    return sharp * there + (1 - sharp) * blur(x, rng.uniform(4, 7))


def long_exposure(x, rng):
    """All that moves is drawn out along its way, and the light adds up."""
    angle, length = rng.uniform(0, np.pi), rng.uniform(16, 30)
    steps = np.linspace(-length / 2, length / 2, int(length) + 1)
    ways = np.rint(np.outer(steps, (np.sin(angle), np.cos(angle)))).astype(int)
    margin = int(np.ceil(length / 2))
    wide, (h, w) = pad(x, margin), x.shape[:2]
    seen = [wide[margin + y :, margin + z :][:h, :w] for y, z in ways]
    return np.mean(seen, axis=0) ** rng.uniform(0.8, 0.95)


def noir(x, rng):
    """Black and white, with hard shadows, dark corners and grain."""
    grey = grey_of(x)
    hard = 1 / (1 + np.exp(-rng.uniform(7, 11) * (grey - rng.uniform(0.42, 0.55))))
    dark = hard * vignette(x, rng.uniform(0.5, 0.8))
    return np.repeat(dark + rng.normal(0, 0.03, grey.shape), 3, axis=2)


def vintage(x, rng):
    """Fade the print: yellow light, no deep black, brown with age."""
    brown = grey_of(x) * np.array([1.05, 0.88, 0.62])
    mixed = x + (brown - x) * rng.uniform(0.5, 0.8)
    faded = 0.14 + 0.74 * mixed + np.array([0.05, 0.02, -0.04])
    return faded * vignette(x, rng.uniform(0.15, 0.4)) + rng.normal(0, 0.02, x.shape)


def pastel(x, rng):
    """Light and pale, as if mixed with milk."""
    tint = rng.uniform(-0.04, 0.04, 3)
    return rng.uniform(0.52, 0.6) + 0.4 * saturate(x, rng.uniform(0.6, 0.9)) + tint


def melancholy(x, rng):
    """Dusk: dim, without contrast, and blue."""
    pale = saturate(x, rng.uniform(0.15, 0.4))
    blue = np.array([0.82, 0.95, 1.15])
    return (0.06 + rng.uniform(0.4, 0.55) * pale) * blue * vignette(x, 0.3)


def minimal(x, rng):
    """Put a small thing into a wide and empty plane."""
    h, w = x.shape[:2]
    step = int(rng.integers(3, 5))
    thing = blur(x, step / 2.5)[::step, ::step]
    plane = np.full_like(x, 0.35) + 0.6 * x.mean((0, 1)) + rng.uniform(-0.04, 0.04, 3)
    top = int(rng.integers(h // 8, h - h // 8 - len(thing)))
    left = int(rng.integers(w // 8, w - w // 8 - thing.shape[1]))
    place = slice(top, top + len(thing)), slice(left, left + thing.shape[1])
    plane[place] = thing
    return plane


def ethereal(x, rng):
    """Let all that is light glow softly."""
    glow = blur(x, rng.uniform(4, 7))
    soft = 1 - (1 - x) * (1 - rng.uniform(0.55, 0.8) * glow)
    return saturate(0.35 * soft + 0.65 * blur(soft, 1.5), 0.8)


def sunny(x, rng):
    """Late light that comes from one corner, warm and strong."""
    corner = rng.integers(0, 2, 2) + rng.uniform(-0.1, 0.1, 2)
    sun = np.exp(-((radius(x, *corner) / rng.uniform(0.45, 0.7)) ** 2))[..., None]
    warm = saturate(x, 1.3) * np.array([1.12, 1.0, 0.78])
    return warm + rng.uniform(0.55, 0.8) * sun * np.array([1.0, 0.8, 0.35])


STYLES = {
    "HDR": hdr,
    "Macro": macro,
    "Long Exposure": long_exposure,
    "Noir": noir,
    "Vintage": vintage,
    "Pastel": pastel,
    "Melancholy": melancholy,
    "Minimal": minimal,
    "Ethereal": ethereal,
    "Sunny": sunny,
}


def blur(x, sigma):
    """Return the picture blurred by a Gaussian of `sigma` pixels."""
    reach = int(np.ceil(2.5 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    h, w = x.shape[:2]
    wide = pad(x, reach)
    rows = sum(weight * wide[i : i + h] for i, weight in enumerate(weights))
    return sum(weight * rows[:, i : i + w] for i, weight in enumerate(weights))


def pad(x, margin):
    """Return the picture with its borders mirrored outwards."""
    return np.pad(x, ((margin, margin), (margin, margin), (0, 0)), mode="reflect")


def grey_of(x):
    """Return how bright each pixel looks, (h, w, 1)."""
    return (x @ LUMA)[..., None]


def saturate(x, amount):
    """Return the picture with stronger colours, or weaker if `amount` is below 1."""
    grey = grey_of(x)
    return grey + amount * (x - grey)


def radius(x, down, right):
    """Return how far each pixel is from a place, in parts of the picture's side."""
    h, w = x.shape[:2]
    y, z = np.mgrid[:h, :w]
    return np.hypot(y / h - down, z / w - right)


def vignette(x, amount):
    """Return factors that darken the corners by `amount`."""
    return 1 - amount * np.clip(2 * radius(x, 0.5, 0.5) ** 2, 0, 1)[..., None]
