"""Puts off the import of torch's compiler until something compiles. Every command imports this first.

torchvision and torch.optim import torch._dynamo only to mark functions that it must not touch, and that import nearly
doubles the time until a job computes (`make bench` measures it). A stand-in gives the marks; whoever asks it for
anything else gets the real compiler.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

NAMES = ("torch._dynamo", "torch._dynamo.utils")


class StandIn(ModuleType):
    """Answers as torch._dynamo does where nothing is compiled."""

    def disable(self, function: Any = None, *_args: Any, **_options: Any) -> Any:
        """`function` as it is, or a decorator that leaves it so: what is never compiled needs no exemption."""
        return function or (lambda decorated: decorated)

    def graph_break(self) -> None:
        """Nothing to break."""

    def is_compile_supported(self, _device: Any) -> bool:
        """Nothing is compiled here."""
        return False

    def __getattr__(self, attribute: str) -> Any:
        """Make way for the real module, unless `inspect` or `import` only ask what kind of module this is."""
        submodules_wanted = (self.__name__, attribute) == ("torch._dynamo", "__path__")
        if attribute.startswith("__") and not submodules_wanted:
            raise AttributeError(attribute)
        for name in NAMES:
            if isinstance(sys.modules.get(name), StandIn):
                del sys.modules[name]
        return getattr(importlib.import_module(self.__name__), attribute)


if "torch._dynamo" not in sys.modules:
    sys.modules.update({name: StandIn(name) for name in NAMES})
