"""The options of a tab on the wire, with their limits.

Generated from schema.json by tests/tools/generate_options.py. Do not edit.
"""

from typing import Annotated

from msgspec import Meta, Struct

from wlk_host.core.tab_options import BackendName, DiarizerName, PolicyName, TaskName


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """What the user chose for one tab. An absent option has its default."""

    language: Annotated[str, Meta(pattern="^\\S.{0,62}\\S$")] | None = None
    task: TaskName = "transcribe"
    model: Annotated[str, Meta(min_length=1, max_length=4096)] | None = None
    policy: PolicyName = "alignatt"
    vocabulary: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=200)
    ] = ()
    translate_to: (
        Annotated[
            str, Meta(pattern="^([a-z]{2,3}|[a-z]{5,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$")
        ]
        | None
    ) = None
    translator: Annotated[str, Meta(min_length=1, max_length=4096)] | None = None
    step_down: bool = False
    backend: BackendName | None = None
    alignment_heads: (
        Annotated[
            str,
            Meta(max_length=2000, pattern="^[0-9]{1,2}\\.[0-9]{1,2}(,[0-9]{1,2}\\.[0-9]{1,2})*$"),
        ]
        | None
    ) = None
    speakers: bool = False
    diarizer: DiarizerName | None = None
    max_speakers: Annotated[int, Meta(ge=0, le=12)] = 0
    num_speakers: Annotated[int, Meta(ge=0, le=12)] = 0
