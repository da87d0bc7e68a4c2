"""The desk's fixed words: Indonesian, as they stand in the catalogue."""

from __future__ import annotations

from data_access.personal import PersonalField
from data_access.records import AgeBand, Said, Status
from data_access.review_records import EventKind, Position
from layouts.review import address


def n_(text: str) -> str:
    """Marks a text for the catalogue; it is translated where it is shown."""
    return text


STATUSES = {
    Status.RECEIVED: n_("masuk"),
    Status.ESCALATED: n_("diteruskan"),
    Status.ANSWERED: n_("dijawab"),
    Status.DONE: n_("selesai"),
    Status.REJECTED: n_("ditolak"),
    Status.DUPLICATE: n_("ganda"),
}

BANDS = {
    AgeBand.UP_TO_24_HOURS: n_("≤ 24 jam"),
    AgeBand.UP_TO_3_DAYS: n_("1–3 hari"),
    AgeBand.UP_TO_7_DAYS: n_("4–7 hari"),
    AgeBand.UP_TO_30_DAYS: n_("8–30 hari"),
    AgeBand.UP_TO_90_DAYS: n_("31–90 hari"),
    AgeBand.OVER_90_DAYS: n_("> 90 hari"),
}

PAGES = {
    address.OVERVIEW: n_("Ringkasan"),
    address.AGENCY: n_("SKPD"),
    address.COMPARISON: n_("Perbandingan"),
    address.PLACE: n_("Tempat"),
    address.QUEUE: n_("Antrean"),
    address.REPORTERS: n_("Pelapor"),
    address.FEEDBACK: n_("Umpan balik"),
}
"""As the navigation shows them."""

PARAMETERS = {
    "since": n_("masuk sejak"),
    "until": n_("masuk sebelum"),
    "agency": n_("pernah di SKPD"),
    "holder": n_("di tangan"),
    "category": n_("kategori"),
    "kecamatan": n_("kecamatan"),
    "kelurahan": n_("kelurahan"),
    "status": n_("status"),
    "band": n_("umur"),
    "level": n_("tingkat eskalasi"),
    "hop": n_("diteruskan sebagai instansi"),
    "received": n_("masuk dalam"),
    "finished": n_("selesai dalam"),
    "feedback": n_("umpan balik"),
    "overdue": n_("hanya lewat tenggat"),
    "cell": n_("petak peta"),
    "q": n_("kata"),
    "as_of": n_("keadaan per"),
    "vs": n_("dibandingkan dengan"),
}

HOPS = {"1": n_("pertama"), "2": n_("kedua"), "3": n_("ketiga")}

DAYS = {"30": n_("30 hari"), "90": n_("90 hari")}
"""How far back the windows of the figures reach."""

SAID = {
    Said.ANYTHING: n_("ada"),
    Said.SATISFIED: n_("puas"),
    Said.DISPUTED: n_("“selesai” dibantah"),
    Said.FIVE_STARS: "5 ★",
    Said.FOUR_STARS: "4 ★",
    Said.THREE_STARS: "3 ★",
    Said.TWO_STARS: "2 ★",
    Said.ONE_STAR: "1 ★",
}

COMPARED = {
    "before": n_("periode sebelumnya"),
    "year": n_("setahun sebelumnya"),
    "none": n_("tanpa pembanding"),
}

EVENTS = {
    EventKind.RECEIVED: n_("Laporan masuk"),
    EventKind.FORWARDED: n_("Diteruskan ke {agency}"),
    EventKind.ANSWERED: n_("Dijawab {agency}"),
    EventKind.RETURNED: n_("Dikembalikan {agency}"),
    EventKind.FOLLOW_UP: n_("Tindak lanjut {agency}"),
    EventKind.FEEDBACK: n_("Umpan balik warga"),
    EventKind.FINISHED: n_("Laporan ditutup"),
    EventKind.REOPENED: n_("Laporan dibuka kembali"),
}

FIELDS = {
    PersonalField.NAME: n_("Nama"),
    PersonalField.PHONE: n_("Telepon"),
    PersonalField.ADDRESS: n_("Alamat pelapor"),
    PersonalField.PLACE: n_("Alamat kejadian"),
    PersonalField.POSITION: n_("Posisi tepat"),
}

POSITIONS = {
    Position.TOO_FEW: n_("belum cukup data"),
    Position.FAR_BELOW: n_("jauh di bawah kota"),
    Position.BELOW: n_("di bawah kota"),
    Position.WITHIN: n_("seperti kota"),
    Position.ABOVE: n_("di atas kota"),
    Position.FAR_ABOVE: n_("jauh di atas kota"),
}

