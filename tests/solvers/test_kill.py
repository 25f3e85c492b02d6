"""A training that is killed again and again loses nothing."""

import pytest

from tests.solvers import kill


@pytest.mark.slow
@pytest.mark.parametrize(("form", "kills"), [("BINARYPROTO", 6), ("HDF5", 3)])
def test_killed_trainings_resume_to_the_same_bytes(form, kills, tmp_path):
    pytest.importorskip("lmdb")
    if form == "HDF5":
        pytest.importorskip("h5py")
    report = kill.run(tmp_path, kills=kills, seed=3, form=form)
    assert report.kills == kills
    assert report.before_training < kills
