"""The options of a tab, as `core` takes them.

Generated from schema.json by tests/tools/generate_options.py. Do not edit.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

TaskName: TypeAlias = Literal["transcribe", "translate"]
PolicyName: TypeAlias = Literal["alignatt", "local_agreement"]
BackendName: TypeAlias = Literal["faster-whisper", "torch", "mlx"]


@dataclass(frozen=True, slots=True)
class TabOptions:
    """What the user chose for one tab. Absent means the default."""

    language: str | None = None
    task: TaskName = "transcribe"
    model: str | None = None
    policy: PolicyName = "alignatt"
    vocabulary: tuple[str, ...] = ()
    translate_to: str | None = None
    translator: str | None = None
    step_down: bool = False
    backend: BackendName | None = None
    alignment_heads: str | None = None
    speakers: bool = False


HELP: Final = {
    "language": "language code of what is spoken; default: detect it",
    "task": "translate: directly into English",
    "model": (
        "a model's name, or the path of a checkpoint: CTranslate2, Hugging Face, "
        "OpenAI .pt, MLX, LoRA adapter; default: the host chooses"
    ),
    "policy": ("how live words are settled: where the decoder looks, or what two decodes agree on"),
    "vocabulary": "names and terms to expect, each by itself",
    "translate_to": (
        "language code (pt, zh-TW) to translate the lines into; default: translate nothing"
    ),
    "translator": (
        "a translator's name, a CTranslate2 folder, or whisper: the recogniser itself,"
        " into English; default: the best for the languages"
    ),
    "step_down": "go on with the next smaller installed model when captions keep coming late",
    "backend": (
        "what runs the model: CTranslate2 in int8, PyTorch in bfloat16, or MLX on "
        "Apple silicon; default: the host chooses"
    ),
    "alignment_heads": (
        "cross-attention heads (LAYER.HEAD,LAYER.HEAD) that follow the sound, instead "
        "of the named model's own"
    ),
    "speakers": "tell who speaks, where the model for it is installed",
}
"""What each option means, in one line."""
