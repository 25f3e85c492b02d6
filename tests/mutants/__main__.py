"""Plant bugs in a copy of brew, one at a time, and see that the tests notice.

``python -m tests.mutants [WORD]`` runs the mutants whose description contains WORD,
or all. Prints for each what caught it, and fails if any survives.
"""

import sys

from tests.mutants import (
    planted,
    planted_solvers,
    planted_sources,
    planted_states,
    planted_windows,
)
from tests.mutants.catch import catch

GROUPS = planted, planted_windows, planted_states, planted_sources, planted_solvers
MUTANTS = [mutant for group in GROUPS for mutant in group.MUTANTS]


def main(word=""):
    """Run the mutants; return the number of those that were not caught."""
    survivors = 0
    chosen = [mutant for mutant in MUTANTS if word in str(mutant)]
    for mutant in chosen:
        try:
            caught_by = catch(mutant)
        except ValueError as error:  # the source has changed
            caught_by = [str(error)]
        ok = mutant.check in caught_by
        survivors += not ok
        print(f"{'caught' if ok else 'MISSED'}  {mutant}")
        print(f"        wanted {mutant.check}; {', '.join(caught_by) or 'nothing'}")
    print(f"{len(chosen) - survivors} of {len(chosen)} caught")
    return survivors


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
