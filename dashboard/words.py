"""Words of the pages that come before the login, in Indonesian and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGE_COOKIE = "bahasa"

WORDS: Mapping[str, Mapping[str, str]] = {
    "id": {
        "language": "id",
        "other": "en",
        "other_name": "English",
        "product": "Binjai Command Center",
        "login": "Masuk",
        "logout": "Keluar",
        "name": "Nama akun",
        "password": "Kata sandi",
        "to_wall": "Ke dinding",
        "oidc": "Masuk dengan akun kota",
        "wrong": "Nama akun atau kata sandi salah.",
        "expired": "Halaman ini sudah terlalu lama terbuka. Coba sekali lagi.",
        "too_many": "Terlalu banyak percobaan. Coba lagi dalam {minutes} menit.",
        "unavailable": "Akun tidak dapat dibaca saat ini. Coba lagi sebentar.",
        "no_account": "Akun kota Anda belum terdaftar di sini. Hubungi administrator.",
        "demo": "Akun contoh",
        "demo_note": "Hanya tampak karena server ini tidak terjangkau dari luar.",
        "role": "Peran",
        "denied": "Halaman ini bukan untuk peran Anda.",
        "logged_in_as": "Anda masuk sebagai",
        "sure": "Akhiri sesi ini?",
        "wall": "Layar dinding",
        "operator": "Operator",
        "agency": "SKPD",
        "secretary": "Sekretaris",
        "council": "Dewan",
        "administrator": "Administrator",
    },
    "en": {
        "language": "en",
        "other": "id",
        "other_name": "Bahasa Indonesia",
        "product": "Binjai Command Center",
        "login": "Log in",
        "logout": "Log out",
        "name": "Account name",
        "password": "Password",
        "to_wall": "To the wall",
        "oidc": "Log in with your city account",
        "wrong": "Account name or password is wrong.",
        "expired": "This page was open for too long. Try once more.",
        "too_many": "Too many attempts. Try again in {minutes} minutes.",
        "unavailable": "Accounts can't be read now. Try again in a moment.",
        "no_account": "Your city account is not registered here. Ask an administrator.",
        "demo": "Demo accounts",
        "demo_note": "Shown only because nobody else can reach this server.",
        "role": "Role",
        "denied": "This page is not for your role.",
        "logged_in_as": "You are logged in as",
        "sure": "End this session?",
        "wall": "Wall screen",
        "operator": "Operator",
        "agency": "Agency",
        "secretary": "Secretary",
        "council": "Council",
        "administrator": "Administrator",
    },
}


def language_here() -> str:
    """By the switch that was just used, else as it was left."""
    asked = request.args.get("bahasa", "")
    return asked if asked in WORDS else kept_language()


def kept_language() -> str:
    """As the switch was left; Indonesian first, whatever the browser prefers: all see the same."""
    kept = request.cookies.get(LANGUAGE_COOKIE, "")
    return kept if kept in WORDS else "id"


def words_here() -> Mapping[str, str]:
    """The words of the request's language."""
    return WORDS[language_here()]
