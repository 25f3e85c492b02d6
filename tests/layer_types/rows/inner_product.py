from brew.testing import Case

BIAS = "bias_filler { type: 'uniform' }"
WEIGHT = "weight_filler { type: 'xavier' }"

CASES = [
    Case(
        "InnerProduct",
        f"inner_product_param {{ num_output: 4 {WEIGHT} {BIAS} }}",
        [(2, 3, 2)],
        refuses=[[()]],
    ),
    Case(
        "InnerProduct",
        f"inner_product_param {{ num_output: 4 bias_term: false {WEIGHT} }}",
        [(3, 5)],
        "no bias",
    ),
    Case(
        "InnerProduct",
        f"inner_product_param {{ num_output: 4 transpose: true {WEIGHT} {BIAS} }}",
        [(3, 5)],
        "transposed",
    ),
    Case(
        "InnerProduct",
        f"inner_product_param {{ num_output: 3 axis: -1 {WEIGHT} }}",
        [(2, 3, 4)],
        "last axis",
        resized=[(3, 2, 4)],
    ),
    Case(
        "InnerProduct",
        f"inner_product_param {{ num_output: 3 axis: 0 {WEIGHT} }}",
        [(2, 3)],
        "one item",
        resized=None,
    ),
    Case(
        "InnerProduct",
        f"inner_product_param {{ num_output: 1 {WEIGHT} }}",
        [(1, 1)],
        "smallest",
    ),
]
