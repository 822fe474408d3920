"""OpenAI's audio interface, used by OpenAI's own client."""

import http.client
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import openai
import pytest
import webvtt

from host.server.conftest import Running, StartServer
from host.server.sound_files import CODECS, encoded
from wlk_host.server.limits import Limits
from wlk_host.server.offer import Offer

FILE = ("speech.wav", encoded("wav", 3))


@contextmanager
def client_of(server: Running, key: str = "none") -> Iterator[openai.OpenAI]:
    url = f"http://{server.address}/v1"
    with openai.OpenAI(api_key=key, base_url=url, max_retries=0, timeout=20) as client:
        yield client


def test_the_text_of_an_upload(start_server: StartServer) -> None:
    server = start_server()
    with client_of(server) as client:
        told = client.audio.transcriptions.create(
            model="whisper-1", file=FILE, language="de", prompt="What was said before."
        )
    assert told.text == "word1 word2 word3"
    options, context = server.loader.opened[0]
    assert (options.language, options.task, context) == (
        "de",
        "transcribe",
        "What was said before.",
    )


@pytest.mark.parametrize("form", CODECS)
def test_formats_that_clients_send(form: str, start_server: StartServer) -> None:
    with client_of(start_server()) as client:
        told = client.audio.transcriptions.create(
            model="whisper-1", file=(f"speech.{form}", encoded(form, 2))
        )
    assert told.text.startswith("word1 word2")


def test_words_and_segments_with_their_times(start_server: StartServer) -> None:
    with client_of(start_server()) as client:
        told = client.audio.transcriptions.create(
            model="whisper-1",
            file=FILE,
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )
    assert (told.language, told.duration) == ("english", 3.0)
    assert told.words is not None
    assert [(word.word, word.start, word.end) for word in told.words] == [
        ("word1", 0, 1),
        ("word2", 1, 2),
        ("word3", 2, 3),
    ]
    assert told.segments is not None
    assert [(part.id, part.text) for part in told.segments] == [
        (0, "word1"),
        (1, "word2"),
        (2, "word3"),
    ]
    assert told.segments[0].avg_logprob == pytest.approx(-0.6931)


def test_segments_only_unless_words_are_asked_for(start_server: StartServer) -> None:
    with client_of(start_server()) as client:
        told = client.audio.transcriptions.create(
            model="whisper-1", file=FILE, response_format="verbose_json"
        )
    assert told.words is None
    assert told.segments


def test_subtitles_and_plain_text(start_server: StartServer) -> None:
    with client_of(start_server()) as client:
        create = client.audio.transcriptions.create
        srt = create(model="whisper-1", file=FILE, response_format="srt")
        vtt = create(model="whisper-1", file=FILE, response_format="vtt")
        text = create(model="whisper-1", file=FILE, response_format="text")
    assert re.match(r"1\n00:00:00,000 --> 00:00:0", srt)
    captions = webvtt.from_buffer(io.StringIO(vtt))
    assert " ".join(" ".join(one.text for one in captions.captions).split()) == "word1 word2 word3"
    assert text == "word1 word2 word3\n"


def test_a_translation_into_english(start_server: StartServer) -> None:
    server = start_server()
    # OpenAI would rather have other models used.
    with client_of(server) as client, pytest.warns(DeprecationWarning, match="deprecated"):
        told = client.audio.translations.create(model="whisper-1", file=FILE)
    assert told.text == "word1 word2 word3"
    assert server.loader.opened[0][0].task == "translate"


def test_the_text_as_it_comes(start_server: StartServer) -> None:
    with client_of(start_server()) as client:
        events = list(client.audio.transcriptions.create(model="whisper-1", file=FILE, stream=True))
    assert "".join(e.delta for e in events if e.type == "transcript.text.delta") == (
        "word1 word2 word3"
    )
    assert events[-1].type == "transcript.text.done"
    assert events[-1].text == "word1 word2 word3"


def test_the_models_that_are_offered(start_server: StartServer) -> None:
    server = start_server(offer=Offer(models=("tiny.en", "base")))
    with client_of(server) as client:
        assert [model.id for model in client.models.list()] == ["tiny.en", "base"]
        client.audio.transcriptions.create(model="base", file=FILE)
        with pytest.raises(openai.NotFoundError, match="offers tiny") as refused:
            client.audio.transcriptions.create(model="/etc", file=FILE)
    assert refused.value.code == "model_not_served"
    assert [options.model for options, _ in server.loader.opened] == ["base"]


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_no_sound_is_refused(stream: bool, start_server: StartServer) -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
    with client_of(start_server()) as client:
        for content in (playlist, b"RIFF" + bytes(1000)):
            with pytest.raises(openai.BadRequestError) as refused:
                client.audio.transcriptions.create(
                    model="whisper-1", file=("a.wav", content), stream=stream
                )
            assert refused.value.code == "file_unreadable"


def test_an_unknown_form_is_refused_with_what_there_is(start_server: StartServer) -> None:
    with client_of(start_server()) as client, pytest.raises(openai.BadRequestError, match="srt"):
        client.audio.transcriptions.create(
            model="whisper-1",
            file=FILE,
            response_format="diarized_json",
        )


@pytest.mark.parametrize("stream", [False, True])
def test_a_failing_session_is_told(stream: bool, start_server: StartServer) -> None:
    with client_of(start_server()) as client, pytest.raises(openai.InternalServerError):
        client.audio.transcriptions.create(
            model="whisper-1", file=FILE, prompt="fails", stream=stream
        )


def test_too_many_sessions_are_told(start_server: StartServer) -> None:
    server = start_server(limits=Limits(sessions=0))
    with client_of(server) as client, pytest.raises(openai.RateLimitError, match="sessions"):
        client.audio.transcriptions.create(model="whisper-1", file=FILE)


def test_an_upload_of_unknown_length_is_refused_at_the_limit(start_server: StartServer) -> None:
    server = start_server(limits=Limits(upload_bytes=10_000))
    head = b"--x\r\nContent-Disposition: form-data; name=file; filename=a.wav\r\n\r\n"
    connection = http.client.HTTPConnection(server.address, timeout=20)
    connection.request(
        "POST",
        "/v1/audio/transcriptions",
        iter([head, bytes(9_000), bytes(9_000)]),
        {"Content-Type": "multipart/form-data; boundary=x"},
        encode_chunked=True,
    )
    assert connection.getresponse().status == 413
    connection.close()


def test_what_is_no_form_is_refused(start_server: StartServer) -> None:
    server = start_server()
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "text/plain"):
        connection = http.client.HTTPConnection(server.address, timeout=20)
        connection.request("POST", "/v1/audio/transcriptions", b"nonsense", {"Content-Type": kind})
        answer = connection.getresponse()
        assert (answer.status, b'"error"' in answer.read()) == (400, True)
        connection.close()


def test_who_stops_waiting_makes_room(start_server: StartServer) -> None:
    server = start_server(limits=Limits(sessions=1))
    with client_of(server) as client:
        create = client.audio.transcriptions.create
        events = create(model="whisper-1", file=FILE, stream=True)
        next(iter(events))
        events.close()
        for _ in range(100):
            try:
                assert create(model="whisper-1", file=FILE).text
            except openai.RateLimitError:
                continue
            break
        else:
            pytest.fail("the session did not end")


def test_an_upload_above_the_limit_is_refused(start_server: StartServer) -> None:
    server = start_server(limits=Limits(upload_bytes=10_000))
    with client_of(server) as client, pytest.raises(openai.APIStatusError) as refused:
        client.audio.transcriptions.create(model="whisper-1", file=FILE)
    assert refused.value.status_code == 413
