"""The letters' words in both languages. A test holds the two to the same letters and the same placeholders."""

from __future__ import annotations

from chalicelib.domain.mail.letter import Letter, LetterKind, Mail

FALLBACK = "en"

_EN_SIGNATURE = "\n\nBotMarketplace. Nobody reads answers to this address."
_RU_SIGNATURE = "\n\nBotMarketplace. Ответы на этот адрес никто не читает."
_EN_ALARM = "If it was not you, set a new password now ({origin}/forgot-password) and look through your sessions."
_RU_ALARM = "Если это были не вы, сразу смените пароль ({origin}/forgot-password) и проверьте список сеансов."

_EN: dict[LetterKind, tuple[str, str]] = {
    LetterKind.VERIFY_EMAIL: (
        "Confirm your e-mail address",
        "Somebody registered with this address. If it was you, open this link within 24 hours:\n\n{link}\n\n"
        "If it was not, do nothing: without the link nobody can sign in.",
    ),
    LetterKind.ADDRESS_TAKEN: (
        "You have an account already",
        "Somebody registered with this address, but it has an account. Sign in at {origin}/login, or set a new "
        "password at {origin}/forgot-password.\n\nIf it was not you, do nothing: nothing has changed.",
    ),
    LetterKind.WELCOME: (
        "Your account is ready",
        "The account for this address is ready. Sign in at {origin}/login.",
    ),
    LetterKind.RESET_PASSWORD: (
        "Set a new password",
        "Somebody asked for a new password for this address. If it was you, open this link within 30 minutes:\n\n"
        "{link}\n\nIf it was not, do nothing: the old password stays.",
    ),
    LetterKind.PASSWORD_CHANGED: (
        "Your password was changed",
        f"The password of this account was changed, and its other sessions were ended.\n\n{_EN_ALARM}",
    ),
    LetterKind.SECOND_FACTOR_ON: (
        "One-time codes are on",
        f"Signing in needs a code of your authenticator app from now on. Keep the recovery codes safe.\n\n{_EN_ALARM}",
    ),
    LetterKind.SECOND_FACTOR_OFF: (
        "One-time codes are off",
        f"Signing in needs no code of your authenticator app any more.\n\n{_EN_ALARM}",
    ),
    LetterKind.RECOVERY_CODES_NEW: (
        "You have new recovery codes",
        f"New recovery codes were made; the old ones are void.\n\n{_EN_ALARM}",
    ),
    LetterKind.RECOVERY_CODE_USED: (
        "A recovery code was used",
        f"A recovery code of this account was used; {{left}} are left. Make new ones before they run out."
        f"\n\n{_EN_ALARM}",
    ),
    LetterKind.INVITATION: (
        "You are invited to a workspace",
        "{inviter} invites you to the workspace “{workspace}” as {role}. Open this link within 7 days:\n\n{link}\n\n"
        "If you do not know them, do nothing.",
    ),
}

_RU: dict[LetterKind, tuple[str, str]] = {
    LetterKind.VERIFY_EMAIL: (
        "Подтвердите адрес почты",
        "Кто-то зарегистрировался с этим адресом. Если это вы, откройте ссылку в течение 24 часов:\n\n{link}\n\n"
        "Если не вы, ничего не делайте: без ссылки войти нельзя.",
    ),
    LetterKind.ADDRESS_TAKEN: (
        "У вас уже есть аккаунт",
        "Кто-то регистрировался с этим адресом, но аккаунт с ним уже есть. Войдите: {origin}/login, или задайте новый "
        "пароль: {origin}/forgot-password.\n\nЕсли это были не вы, ничего не делайте: ничего не изменилось.",
    ),
    LetterKind.WELCOME: (
        "Ваш аккаунт готов",
        "Аккаунт для этого адреса готов. Войдите: {origin}/login.",
    ),
    LetterKind.RESET_PASSWORD: (
        "Задайте новый пароль",
        "Кто-то попросил новый пароль для этого адреса. Если это вы, откройте ссылку в течение 30 минут:\n\n{link}\n\n"
        "Если не вы, ничего не делайте: прежний пароль остаётся.",
    ),
    LetterKind.PASSWORD_CHANGED: (
        "Ваш пароль изменён",
        f"Пароль этого аккаунта изменён, остальные сеансы завершены.\n\n{_RU_ALARM}",
    ),
    LetterKind.SECOND_FACTOR_ON: (
        "Одноразовые коды включены",
        "Теперь для входа нужен код из приложения-аутентификатора. Храните коды восстановления в надёжном месте."
        f"\n\n{_RU_ALARM}",
    ),
    LetterKind.SECOND_FACTOR_OFF: (
        "Одноразовые коды выключены",
        f"Теперь для входа не нужен код из приложения-аутентификатора.\n\n{_RU_ALARM}",
    ),
    LetterKind.RECOVERY_CODES_NEW: (
        "У вас новые коды восстановления",
        f"Созданы новые коды восстановления, прежние больше не действуют.\n\n{_RU_ALARM}",
    ),
    LetterKind.RECOVERY_CODE_USED: (
        "Использован код восстановления",
        f"Использован код восстановления этого аккаунта; осталось: {{left}}. Создайте новые, пока они не кончились."
        f"\n\n{_RU_ALARM}",
    ),
    LetterKind.INVITATION: (
        "Вас приглашают в рабочее пространство",
        "{inviter} приглашает вас в рабочее пространство «{workspace}», роль: {role}. Откройте ссылку в течение 7 дней:"
        "\n\n{link}\n\nЕсли вы не знаете этого человека, ничего не делайте.",
    ),
}

TEXTS = {"en": _EN, "ru": _RU}
_SIGNATURES = {"en": _EN_SIGNATURE, "ru": _RU_SIGNATURE}


def in_words(letter: Letter) -> Mail:
    """The letter in its reader's language, English for one we do not speak. Raises KeyError for a missing parameter.

    Line breaks in a parameter become blanks: nobody may add a paragraph of their own to our letter.
    """
    locale = letter.locale if letter.locale in TEXTS else FALLBACK
    subject, text = TEXTS[locale][letter.kind]
    params = {name: " ".join(value.split()) for name, value in letter.params.items()}
    return Mail(letter.to, subject, text.format_map(params) + _SIGNATURES[locale])
