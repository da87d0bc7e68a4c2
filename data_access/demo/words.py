"""How citizens and agencies write: slots filled, in the hurry of a phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from data_access.demo.topics import Topic

_SINCE = (
    "2 hari", "3 hari", "4 hari", "seminggu", "2 minggu", "hampir sebulan", "sebulan",
    "dari kemarin", "berhari hari", "3 bulan", "lama",
)  # fmt: skip

_LANDMARKS = (
    "depan mesjid", "dekat simpang", "samping sekolah", "depan warung Bu Ida", "dekat jembatan",
    "arah rel kereta", "depan gereja", "dekat pos kamling", "seberang Indomaret", "dekat kuburan",
    "depan kantor lurah", "belakang pasar", "dekat bengkel", "depan kedai kopi",
)  # fmt: skip

_OPENERS = (
    "Assalamualaikum.", "Selamat pagi bapak/ibu.", "Lapor pak.", "Yth. Bapak Walikota.",
    "Mohon perhatiannya.", "Horas, selamat siang.", "Min,", "Izin melapor.", "", "", "", "",
)  # fmt: skip

_CLOSERS = (
    "Mohon segera ditindaklanjuti, terima kasih.", "Tolong dibantu ya pak.",
    "Semoga cepat diperbaiki.", "Trims.", "Kami warga menunggu.", "Jangan tunggu viral pak.",
    "Sudah pernah lapor tapi belum ada tanggapan.", "Terimakasih atas bantuannya.", "", "", "",
)  # fmt: skip

_SHORT = {
    "yang": "yg", "tidak": "tdk", "sudah": "sdh", "dengan": "dgn", "jalan": "jln",
    "mohon": "mhn", "belum": "blm", "untuk": "utk", "karena": "krn", "orang": "org",
    "banyak": "byk", "bisa": "bs", "juga": "jg", "saja": "aja", "depan": "dpn", "malam": "mlm",
    "rumah": "rmh", "terima kasih": "mksh",
}  # fmt: skip

_CHATTY = {"tidak": "gak", "sudah": "udah", "saja": "aja", "sekali": "kali", "begini": "gini"}

_WORD = re.compile(r"[a-z]{6,}")


@dataclass(frozen=True)
class Scene:
    """What the slots of a text are filled with."""

    street: str
    lingkungan: str
    kelurahan: str


def title_of(topic: Topic, scene: Scene, chance: random.Random) -> str:
    """A report's title."""
    text = _capital(_fill(chance.choice(topic.titles), scene, chance))
    style = chance.random()
    if style < 0.12:
        return text.lower()
    if style < 0.17:
        return text.upper()
    return text


def body_of(topic: Topic, scene: Scene, chance: random.Random) -> str:
    """A report's text."""
    sentences = chance.sample(topic.bodies, 2 if chance.random() < 0.22 else 1)
    parts = (chance.choice(_OPENERS), *sentences, chance.choice(_CLOSERS))
    filled = (_capital(_fill(part, scene, chance)) for part in parts if part)
    return _hurried(" ".join(filled), chance)


def _fill(text: str, scene: Scene, chance: random.Random) -> str:
    return text.format(
        jl=scene.street,
        ling=scene.lingkungan,
        kel=scene.kelurahan,
        lama=chance.choice(_SINCE),
        dekat=chance.choice(_LANDMARKS),
    ).replace("sudah lama sudah", "sudah lama")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _hurried(text: str, chance: random.Random) -> str:
    """Abbreviated, chatty, mistyped or none of it, as the writer is."""
    style = chance.random()
    if style < 0.3:
        text = _replaced(text, _SHORT, chance)
    elif style < 0.45:
        text = _replaced(text, _CHATTY, chance)
    if chance.random() < 0.18:
        text = _mistyped(text, chance)
    if chance.random() < 0.15:
        text = text.lower()
    return text


def _replaced(text: str, words: dict[str, str], chance: random.Random) -> str:
    for word, short in words.items():
        if chance.random() < 0.75:
            text = re.sub(rf"\b{word}\b", short, text)
    return text


def _mistyped(text: str, chance: random.Random) -> str:
    spots = [match.start() for match in _WORD.finditer(text)]
    if not spots:
        return text
    at = chance.choice(spots) + chance.randint(1, 4)
    if chance.random() < 0.5:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :]


_ANSWERS = (
    "Terima kasih laporannya. Tim akan meninjau lokasi.",
    "Laporan sudah kami terima dan dijadwalkan untuk dikerjakan.",
    "Sudah ditinjau ke lokasi, menunggu material.",
    "Akan kami koordinasikan dengan pihak kelurahan.",
    "Masuk daftar pekerjaan minggu ini. Mohon bersabar.",
    "Petugas sudah menghubungi pelapor dan mencatat titik lokasi.",
)

_DESK = (
    "Laporan diterima BCC dan sedang diteruskan ke instansi terkait.",
    "Petugas BCC sudah menghubungi pelapor untuk melengkapi keterangan.",
)

_REFUSALS = (
    "Lokasi bukan wewenang Pemerintah Kota Binjai.",
    "Keterangan tidak lengkap dan pelapor tidak dapat dihubungi.",
    "Setelah ditinjau, kondisi di lapangan tidak sesuai laporan.",
    "Sudah ditangani dalam program lain, laporan ditutup.",
)

_PRAISE = (
    "Mantap, terima kasih.", "Sudah hidup lagi, mksh pak.", "Cepat tanggap, sukses terus.",
    "Terimakasih atas respon nya", "Alhamdulillah sudah diperbaiki.", "Top", "",
)  # fmt: skip

_BLAME = (
    "Belum diperbaiki sampai sekarang, kok sudah selesai?",
    "Dibilang selesai padahal belum dikerjakan.",
    "Cuma difoto saja, tidak dikerjakan.",
    "Besoknya rusak lagi.",
    "Terlalu lama, kecewa.",
    "Jawabannya begitu begitu saja.",
)

OLD_REPORT = "Ditutup dalam penataan laporan lama; silakan lapor kembali bila masih terjadi."


def answer_note(chance: random.Random) -> str:
    """An agency's first word."""
    return chance.choice(_ANSWERS)


def desk_note(chance: random.Random) -> str:
    """The BCC operator's word before any agency's."""
    return chance.choice(_DESK)


def support_note(agency: str) -> str:
    """An agency asks for another's help."""
    return f"Sudah ditinjau, penanganan bersama {agency}."


def done_note(topic: Topic, chance: random.Random) -> str:
    """What was done."""
    return chance.choice(topic.fixes)


def refusal_note(chance: random.Random) -> str:
    """Why nothing will be done."""
    return chance.choice(_REFUSALS)


def duplicate_note(ticket: str) -> str:
    """Which report says the same."""
    return f"Sudah dilaporkan pada tiket {ticket}, penanganan digabung."


def opinion(satisfied: bool, chance: random.Random) -> tuple[int, str | None]:
    """A rating from 1 to 5 and a comment."""
    if satisfied:
        return chance.choices((3, 4, 5), (1, 4, 6))[0], chance.choice(_PRAISE) or None
    rating = chance.choices((1, 2, 3), (5, 4, 1))[0]
    return rating, chance.choice(_BLAME) if chance.random() < 0.85 else None
