"""Malformed prototxts: where the error must point, and what it must say.

One row: what is wrong, the kind of message, the text, the line and the column of the
mistake, and a part of the problem's description.
"""

from typing import NamedTuple

from brew.proto.caffe_pb2 import NetParameter, SolverParameter

CONV = 'name: "net"\nlayer {\n  name: "conv1"\n  type: "Convolution"\n'


class Bad(NamedTuple):
    what: str
    kind: type
    text: str
    line: int
    column: int
    says: str


BAD = [
    # names
    Bad(
        "unknown field",
        NetParameter,
        CONV + "  convolution_param {\n    kernal_size: 5\n  }\n}\n",
        *(6, 5),
        "'kernal_size' is not a field of 'convolution_param' (ConvolutionParameter). "
        "Did you mean 'kernel_size'?",
    ),
    Bad(
        "unknown field at the top",
        NetParameter,
        '# a net\nnme: "x"\n',
        *(2, 1),
        "'nme' is not a field of NetParameter. Did you mean 'name'?",
    ),
    Bad(
        "field with a capital",
        NetParameter,
        'layer { Name: "x" }',
        *(1, 9),
        "Did you mean 'name'?",
    ),
    Bad(
        "field of the type's own message",
        NetParameter,
        CONV + "  num_output: 20\n}\n",
        *(5, 3),
        "It belongs inside convolution_param { }.",
    ),
    Bad(
        "field of several messages",
        NetParameter,
        'layer { name: "x" num_output: 20 }',
        *(1, 19),
        "It belongs inside convolution_param, embed_param, inner_product_param, "
        "recurrent_param { }.",
    ),
    Bad(
        "field of very many messages",
        NetParameter,
        "layer { engine: CAFFE }",
        *(1, 9),
        ", ... { }.",
    ),
    Bad(
        "bottom outside of its layer",
        NetParameter,
        'layer { name: "x" }\nbottom: "data"\n',
        *(2, 1),
        "It belongs inside layer, layers { }.",
    ),
    Bad(
        "solver read as net",
        NetParameter,
        'net: "lenet.prototxt"\nbase_lr: 0.01\n',
        *(1, 1),
        "It is a field of a solver: is this the right file?",
    ),
    Bad(
        "net read as solver",
        SolverParameter,
        'layer { name: "x" }\n',
        *(1, 1),
        "is not a field of SolverParameter. It belongs inside net_param, ",
    ),
    Bad(
        "extension",
        NetParameter,
        'name: "x"\n[caffe.extra]: 3\n',
        *(2, 1),
        "a field name was expected, not '['",
    ),
    Bad(
        "number for a name",
        NetParameter,
        "layer { loss_weight: 0,5 }",
        *(1, 24),
        "a field name was expected, not '5'",
    ),
    Bad(
        "text for a name",
        NetParameter,
        '"name": "x"',
        *(1, 1),
        "a field name was expected, not '\"name\"'",
    ),
    # braces
    Bad(
        "block that is never closed",
        NetParameter,
        CONV + "  convolution_param {\n    num_output: 5\n  }\n",
        *(2, 1),
        "the block 'layer' is never closed: add a '}'",
    ),
    Bad(
        "inner block that is never closed",
        NetParameter,
        'layer {\n  name: "x"\n  convolution_param {\n',
        *(3, 3),
        "the block 'convolution_param' is never closed",
    ),
    Bad(
        "brace missing before the next layer",
        NetParameter,
        CONV + "  convolution_param { num_output: 5 }\nlayer { }\n",
        *(6, 1),
        "is a '}' missing, to close the 'layer' of line 2?",
    ),
    Bad(
        "brace missing inside a layer",
        NetParameter,
        CONV + '  convolution_param {\n    num_output: 5\n  bottom: "x"\n}\n',
        *(7, 3),
        "is a '}' missing, to close the 'convolution_param' of line 5?",
    ),
    Bad(
        "one brace too many",
        NetParameter,
        'layer { name: "x" }\n}\n',
        *(2, 1),
        "this closes nothing: every block is closed already",
    ),
    Bad(
        "angle too many",
        NetParameter,
        'name: "x" >',
        *(1, 11),
        "this closes nothing",
    ),
    Bad(
        "braces of two kinds",
        NetParameter,
        'layer < name: "x" }',
        *(1, 19),
        "a field name was expected, not '}'",
    ),
    Bad(
        "message without a block",
        NetParameter,
        "layer { relu_param: 0.1 }",
        *(1, 21),
        "'relu_param' opens a block: write relu_param { ... }",
    ),
    Bad(
        "name of a message and then nothing",
        NetParameter,
        "layer\n",
        *(1, 6),
        "'layer' opens a block",
    ),
    Bad(
        "block for a number",
        NetParameter,
        "layer { pooling_param { kernel_size { } } }",
        *(1, 37),
        "':' is missing behind 'kernel_size', which takes a whole number from 0 on",
    ),
    # colons, separators, lists
    Bad(
        "no colon",
        NetParameter,
        'name "x"',
        *(1, 6),
        "':' is missing behind 'name', which takes a text in quotes",
    ),
    Bad(
        "equals sign",
        NetParameter,
        'name = "x"',
        *(1, 6),
        "unexpected character '=' (EQUALS SIGN)",
    ),
    Bad(
        "two separators",
        NetParameter,
        'name: "x";;',
        *(1, 11),
        "a field name was expected, not ';'",
    ),
    Bad(
        "list without commas",
        NetParameter,
        "layer { loss_weight: [1 2] }",
        *(1, 25),
        "',' or ']' is missing in the list of 'loss_weight'",
    ),
    Bad(
        "list that is never closed",
        NetParameter,
        "input_dim: [1, 2",
        *(1, 17),
        "',' or ']' is missing in the list of 'input_dim'",
    ),
    Bad(
        "list with a comma too many",
        NetParameter,
        "input_dim: [1, 2,]",
        *(1, 18),
        "'input_dim' takes a whole number, not ']'",
    ),
    Bad(
        "list for a single field",
        NetParameter,
        'name: ["a", "b"]',
        *(1, 7),
        "'name' takes a text in quotes, not '['",
    ),
    # numbers
    Bad(
        "word for a whole number",
        SolverParameter,
        "max_iter: many",
        *(1, 11),
        "'max_iter' takes a whole number, not 'many'",
    ),
    Bad(
        "fraction for a whole number",
        SolverParameter,
        "base_lr: 0.01\nmax_iter: 1e4\n",
        *(2, 11),
        "'max_iter' takes a whole number, not '1e4'",
    ),
    Bad(
        "negative size",
        NetParameter,
        "layer { pooling_param { kernel_size: -2 } }",
        *(1, 38),
        "'kernel_size' takes a whole number from 0 to 4294967295, not -2",
    ),
    Bad(
        "whole number that is too large",
        SolverParameter,
        "max_iter: 3000000000",
        *(1, 11),
        "from -2147483648 to 2147483647, not 3000000000",
    ),
    Bad(
        "long whole number that is too large",
        SolverParameter,
        "random_seed: 9223372036854775808",
        *(1, 14),
        "from -9223372036854775808 to 9223372036854775807",
    ),
    Bad(
        "number with a letter",
        NetParameter,
        "layer { pooling_param { kernel_size: 3x3 } }",
        *(1, 38),
        "not '3x3'",
    ),
    Bad(
        "octal number with a 9",
        SolverParameter,
        "max_iter: 0900",
        *(1, 11),
        "takes a whole number, not '0900'",
    ),
    Bad(
        "half an exponent",
        SolverParameter,
        "base_lr: 1e",
        *(1, 10),
        "'base_lr' takes a number, not '1e'",
    ),
    Bad(
        "two decimal points",
        SolverParameter,
        "base_lr: 0.0.1",
        *(1, 10),
        "'base_lr' takes a number, not '0.0.1'",
    ),
    Bad(
        "number in quotes",
        SolverParameter,
        'base_lr: "0.01"',
        *(1, 10),
        "'base_lr' takes a number, not \"0.01\": leave out the quotes",
    ),
    Bad(
        "number missing before the brace",
        NetParameter,
        "layer { dropout_param { dropout_ratio: } }",
        *(1, 40),
        "'dropout_ratio' takes a number, not '}'",
    ),
    Bad(
        "minus and nothing",
        SolverParameter,
        "base_lr: -\n",
        *(1, 10),
        "'base_lr' takes a number, but the text ends here",
    ),
    # true and false, enums
    Bad(
        "yes for true",
        NetParameter,
        "force_backward: yes",
        *(1, 17),
        "'force_backward' takes true or false, not 'yes'",
    ),
    Bad(
        "2 for true",
        NetParameter,
        "force_backward: 2",
        *(1, 17),
        "takes true or false, not '2'",
    ),
    Bad(
        "unknown word of an enum",
        NetParameter,
        "layer { pooling_param { pool: AVERAGE } }",
        *(1, 31),
        "'pool' takes one of MAX, AVE, STOCHASTIC, not 'AVERAGE'. Did you mean 'AVE'?",
    ),
    Bad(
        "enum in small letters",
        SolverParameter,
        "solver_mode: cpu",
        *(1, 14),
        "'solver_mode' takes one of CPU, GPU, not 'cpu'. Did you mean 'CPU'?",
    ),
    Bad(
        "enum in quotes",
        NetParameter,
        'layer { data_param { backend: "LMDB" } }',
        *(1, 31),
        'not "LMDB": leave out the quotes',
    ),
    Bad(
        "unknown number of an enum",
        NetParameter,
        "layer { include { phase: 2 } }",
        *(1, 26),
        "'phase' takes one of TRAIN, TEST, not '2'",
    ),
    Bad(
        "today's type in an old layer",
        NetParameter,
        "layers { type: Convolution }",
        *(1, 16),
        "Did you mean 'CONVOLUTION'?",
    ),
    # texts
    Bad(
        "text without quotes",
        NetParameter,
        "layer {\n  name: conv1\n}\n",
        *(2, 9),
        "'name' takes a text in quotes, not 'conv1': write \"conv1\"",
    ),
    Bad(
        "text that is never closed",
        NetParameter,
        'layer {\n\tname: "conv1\n}\n',
        *(2, 8),
        "this text has no closing quote in its line",
    ),
    Bad(
        "text with quotes of two kinds",
        NetParameter,
        "name: \"conv1'",
        *(1, 7),
        "no closing quote",
    ),
    Bad(
        "curly quotes",
        NetParameter,
        "name: \u201cconv1\u201d",
        *(1, 7),
        '(LEFT DOUBLE QUOTATION MARK); write "straight" quotes',
    ),
    Bad(
        "backslashes in a path",
        NetParameter,
        'layer { data_param { source: "C:\\data\\mnist" } }',
        *(1, 33),
        r"\d means nothing in a text; write \\ for a backslash, and / in paths",
    ),
    Bad(
        "bytes that are no text",
        NetParameter,
        r'name: "\xff\xfe"',
        *(1, 7),
        "this text is not UTF-8",
    ),
    Bad(
        "code that is no character",
        NetParameter,
        r'name: "\U00110000"',
        *(1, 8),
        "means nothing in a text",
    ),
    Bad(
        "text missing at the end",
        NetParameter,
        "layer { name:\n\n",
        *(1, 14),
        "'name' takes a text in quotes, but the text ends here",
    ),
    Bad(
        "minus before a text",
        NetParameter,
        'name: -"x"',
        *(1, 7),
        "'name' takes a text in quotes, not",
    ),
    # fields that are there twice, or not at all
    Bad(
        "field twice",
        NetParameter,
        'layer {\n  name: "a"\n  name: "b"\n}\n',
        *(3, 3),
        "'name' may stand only once here, and does already",
    ),
    Bad(
        "block twice",
        NetParameter,
        "layer { relu_param { } relu_param { } }",
        *(1, 24),
        "'relu_param' may stand only once here",
    ),
    Bad(
        "required field missing",
        NetParameter,
        'layer {\n  type: "Clip"\n  clip_param { min: 0 }\n}\n',
        *(3, 3),
        "'clip_param' must also state max",
    ),
    # strange characters
    Bad(
        "no-break space",
        NetParameter,
        'name:\u00a0"x"',
        *(1, 6),
        "(NO-BREAK SPACE); write an ordinary space",
    ),
    Bad(
        "comment of another language",
        NetParameter,
        'name: "x" // the name\n',
        *(1, 11),
        "unexpected character '/' (SOLIDUS)",
    ),
]
