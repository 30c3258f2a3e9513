"""Sparse autoencoders: samples as sums of a few out of many directions, which are learned.

They see samples as directions: from their spatial median, at length 1 (spatial signs: Visuri et al. 2000,
doi:10.1016/S0378-3758(00)00199-3; Gao et al. 2024, arXiv 2406.04093, give inputs length 1 too). So settings mean the
same for every layer, and no sample counts for more than another: one image in a hundred can have features a hundred
times as long as the rest, and its squared errors would be all that there is to learn from. Tensors are float32.
"""

import logging
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import linear, normalize

from superposition import streams
from superposition.activations import Activations, require_variation
from superposition.config import Autoencoder as Settings
from superposition.errors import InputError
from superposition.resuming import Resumable, State

HELD_OUT = 5
"""One sample in so many is not trained on."""
ROWS = 4096
"""Samples at a time, where there is nothing to learn."""
MOVES = 200
SMALL = 1e-6
PART = "autoencoder"

log = logging.getLogger(__name__)


class SparseAutoencoder(nn.Module):
    """Codes z = s(relu(W (x - b) + c)) of samples x, and its answers x' = z D + b.

    D: the decoder, and W: the encoder, [code, unit]; b: the centre [unit]; c: the bias [code]. s leaves the `active`
    largest codes of a sample and makes the others 0 (TopK: Gao et al. 2024); without `active` it leaves all.
    """

    def __init__(self, directions: Tensor, *, gain: float = 1.0, active: int | None = None) -> None:
        """At the start, D is `directions`, W is `gain` times that, and b and c are 0."""
        super().__init__()
        self.active = active
        self.decoder = nn.Parameter(directions.clone())
        self.encoder = nn.Parameter(gain * directions)
        self.centre = nn.Parameter(directions.new_zeros(directions.shape[1]))
        self.bias = nn.Parameter(directions.new_zeros(directions.shape[0]))

    def codes(self, samples: Tensor) -> Tensor:
        """z [sample, code], none below 0."""
        codes = linear(samples - self.centre, self.encoder, self.bias).relu()
        if self.active is None:
            return codes
        largest = codes.topk(self.active)
        return torch.zeros_like(codes).scatter(1, largest.indices, largest.values)

    def answers(self, codes: Tensor) -> Tensor:
        """x' [sample, unit]."""
        return codes @ self.decoder + self.centre


class Learned(NamedTuple):
    """A trained autoencoder, and what it makes of the samples.

    median: [unit], from where it sees them; losses: [step]; activity: each code's mean over all samples [code], since
    rare ones need not be at work among few. Of samples that were held out: explained, the share of their squared
    lengths that the answers explain, and active, the mean number of codes that are not 0.
    """

    autoencoder: SparseAutoencoder
    median: Tensor
    losses: Tensor
    activity: Tensor
    explained: float
    active: float


def learn(
    activations: Activations,
    kind: str,
    settings: Settings,
    seed: int,
    device: torch.device,
    resumable: Resumable | None = None,
) -> Learned:
    """Train an autoencoder, "topk" or "l1", on four fifths of the samples.

    Seed and ids decide which, and in which order: all networks of a seed see the same. resumable: where the training is
    saved, and from where it goes on. Raises InputError, naming the layer, for too few samples or units, where all
    samples have the same features, and where no code is left at work.
    """
    _require_enough(activations, settings)
    require_variation(activations, "an autoencoder")
    values = torch.from_numpy(activations.values[np.argsort(activations.ids)]).float().to(device)
    median = spatial_median(values)
    samples = normalize(values - median)
    held_out = streams.generator(seed, "held out").permutation(len(samples)) < len(samples) // HELD_OUT
    rest, held = samples[~torch.from_numpy(held_out)], samples[torch.from_numpy(held_out)]
    random = torch.Generator().manual_seed(streams.torch_seed(seed, "autoencoder"))
    autoencoder = start(rest, kind, settings, random)
    losses = train(autoencoder, rest, settings, settings.penalty if kind == "l1" else 0, random, resumable)
    activity = mean_codes(autoencoder, samples)
    if not activity.any():
        remedy = f"`autoencoder.penalty` {settings.penalty:g} is too high"
        raise InputError(f"layer {activations.layer}: no code of its {kind} autoencoder is ever active: {remedy}")
    return Learned(autoencoder, median, losses, activity, *worth(autoencoder, held))


def _require_enough(activations: Activations, settings: Settings) -> None:
    samples, units = activations.values.shape
    if samples < HELD_OUT:
        raise InputError(f"layer {activations.layer}: an autoencoder needs {HELD_OUT} samples or more, not {samples}")
    if settings.active > settings.codes * units:
        found = f"`autoencoder.active` {settings.active} is more than the {settings.codes * units} codes there are"
        raise InputError(
            f"layer {activations.layer}: {found} for {units} units; lower it, or raise `autoencoder.codes`"
        )


