"""The options of a tab, as `core` takes them.

Generated from schema.json by tests/tools/generate_options.py. Do not edit.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

TaskName: TypeAlias = Literal["transcribe", "translate"]
PolicyName: TypeAlias = Literal["alignatt", "local_agreement"]
BackendName: TypeAlias = Literal["faster-whisper", "torch", "mlx"]
DiarizerName: TypeAlias = Literal["embedded", "sortformer", "sortformer-fast", "diart"]


@dataclass(frozen=True, slots=True)
class TabOptions:
    """What the user chose for one tab. An absent option has its default."""

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
    diarizer: DiarizerName | None = None
    max_speakers: int = 0
    num_speakers: int = 0


HELP: Final = {
    "language": (
        "language of the speech, by code or name (en, de-CH, German, Deutsch); auto or"
        " default: detect the language"
    ),
    "task": (
        "transcribe: captions in the language spoken; translate: captions in English, "
        "by Whisper itself"
    ),
    "model": (
        "a model's name, or the path of a checkpoint: CTranslate2, Hugging Face, "
        "OpenAI .pt, MLX, LoRA adapter; default: the host chooses"
    ),
    "policy": (
        "what commits live words: where the decoder looks (alignatt), or what two "
        "decodes agree on (local_agreement)"
    ),
    "vocabulary": "names and terms to expect, each as a separate entry",
    "translate_to": (
        "language code (pt, zh-TW) to translate the lines into; default: no translation"
    ),
    "translator": (
        "a translator's name, a CTranslate2 folder, or whisper (the recogniser itself,"
        " only into English); default: the best one for the two languages"
    ),
    "step_down": "switch to the next smaller installed model when captions are late for long",
    "backend": (
        "what runs the model: onnxruntime or, on a graphics card, CTranslate2 (faster-"
        "whisper), PyTorch in bfloat16 (torch), or MLX on Apple silicon (mlx); "
        "default: the host chooses"
    ),
    "alignment_heads": (
        "cross-attention heads (LAYER.HEAD,LAYER.HEAD) that follow the sound; default:"
        " the model's own"
    ),
    "speakers": "show who speaks, if the model for that is installed",
    "diarizer": (
        "what tells speakers apart: vectors of voices (embedded), NVIDIA's model on a "
        "graphics card, up to four speakers (sortformer, and sortformer-fast that "
        "waits less), or diart on the processor (diart); default: the first that is "
        "installed"
    ),
    "max_speakers": "tell no more speakers apart than these; 0: unknown",
    "num_speakers": "exactly so many people speak; 0: unknown",
}
"""What each option means, in one line."""
