import json

import pytest

from fixtures.models import model
from wlk_host.backends.checkpoints.heads import (
    format_heads,
    known,
    parse,
    require_within,
    upper_half,
)
from wlk_host.backends.checkpoints.names import Dimensions
from wlk_host.core.errors import WlkError

BASE = Dimensions(n_mels=80, n_vocab=51865, width=512, encoder_layers=6, decoder_layers=6)
TINY_EN = Dimensions(n_mels=80, n_vocab=51864, width=384, encoder_layers=4, decoder_layers=4)


@pytest.mark.model
@pytest.mark.parametrize(("name", "size"), [("base", BASE), ("tiny.en", TINY_EN)])
def test_the_known_heads_are_those_of_the_published_model(name: str, size: Dimensions) -> None:
    config = json.loads((model(name) / "config.json").read_text())
    assert known(size) == tuple(tuple(pair) for pair in config["alignment_heads"])


@pytest.mark.parametrize(
    ("layers", "width", "n_vocab", "count"),
    [
        (4, 384, 51865, 6),
        (12, 768, 51864, 19),
        (24, 1024, 51865, 6),
        (32, 1280, 51865, 23),
        (32, 1280, 51866, 10),
        (4, 1280, 51866, 6),
    ],
)
def test_every_size_has_heads_within_its_layers(
    layers: int, width: int, n_vocab: int, count: int
) -> None:
    size = Dimensions(80, n_vocab, width, layers, layers)
    heads = known(size)
    assert heads is not None
    assert len(heads) == count
    assert require_within(heads, size.decoder_layers, size.n_heads) == heads


def test_of_an_unknown_size_the_upper_half_is_taken() -> None:
    size = Dimensions(80, 51865, 512, 6, 3)
    assert known(size) is None
    assert upper_half(size) == tuple((layer, head) for layer in (1, 2) for head in range(8))


def test_heads_are_read_as_they_are_written() -> None:
    heads = ((3, 1), (4, 12))
    assert format_heads(heads) == "3.1,4.12"
    assert parse("3.1,4.12") == heads


@pytest.mark.parametrize("text", ["", "3", "3.x", "3.1.2", "3.1,"])
def test_what_is_no_list_of_heads_is_refused(text: str) -> None:
    with pytest.raises(WlkError) as raised:
        parse(text)
    assert raised.value.code == "heads_invalid"
