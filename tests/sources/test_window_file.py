"""Window files, as R-CNN writes them."""

import numpy as np
import pytest

from brew.errors import SourceError
from brew.sources.window_file import read_windows

GOOD = """\
# 0
photos/my cat.jpg
3
375
500
4
8 0.91 34 50 210 300
8 0.5 1 2 3 4
3 0.49 5 6 7 8
2 0.3 300 10 420 90

# 1
b.png
3
20
30
1
0 0.0 -2 0 29 19
"""


@pytest.fixture
def path(in_tmp_path):
    def write(text):
        (in_tmp_path / "windows.txt").write_text(text, encoding="utf-8")
        return "windows.txt"

    return write


def test_windows_are_sorted_by_their_overlap(path):
    images, background, foreground = read_windows(path(GOOD))
    assert images == ["photos/my cat.jpg", "b.png"]
    assert foreground.tolist() == [[0, 8, 34, 50, 210, 300], [0, 8, 1, 2, 3, 4]]
    assert background.tolist() == [
        [0, 0, 5, 6, 7, 8],
        [0, 0, 300, 10, 420, 90],
        [1, 0, -2, 0, 29, 19],
    ]


def test_windows_between_the_thresholds_are_left_out(path):
    _, background, foreground = read_windows(path(GOOD), 0.6, 0.4)
    assert foreground[:, 2].tolist() == [34]
    assert background[:, 2].tolist() == [300, -2]


def test_other_line_ends_and_blanks_make_no_difference(path):
    spaced = "\ufeff" + GOOD.replace("\n", " \r\n").replace("# 1", "#1")
    images, background, _ = read_windows(path(spaced))
    assert images == ["photos/my cat.jpg", "b.png"]
    assert len(background) == 3


def test_many_windows_take_little_memory(path):
    windows = "".join(f"1 {i % 2} {i} 0 {i} 0\n" for i in range(1000))
    text = f"# 0\na.png\n3\n1\n1000\n1000\n{windows}"
    _, background, foreground = read_windows(path(text))
    assert background.nbytes == foreground.nbytes == 500 * 6 * 4
    assert np.array_equal(foreground[:, 2], np.arange(1, 1000, 2))


def without_line(number):
    lines = GOOD.splitlines(keepends=True)
    return "".join(lines[: number - 1] + lines[number:])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", ": the window file is empty; list an image"),
        ("a.png\n", "line 1: '# 0', the next image, is due; it reads 'a.png'"),
        (GOOD.replace("# 0", "# 3"), "line 1: image 0 is due; it reads '# 3'"),
        (GOOD.replace("# 1", "# 0"), "line 12: image 1 is due; it reads '# 0'"),
        (without_line(5), "line 6: the number of windows is due; it reads '8 0.91 34 "),
        (without_line(11).replace("4\n8", "5\n8"), "line 11: a window .label overlap"),
        (
            GOOD.replace("4\n8", "3\n8"),
            "line 10: '# 1', the next image, is due; it ",
        ),
        (
            GOOD.replace("3\n375", "1\n375"),
            "3: images are read in colour, so this must",
        ),
        (GOOD.replace("375", "tall"), "line 4: the height of the image is due; it "),
        (GOOD.replace("500", "-5"), "line 5: the width of the image is due; it reads "),
        (
            GOOD.replace("34 50", "34"),
            "line 7: a window .label overlap x1 y1 x2 y2. is",
        ),
        (GOOD.replace("34 50", "3.4 50"), "line 7: a window"),
        (GOOD.replace("0.91", "much"), "line 7: a window"),
        (GOOD.replace("34 50", "34 99999999999"), "line 7: a window"),
        (
            GOOD.replace("34 50", "211 50"),
            "line 7: x1 > x2, or y1 > y2; it reads '8 0.",
        ),
        (GOOD.replace("50 210 300", "301 210 300"), "line 7: x1 > x2, or y1 > y2"),
        (
            GOOD.replace("8 0.5", "0 0.5"),
            "line 8: a foreground window needs a label ab",
        ),
        (
            GOOD.replace("\n1\n0 0", "\n2\n0 0"),
            "the file ends where a window .* is due",
        ),
        (
            "# 0\na.png\n",
            "the file ends where the number of channels is due; is it whole",
        ),
        (
            GOOD.replace("0.91", "0.1").replace("0.5", "0"),
            "no window is foreground; cha",
        ),
        (
            "# 0\na.png\n3\n1\n1\n1\n1 1 0 0 0 0",
            "no window is background; change fg_th",
        ),
    ],
)
def test_a_wrong_line_is_told_with_its_number(path, text, message):
    with pytest.raises(SourceError, match=f"^windows.txt.*{message}"):
        read_windows(path(text))


def test_a_missing_file_is_an_error(in_tmp_path):
    with pytest.raises(SourceError, match="no such file.*a window file is needed here"):
        read_windows("windows.txt")
