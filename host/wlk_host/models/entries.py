"""What the catalogue says of a model: its files, where they are published, what it can do."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Quality: TypeAlias = Literal["draft", "good", "best"]
"""How well a translator translates, for people who choose one."""


@dataclass(frozen=True, slots=True)
class PackagedPart:
    """One file inside an installed data package.

    Attributes:
        module: top-level import name. It is located, never imported.
        path: POSIX path below the package's folder.
    """

    module: str
    path: str


@dataclass(frozen=True, slots=True)
class HubRepository:
    """A repository of the model hub, pinned to one commit."""

    name: str
    revision: str


@dataclass(frozen=True, slots=True)
class GitRepository:
    """A folder of a Git repository, pinned to one commit, whose files can be fetched singly.

    Attributes:
        address: the URL below which the commits are listed, without a slash at its end.
        folder: POSIX path inside the repository.
    """

    address: str
    revision: str
    folder: str


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """The server of Argos packages. It knows no commits; a package's name ends in its version."""

    revision: None = None


Repository: TypeAlias = HubRepository | GitRepository | PackageIndex


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model, with what identifies the right one.

    Attributes:
        sha256: lower-case hex digest of the whole file. None where nobody has published it: then
            the first download is trusted, and what it brought is recorded (`records`).
        parts: the pieces of the file, in order; empty if no package carries it.
        repository: where it is published, if not with the other files of its model.
        text: the content, if it is written here instead of fetched.
        kept_as: its name in the model's folder, if that is another one.
        is_exact: whether `size_bytes` is exact. Otherwise the server tells the size.
        is_archive: whether its contents are kept instead of itself (`archive`).
    """

    name: str
    size_bytes: int
    sha256: str | None
    parts: tuple[PackagedPart, ...] = ()
    repository: Repository | None = None
    text: str | None = None
    kept_as: str | None = None
    is_exact: bool = True
    is_archive: bool = False

    @property
    def is_pinned(self) -> bool:
        """Whether what lies in the model's folder is known from the catalogue alone."""
        return self.sha256 is not None and self.is_exact and not self.is_archive

    @property
    def local_name(self) -> str:
        """Its name in the model's folder."""
        return self.kept_as or self.name


@dataclass(frozen=True, slots=True)
class Translation:
    """What a translator of the catalogue can do.

    Attributes:
        sources: language codes (BCP 47) it translates from, each into every target that is not
            the same language.
        targets: language codes it translates into.
        pivots: whether it may be joined with another one through English.
        terms: a plain sentence on what the licence forbids; empty where it forbids nothing that
            matters to users.
        quality: how well it translates.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    pivots: bool
    terms: str
    quality: Quality


_ROOM_FOR_AN_ARCHIVE: Final = 2.5
"""Of its size: the archive itself, and what is unpacked of it."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One model and its files.

    Attributes:
        languages: Whisper codes of the languages it transcribes; empty if it transcribes none.
        translates: whether it was trained to translate speech into English.
        licence: SPDX identifier of the weights.
        command: the command that installs it; None: `wlk-host models download`.
        translation: what it translates, if it is a translator of texts.
        folder: the name of its folder, if that is not its own.
    """

    name: str
    languages: tuple[str, ...]
    translates: bool
    licence: str
    repository: Repository
    files: tuple[ModelFile, ...]
    command: str | None = None
    translation: Translation | None = None
    folder: str | None = None

    @property
    def multilingual(self) -> bool:
        """Whether it knows more than one language."""
        return len(self.languages) > 1

    @property
    def size_bytes(self) -> int:
        """The size of all its files together."""
        return sum(file.size_bytes for file in self.files)

    @property
    def room_bytes(self) -> int:
        """The room that its installation takes, for a while at least."""
        return int(
            sum(f.size_bytes * (_ROOM_FOR_AN_ARCHIVE if f.is_archive else 1) for f in self.files)
        )

    @property
    def modules(self) -> tuple[str, ...]:
        """The data packages that carry it, by import name; empty if there are none."""
        parts = (part for file in self.files for part in file.parts)
        return tuple(dict.fromkeys(part.module for part in parts))
