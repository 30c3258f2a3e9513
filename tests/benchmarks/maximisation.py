"""Pictures that excite units of a ResNet-18 at 32 px: many in a batch against Lucent, which makes one at a time.

One thread each, the same steps, the same transforms. Lucent is used as its documentation shows; and once more on a copy
of the network whose weights gather no gradients.
"""

from functools import partial

import numpy as np

from tests.benchmarks.side_by_side import SideBySide, timed

SIDE = 32
STEPS = 64
LAYER = "layer4.1.conv2"
CLASSES = [str(label) for label in range(10)]


def network_and_data() -> tuple:
    """A network with random weights, and what is known of images of 32 px."""
    import torch

    from superposition import networks
    from superposition.devices import best_device
    from superposition.images import Description

    torch.set_num_threads(1)
    half = np.full(3, 0.5, np.float32)
    network = networks.build("resnet18", classes=len(CLASSES), seed=1).eval().to(best_device())
    data = Description("noise", CLASSES, half, half, {"train": 0, "test": 0}, SIDE, SIDE, "", "")
    return network.to(memory_format=torch.channels_last), data


def ours(units: int, starts: int) -> float:
    """Seconds a picture, its measurement included."""
    from superposition import maximisation
    from superposition.config import Maximisation

    network, data = network_and_data()
    options = Maximisation(starts=starts, steps=STEPS)
    make = partial(maximisation.maximise, network, LAYER, range(units), data=data, setting="native", seed=0)
    make(options=Maximisation(starts=starts, steps=2))
    return timed(lambda: make(options=options)) / (units * starts)


def lucent(frozen: bool) -> float:
    """Seconds a picture of Lucent's render_vis, for one unit after the other, as many as take a while."""
    from lucent.optvis import param, render

    from superposition import picture_settings

    network, data = network_and_data()
    network.requires_grad_(not frozen)
    setting = picture_settings.native(data)

    def make(unit: int, steps: int) -> None:
        render.render_vis(
            network,
            f"{LAYER.replace('.', '_')}:{unit}",
            lambda: param.image(SIDE),
            transforms=setting.transforms,
            thresholds=(steps,),
            preprocess=False,
            progress=False,
            show_image=False,
            fixed_image_size=SIDE,
        )

    make(0, 2)
    units = range(4)
    return timed(lambda: [make(unit, STEPS) for unit in units]) / len(units)


BENCHMARKS = [
    SideBySide(
        f"maximisation-{units * starts}{'-frozen' * frozen}",
        "s/picture",
        "lower",
        f"Lucent's render_vis, one unit at a time{', weights frozen' * frozen}",
        partial(ours, units, starts),
        partial(lucent, frozen),
        repeats=3,
    )
    for units, starts, frozen in ((4, 3, False), (4, 3, True), (16, 4, False))
]