# -- definitions ----------------------------------------------------------------------------------

VOLUME = n_(
    "Masuk: laporan yang diterima pada bulan itu. Selesai: laporan yang ditutup pada bulan "
    "itu (selesai, ditolak atau ganda) dan masih tertutup. Bulan yang belum berakhir diarsir."
)
BACKLOG = n_(
    "Laporan yang belum selesai dan sedang di tangan SKPD, menurut umurnya. Merah: lewat "
    "tenggat, yaitu belum dijawab dan belum ditindaklanjuti sesudah batas waktu. Laporan di "
    "tangan dua SKPD dihitung untuk keduanya."
)
OVERDUE = n_(
    "Terbuka, belum dijawab dan belum ditindaklanjuti, dan umurnya melebihi tenggat (24 jam "
    "menurut aturan kota)."
)
ON_TIME = n_(
    "Tepat waktu ÷ (tepat waktu + terlambat + lewat tenggat sekarang), di antara laporan yang"
    " tenggatnya sudah tiba. Yang belum jatuh tempo tidak dihitung. Selang: Wilson 95 %. Di "
    "bawah 10 kasus: belum cukup data."
)
RECEIVED = n_("Laporan yang diterima dalam periode yang ditampilkan.")
OPEN = n_(
    "Diterima dan pada saat itu belum selesai, ditolak atau ganda; termasuk yang lewat tenggat."
)
IN_HAND = n_("Laporan terbuka yang sedang dipegang SKPD ini; termasuk yang lewat tenggat.")
PER_PEOPLE = n_(
    "Laporan dalam 12 bulan lengkap terakhir untuk setiap 10.000 jiwa; garis jika jumlah "
    "penduduk tidak diketahui."
)
ACTED = n_("Bagian laporan yang diterima dan sudah selesai ditindaklanjuti.")
YEARS = n_(
    "Pasangan laporan × SKPD menurut tahun diterima, dan bagian yang sudah selesai "
    "ditindaklanjuti: angka yang diterbitkan kota. Tahun berjalan belum lengkap."
)
TIMES = n_(
    "Kaplan–Meier: laporan yang masih menunggu ikut dihitung (tersensor), sehingga median "
    "tidak terlihat lebih baik daripada kenyataan. Belum tercapai: kurva belum turun sampai "
    "bagian itu."
)
MAP = n_(
    "Laporan terbuka menurut tempat kejadian, dikumpulkan dalam petak sekitar 280 m. Merah: "
    "ada yang lewat tenggat. Warna kelurahan: jumlah terbuka."
)
GROUPS = n_(
    "Masuk dan tepat waktu: laporan yang masuk dalam periode. Terbuka dan lewat tenggat: "
    "keadaan sekarang dari laporan itu."
)
RELAY = n_(
    "Lama sebuah laporan dipegang instansi pertama, kedua dan ketiga, sampai dikembalikan "
    "atau selesai. Yang masih dipegang ikut dihitung (tersensor)."
)
SATISFACTION = n_(
    "Puas ÷ umpan balik yang diterima. Cakupan: laporan dengan umpan balik ÷ laporan yang "
    "selesai. Dibantah: dinyatakan selesai, tetapi warga mengatakan belum."
)
FUNNEL = n_(
    "Setiap titik satu SKPD: jumlah kasus dan bagiannya. Di antara garis, perbedaan dengan "
    "kota dapat terjadi karena kebetulan saja; di luar garis 99,8 % hampir pasti tidak. Bukan"
    " urutan peringkat."
)
PARTICIPATION = n_(
    "Laporan, pelapor yang berbeda dan pelapor baru per bulan. Turun: 12 bulan lengkap "
    "terakhir lebih sedikit daripada 12 bulan sebelumnya, lebih dari yang mungkin karena "
    "kebetulan."
)
REPORTERS = n_(
    "Warga yang paling banyak melapor; nama tidak ditampilkan. Laporan anonim dan rahasia "
    "tidak dihitung."
)
SIMILAR = n_("Kategori yang sama, dalam 150 m dan 30 hari. Jarak dibulatkan ke 50 m.")
OLDEST = n_("Laporan terbuka di tangan SKPD ini, yang paling lama menunggu lebih dulu.")
TIMELINE = n_("Setiap langkah laporan dan lama setiap instansi memegangnya, terhadap tenggat.")
COARSE = n_(
    "Jumlah dibulatkan ke kelipatan 5, di bawah 5 tidak ditampilkan: tidak seorang pun dapat "
    "dikenali."
)
