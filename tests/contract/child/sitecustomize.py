"""Python runs this as it starts, where tests put this folder into PYTHONPATH: the process is recorded from then on."""

import importlib.util
import os
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location("contract_recorder", Path(__file__).parents[1] / "recorder.py")

if _SPEC and _SPEC.loader and "CONTRACT_RECORDS" in os.environ:
    _recorder = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(_recorder)
    _recorder.install(_recorder.file_sink(os.environ["CONTRACT_RECORDS"]))
