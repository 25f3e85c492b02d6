"""environment.yml and pyproject.toml ask for the same packages in the same versions."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]

# What conda-forge calls otherwise than PyPI.
PYPI_NAMES = {"python-lmdb": "lmdb", "matplotlib-base": "matplotlib"}
# Left to the line `-e .[lab,test]`: not to be had on conda-forge for every system.
FROM_PIP = {"plyvel", "nbval", "playwright"}


def test_environment_yml_agrees_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert list(disagreements(environment)) == []


def test_a_plain_installation_needs_three_packages_only():
    names = {Requirement(line).name for line in PROJECT["dependencies"]}
    assert names == {"numpy", "protobuf", "threadpoolctl"}


def test_every_extra_that_the_code_names_exists():
    sources = "".join(path.read_text() for path in (ROOT / "brew").rglob("*.py"))
    named = re.findall(r"import_extra\(\s*\"[\w.]+\",\s*\"(\w+)\"", sources)
    assert set(named) <= set(EXTRAS)


def test_the_command_of_the_project_exists():
    target = PROJECT["scripts"]["brewdl"]
    module, _, function = target.partition(":")
    assert callable(getattr(__import__(module, fromlist=[function]), function))


def disagreements(environment):
    """Yield a sentence for everything in which the two files differ."""
    if environment["channels"] != ["conda-forge"]:
        yield "the channel must be conda-forge alone"
    *packages, last = environment["dependencies"]
    if last != {"pip": ["-e .[lab,test]"]}:
        yield "the last entry must be pip: -e .[lab,test]"
    asked = dict(parse_conda(line) for line in packages)
    if asked.pop("python", None) != SpecifierSet(PROJECT["requires-python"]):
        yield f"python must be {PROJECT['requires-python']}"
    asked.pop("pip", None)
    wanted = {
        canonicalize_name(requirement.name): requirement.specifier
        for requirement in requirements("lab", "test")
    }
    for name in sorted(wanted.keys() - asked.keys() - FROM_PIP):
        yield f"{name} is missing"
    for name in sorted(asked.keys() - wanted.keys()):
        yield f"{name} is not in pyproject.toml"
    for name in sorted(asked.keys() & wanted.keys()):
        if asked[name] != wanted[name]:
            yield f"{name} is {asked[name]} here and {wanted[name]} in pyproject.toml"


def parse_conda(line):
    """Return the PyPI name and the version range of a line such as ``numpy>=2.0``."""
    name, version = re.fullmatch(r"([\w.-]+)\s*(.*)", line).groups()
    return PYPI_NAMES.get(name, name), SpecifierSet(version)


def requirements(*extras):
    """Yield the requirements of brew with these extras; extras may name extras."""
    yield from map(Requirement, PROJECT["dependencies"])
    for extra in extras:
        for requirement in map(Requirement, EXTRAS[extra]):
            if requirement.name == PROJECT["name"]:
                yield from requirements(*requirement.extras)
            else:
                yield requirement


@pytest.mark.parametrize(
    ("line", "instead", "complaint"),
    [
        ("numpy>=2.0", "numpy>=1.0", "numpy is >=1.0 here and >=2.0 in pyproject.toml"),
        ("scipy>=1.11", "", "scipy is missing"),
        ("scipy>=1.11", "scipy>=1.11\n  - torch", "torch is not in pyproject.toml"),
        ("python>=3.11", "python>=3.9", "python must be >=3.11"),
        ("conda-forge", "defaults", "the channel must be conda-forge alone"),
    ],
)
def test_a_disagreement_is_found(line, instead, complaint):
    text = (ROOT / "environment.yml").read_text()
    changed = text.replace(f"  - {line}\n", f"  - {instead}\n" if instead else "", 1)
    assert complaint in disagreements(yaml.safe_load(changed))
