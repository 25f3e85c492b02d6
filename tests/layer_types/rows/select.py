from brew.testing import Case, choices, exactly, lopsided

CASES = [
    Case("Silence", "", [(2, 3)]),
    Case("Silence", "", [(2, 3), (4,), ()], "of three", resized=[(3, 1), (2,), ()]),
    Case(
        "Filter",
        "",
        [(5, 2), (5, 3, 1), (5,)],
        samples=[lopsided(), lopsided(), exactly([0, 1, 1, 0, -2])],
        tops=2,
        gradient_to=(0, 1),
        resized=None,
        xfail=dict.fromkeys(
            ["shapes", "arrays_are_written_not_replaced"],
            "how many items pass is known when the selector is filled",
        ),
    ),
    Case(
        "Filter",
        "",
        [(3, 2), (3, 1)],
        "of all",
        samples=[lopsided(), choices(1)],
        gradient_to=(0,),
        refuses=[[(3, 2), (2,)], [(3, 2), (3, 2)]],
    ),
    Case(
        "BatchReindex",
        "",
        [(3, 2), (5,)],
        samples=[lopsided(), choices(2, 0, 2)],
        gradient_to=(0,),
        refuses=[[(3, 2), (5, 1)], [(1, 2), (3,)]],
    ),
    Case(
        "BatchReindex",
        "",
        [(4,), (2,)],
        "of numbers",
        samples=[lopsided(), choices(3, 1)],
        gradient_to=(0,),
    ),
]
