"""Modules that can be called: ``v6.changes(month)`` beside ``v6monitor.changes.decompose``."""

import sys
from collections.abc import Callable
from types import ModuleType


def make_callable(name: str, function: Callable[..., object]) -> None:
    """Let a call of the module ``name`` be a call of ``function``."""

    class _CallableModule(ModuleType):
        __call__ = staticmethod(function)

    sys.modules[name].__class__ = _CallableModule
