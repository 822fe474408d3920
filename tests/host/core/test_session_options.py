"""A session with scripted parts: languages, prompts and what else may be chosen."""

from dataclasses import replace

from host.core.scripted import sound_of, spoken
from host.core.stage import CLIP, LIVE, S, Stage, played, text_of
from wlk_host.core.live.end_of_word import never
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Task
from wlk_host.core.types import LanguageDetected, Line, seconds


def languages(stage: Stage) -> list[LanguageDetected]:
    return [event for event in stage.events if isinstance(event, LanguageDetected)]


def lines(stage: Stage) -> list[Line]:
    """As they stand in the end."""
    last = {line.id: line for update in stage.updates for line in update.lines}
    return [line for line in last.values() if line.text]


def test_a_language_is_detected_once_and_used() -> None:
    stage = played(CLIP, multilingual=True, language=("es", 0.8))
    assert languages(stage) == [LanguageDetected("es", 0.8)]
    assert {task.language for task in stage.decoder.tasks} == {"es"}
    assert {line.language for update in stage.updates for line in update.lines} == {"es"}
    assert stage.shown[-1].committed == text_of(CLIP)


def test_an_uncertain_language_waits_for_more_speech_and_no_word_is_lost() -> None:
    stage = Stage(CLIP, multilingual=True, language=("fr", 0.3))
    pcm = sound_of(CLIP)
    stage.play(pcm[: 2 * S])
    assert stage.events == []
    stage.play(pcm[2 * S :], at=2 * S)
    stage.finish()
    assert languages(stage) == [LanguageDetected("fr", 0.3)]
    assert stage.shown[-1].committed == text_of(CLIP)


def test_a_short_uncertain_utterance_is_captioned_when_it_is_over() -> None:
    script = spoken("Oui, oui.")
    stage = played(script, multilingual=True, language=("fr", 0.3))
    assert languages(stage) == [LanguageDetected("fr", 0.3)]
    assert stage.shown[-1].committed == text_of(script)


def test_lines_keep_the_language_they_were_spoken_in_though_it_changes_before_they_are_final() -> (
    None
):
    later = "And now somebody goes on in English for quite a while and says some more words"
    script = spoken(f"Estas son las primeras palabras de todas. 1.4 {later}")
    stage = Stage(script, multilingual=True, language=("es", 0.95))
    pcm = sound_of(script)
    stage.background.busy = True
    stage.play(pcm[: script[6].end + S])
    stage.decoder.language = stage.recognizer.language = ("en", 0.95)
    stage.events += stage.session.cut(script[6].end + S)
    stage.play(pcm[script[6].end + S :], at=script[6].end + S)
    stage.background.busy = False
    stage.finish()
    final = {
        line.text: line.language
        for update in stage.updates
        for line in update.lines
        if line.state == "final"
    }
    assert list(final.values()) == ["es", "en"]
    assert [event.language for event in languages(stage)] == ["es", "en"]


