"""Words of other systems: plain forms, and what headers and statuses usually mean."""

from __future__ import annotations

import re

from data_access.plain import plain
from data_access.records import Status

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def plain_header(text: str) -> str:
    """A header as it is compared; ``CreatedDate`` is two words."""
    return plain(_CAMEL.sub(" ", text))


EMPTY = frozenset({"", "null", "\\n", "none", "nan", "nil"})
"""Cells that say nothing, in lower case."""

EMPTY_VALUE = EMPTY | {"-", "--", "n/a", "na", "tidak ada", "#n/a"}
"""The same where no prose is expected: moments, positions, agencies, statuses, names."""

TRUE = frozenset({"1", "y", "ya", "yes", "true", "t", "benar", "anonim", "rahasia"})

HEADERS: dict[str, tuple[str, ...]] = {
    "ticket": (
        "ticket", "nomor tiket", "no tiket", "tiket", "nomor laporan", "no laporan", "id laporan",
        "kode laporan", "nomor pengaduan", "no pengaduan", "id pengaduan", "nomor aduan",
        "no aduan", "id aduan", "kode aduan", "tracking id", "ticket id", "service request id",
        "service request number", "sr number", "case id", "case number", "case enquiry id",
        "request id", "request number", "unique key", "nomor registrasi", "no registrasi", "id",
    ),
    "title": (
        "title", "judul", "judul laporan", "judul aduan", "judul pengaduan", "perihal", "subjek",
        "subject", "ringkasan", "summary", "topik",
    ),
    "body": (
        "body", "isi", "isi laporan", "isi aduan", "isi pengaduan", "deskripsi", "description",
        "uraian", "uraian laporan", "aduan", "pengaduan", "laporan", "keluhan", "pesan",
        "details", "keterangan", "descriptor",
    ),
    "category": (
        "category", "kategori", "kategori laporan", "kategori aduan", "jenis", "jenis laporan",
        "jenis aduan", "jenis pengaduan", "klasifikasi", "request type", "service name",
        "sr type", "complaint type", "case title", "service request type", "bidang", "type",
    ),
    "agency": (
        "agency", "first agency", "instansi", "instansi pertama", "instansi 1", "skpd", "skpd 1",
        "opd", "opd 1", "dinas", "unit kerja", "instansi tujuan", "skpd tujuan", "opd tujuan",
        "diteruskan ke", "disposisi", "instansi terlapor", "agency responsible",
        "responsible agency", "agency name", "owner", "owner department", "department",
    ),
    "second_agency": (
        "second agency", "instansi kedua", "instansi 2", "skpd kedua", "skpd 2", "opd kedua",
        "opd 2",
    ),
    "third_agency": (
        "third agency", "instansi ketiga", "instansi 3", "skpd ketiga", "skpd 3", "opd ketiga",
        "opd 3",
    ),
    "created": (
        "created", "created at", "created date", "date created", "creation date",
        "tanggal laporan", "tgl laporan", "tanggal masuk", "tgl masuk", "waktu masuk",
        "waktu laporan", "tanggal lapor", "tanggal pengaduan", "tgl pengaduan", "tanggal aduan",
        "tgl aduan", "tanggal dibuat", "dibuat pada", "tanggal", "tgl", "waktu",
        "requested datetime", "requested date", "request date", "open dt", "open date",
        "opened", "date opened", "submitted", "timestamp", "date",
    ),
    "answered": (
        "answered", "answered at", "tanggal dijawab", "tgl dijawab", "tanggal jawaban",
        "tanggal tanggapan", "tgl tanggapan", "tanggal respon", "waktu respon", "waktu jawab",
        "first response", "response date", "responded at",
    ),
    "finished": (
        "finished", "finished at", "tanggal selesai", "tgl selesai", "waktu selesai",
        "tanggal penyelesaian", "closed date", "closed at", "closed dt", "date closed", "closed",
        "resolved at", "resolution date", "completion date", "completed at", "completed date",
        "tanggal tindak lanjut", "tgl tindak lanjut", "waktu tindak lanjut",
    ),
    "updated": (
        "updated", "updated at", "updated date", "updated datetime", "last updated",
        "last update", "terakhir diperbarui", "tanggal diperbarui", "tanggal pembaruan",
        "tgl update", "tanggal update", "diubah pada", "resolution action updated date",
    ),
    "status": ("status", "status laporan", "status aduan", "status pengaduan", "case status",
               "sr status", "state", "keadaan"),
    "latitude": ("latitude", "lat", "lintang", "garis lintang"),
    "longitude": ("longitude", "long", "lon", "lng", "bujur", "garis bujur"),
    "position": ("position", "koordinat", "titik koordinat", "lat long", "latlong", "lat lng",
                 "geolocation", "geo", "point", "lokasi koordinat", "location", "lokasi"),
    "address": (
        "address", "alamat", "alamat kejadian", "alamat lokasi", "lokasi", "lokasi kejadian",
        "location", "tempat", "tempat kejadian", "street address", "incident address",
        "full address", "alamat lengkap",
    ),
    "kelurahan": ("kelurahan", "nama kelurahan", "kelurahan desa", "desa kelurahan", "desa",
                  "kel", "village", "neighborhood", "neighbourhood", "nc name",
                  "community area", "community board"),
    "kecamatan": ("kecamatan", "nama kecamatan", "kec", "district", "borough", "apc"),
    "reporter": ("reporter", "pelapor", "nama pelapor", "nama warga", "reporter name",
                 "nama lengkap", "nama"),
    "phone": ("phone", "telepon", "nomor telepon", "no telepon", "telp", "no telp", "no hp",
              "nomor hp", "hp", "whatsapp", "no wa", "nomor wa", "reporter phone"),
    "reporter_address": ("reporter address", "alamat pelapor"),
    "anonymous": ("anonymous", "anonim", "is anonymous"),
    "confidential": ("confidential", "rahasia", "is confidential"),
    "photo": ("photo", "foto", "gambar", "media url", "lampiran"),
    "follow_up": ("follow up", "tindak lanjut", "tanggapan", "jawaban", "status notes",
                  "resolution description", "closure reason", "catatan tindak lanjut"),
    "forwarded": ("forwarded", "forwarded at", "tanggal disposisi", "tgl disposisi",
                  "tanggal diteruskan", "tgl diteruskan", "tanggal instansi pertama"),
    "second_forwarded": ("second forwarded", "tanggal instansi kedua", "tanggal diteruskan 2"),
    "third_forwarded": ("third forwarded", "tanggal instansi ketiga", "tanggal diteruskan 3"),
}  # fmt: skip
"""What each column of a mapping is usually called, the surest name first."""

