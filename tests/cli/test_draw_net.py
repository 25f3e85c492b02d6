"""``python -m brew draw_net``."""

import pytest

from brew import zoo

LENET = str(zoo.path("lenet") / "train_test.prototxt")
STARTS = {
    "svg": b"<svg",
    "png": b"\x89PNG",
    "pdf": b"%PDF",
    "dot": b"digraph",
    "": b"<svg",
}


@pytest.mark.parametrize("form", STARTS)
def test_the_name_says_the_form(brew, in_tmp_path, form):
    name = f"net.{form}" if form else "net"
    code, out, _ = brew("draw_net", LENET, name)
    assert (code, out) == (0, f"Wrote {name}\n")
    assert (in_tmp_path / name).read_bytes().startswith(STARTS[form])


def test_a_phase_can_be_chosen(brew, in_tmp_path):
    pictures = {}
    for phase in ("ALL", "TRAIN", "TEST"):
        assert brew("draw_net", LENET, "net.svg", f"--phase={phase}")[0] == 0
        pictures[phase] = (in_tmp_path / "net.svg").read_text()
    assert ["accuracy" in picture for picture in pictures.values()] == [
        True,
        False,
        True,
    ]
    assert ["TEST only" in picture for picture in pictures.values()] == [
        True,
        False,
        False,
    ]


def test_a_direction_can_be_chosen(brew, in_tmp_path):
    sizes = {}
    for rankdir in ("BT", "LR"):
        assert brew("draw_net", LENET, "net.svg", f"--rankdir={rankdir}")[0] == 0
        head = (in_tmp_path / "net.svg").read_text()
        sizes[rankdir] = [
            float(head.split(f"{k}='")[1].split("'")[0]) for k in ("width", "height")
        ]
    assert sizes["BT"][0] < sizes["BT"][1]
    assert sizes["LR"][0] > sizes["LR"][1]


def test_an_unknown_form_or_net_is_told(brew, in_tmp_path):
    code, _, err = brew("draw_net", LENET, "net.pngg")
    assert code == 1
    assert "pictures cannot be written as 'pngg'. Did you mean 'png'?" in err
    code, _, err = brew("draw_net", "gone.prototxt", "net.svg")
    assert code == 1
    assert "gone.prototxt: no such file" in err
    assert list(in_tmp_path.iterdir()) == []
