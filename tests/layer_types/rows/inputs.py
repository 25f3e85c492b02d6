from brew.testing import ALWAYS, Case

NO_BACKWARD = {"backward": False, "gradient_to": ()}

CASES = [
    Case("Input", "input_param { shape { dim: 2 dim: 3 } }", **NO_BACKWARD),
    Case("Input", "", id="without a shape", tops=2, **NO_BACKWARD),
    Case(
        "DummyData",
        "dummy_data_param { shape { dim: 2 dim: 3 } }",
        id="zeros",
        **NO_BACKWARD,
    ),
    Case(
        "DummyData",
        "dummy_data_param { num: 2 channels: 3 height: 1 width: 2 "
        "data_filler { value: 3 } data_filler { type: 'uniform' } }",
        id="old form",
        tops=2,
        random=ALWAYS,
        **NO_BACKWARD,
    ),
    Case("Parameter", "parameter_param { shape { dim: 2 dim: 3 } }", gradient_to=()),
]
