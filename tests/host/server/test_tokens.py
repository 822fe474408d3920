"""Tokens: stored as hashes, in a file that only the user can read."""

import os
import stat
from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.server import token_commands
from wlk_host.server.limits import User
from wlk_host.server.tokens import Tokens, new_token, stored, tokens_file

NOW = 1_800_000_000.0


def test_who_has_a_token_is_known_by_name(tokens: Tokens) -> None:
    token = new_token()
    tokens.add(stored(token, "ana", NOW, None, sessions=2, hours_a_day=1.5))
    tokens.add(stored(new_token(), "ben", NOW, None))
    assert tokens.user(token) == User("ana", 2, 1.5)


@pytest.mark.parametrize("wrong", ["", "wlk_", "ana", "\ud800", "x" * 100_000])
def test_what_is_no_token_is_nobody(wrong: str, tokens: Tokens) -> None:
    tokens.add(stored(new_token(), "ana", NOW, None))
    assert tokens.user(wrong) is None


def test_a_token_expires(tokens: Tokens) -> None:
    token = new_token()
    tokens.add(stored(token, "ana", NOW, days=1))
    path = tokens_path(tokens)
    assert Tokens(path, lambda: NOW + 86_399).user(token) is not None
    assert Tokens(path, lambda: NOW + 86_400).user(token) is None


def test_a_revoked_token_is_nobodys_at_once(tokens: Tokens) -> None:
    token = new_token()
    tokens.add(stored(token, "ana", NOW, None))
    assert tokens.user(token)
    Tokens(tokens_path(tokens)).revoke("ana")
    assert tokens.user(token) is None


def test_the_file_is_the_users_alone_and_holds_no_token(tokens: Tokens) -> None:
    token = new_token()
    tokens.add(stored(token, "ana", NOW, None))
    path = tokens_path(tokens)
    assert token.encode() not in path.read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_no_two_tokens_are_alike() -> None:
    assert len({new_token() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("name", "code"),
    [("ana", "token_name_taken"), ("", "token_name_invalid"), ("a\nb", "token_name_invalid")],
)
def test_names_are_plain_and_used_once(name: str, code: str, tokens: Tokens) -> None:
    tokens.add(stored(new_token(), "ana", NOW, None))
    with pytest.raises(WlkError) as refused:
        tokens.add(stored(new_token(), name, NOW, None))
    assert refused.value.code == code


def test_an_unknown_name_cannot_be_revoked(tokens: Tokens) -> None:
    with pytest.raises(WlkError, match="token_unknown"):
        tokens.revoke("ana")


@pytest.mark.parametrize("content", ["{", '[{"name": 1}]', "[" * 100_000])
def test_a_broken_file_lets_nobody_in(content: str, tokens: Tokens) -> None:
    path = tokens_path(tokens)
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(WlkError, match="tokens_unreadable"):
        tokens.user(new_token())


def test_the_commands_add_list_and_revoke(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", os.fspath(tmp_path))
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    token_commands.add("ana", 30, 2, None)
    token = capsys.readouterr().out.strip()
    assert Tokens(tokens_file()).user(token) == User("ana", 2)
    token_commands.show_all()
    listed = capsys.readouterr().out
    assert "ana" in listed
    assert token not in listed
    token_commands.revoke("ana")
    assert Tokens(tokens_file()).user(token) is None


def tokens_path(tokens: Tokens) -> Path:
    return tokens._path
