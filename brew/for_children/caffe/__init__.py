"""What ``import caffe`` finds in the processes that ``brew run`` starts: brew."""

import brew.as_caffe  # noqa: F401  puts brew into the place of this module
