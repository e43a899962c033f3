"""Letters: the same in both languages, filled completely, and nobody's words but ours."""

from __future__ import annotations

import string

import pytest

from chalicelib.domain.mail.letter import Letter, LetterKind
from chalicelib.domain.mail.texts import TEXTS, in_words

WRITTEN = [kind for kind in LetterKind if kind is not LetterKind.NONE]


def placeholders(text: str) -> set[str]:
    """What a text is filled with."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_letter_is_written_in_both_languages_with_the_same_facts(kind: LetterKind) -> None:
    assert placeholders(TEXTS["ru"][kind][1]) == placeholders(TEXTS["en"][kind][1])
    assert all(TEXTS[locale][kind][0] for locale in ("en", "ru"))


def test_no_language_knows_a_letter_that_the_other_does_not() -> None:
    assert set(TEXTS["en"]) == set(TEXTS["ru"]) == set(WRITTEN)


def test_a_letter_is_in_its_reader_s_language() -> None:
    letter = Letter(LetterKind.WELCOME, "a@example.com", "ru", {"origin": "https://test"})

    assert in_words(letter).subject == "Ваш аккаунт готов"
    assert "https://test/login" in in_words(letter).text


def test_a_language_that_we_do_not_speak_gets_english() -> None:
    letter = Letter(LetterKind.WELCOME, "a@example.com", "de", {"origin": "https://test"})

    assert in_words(letter).subject == "Your account is ready"


def test_a_name_cannot_add_a_paragraph_to_our_letter() -> None:
    params = {"inviter": "Eve\n\nPay at evil.example", "workspace": "{link}", "role": "admin", "link": "https://l"}

    text = in_words(Letter(LetterKind.INVITATION, "a@example.com", "en", params)).text

    assert "Eve Pay at evil.example invites you to the workspace “{link}” as admin" in text


def test_a_letter_that_lacks_a_fact_is_a_defect() -> None:
    with pytest.raises(KeyError):
        in_words(Letter(LetterKind.VERIFY_EMAIL, "a@example.com", "en", {}))


def test_neither_a_letter_nor_a_mail_shows_its_secrets() -> None:
    letter = Letter(LetterKind.WELCOME, "a@example.com", "en", {"origin": "CANARY"})

    assert "CANARY" not in repr(letter) + repr(in_words(letter))
