"""The data set that is made: ten styles, and nothing of the test in the training."""

import shutil

import numpy as np
import pytest

from brew import datasets
from brew.datasets import style_filters, styles
from brew.datasets.style_filters import STYLES
from brew.errors import FileError

pytest.importorskip("skimage")
Image = pytest.importorskip("PIL.Image")

from tests.datasets.test_datasets import load_recipe  # noqa: E402


@pytest.fixture(scope="module")
def rendered():
    """Two patches of each photograph, in all styles."""
    return {
        split: styles.render(split, 2 * len(photos))
        for split, photos in styles.PHOTOS.items()
    }


@pytest.fixture
def few(tmp_path, monkeypatch):
    """A cache of its own, and fewer patches."""
    monkeypatch.setenv("BREW_DATA", str(tmp_path))
    monkeypatch.setattr(styles, "NUM_PATCHES", {"train": 4, "test": 3})
    return tmp_path


@pytest.fixture
def photo():
    y, x = np.mgrid[:96, :96] / 96
    waves = 0.5 + 0.4 * np.sin(40 * x) * np.cos(30 * y)
    return np.stack([waves, 0.7 * waves + 0.2 * y, 0.5 * waves], axis=2)


def test_no_photograph_is_in_both_splits(rendered):
    sources = {split: set(made[2]) for split, made in rendered.items()}
    assert not sources["train"] & sources["test"]
    for split, photos in styles.PHOTOS.items():
        assert sources[split] == {photo.name for photo in photos}


def test_each_source_is_the_photograph_that_the_picture_shows():
    photos = styles.PHOTOS["test"]
    images, labels, sources = styles.render("test", len(photos))
    pastel = list(STYLES).index("Pastel")  # which leaves everything in its place
    for number, photo in enumerate(photos):
        rng = np.random.default_rng([styles.SEED, 1, number])
        patch = styles.cut(styles.load_photo(photo), rng).mean(axis=2)
        of_photo = [source == photo.name for source in sources]
        (picture,) = images[(labels == pastel) & of_photo].mean(axis=1)
        assert np.corrcoef(picture.ravel(), patch.ravel())[0, 1] > 0.95


def test_pictures_are_small_colour_images_of_all_styles(rendered):
    for split, (images, labels, _) in rendered.items():
        num = 2 * len(styles.PHOTOS[split])
        assert images.shape == (10 * num, 3, 128, 128)
        assert images.dtype == labels.dtype == np.uint8
        assert np.bincount(labels).tolist() == [num] * 10


def test_what_is_to_be_seen_says_nothing_about_the_style(rendered):
    for _, labels, sources in rendered.values():
        for source in set(sources):
            of_source = [
                label for label, s in zip(labels, sources, strict=True) if s == source
            ]
            assert np.bincount(of_source).tolist() == [2] * 10


def test_the_same_pictures_are_made_every_time(rendered):
    again = styles.render("test", 6)
    for one, other in zip(rendered["test"], again, strict=True):
        assert np.array_equal(one, other)


def test_the_styles_are_in_random_order(rendered):
    labels = rendered["train"][1]
    assert len(set(labels[:10])) < 10


def test_channels_are_blue_green_red(rendered):
    images, labels, _ = rendered["train"]
    blue, _, red = images[labels == list(STYLES).index("Vintage")].mean(axis=(0, 2, 3))
    assert red > blue + 10


def test_the_sample_shows_what_is_made():
    recipe = load_recipe("styles")
    stored = np.asarray(Image.open(datasets.ROOT / "styles" / "sample.jpg"), float)
    made = recipe.sample()
    assert made.shape == stored.shape == (3 * 128, 10 * 128, 3)
    blocks = (made - stored).reshape(48, 8, 160, 8, 3).mean(axis=(1, 3))  # JPEG's own
    tiles = abs(blocks).reshape(3, 16, 10, 16, 3).mean(axis=(1, 3, 4))
    assert tiles.max() < 3  # HDR: JPEG spreads its colours
    assert tiles[:, 1:].max() < 1.6


