import numpy as np
import pytest

from brew import surgery, zoo
from brew.errors import FileError, NetError
from brew.net import Net
from tests.surgery.helpers import IMAGE, conv, ip, layer, made, weights

SMALL = IMAGE + conv("c1", "data") + ip("ip1", "c1") + ip("ip2", "ip1", 3)


def actions(report):
    return {row[0]: row[1] for row in report}


def test_all_that_fits_is_copied():
    source, target = made(SMALL, 1), made(SMALL, 2)
    report = surgery.transplant(source, target)
    assert report.count("copied") == len(report) == 6
    for key, values in weights(source).items():
        assert np.array_equal(values, weights(target)[key])


def test_the_source_stays_as_it_was_and_shares_no_memory():
    source, target = made(SMALL, 1), made(SMALL, 2)
    before = weights(source)
    surgery.transplant(source, target)
    target.params["c1"][0].data[...] = 7
    assert all(np.array_equal(before[k], v) for k, v in weights(source).items())


def test_another_number_of_outputs_is_skipped_and_said():
    source = made(SMALL, 1)
    target = made(IMAGE + conv("c1", "data") + ip("ip1", "c1", 7), 2)
    before = weights(target)
    report = surgery.transplant(source, target)
    assert actions(report) == {
        "c1[0]": "copied",
        "c1[1]": "copied",
        "ip1[0]": "skipped",
        "ip1[1]": "skipped",
    }
    assert np.array_equal(weights(target)["ip1", 0], before["ip1", 0])
    assert "shapes differ" in repr(report)


def test_inner_product_weights_are_reshaped_into_kernels():
    source = made(IMAGE + ip("fc", "data", 5), 1)
    kernels = conv("fc", "data", 5, "kernel_h: 12 kernel_w: 10")
    target = made(IMAGE + kernels, 2)
    report = surgery.transplant(source, target)
    assert actions(report) == {"fc[0]": "reshaped", "fc[1]": "copied"}
    x = np.random.default_rng(0).normal(size=(2, 3, 12, 10))
    y, z = source.forward(data=x)["fc"], target.forward(data=x)["fc"]
    np.testing.assert_allclose(z.reshape(y.shape), y, rtol=1e-4, atol=1e-5)


def test_as_many_numbers_in_another_order_are_not_taken():
    source = made(IMAGE + ip("a", "data", 6) + ip("b", "a", 4), 1)
    target = made(IMAGE + ip("a", "data", 4) + ip("b", "a", 6), 2)
    assert actions(surgery.transplant(source, target))["b[0]"] == "skipped"


@pytest.mark.parametrize("flag", ["true", "false"])
def test_transposed_weights_are_not_mistaken(flag):
    square = IMAGE + ip("a", "data", 4) + ip("b", "a", 4)
    source = made(square, 1)
    target = made(square.replace("4 ", f"4 transpose: {flag} "), 2)
    wanted = "skipped" if flag == "true" else "copied"
    assert actions(surgery.transplant(source, target))["b[0]"] == wanted


def test_layers_of_one_name_and_different_types_stay_apart():
    source = made(IMAGE + layer("BatchNorm", "n", "data"), 1)
    target = made(IMAGE + layer("Scale", "n", "data", "y"), 2)
    report = surgery.transplant(source, target)
    assert actions(report) == {"n[0]": "skipped"}
    assert "the source is a BatchNorm, this a Scale" in repr(report)


def test_layers_can_be_chosen_and_renamed():
    source, target = made(SMALL, 1), made(SMALL.replace("ip2", "new"), 2)
    report = surgery.transplant(source, target, ["new"], {"new": "ip2"})
    assert actions(report) == {"new[0]": "copied", "new[1]": "copied"}
    assert np.array_equal(weights(target)["new", 0], weights(source)["ip2", 0])


def test_a_caffemodel_and_a_message_are_sources_too(tmp_path):
    source = made(SMALL, 1)
    source.save(tmp_path / "s.caffemodel")
    for given in (tmp_path / "s.caffemodel", source.to_proto()):
        target = made(SMALL, 2)
        assert surgery.transplant(given, target).count("copied") == 6
        assert np.array_equal(weights(target)["ip2", 0], weights(source)["ip2", 0])


def test_of_two_layers_of_one_name_the_first_gives():
    source, target = made(SMALL, 1).to_proto(), made(SMALL, 2)
    source.layer.append(made(SMALL, 3).to_proto().layer[-1])
    surgery.transplant(source, target)
    assert np.array_equal(weights(target)["ip2", 0], weights(made(SMALL, 1))["ip2", 0])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"layers": ["ip3"]}, r"target has no layer 'ip3'.* Did you mean 'ip"),
        ({"rename": {"ip1": "conv1"}}, "source has no layer 'conv1'"),
        ({"rename": {"ip9": "ip1"}}, "target has no layer 'ip9'"),
    ],
)
def test_a_wrong_name_is_an_error(options, words):
    with pytest.raises(NetError, match=words):
        surgery.transplant(made(SMALL), made(SMALL), **options)


def test_only_a_net_is_changed_in_place():
    with pytest.raises(NetError, match="the target must be a Net, .* not 'b.proto"):
        surgery.transplant(made(SMALL), "b.prototxt")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileError):
        surgery.transplant(tmp_path / "no.caffemodel", made(SMALL))


def test_the_report_is_a_table_for_people():
    report = surgery.transplant(made(SMALL, 1), made(SMALL.replace("ip2", "x"), 2))
    lines = repr(report).splitlines()
    assert lines[0].endswith("4 copied, 2 skipped")
    assert lines[1].split() == ["parameter", "action", "from", "to", "why"]
    assert len(lines) == 3 + 6
    html = report._repr_html_()
    assert html.count("<tr>") == 7
    assert "x[0]" in html


def test_lenet_learns_from_a_lenet_with_other_classes():
    source = Net(zoo.path("lenet") / "deploy.prototxt")
    target = Net(zoo.path("lenet") / "deploy.prototxt")
    assert surgery.transplant(source, target).count("copied") == 8
