from brew.testing import Case, choices, exactly, lopsided

LABELS = [lopsided(), choices(0, 1, 2)]


def accuracy(proto, bottoms, id, samples=LABELS, **options):
    options |= {"gradient_to": (), "backward": False}
    return Case("Accuracy", proto, bottoms, id, samples=samples, **options)


def argmax(proto, bottoms, id, samples=None, **options):
    options |= {"samples": samples or lopsided(), "gradient_to": (), "backward": False}
    return Case("ArgMax", f"argmax_param {{ {proto} }}", bottoms, id, **options)


CASES = [
    accuracy("", [(7, 3), (7,)], "classes", refuses=[[(7, 3), (6,)], [(7,), (7,)]]),
    accuracy("accuracy_param { top_k: 2 }", [(7, 3), (7,)], "top 2"),
    accuracy("", [(7, 3), (7,)], "each class", tops=2),
    accuracy("accuracy_param { axis: -1 }", [(2, 4, 3), (2, 4)], "last axis"),
    accuracy("", [(2, 3, 2, 2), (2, 1, 2, 2)], "image", tops=2),
    accuracy(
        "accuracy_param { ignore_label: 1 }", [(7, 3), (7,)], "one ignored", tops=2
    ),
    accuracy("", [(3, 3), (3,)], "ties", [exactly([1] * 9), choices(2)], resized=None),
    argmax("", [(3, 2, 2)], "of an item"),
    argmax("top_k: 3 out_max_val: true", [(2, 5)], "of an item, top 3, with values"),
    argmax("axis: 1 top_k: 2", [(2, 4, 3)], "top 2 along an axis"),
    argmax("axis: -1 out_max_val: true", [(2, 4, 3)], "values along an axis"),
    argmax("top_k: 2", [(2, 2, 3, 2)], "with ties", choices(1, 2, 3)),
    argmax("axis: 2", [(2, 3, 4)], "no such axis", refuses=[[(2, 3)], [()]]),
]