def test_the_recipe_writes_files_and_sample(few, monkeypatch):
    recipe = load_recipe("styles")
    recipe.main(few)
    assert (few / "sample.jpg").stat().st_size < 300_000
    assert all((few / file).is_file() for file in styles.FILES)


def test_it_is_made_in_the_cache_at_first_use(few, monkeypatch):
    made = datasets.load("styles")
    assert made.train_images.shape == (40, 3, 128, 128)
    assert made.test_labels.shape == (30,)
    assert datasets.find("styles") == few / "styles"
    monkeypatch.setattr(styles, "render", None)  # not again
    assert np.array_equal(datasets.load("styles").test_images, made.test_images)


def test_fetching_makes_it(few):
    assert datasets.find("styles") is None
    assert datasets.fetch("styles") == few / "styles" == datasets.find("styles")


def test_a_database_of_it_is_made(few, in_tmp_path):
    assert datasets.find_database("styles_test_lmdb") == few / "styles_test_lmdb"


def test_images_of_the_wrong_number_of_axes_are_refused(few):
    datasets.load("styles")
    folder = few / "styles"
    shutil.copy(folder / styles.FILES[1], folder / styles.FILES[0])
    with pytest.raises(FileError, match="do not belong together"):
        datasets.load("styles")


@pytest.mark.parametrize("name", STYLES)
def test_every_style_keeps_shape_and_draws_its_strength(photo, name):
    before = photo.copy()
    one, other, again = (
        STYLES[name](photo, np.random.default_rng(seed)) for seed in (1, 2, 1)
    )
    assert one.shape == photo.shape
    assert np.array_equal(one, again)
    assert abs(one - other).max() > 0.01
    assert abs(np.clip(one, 0, 1) - photo).mean() > 0.02
    assert np.array_equal(photo, before)


def draw(name, photo):
    picture = STYLES[name](photo, np.random.default_rng(0))
    return np.clip(picture, 0, 1)


def colourfulness(picture):
    return np.ptp(picture, axis=2).mean()


def sharpness(picture):
    return abs(np.diff(style_filters.grey_of(picture)[..., 0])).mean()


def test_styles_look_as_they_are_called(photo):
    assert colourfulness(draw("Noir", photo)) < 1e-6
    assert colourfulness(draw("HDR", photo)) > 1.2 * colourfulness(photo)
    assert colourfulness(draw("Melancholy", photo)) < 0.5 * colourfulness(photo)
    assert sharpness(draw("Long Exposure", photo)) < 0.7 * sharpness(photo)
    assert draw("Pastel", photo).min() > 0.4
    assert draw("Melancholy", photo).mean() < 0.7 * photo.mean()
    red, _, blue = draw("Melancholy", photo).mean(axis=(0, 1))
    assert blue > 1.1 * red
    assert draw("Ethereal", photo).mean() > photo.mean()
    red, _, blue = draw("Sunny", photo).mean(axis=(0, 1))
    assert red - blue > 1.2 * (photo[..., 0] - photo[..., 2]).mean()


def test_macro_is_sharp_in_one_place_only(photo):
    picture = draw("Macro", photo)
    changes = abs(np.diff(picture, axis=1)).mean(axis=2)
    assert changes[32:64, 32:64].mean() > 2 * changes[:16].mean()


def test_minimal_is_mostly_one_plane(photo):
    picture = draw("Minimal", photo)[..., 0]
    counts = np.unique(picture, return_counts=True)[1]
    assert counts.max() > 0.8 * photo.shape[0] * photo.shape[1]


def test_a_blur_keeps_a_flat_picture_and_the_mean(photo):
    flat = np.full((20, 20, 3), 0.3)
    assert np.allclose(style_filters.blur(flat, 3), 0.3)
    assert np.isclose(style_filters.blur(photo, 2).mean(), photo.mean(), atol=0.01)
