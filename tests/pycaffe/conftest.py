"""What these tests share: files in a folder of their own."""

import pytest


@pytest.fixture
def write(tmp_path):
    """Write a text file and return its path as text, as scripts have it."""

    def write(text, name="net.prototxt"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write
