from brew.testing import Case, choices

FILLERS = "weight_filler { type: 'uniform' } bias_filler { type: 'uniform' }"
INDICES = choices(0, 3, 1, 3)


def embed(proto, bottoms, id, **options):
    options |= {"samples": INDICES, "gradient_to": ()}
    text = f"embed_param {{ {proto} {FILLERS} }}"
    return Case("Embed", text, bottoms, id, **options)


CASES = [
    embed("input_dim: 4 num_output: 3", [(5,)], "words"),
    embed("input_dim: 5 num_output: 2", [(2, 3)], "sentences"),
    embed("input_dim: 4 num_output: 1 bias_term: false", [(6,)], "no bias"),
]
