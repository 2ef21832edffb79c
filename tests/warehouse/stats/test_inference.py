"""What a comparison shows does not depend on how its family is adjusted for."""

import numpy as np
import pytest

from tests.warehouse.stats.frames import cell, frame
from warehouse.stats.comparisons import compare
from warehouse.stats.inference import Inference, infer


@pytest.mark.parametrize("of_control", [20, 200])
def test_an_adjustment_changes_nothing_but_the_adjusted_p(of_control: int) -> None:
    random = np.random.default_rng(8)
    arms = [
        cell(random.binomial(20, 0.3, 8).tolist(), 20, intervention=f"arm-{number}")
        for number in range(5)
    ]
    control = cell(random.binomial(of_control, 0.4, 8).tolist(), of_control)
    comparison = compare(frame(control, *arms), "control", "new-prompts")
    jointly, alone = (infer(comparison, how) for how in ("joint", "none"))
    for name in set(Inference._fields) - {"q"}:
        assert np.asarray(getattr(jointly, name)).tobytes() == (
            np.asarray(getattr(alone, name)).tobytes()
        )
    assert alone.q.tobytes() == alone.p.tobytes()
    assert np.nansum(jointly.q > alone.p) > 0
