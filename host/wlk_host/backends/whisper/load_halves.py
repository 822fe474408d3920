"""The two halves of a Whisper model, in the libraries that suit the backend and the device."""

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wlk_host.backends.checkpoints.heads import Heads
from wlk_host.backends.choice import Backend
from wlk_host.backends.devices import Device, torch_device, torch_dtype
from wlk_host.backends.whisper.halves import Decoder, Encoder
from wlk_host.backends.whisper.layout import Variables

if TYPE_CHECKING:
    from wlk_host.backends.whisper.torch.decoder import TorchDecoder


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be loaded; see `model.Whisper`."""

    folder: Path
    variables: Variables
    heads: Heads
    threads: int
    device: Device
    decoders: Path | None
    together: bool = False


def load_halves(
    wanted: Wanted, backend: Backend, loading: Future[Any] | None
) -> tuple[Encoder, Decoder]:
    """Both halves. Each library is imported for those alone who use it."""
    match backend:
        case "mlx":
            from wlk_host.backends.whisper.mlx.decoder import MlxDecoder  # noqa: PLC0415
            from wlk_host.backends.whisper.mlx.encoder import MlxEncoder  # noqa: PLC0415
            from wlk_host.backends.whisper.mlx.layers import product_dtype  # noqa: PLC0415

            dtype = product_dtype()
            decoder = MlxDecoder(wanted.variables, wanted.heads, dtype)
            return MlxEncoder(wanted.variables, dtype), decoder
        case "torch":
            return _in_torch(wanted, torch_device(wanted.device))
        case "faster-whisper":
            if loading is not None or needs_ctranslate2(wanted.device):
                return _beside_ctranslate2(wanted, loading)
            from wlk_host.backends.whisper.onnx.files import load_encoder  # noqa: PLC0415

            weights = wanted.folder / "model.bin"
            kept_in = _kept_in(wanted)
            encoder = load_encoder(weights, wanted.variables, kept_in, wanted.threads)
            return encoder, _onnx_decoder(wanted)


def needs_ctranslate2(device: Device) -> bool:
    """Whether the backend of that name needs CTranslate2, or onnxruntime does all it does better.

    On a card onnxruntime does not run, and an older one knows no products by blocks.
    """
    if torch_device(device) != "cpu":
        return True
    from wlk_host.backends.whisper.onnx.encoder import encodes_here  # noqa: PLC0415

    return not encodes_here()


def _beside_ctranslate2(wanted: Wanted, loading: Future[Any] | None) -> tuple[Encoder, Decoder]:
    from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder  # noqa: PLC0415
    from wlk_host.backends.whisper.ct2.model import begin  # noqa: PLC0415

    loading = loading or begin(wanted.folder, wanted.threads, wanted.device)
    decoder = _decoder_beside_ctranslate2(wanted)
    return CTranslate2Encoder(loading.result()), decoder


def _decoder_beside_ctranslate2(wanted: Wanted) -> Decoder:
    """In onnxruntime on the processor; on a card in PyTorch, where that is there and can use it."""
    at = torch_device(wanted.device)
    if at != "cpu":
        return _torch_decoder(wanted, at)
    return _onnx_decoder(wanted)


def _onnx_decoder(wanted: Wanted) -> Decoder:
    from wlk_host.backends.whisper.onnx.files import load_decoder  # noqa: PLC0415

    return load_decoder(
        wanted.folder / "model.bin",
        wanted.variables,
        wanted.heads,
        _kept_in(wanted),
        wanted.threads,
    )


def _kept_in(wanted: Wanted) -> Path:
    """The folder with the graphs of all models."""
    return wanted.decoders or wanted.folder.parent / ".decoders"


def _in_torch(wanted: Wanted, at: str) -> tuple[Encoder, Decoder]:
    from wlk_host.backends.whisper.torch.encoder import TorchEncoder  # noqa: PLC0415

    encoder = TorchEncoder(wanted.variables, at, torch_dtype(at))
    decoder = _torch_decoder(wanted, at)
    if not wanted.together:
        return encoder, decoder
    from wlk_host.backends.whisper.torch.batched import batched  # noqa: PLC0415

    return batched(encoder, decoder.weights)


def _torch_decoder(wanted: Wanted, at: str) -> "TorchDecoder":
    """In int8 on the processor, otherwise in what the device multiplies quickly."""
    from wlk_host.backends.whisper.torch.decoder import TorchDecoder  # noqa: PLC0415 - an extra

    if at == "cpu":
        return TorchDecoder(wanted.variables, wanted.heads)
    return TorchDecoder(wanted.variables, wanted.heads, at, torch_dtype(at), int8=False)
