"""All layer types by family, as a list and as the page ``docs/layers.md``.

A family is a file of ``brew/layer_types``, and the first line of the file its title.
"""

import sys

from brew import docstrings
from brew.find import find
from brew.layer import layer_class, layer_type_list
from brew.views.effects import RECIPES

HEAD = """\
# The layer types

Every type that a prototxt may name, by family; a family is a file. `make docs` makes
this page from the docstrings of the layers. `brew.help("ReLU")` shows one type in a
notebook, `python -m brew layers ReLU` in a terminal, and both also tell the type and
default of each field, and give an example that runs.

The tables say, with shapes, what a layer takes (bottom), what it gives (top), what it
learns (params), and what can be set in the prototxt (proto), with [defaults].

Where there is much to see, a picture shows a photograph before and after the layer,
made by the layer itself; `make docs` makes them anew. In maps of signed numbers blue is
negative, red positive, and zero is white. The photograph is a part of "Chelsea" by
Stéfan van der Walt, CC0, which comes with scikit-image.
"""


def families():
    """Return ``{module: [its layer types]}`` of brew; the modules sorted by name."""
    found = {}
    for name in layer_type_list():
        module = sys.modules[layer_class(name).__module__]
        if module.__name__.startswith("brew.layer_types."):
            found.setdefault(module, []).append(name)
    return dict(sorted(found.items(), key=lambda family: family[0].__name__))


def title(module):
    """Return the first line of a family's file, as a heading."""
    return docstrings.read_docstring(module).partition("\n")[0].rstrip(".")


def to_text():
    """Return all types by family, a line each."""
    width = max(map(len, layer_type_list()))
    parts = []
    for module, names in families().items():
        lines = [f"  {name:{width}}  {find(name).summary}" for name in names]
        parts.append("\n".join([f"{_file(module)}: {title(module)}", *lines]))
    return "\n\n".join(parts)


def to_markdown():
    """Return the page ``docs/layers.md``."""
    parts = [HEAD, _contents()]
    for module, names in families().items():
        file = _file(module)
        parts.append(f"## {title(module)}\n\n[`{file}`](../{file})\n")
        parts += map(_section, names)
    return "\n".join(parts).rstrip()


def _contents():
    """Return a table of the families; GitHub links a heading by its small letters."""
    rows = [
        f"| {title(module)} | {', '.join(f'[{n}](#{n.lower()})' for n in names)} |"
        for module, names in families().items()
    ]
    return "\n".join(["| family | types |", "|---|---|", *rows, ""])


def _section(name):
    doc = docstrings.read_docstring(layer_class(name))
    told = docstrings.to_markdown(doc, formula="```math\n{}\n```")
    summary, _, rest = told.partition("\n\n")
    parts = [f"### {name}", summary, *_picture(name), rest]
    return "\n\n".join(parts) + "\n"


def _picture(name):
    """Yield the picture of a layer and its caption, if there is much to see."""
    if name in RECIPES:
        yield f"![{name} and a photograph](pictures/{name}.png)"
        yield RECIPES[name].caption


def _file(module):
    return f"{module.__name__.replace('.', '/')}.py"