def test_lines_in_a_wrong_language_are_corrected_while_they_are_live() -> None:
    """With their ids, from the beginning of the utterance, once more sound tells."""
    stage = Stage(CLIP, multilingual=True, language=("en", 0.6))
    pcm = sound_of(CLIP)
    stage.play(pcm[: 3 * S // 2])
    assert stage.shown[-1].committed == "Here are the first words"
    wrong = stage.updates[-1].lines[0]
    stage.decoder.language = stage.recognizer.language = ("de", 0.95)
    stage.play(pcm[3 * S // 2 : 3 * S], at=3 * S // 2)
    assert [event.language for event in languages(stage)] == ["en", "de"]
    assert stage.shown[-1].committed == "Here are the first words of a clip. They"
    right = lines(stage)[0]
    assert (wrong.id, wrong.language) == (right.id, "en")
    assert right.language == "de"
    since = next(i for i, task in enumerate(stage.decoder.tasks) if task.language == "de")
    assert {task.language for task in stage.decoder.tasks[since:]} == {"de"}
    assert stage.decoder.windows[since].startswith(" Here are the first words")
    stage.play(pcm[3 * S :], at=3 * S)
    stage.finish()
    assert stage.shown[-1].committed == text_of(CLIP)
    assert {line.language for line in lines(stage)} == {"de"}


def test_a_language_decided_on_little_is_asked_for_again_in_the_second_pass() -> None:
    script = spoken("Ja, ja, ja.")
    stage = Stage(script, multilingual=True, language=("en", 0.6))
    stage.recognizer.language = ("de", 0.7)
    stage.play(sound_of(script))
    stage.finish()
    assert [event.language for event in languages(stage)] == ["en", "de"]
    assert stage.recognizer.tasks[-1] == Task("de")
    assert {line.language for line in lines(stage)} == {"de"}
    assert stage.shown[-1].final == text_of(script).upper()
    assert stage.session.language == "de"


def test_a_second_pass_that_agrees_about_an_unsettled_language_costs_no_question() -> None:
    stage = Stage(spoken("Ja, ja, ja."), multilingual=True, language=("de", 0.6))
    stage.recognizer.language = ("en", 0.9)
    stage.recognizer.cheap = ("de", 0.4)
    stage.play(sound_of(stage.script))
    stage.finish()
    assert stage.recognizer.n_padded == 0
    assert {line.language for line in lines(stage)} == {"de"}


def test_a_settled_language_is_not_asked_for_again_in_the_second_pass() -> None:
    stage = Stage(CLIP, multilingual=True, language=("en", 0.95))
    stage.recognizer.language = ("de", 0.99)
    stage.play(sound_of(CLIP))
    stage.finish()
    assert [event.language for event in languages(stage)] == ["en"]
    assert {line.language for line in lines(stage)} == {"en"}


def test_what_short_utterances_say_about_the_language_counts_together() -> None:
    """None of them is sure alone."""
    script = spoken("ja ja ja ja 1.4 nun ja ja ja 1.4 doch ja ja ja")
    stage = Stage(script, multilingual=True, language=("de", 0.75))
    pcm = sound_of(script)
    stage.play(pcm[: script[4].start])
    assert stage.session.language == "de"
    stage.play(pcm[script[4].start : script[8].start], at=script[4].start)
    n_asked = stage.decoder.n_asked
    stage.play(pcm[script[8].start :], at=script[8].start)
    assert stage.decoder.n_asked == n_asked


def test_an_uncertain_language_is_asked_of_padded_sound_once_in_an_utterance() -> None:
    stage = Stage(CLIP, multilingual=True, language=("en", 0.3))
    stage.play(sound_of(CLIP)[: 13 * S // 2])
    assert stage.decoder.n_padded == 1


def test_short_uncertain_utterances_are_not_all_asked_of_padded_sound() -> None:
    script = spoken("ja ja ja 1.4 nun ja ja 1.4 doch ja ja 1.4 na ja ja 1.4 so ja ja 1.4 ach ja ja")
    stage = Stage(script, multilingual=True, language=("de", 0.2))
    stage.play(sound_of(script))
    assert seconds(script[-1].end) > 10
    assert stage.decoder.n_padded == 2


def test_a_guess_on_little_sound_is_not_shown() -> None:
    stage = Stage(CLIP, multilingual=True, language=("en", 0.6))
    pcm = sound_of(CLIP)
    stage.play(pcm[:S])
    assert stage.events == []
    stage.play(pcm[S : 3 * S // 2], at=S)
    assert stage.shown[-1].committed == "Here are the first words"


def test_a_certain_language_costs_no_padded_sound() -> None:
    words = "and it goes on and on and on "
    script = spoken(f"{words * 2} 1.4 {words * 2} 1.4 {words * 2}")
    stage = played(script, multilingual=True, language=("en", 0.95))
    assert stage.decoder.n_padded == stage.recognizer.n_padded == 0
    # In the windows of the first 1.5 s, then once in an utterance.
    assert stage.decoder.n_asked == 3 + 3


def test_a_chosen_language_is_not_asked_for() -> None:
    options = SessionOptions(language="en")
    stage = played(CLIP, multilingual=True, language=("de", 0.9), options=options)
    assert stage.decoder.n_asked == stage.recognizer.n_padded == 0


def test_a_chosen_language_is_not_detected() -> None:
    options = SessionOptions(language="it", task="translate")
    stage = played(CLIP, multilingual=True, language=("es", 0.9), options=options)
    assert languages(stage) == []
    assert set(stage.decoder.tasks) == {Task("it", "translate")}


def test_an_english_model_needs_no_detection() -> None:
    stage = played(CLIP, language=("es", 0.9))
    assert languages(stage) == []
    assert {task.language for task in stage.decoder.tasks} == {"en"}


def test_options_change_while_somebody_speaks() -> None:
    options = SessionOptions(language="en")
    stage = Stage(CLIP, multilingual=True, options=options)
    pcm = sound_of(CLIP)
    stage.play(pcm[: 3 * S])
    before = stage.shown[-1].committed
    n_tasks = len(stage.decoder.tasks)
    stage.session.configure(SessionOptions(language="de", task="translate"))
    stage.play(pcm[3 * S :], at=3 * S)
    stage.finish()
    assert set(stage.decoder.tasks[:n_tasks]) == {Task("en")}
    assert set(stage.decoder.tasks[n_tasks:]) == {Task("de", "translate")}
    assert stage.shown[-1].committed.startswith(before)
    assert stage.shown[-1].committed == text_of(CLIP)


def test_music_that_makes_the_decoder_guess_is_not_captioned() -> None:
    stage = Stage(CLIP)
    stage.decoder.no_speech = 0.95
    stage.play(sound_of(CLIP))
    stage.finish()
    assert not any(update.lines for update in stage.updates)


def test_speech_in_noise_is_captioned() -> None:
    stage = Stage(CLIP)
    stage.decoder.no_speech = 0.8
    stage.play(sound_of(CLIP))
    stage.finish()
    assert stage.shown[-1].committed == text_of(CLIP)


def test_the_last_word_waits_for_the_next_where_that_is_wanted() -> None:
    usual, waiting = Stage(CLIP), Stage(CLIP, live=replace(LIVE, end_of_word=never))
    for stage in (usual, waiting):
        stage.play(sound_of(CLIP)[: 5 * S // 2])
    words = usual.shown[-1].committed.split()
    assert waiting.shown[-1].committed.split() == words[:-1]
    assert played(CLIP, live=waiting.live).shown[-1].committed == text_of(CLIP)


def test_a_prompt_stays_for_the_whole_session_and_vocabulary_follows_it() -> None:
    options = SessionOptions(prompt="A talk on caves. ", vocabulary=("Łódź",))
    stage = Stage(CLIP, options)
    stage.play(sound_of(CLIP))
    stage.session.configure(replace(options, vocabulary=()))
    stage.finish()
    decode = stage.decoder.tokenizer.decode
    assert {decode(p) for p in stage.decoder.prompts} == {" A talk on caves. Łódź."}
    assert decode(stage.decoder.prompts[0]) == decode(stage.recognizer.prompts[0])


def test_what_was_said_before_a_resumed_session_is_context_of_the_second_pass() -> None:
    stage = played(CLIP, context=" Said before.")
    decode = stage.decoder.tokenizer.decode
    assert [decode(p) for p in stage.decoder.prompts if p] == []
    assert decode(stage.recognizer.prompts[0]) == " Said before."


def test_words_that_left_the_window_are_a_prompt_where_that_is_wanted() -> None:
    script = spoken("one two three four five six seven eight nine ten " * 6)
    stage = played(script, live=replace(LIVE, rolling=5))
    prompts = [stage.decoder.tokenizer.decode(p).strip() for p in stage.decoder.prompts]
    said = text_of(script)
    assert prompts[0] == ""
    assert len(prompts[-1].split()) == 5
    assert all(prompt in said for prompt in prompts)


def test_a_cut_drops_what_was_said_before_a_resumed_session() -> None:
    stage = Stage(CLIP, context=" Said before.")
    stage.events += stage.session.cut(0)
    stage.play(sound_of(CLIP))
    stage.finish()
    assert not any(stage.recognizer.prompts)


def test_vocabulary_is_a_prompt_of_both_passes() -> None:
    stage = played(CLIP, options=SessionOptions(vocabulary=("Macháček", "Łódź")))
    assert {stage.decoder.tokenizer.decode(p) for p in stage.decoder.prompts} == {
        " Macháček, Łódź."
    }
    # The second looks without it as well.
    assert {stage.decoder.tokenizer.decode(p) for p in stage.recognizer.prompts} == {
        " Macháček, Łódź.",
        "",
    }
    assert stage.shown[-1].committed == text_of(CLIP)
