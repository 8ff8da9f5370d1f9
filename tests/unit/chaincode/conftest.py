"""Lets the tests of this folder import its helpers as `tests.unit.chaincode.*`, however pytest started."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
