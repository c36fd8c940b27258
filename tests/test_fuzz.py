"""Each fuzz target holds on its samples, on what broke it once, and on some damage (`make fuzz` goes on for longer)."""

from random import Random

import fuzz_targets
import pytest
from mutants import mutant


@pytest.mark.parametrize("name", fuzz_targets.TARGETS)
def test_each_target_holds_on_its_samples_and_on_some_damage(name: str) -> None:
    chance, pool = Random(5), fuzz_targets.samples(name)
    assert pool
    for sample in [*pool[:20], *(mutant(chance.choice(pool), chance) for _ in range(40))]:
        fuzz_targets.TARGETS[name](sample)


@pytest.mark.parametrize("name", fuzz_targets.TARGETS)
def test_what_broke_a_target_once_is_mended(name: str) -> None:
    for file in sorted((fuzz_targets.KEPT / name).glob("*")):
        fuzz_targets.TARGETS[name](file.read_bytes())
