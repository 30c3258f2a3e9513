"""The compiler is not imported until something compiles, and then it works."""

import runpy
import subprocess
import sys
from types import ModuleType

import pytest

from superposition import eager

WITHOUT = """
import sys
import superposition.__main__
from superposition import networks, optimisers
from superposition.config import Optimiser
real = [name for name in sys.modules if name.startswith("torch._dynamo.") and name != "torch._dynamo.utils"]
assert not real, real

torch = networks.torch
for name in ("adam", "adamw", "sgd"):
    layer = torch.nn.Linear(2, 1, bias=False)
    optimiser = optimisers.make(layer, Optimiser(name=name, lr=0.1))
    before = layer.weight.detach().clone()
    layer(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    assert (layer.weight < before).all()
    torch.optim.Adam(layer.parameters()).step()
networks.build("mobilenet_v3_small", classes=2).eval()(torch.zeros(1, 3, 32, 32))
assert type(sys.modules["torch._dynamo"]).__name__ == "StandIn"
"""
AND_THEN = """
graphs = []


def backend(graph, inputs):
    graphs.append(graph)
    return graph.forward


compiled = torch.compile(lambda x: torch.relu(x) * 2, backend=backend)
assert compiled(torch.tensor([-1.0, 3.0])).tolist() == [0.0, 6.0]
assert len(graphs) == 1, "nothing was compiled"
assert torch.compile(lambda x: x + 1, backend="eager")(torch.ones(1)).item() == 2
assert not [name for name, module in sys.modules.items() if type(module).__name__ == "StandIn"]
optimiser.step()
"""


def test_the_compiler_waits_until_it_is_asked_for_and_then_works() -> None:
    """In a Python of its own, where nothing is imported yet."""
    command = [sys.executable, "-c", WITHOUT + AND_THEN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr


def test_a_compiler_that_is_there_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ModuleType("torch._dynamo")
    monkeypatch.setitem(sys.modules, "torch._dynamo", real)
    runpy.run_path(str(eager.__file__))
    assert sys.modules["torch._dynamo"] is real


def test_a_stand_in_marks_functions_by_leaving_them_alone() -> None:
    module = eager.StandIn("torch._dynamo")
    assert module.disable(len) is len
    assert module.disable()(len) is len
    assert module.disable(recursive=False)(len) is len