def spatial_median(values: Tensor) -> Tensor:
    """The point [unit] with the least sum of distances to samples [sample, unit]; from there, the mean direction of
    samples is 0. Weiszfeld's iteration (1937), until it moves by less than a millionth of the mean distance."""
    centre = values.mean(dim=0)
    for _ in range(MOVES):
        distances = torch.linalg.vector_norm(values - centre, dim=1)
        small = SMALL * distances.mean()
        weights = 1 / distances.clamp(min=small)
        before, centre = centre, weights @ values / weights.sum()
        if torch.linalg.vector_norm(centre - before) <= small:
            break
    return centre


def start(samples: Tensor, kind: str, settings: Settings, random: torch.Generator) -> SparseAutoencoder:
    """An autoencoder that has learned nothing yet; its decoder's rows have length 1.

    topk: they lie halfway between random samples and random directions; of random directions alone, most would be
    among the largest of no sample, ever. l1: they are random, and the encoder is such that the first answers are about
    as long as the samples; longer ones silence codes for good.
    """
    codes, units = settings.codes * samples.shape[1], samples.shape[1]
    directions = normalize(torch.randn(codes, units, generator=random)).to(samples.device)
    if kind == "l1":
        return SparseAutoencoder(directions, gain=2 * units / codes)
    some = samples[torch.randint(len(samples), (codes,), generator=random)]
    return SparseAutoencoder(normalize(directions + some), active=settings.active)


def train(
    autoencoder: SparseAutoencoder,
    samples: Tensor,
    settings: Settings,
    penalty: float,
    random: torch.Generator,
    resumable: Resumable | None = None,
) -> Tensor:
    """Loss of every step [step]; Adam, on batches that go through the samples in one random order after another."""
    drawn = settings.steps * settings.batch_size
    passes = [torch.randperm(len(samples), generator=random) for _ in range(-(-drawn // len(samples)))]
    batches = torch.cat(passes)[:drawn].view(settings.steps, settings.batch_size).to(samples.device)
    optimiser = torch.optim.Adam(autoencoder.parameters(), lr=settings.lr, fused=True)
    losses = _saved(autoencoder, optimiser, resumable)

    def state() -> State:
        trained = {"autoencoder": autoencoder.state_dict(), "optimiser": optimiser.state_dict()}
        return {**trained, "losses": torch.stack(losses)}

    for rows in batches[len(losses) :]:
        losses.append(step(autoencoder, optimiser, samples[rows], penalty))
        if resumable:
            resumable.between_steps(PART, state)
    return torch.stack(losses)


def _saved(
    autoencoder: SparseAutoencoder, optimiser: torch.optim.Optimizer, resumable: Resumable | None
) -> list[Tensor]:
    """Losses of the steps that were saved, the autoencoder and its optimiser put where they were then."""
    state = resumable.saved_state(PART) if resumable else None
    if not state:
        return []
    autoencoder.load_state_dict(state["autoencoder"])
    optimiser.load_state_dict(state["optimiser"])
    log.info("goes on from step %d", len(state["losses"]))
    return list(state["losses"].to(autoencoder.centre.device))


def step(autoencoder: SparseAutoencoder, optimiser: torch.optim.Optimizer, samples: Tensor, penalty: float) -> Tensor:
    """One update; the loss before it: the mean of |x - x'|^2 + penalty sum z (Bricken et al. 2023, Towards
    Monosemanticity). The decoder's rows are brought back to length 1, or codes would shrink to escape the penalty."""
    codes = autoencoder.codes(samples)
    errors = (samples - autoencoder.answers(codes)).square().sum(dim=1)
    loss = (errors + penalty * codes.sum(dim=1)).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        autoencoder.decoder.copy_(normalize(autoencoder.decoder))
    return loss.detach()


@torch.no_grad()
def mean_codes(autoencoder: SparseAutoencoder, samples: Tensor) -> Tensor:
    """Each code's mean over samples [code]."""
    sums = [autoencoder.codes(some).sum(dim=0) for some in samples.split(ROWS)]
    return torch.stack(sums).sum(dim=0) / len(samples)


@torch.no_grad()
def worth(autoencoder: SparseAutoencoder, samples: Tensor) -> tuple[float, float]:
    """Share of the squared lengths of samples that the answers explain, and the mean number of codes at work."""
    codes = autoencoder.codes(samples)
    errors = (samples - autoencoder.answers(codes)).square().sum()
    return float(1 - errors / len(samples)), float(codes.count_nonzero() / len(samples))
