from brew.layer import TEST
from brew.testing import IN_TRAIN, Case

CASES = [
    Case("Dropout", "", [(3, 4, 5)], in_place=True, random=IN_TRAIN),
    Case(
        "Dropout",
        "dropout_param { dropout_ratio: 0.3 }",
        [(3, 4, 5)],
        "30 percent",
        in_place=True,
        random=IN_TRAIN,
    ),
    Case("Dropout", "", [(3, 4)], "at test", in_place=True, phase=TEST),
]
