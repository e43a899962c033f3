"""``PointSearch`` by Optuna's tree-structured Parzen estimator (Bergstra et al., 2011). Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence

import optuna
from optuna.samplers import TPESampler
from optuna.trial import Trial, TrialState

from chalicelib.domain.backtest.search import Place


class OptunaSearch:
    """See ``PointSearch`` and ``StartSearch``."""

    def __init__(self, sizes: Sequence[int], seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._sizes = tuple(sizes)
        self._study = optuna.create_study(direction="maximize", sampler=TPESampler(seed=seed))
        self._trial: Trial | None = None

    def ask(self) -> Place:
        """See ``PointSearch.ask``."""
        trial = self._study.ask()
        self._trial = trial
        return tuple(trial.suggest_int(str(number), 0, size - 1) for number, size in enumerate(self._sizes))

    def tell(self, score: float | None) -> None:
        """See ``PointSearch.tell``. The sampler does not learn from a repeat: its spot would only gain weight."""
        if self._trial is None:
            raise ValueError("nothing was asked for")
        if score is None:
            self._study.tell(self._trial, state=TrialState.FAIL)
        else:
            self._study.tell(self._trial, score)
        self._trial = None
