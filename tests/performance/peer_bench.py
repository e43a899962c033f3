"""The benchmark job in a peer's own terms: ``peer_bench.py vectorbt|backtesting FILE`` prints million bars a second.

Runs in the peers' environment (``requirements-bench.txt``), never in ours. Both peers reverse on crossings; their
levels hang on slightly different prices, so their results are near ours, not equal: the job's size is what is compared.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np


def _ema(series, length):
    out = np.full(len(series), np.nan)
    out[length - 1] = series[:length].mean()
    factor, value = 2 / (length + 1), out[length - 1]
    for at in range(length, len(series)):
        value += factor * (series[at] - value)
        out[at] = value
    return out


def vectorbt(arrays):
    import pandas as pd  # noqa: PLC0415 - a peer is loaded only when it is measured
    import vectorbt as vbt  # noqa: PLC0415 - a peer is loaded only when it is measured

    index = pd.to_datetime(arrays["ts"], unit="s")
    frame = {name: pd.Series(arrays[name], index) for name in ("open", "high", "low", "close")}

    def job():
        fast = vbt.MA.run(frame["close"], 20, ewm=True).ma
        slow = vbt.MA.run(frame["close"], 50, ewm=True).ma
        up, down = fast.vbt.crossed_above(slow), fast.vbt.crossed_below(slow)
        portfolio = vbt.Portfolio.from_signals(
            frame["close"],
            entries=up.vbt.fshift(1),
            short_entries=down.vbt.fshift(1),
            open=frame["open"],
            high=frame["high"],
            low=frame["low"],
            price=frame["open"],
            size=1.0,
            init_cash=1e9,
            fees=0.00055,
            sl_stop=0.01,
            tp_stop=0.02,
            upon_opposite_entry="reverse",
            freq="1min",
        )
        return portfolio.trades.count()

    return job


def backtesting(arrays):
    import pandas as pd  # noqa: PLC0415 - a peer is loaded only when it is measured
    from backtesting import Backtest, Strategy  # noqa: PLC0415 - a peer is loaded only when it is measured

    names = {"Open": "open", "High": "high", "Low": "low", "Close": "close", "Volume": "volume"}
    index = pd.to_datetime(arrays["ts"], unit="s")
    frame = pd.DataFrame({ours: arrays[theirs] for ours, theirs in names.items()}, index)

    class Cross(Strategy):
        def init(self):
            self.fast = self.I(_ema, arrays["close"], 20)
            self.slow = self.I(_ema, arrays["close"], 50)

        def next(self):
            price = self.data.Close[-1]
            if self.fast[-2] <= self.slow[-2] and self.fast[-1] > self.slow[-1]:
                self.position.close()
                self.buy(size=1, sl=price * 0.99, tp=price * 1.02)
            elif self.fast[-2] >= self.slow[-2] and self.fast[-1] < self.slow[-1]:
                self.position.close()
                self.sell(size=1, sl=price * 1.01, tp=price * 0.98)

    return lambda: Backtest(frame, Cross, cash=1e9, commission=0.00055).run()


def main() -> None:
    peer, path = sys.argv[1], sys.argv[2]
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    job = {"vectorbt": vectorbt, "backtesting": backtesting}[peer](arrays)
    job()
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        job()
        times.append(time.perf_counter() - begun)
    print(len(arrays["ts"]) / statistics.median(times) / 1e6)


if __name__ == "__main__":
    main()
