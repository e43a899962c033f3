"""Which series of a bar an indicator or a price operand reads."""

from __future__ import annotations

from chalicelib.domain.market.bars import Bars, Floats
from chalicelib.domain.strategy.expressions import PriceField


def source(bars: Bars, field: PriceField | str) -> Floats:
    """The series ``field`` of ``bars``: a stored one, or (H+L)/2, (H+L+C)/3, (O+H+L+C)/4."""
    match PriceField(field):
        case PriceField.OPEN:
            return bars.open
        case PriceField.HIGH:
            return bars.high
        case PriceField.LOW:
            return bars.low
        case PriceField.CLOSE:
            return bars.close
        case PriceField.VOLUME:
            return bars.volume
        case PriceField.HL2:
            return (bars.high + bars.low) / 2
        case PriceField.HLC3:
            return (bars.high + bars.low + bars.close) / 3
        case PriceField.OHLC4:
            return (bars.open + bars.high + bars.low + bars.close) / 4
