"""Many small autoencoders of one shape as one: x' = f(V s(W x) + b), trained on samples that are given to all at once.

Tensors are float32; weights are [model, dimension, feature], samples and answers [model, sample, feature].
"""

import logging
from collections.abc import Callable
from itertools import groupby

import torch
from torch import Tensor

from superposition.toys.config import ToyTraining
from superposition.toys.responses import Response
from superposition.toys.saving import Saving

log = logging.getLogger(__name__)
REPORTS = 10
"""Lines in the log of a training."""


class Autoencoders:
    """W: `encoder`; V: `decoder`, the transpose of W in tied models; b: `bias` [model, 1, feature], or None."""

    def __init__(
        self,
        encoder: Tensor,
        decoder: Tensor | None,
        *,
        bias: bool,
        activations: list[str],
        hidden: list[str],
    ) -> None:
        """First weights; decoder: None in tied models; activations, hidden: names of f and s [model]; the fewer times f
        changes from one model to the next, the faster."""
        self.encoder = encoder.clone()
        self.tied = decoder is None
        self.decoder = self.encoder if decoder is None else decoder.clone()
        self.bias = encoder.new_zeros(len(encoder), 1, encoder.shape[-1]) if bias else None
        self.activations, self.hidden = activations, hidden
        self.parts = _parts(activations)
        least = [0.0 if name == "relu" else -torch.inf for name in hidden]
        self.floor = encoder.new_tensor(least)[:, None, None]
        self.rectifies = "relu" in hidden
        self.room: dict[str, Tensor] = {}

    @property
    def parameters(self) -> list[Tensor]:
        """All that is learnt."""
        return [self.encoder, *([] if self.tied else [self.decoder]), *([] if self.bias is None else [self.bias])]

    def repeated(self, times: int) -> "Autoencoders":
        """The same models, so many times one after the other."""
        decoder = None if self.tied else self.decoder.repeat(times, 1, 1)
        names = {"activations": self.activations * times, "hidden": self.hidden * times}
        models = Autoencoders(self.encoder.repeat(times, 1, 1), decoder, bias=self.bias is not None, **names)
        if self.bias is not None:
            models.bias = self.bias.repeat(times, 1, 1)
        return models

    def __call__(self, samples: Tensor) -> Tensor:
        """x' of each model, in new memory; autograd can follow it."""
        before = torch.maximum(samples @ self.encoder.mT, self.floor) @ self.decoder
        before = before if self.bias is None else before + self.bias
        return torch.cat([_respond(before[rows], response) for rows, response in self.parts])

    def descend(self, samples: Tensor, targets: Tensor, importance: Tensor) -> None:
        """Put the gradient of the loss sum_i I_i (t_i - x'_i)^2, mean over samples, into `grad` of all parameters.

        The same as autograd's, in a third of the time: every step writes into memory that is there already.
        importance: I [model, 1, feature].
        """
        hidden = torch.bmm(samples, self.encoder.mT, out=self._room("hidden", samples, self.encoder.shape[1]))
        if self.rectifies:
            torch.maximum(hidden, self.floor, out=hidden)
        before = torch.bmm(hidden, self.decoder, out=self._room("before", samples, samples.shape[-1]))
        if self.bias is not None:
            before.add_(self.bias)
        errors = self._room("errors", samples, samples.shape[-1])
        for rows, response in self.parts:
            _pull_back(before[rows], targets[rows], response, out=errors[rows])
        errors.mul_(importance * (2 / samples.shape[1]))
        back = torch.bmm(errors, self.decoder.mT, out=self._room("back", samples, hidden.shape[-1]))
        if self.rectifies:
            back.mul_(hidden > self.floor)
        of_encoder, of_decoder = back.mT @ samples, hidden.mT @ errors
        self.encoder.grad = of_encoder + of_decoder if self.tied else of_encoder
        if not self.tied:
            self.decoder.grad = of_decoder
        if self.bias is not None:
            self.bias.grad = errors.sum(1, keepdim=True)

    def _room(self, name: str, samples: Tensor, width: int) -> Tensor:
        """Memory [model, sample, width] to write to, the same at every call."""
        shape = (*samples.shape[:2], width)
        if name not in self.room or self.room[name].shape != shape:
            self.room[name] = samples.new_empty(shape)
        return self.room[name]


def _parts(activations: list[str]) -> list[tuple[slice, Response]]:
    """Rows of models that stand side by side and have the same f."""
    parts, start = [], 0
    for name, models in groupby(activations):
        stop = start + len(list(models))
        parts.append((slice(start, stop), Response.parse(name)))
        start = stop
    return parts


def _respond(before: Tensor, response: Response) -> Tensor:
    """f of `before`, in new memory."""
    return (before.relu() if response.rectified else before) ** response.power


def _pull_back(before: Tensor, targets: Tensor, response: Response, *, out: Tensor) -> None:
    """(f(z) - t) f'(z) of `before`, z, and `targets`, t; z is written over."""
    if response.rectified:
        before.relu_()
    if response.power == 1:
        torch.sub(before, targets, out=out)
        if response.rectified:
            out.mul_(before.sign_())
    else:
        slope = before ** (response.power - 1)
        torch.mul(before, slope, out=out).sub_(targets).mul_(slope).mul_(response.power)


@torch.no_grad()
def train(
    models: Autoencoders,
    batch: Callable[[], tuple[Tensor, Tensor]],
    importance: Tensor,
    options: ToyTraining,
    saving: Saving | None = None,
) -> None:
    """Train on what `batch` gives at each step: samples and what to answer to them; importance: [model, feature]."""
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[options.optimiser]
    decay = {"weight_decay": options.weight_decay} if options.optimiser == "adamw" else {}
    updates = kind(models.parameters, lr=options.lr, fused=True, **decay)
    weight = importance[:, None, :]
    done = saving.resume(models.parameters, updates) if saving else 0
    for step in range(done + 1, options.steps + 1):
        models.descend(*batch(), weight)
        updates.step()
        if step % -(-options.steps // REPORTS) == 0:
            log.info("step %d/%d", step, options.steps)
        if saving:
            saving.after(step, models.parameters, updates, last=step == options.steps)
