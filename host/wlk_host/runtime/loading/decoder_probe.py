"""Try the live decoder of the default model. Prints what it sees as JSON."""

import json
import sys

from wlk_host.backends.whisper.model import try_decoder
from wlk_host.core.errors import WlkError
from wlk_host.models import store


def main() -> int:
    """The precision in which it computes rightly, or the error; exit code 0."""
    try:
        seen: dict[str, str] = {"precision": try_decoder(store.resolve(None), store.decoders_dir())}
    except WlkError as error:
        seen = {"code": error.code, "message": error.message, "hint": error.hint or ""}
    sys.stdout.write(json.dumps(seen) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
