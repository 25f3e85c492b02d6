"""List the models of the zoo, say where one lies, or tell about it.

python -m brew zoo list
python -m brew zoo path lenet
python -m brew zoo info lenet
"""

from brew import zoo
from brew.cli._flags import Parser


def main(argv: list[str]) -> int:
    """Run ``zoo list``, ``zoo path NAME`` or ``zoo info NAME``."""
    parser = Parser("zoo", __doc__)
    parser.add_argument("action", choices=("list", "path", "info"))
    parser.add_argument("name", nargs="?", help="a model, for path and info")
    given = parser.parse(argv)
    if given.action == "list":
        _list()
    elif not given.name:
        parser.error(f"{given.action} needs the name of a model")
    elif given.action == "path":
        print(zoo.path(given.name))
    else:
        _info(given.name)
    return 0


def _list():
    models = zoo.list_models()
    width = max(map(len, models))
    for model in models:
        print(f"{model:{width}}  {zoo.read_card(model).facts.get('name', '')}")


def _info(model):
    card = zoo.read_card(model)
    for key, value in card.facts.items():
        print(f"{key}: {value}")
    print(f"path: {zoo.path(model)}\n\n{card.text}", end="")
