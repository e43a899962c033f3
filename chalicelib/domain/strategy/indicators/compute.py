"""All indicators of the catalogue, by name."""

from __future__ import annotations

from chalicelib.domain.market.bars import Bars, Floats
from chalicelib.domain.strategy.expressions import Params
from chalicelib.domain.strategy.indicators.anchored import ANCHORED
from chalicelib.domain.strategy.indicators.structure import STRUCTURE
from chalicelib.domain.strategy.indicators.talib_backed import TALIB_BACKED
from chalicelib.domain.strategy.indicators.volume_profile import VOLUME_PROFILE

COMPUTE = {**TALIB_BACKED, **ANCHORED, **STRUCTURE, **VOLUME_PROFILE}


def compute(name: str, params: Params, bars: Bars) -> dict[str, Floats]:
    """Every output of the indicator over ``bars``: arrays as long as the bars, NaN where undefined.

    ``params`` must be complete, as in a normalised document. Raises KeyError for a name that the catalogue lacks.
    """
    return COMPUTE[name](bars, dict(params))
