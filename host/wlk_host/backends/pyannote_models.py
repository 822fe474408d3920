"""The models that diart runs, by their names, with weights from files on this machine.

What a name stands for is written here, as published in the files `config.yaml` of pyannote's
models. So nothing is looked up on a hub, and of a checkpoint only its tensors are read
(`checkpoints.lightning`): pyannote.audio's own loading executes what a file says.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import torch
from diart.models import EmbeddingModel, PowersetAdapter, SegmentationModel
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.models.embedding import WeSpeakerResNet34, XVectorSincNet
from pyannote.audio.models.segmentation import PyanNet

from wlk_host.backends.checkpoints.lightning import read_lightning
from wlk_host.core.errors import WlkError

_SPEAKERS: Final = [f"speaker#{number}" for number in (1, 2, 3)]
"""Whom a segmentation model hears in one window at the most."""

_LSTM: Final = {"hidden_size": 128, "num_layers": 4, "bidirectional": True, "dropout": 0.5}

Model: TypeAlias = Any
"""One of pyannote's, a `torch.nn.Module`."""


def _segmentation() -> Model:
    model = PyanNet(lstm=_LSTM)
    model.specifications = Specifications(
        Problem.MULTI_LABEL_CLASSIFICATION, Resolution.FRAME, 5.0, classes=_SPEAKERS
    )
    model.build()
    return model


def _segmentation_3() -> Model:
    model = PyanNet(lstm=_LSTM)
    model.specifications = Specifications(
        Problem.MONO_LABEL_CLASSIFICATION,
        Resolution.FRAME,
        10.0,
        classes=_SPEAKERS,
        powerset_max_classes=2,
    )
    model.build()
    return model


_BUILDERS: Final[Mapping[str, Callable[[], Model]]] = {
    "segmentation": _segmentation,
    "segmentation-3.0": _segmentation_3,
    "xvector": XVectorSincNet,
    "wespeaker": WeSpeakerResNet34,
}


def build(name: str) -> Model:
    """The model of that name with random weights."""
    return _BUILDERS[name]().eval()


def load_segmentation(name: str, path: Path) -> SegmentationModel:
    """The segmentation model of that name with the weights of that file.

    Raises:
        WlkError: `model_corrupt`.
    """
    model = _with_weights(name, path)
    if model.specifications.powerset:
        model = PowersetAdapter(model)
    return SegmentationModel(lambda: model)


def load_embedding(name: str, path: Path) -> EmbeddingModel:
    """The embedding model of that name with the weights of that file.

    Raises:
        WlkError: `model_corrupt`.
    """
    model = _with_weights(name, path)
    return EmbeddingModel(lambda: model)


def _with_weights(name: str, path: Path) -> Model:
    model, tensors = build(name), read_lightning(path)
    # Checkpoints hold what their training needed besides, such as the centres of its speakers.
    expected = model.state_dict()
    state = {key: torch.from_numpy(tensors[key].copy()) for key in expected if key in tensors}
    wrong = [
        key for key, of in expected.items() if key not in state or state[key].shape != of.shape
    ]
    if wrong:
        raise WlkError(
            code="model_corrupt",
            message=f"{path} does not hold the model {name}: {wrong[0]} is missing, or of another "
            f"size ({len(wrong)} of {len(expected)} tensors)",
            hint="get the file again from where its model is published",
        )
    model.load_state_dict(state)
    return model