STATUSES: dict[Status, tuple[str, ...]] = {
    Status.RECEIVED: (
        "received", "masuk", "baru", "new", "open", "opened", "terbuka", "diterima", "submitted",
        "terdaftar", "pending", "menunggu", "belum", "belum diproses", "belum diverifikasi",
        "belum ditindaklanjuti", "belum ditanggapi", "belum selesai", "unassigned", "terverifikasi",
    ),
    Status.ESCALATED: (
        "escalated", "diteruskan", "disposisi", "didisposisikan", "forwarded", "assigned",
        "proses", "diproses", "sedang diproses", "dalam proses", "in progress", "on progress",
        "progress", "in process", "dikerjakan", "sedang dikerjakan", "acknowledged", "referred",
        "on hold", "ditunda",
    ),
    Status.ANSWERED: (
        "answered", "dijawab", "ditanggapi", "sudah ditanggapi", "direspon", "direspons",
        "responded", "ditindaklanjuti",
    ),
    Status.DONE: (
        "done", "selesai", "sudah selesai", "closed", "close", "tuntas", "completed", "complete",
        "resolved", "fixed", "finished", "sudah ditindaklanjuti", "selesai ditindaklanjuti",
        "closed resolved", "telah selesai",
    ),
    Status.REJECTED: (
        "rejected", "ditolak", "tolak", "cancelled", "canceled", "cancel", "batal", "dibatalkan",
        "invalid", "tidak valid", "spam", "bukan kewenangan", "referred out", "diarsipkan",
        "closed no action", "withdrawn", "dicabut",
    ),
    Status.DUPLICATE: ("duplicate", "ganda", "duplikat", "closed duplicate", "duplicate closed",
                       "duplicate open"),
}  # fmt: skip

KNOWN_STATUSES: dict[str, Status] = {
    word: status for status, words in STATUSES.items() for word in words
}
