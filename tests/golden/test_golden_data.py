"""The golden data is all there, and the README counts it right."""

import re

import pytest

from .golden_case import FOLDER, cases_in

README = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("folder", "count"), re.findall(r"^\| `(\w+)/` +\| +(\d+)", README, re.MULTILINE)
)
def test_readme_counts_the_cases(folder, count):
    assert len(cases_in(folder)) == int(count)


def test_every_type_of_caffe_has_cases():
    with_cases = {file.stem for file in (FOLDER / "layers").glob("*.npz")}
    assert len(with_cases) == 61
