from brew.testing import Case

CASES = [
    Case("Silence", "", [(2, 3)]),
    Case("Silence", "", [(2, 3), (4,), ()], "of three", resized=[(3, 1), (2,), ()]),
]
