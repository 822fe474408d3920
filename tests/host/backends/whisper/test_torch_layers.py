"""Layers in int8 compute the same on every processor."""

import pytest
import torch

from wlk_host.backends.whisper.torch.layers import Int8Linear

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_products_do_not_overflow(sign: int) -> None:
    """Without VNNI two of them are added up in 16 bits, which only seven bits of one survive."""
    layer = Int8Linear(torch.full((64, 64), float(sign)), None)
    torch.testing.assert_close(layer(torch.ones(3, 64)), torch.full((3, 64), 64.0 * sign))


def test_it_is_near_the_product_in_float32() -> None:
    torch.manual_seed(17)
    weight, x = torch.randn(96, 512), torch.randn(5, 512)
    exact = x @ weight.T
    assert (Int8Linear(weight, None)(x) - exact).abs().max() < 0.03 * exact.abs().max()
