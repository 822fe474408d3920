"""Language codes as people and engines write them."""


def base_of(code: str) -> str:
    """The language without script and region: "pt" of "pt-BR" or "pt_BR"."""
    return code.replace("_", "-").split("-")[0].lower()


def same_language(one: str, other: str) -> bool:
    """Whether a translation between the two would only change the spelling."""
    return base_of(one) == base_of(other)
