from wlk_host.core.translation.names import keep_names


class Scribe:
    """Spells names as it likes."""

    def __init__(self, *habits: tuple[str, str]) -> None:
        self.habits = habits
        self.calls: list[tuple[list[str], str]] = []

    def __call__(self, texts: list[str], context: str) -> list[str]:
        self.calls.append((texts, context))
        found = []
        for text in texts:
            result = text
            for wrong, right in self.habits:
                result = result.replace(wrong, right)
            found.append(result)
        return found


def test_a_name_that_comes_through_costs_no_second_call() -> None:
    scribe = Scribe()
    assert keep_names(["Rhea left."], ["Rhea"], "", scribe) == ["Rhea left."]
    assert len(scribe.calls) == 1


def test_a_name_that_is_lost_is_put_back_by_a_placeholder() -> None:
    scribe = Scribe(("Anthropic", "Antropic"), ("left", "ging"))
    texts = ["anthropic left.", "He left."]
    names = ["Anthropic", "Kubernetes"]
    other = Scribe(("anthropic", "antropic"), ("left", "ging"))
    assert keep_names(texts, names, "", other) == ["Anthropic ging.", "He ging."]
    assert keep_names(["Anthropic left."], names, "Who?", scribe) == ["Anthropic ging."]
    assert scribe.calls == [(["Anthropic left."], "Who?"), (["Z1 left."], "Who?")]


def test_a_text_with_a_placeholder_still_follows_the_one_before_it() -> None:
    scribe = Scribe(("Anthropic", "Antropic"))
    keep_names(["Who left?", "Anthropic.", "Why?"], ["Anthropic"], "Said he:", scribe)
    assert scribe.calls == [
        (["Who left?", "Anthropic.", "Why?"], "Said he:"),
        (["Z1."], "Who left?"),
    ]


def test_where_the_placeholder_is_lost_too_the_plain_translation_stays() -> None:
    scribe = Scribe(("Anthropic", "Antropic"), ("Z1", ""))
    assert keep_names(["Anthropic left."], ["Anthropic"], "", scribe) == ["Antropic left."]


def test_a_name_is_a_whole_word_except_where_there_are_no_spaces() -> None:
    scribe = Scribe(("Ananas", "pineapple"), ("东京", "Tokio"))
    assert keep_names(["Ananas"], ["Ana"], "", scribe) == ["pineapple"]
    assert keep_names(["我在东京"], ["东京"], "", scribe) == ["我在东京"]
