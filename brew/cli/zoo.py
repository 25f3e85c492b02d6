"""List the models of the zoo, tell about one, fetch or retrain it, or share one.

python -m brew zoo list
python -m brew zoo path lenet
python -m brew zoo info lenet
python -m brew zoo get squeezenet
python -m brew zoo retrain styles
python -m brew zoo publish my_model_folder
"""

from brew import zoo
from brew.cli._flags import Parser
from brew.cli._progress import progress_bar
from brew.download import has_checksum
from brew.log import init_log

ACTIONS = ("list", "path", "info", "get", "retrain", "publish")


def main(argv: list[str]) -> int:
    """Run one of the actions."""
    parser = Parser("zoo", __doc__)
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument(
        "name", nargs="?", help="a model; a folder for get, too, and for publish"
    )
    given = parser.parse(argv)
    if given.action == "list":
        _list()
    elif not given.name:
        parser.error(f"{given.action} needs the name of a model")
    elif given.action == "path":
        print(zoo.path(given.name))
    elif given.action == "info":
        _info(given.name)
    elif given.action == "get":
        _get(given.name)
    elif given.action == "retrain":
        _retrain(given.name)
    else:
        _publish(given.name)
    return 0


def _list():
    models = zoo.list_models()
    width = max(map(len, models))
    for model in models:
        facts = zoo.read_card(model).facts
        weights = ""
        if "caffemodel" in facts:
            weights = " (trained" + (
                ")" if zoo.is_here(model) else "; get fetches the parameters)"
            )
        print(f"{model:{width}}  {facts.get('name', '')}{weights}")


def _info(model):
    card = zoo.read_card(model)
    for key, value in card.facts.items():
        print(f"{key}: {value}")
    print(f"path: {zoo.path(model)}\n\n{card.text}", end="")


def _get(model):
    with progress_bar(None, "B") as step:
        place = zoo.weights(model, step=step)
    print(place)


def _retrain(model):
    init_log()
    with progress_bar(None, "iter") as step:
        place = zoo.retrain(model, step)
    is_same = has_checksum(place, zoo.read_card(model).facts.get("sha256", ""))
    print(f"{place}: {'the bytes' if is_same else 'other bytes than those'} of the zoo")


def _publish(folder):
    facts = zoo.publish(folder).facts
    print(f"{folder} is ready to share.")
    print(f"1. Put {facts['caffemodel']} where {facts['caffemodel_url']} says.")
    print("2. Give away the folder without it: the card has its checksums")
    print(f"   (sha256 {facts['sha256']}, {facts['size']} bytes).")
