"""Entry point of ``python -m functions.backtest``."""

from __future__ import annotations

import sys

from functions.backtest.command import main

sys.exit(main())
