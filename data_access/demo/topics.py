"""What citizens write about: categories, natural agencies, titles, sentences.

Slots in braces are filled by :mod:`data_access.demo.words`: ``{jl}`` street, ``{ling}``
lingkungan, ``{kel}`` kelurahan, ``{lama}`` how long, ``{dekat}`` a landmark.
"""

from __future__ import annotations

from dataclasses import dataclass

KECAMATAN = "Kec."
"""Stands for the district office of wherever the report comes from."""


@dataclass(frozen=True)
class Topic:
    """One kind of trouble inside a category."""

    category: str
    weight: float
    """How often, beside the other topics."""
    first: dict[str, float]
    """Agencies that it goes to first, and how likely."""
    second: tuple[str, ...]
    """Agencies that it is handed to when the first one can't do it alone."""
    titles: tuple[str, ...]
    bodies: tuple[str, ...]
    """Sentences that go with any of the titles."""
    fixes: tuple[str, ...]
    """What an agency says when it is done."""
    wet: float = 0.0
    """How far rain drives it, 0 to 1."""
    slow: float = 0.25
    """How often the work takes weeks, since it needs a budget or a contractor."""
    private: float = 0.003
    """How often the citizen asks for confidence."""


LAMP = Topic(
    "Lampu jalan (LPJU)",
    26.0,
    {"Perkim": 0.94, "Dishub": 0.04, KECAMATAN: 0.02},
    ("PLN", "Dishub", KECAMATAN),
    (
        "Lampu jalan mati",
        "Lampu jalan padam di {jl}",
        "LPJU mati {lama}",
        "Lampu jalan tidak hidup di {ling} {kel}",
        "Penerangan jalan mati total",
        "Lampu jalan kedap kedip",
        "Mohon perbaikan lampu jalan {jl}",
        "tiang lampu jalan miring",
    ),
    (
        "Lampu jalan di {jl} {dekat} sudah {lama} mati, kalau malam gelap sekali.",
        "LPJU di {jl} {ling} tidak menyala {lama}. Rawan begal dan kecelakaan.",
        "Ada 3 titik lampu jalan yang padam di {jl}, warga takut lewat malam hari.",
        "Lampu di depan rumah saya {dekat} hidup mati terus, sudah {lama} tidak diperbaiki.",
        "Tiang lampu di {jl} {dekat} miring dan kabelnya menjuntai, takut kena orang lewat.",
        "Siang hari lampu jalan hidup, malam malah mati. Lokasi {jl} {dekat}.",
    ),
    (
        "Bola lampu sudah diganti dan menyala kembali.",
        "MCB panel LPJU sudah diperbaiki, seluruh titik menyala.",
        "Kabel putus sudah disambung, lampu menyala normal.",
        "Foto sel diganti, LPJU menyala sesuai jam.",
    ),
    slow=0.21,
)

TOPICS: tuple[Topic, ...] = (
    LAMP,
    Topic(
        "Jalan rusak",
        15.0,
        {"PUTR": 0.93, "Perkim": 0.04, KECAMATAN: 0.03},
        ("Perkim", KECAMATAN, "Dishub", "Bappeda"),
        (
            "Jalan rusak",
            "Jalan berlubang di {jl}",
            "Perbaikan jalan {jl}",
            "Aspal hancur {dekat}",
            "Jalan rusak parah {ling} {kel}",
            "Trotoar rusak di {jl}",
            "Jembatan kecil di {ling} sudah retak",
            "lubang besar di tengah jalan",
        ),
        (
            "{jl} {dekat} berlubang sudah {lama}, sudah ada yang jatuh naik motor.",
            "Jalan di {ling} {kel} rusak parah, kalau hujan jadi kubangan kerbau.",
            "Aspal di {jl} mengelupas sejak truk galian lewat. Debunya masuk rumah.",
            "Bekas galian pipa di {jl} tidak ditutup kembali, jalan jadi bergelombang.",
            "Trotoar {jl} {dekat} amblas, pejalan kaki terpaksa turun ke jalan.",
            "Gang di {ling} belum pernah diaspal, sudah {lama} kami usulkan.",
        ),
        (
            "Lubang sudah ditambal dengan hotmix.",
            "Penimbunan sementara sudah dilaksanakan, pengaspalan masuk anggaran berikutnya.",
            "Pekerjaan tambal sulam di lokasi telah selesai.",
        ),
        wet=0.3,
        slow=0.63,
    ),
    Topic(
        "Drainase/parit",
        12.0,
        {"Perkim": 0.58, "PUTR": 0.37, KECAMATAN: 0.05},
        ("PUTR", "Perkim", "DLH", KECAMATAN),
        (
            "Parit tersumbat",
            "parit tidak mengalir",
            "Drainase {jl} mampet",
            "Got tersumbat sampah di {ling}",
            "Normalisasi parit {ling} {kel}",
            "Parit meluap ke jalan",
            "Tembok parit roboh di {jl}",
        ),
        (
            "Parit di {jl} {dekat} tersumbat {lama}, airnya hitam dan bau.",
            "Got di {ling} {kel} penuh lumpur. Tiap hujan air naik ke jalan.",
            "Dinding parit {jl} roboh, takut rumah warga ikut longsor.",
            "Saluran air ditutup bangunan ruko di {jl}, air tidak bisa jalan.",
            "Parit belum pernah dikorek {lama}, nyamuk banyak sekali.",
        ),
        (
            "Parit sudah dikorek dan sedimen diangkut.",
            "Normalisasi drainase selesai dikerjakan bersama warga.",
            "Saluran yang tersumbat sudah dibersihkan, air mengalir lancar.",
        ),
        wet=0.8,
        slow=0.51,
    ),
    Topic(
        "Sampah",
        8.5,
        {"DLH": 0.93, KECAMATAN: 0.07},
        (KECAMATAN, "Satpol PP", "Perkim"),
        (
            "Sampah menumpuk",
            "Sampah tidak diangkut {lama}",
            "Tumpukan sampah di {jl}",
            "TPS liar {dekat}",
            "Becak sampah tidak pernah datang",
            "bau sampah menyengat",
        ),
        (
            "Sampah di {jl} {dekat} tidak diangkut {lama}, baunya sampai ke rumah.",
            "Orang buang sampah sembarangan di tanah kosong {ling} {kel}.",
            "Sudah bayar iuran tapi becak sampah tidak masuk ke {ling}, sudah {lama}.",
            "Bak sampah {dekat} sudah penuh dan tumpah ke badan jalan.",
        ),
        (
            "Sampah sudah diangkut petugas pagi ini.",
            "Lokasi sudah dibersihkan dan dipasang spanduk larangan.",
            "Jadwal angkut becak sampah sudah diatur ulang dua kali seminggu.",
        ),
        slow=0.12,
    ),
    Topic(
        "Sampah",
        1.8,
        {"DLH": 0.85, "Perkim": 0.1, KECAMATAN: 0.05},
        ("Perkim", "PLN", "BPBD"),
        ("Pohon tumbang di {jl}", "Pohon rawan tumbang", "Ranting pohon menutup jalan"),
        (
            "Pohon besar di {jl} {dekat} sudah lapuk, takut tumbang kena kabel.",
            "Dahan pohon menutupi rambu dan lampu di {jl}. Tolong dipangkas.",
            "Sisa pangkasan pohon di {jl} {lama} tidak diangkut.",
        ),
        ("Pohon sudah dipangkas dan sisa ranting diangkut.",),
        wet=0.6,
        slow=0.12,
    ),
    Topic(
        "Banjir",
        4.2,
        {"BPBD": 0.5, "PUTR": 0.28, "Perkim": 0.17, KECAMATAN: 0.05},
        ("PUTR", "Perkim", "BPBD", "Dinsos"),
        (
            "Banjir di {ling} {kel}",
            "Rumah warga kebanjiran",
            "Air masuk rumah setiap hujan",
            "Genangan air di {jl}",
            "Tanggul sungai Mencirim longsor",
        ),
        (
            "Hujan sebentar saja {jl} sudah banjir selutut, sudah {lama} begini.",
            "Air sungai naik, beberapa rumah di {ling} {kel} sudah terendam.",
            "Genangan di {jl} {dekat} tidak surut, motor banyak yang mogok.",
            "Tebing sungai di belakang rumah warga {ling} longsor, mohon ditinjau.",
        ),
        (
            "Air sudah surut, pompa dan petugas disiagakan.",
            "Petugas sudah turun, sumbatan di gorong-gorong diangkat.",
            "Bantuan logistik sudah diserahkan kepada warga terdampak.",
        ),
        wet=1.0,
        slow=0.38,
    ),
    Topic(
        "Air bersih (PDAM)",
        6.5,
        {"PDAM": 0.98, KECAMATAN: 0.02},
        ("PUTR", "Dinkes"),
        (
            "Air PDAM mati",
            "Air PAM keruh",
            "Pipa PDAM bocor di {jl}",
            "air tidak mengalir {lama}",
            "Tagihan air melonjak",
            "Meteran air rusak",
        ),
        (
            "Air PDAM di {ling} {kel} mati {lama}, kami terpaksa beli air.",
            "Air yang keluar kuning dan berbau, tidak bisa dipakai masak.",
            "Pipa bocor di {jl} {dekat}, air terbuang ke parit.",
            "Tagihan bulan ini naik 3 kali lipat padahal pemakaian biasa saja.",
            "Air hanya hidup tengah malam, itu pun kecil sekali.",
        ),
        (
            "Kebocoran pipa sudah diperbaiki, distribusi normal.",
            "Sudah dilakukan pencucian pipa, air kembali jernih.",
            "Meter air sudah diganti dan tagihan dikoreksi.",
        ),
        slow=0.15,
    ),
    Topic(
        "Listrik padam",
        4.0,
        {"PLN": 0.99, "Perkim": 0.01},
        ("Perkim", "BPBD"),
        (
            "Listrik padam",
            "Mati lampu di {kel} {lama}",
            "Kabel PLN menjuntai di {jl}",
            "Tegangan listrik turun naik",
            "Trafo meledak {dekat}",
        ),
        (
            "Listrik di {ling} {kel} padam {lama}, tidak ada pemberitahuan.",
            "Kabel listrik di {jl} {dekat} kendor sekali, hampir kena truk.",
            "Tegangan turun naik, barang elektronik sudah banyak yang rusak.",
        ),
        (
            "Gangguan gardu sudah dinormalkan.",
            "Kabel sudah dikencangkan oleh petugas teknik.",
            "Jaringan sudah pulih, mohon maaf atas ketidaknyamanannya.",
        ),
        wet=0.4,
        slow=0.08,
    ),
    Topic(
        "Pedagang kaki lima",
        3.0,
        {"Satpol PP": 0.92, KECAMATAN: 0.08},
        ("Dishub", KECAMATAN, "Setdako"),
        (
            "PKL berjualan di trotoar",
            "Pedagang kaki lima {jl}",
            "Lapak liar menutup jalan",
            "penertiban pedagang {dekat}",
        ),
        (
            "Pedagang di {jl} {dekat} memakai badan jalan, tiap pagi macet.",
            "Trotoar {jl} habis dipakai jualan, anak sekolah jalan di aspal.",
            "Lapak di {jl} berdiri lagi padahal sudah pernah ditertibkan.",
        ),
        (
            "Pedagang sudah diberi teguran dan lapak digeser.",
            "Penertiban telah dilaksanakan bersama kecamatan.",
        ),
        slow=0.22,
    ),
    Topic(
        "Adminduk",
        4.0,
        {"Disdukcapil": 0.93, KECAMATAN: 0.07},
        (KECAMATAN, "Disdukcapil"),
        (
            "KTP belum jadi",
            "e-KTP {lama} tidak selesai",
            "Kartu Keluarga salah nama",
            "Antrian Capil panjang",
            "Akta lahir anak belum keluar",
            "NIK tidak terdaftar",
        ),
        (
            "Saya sudah rekam KTP {lama} tapi blangko katanya kosong terus.",
            "Nama anak saya di KK salah ketik, sudah dua kali diurus belum selesai.",
            "NIK saya tidak online, jadi tidak bisa daftar BPJS.",
            "Mau urus surat pindah disuruh bolak balik, mohon kejelasan syaratnya.",
        ),
        (
            "Dokumen sudah tercetak, silakan diambil di loket 3.",
            "Data NIK sudah dikonsolidasi dan aktif.",
            "Perbaikan KK selesai, dokumen dikirim lewat surel.",
        ),
        slow=0.08,
    ),
    Topic(
        "Bangunan tanpa izin",
        2.0,
        {"Satpol PP": 0.5, "DPMPTSP": 0.3, "PUTR": 0.2},
        ("DPMPTSP", "PUTR", "Satpol PP", "BPN"),
        (
            "Bangunan tanpa izin di {jl}",
            "Ruko dibangun di atas parit",
            "Bangunan tidak ada IMB",
            "Tembok tetangga memakan jalan",
        ),
        (
            "Ada bangunan baru di {jl} {dekat}, plang izinnya tidak ada.",
            "Ruko di {jl} dibangun menutup parit, air jadi ke rumah kami.",
            "Pagar rumah di {ling} maju ke badan jalan, mobil tidak bisa lewat.",
        ),
        (
            "Pemilik sudah dipanggil dan diberi surat peringatan.",
            "Pekerjaan dihentikan sampai izin terbit.",
        ),
        slow=0.60,
        private=0.04,
    ),
    Topic(
        "Lalu lintas & parkir",
        2.4,
        {"Dishub": 0.97, "Polres": 0.03},
        ("Polres", "PLN"),
        ("Lampu merah mati {dekat}", "Traffic light rusak", "Marka zebra cross hilang"),
        (
            "Traffic light {dekat} mati {lama}, semrawut sekali simpangnya.",
            "Penyeberangan di {jl} {dekat} tidak kelihatan lagi, bahaya untuk anak sekolah.",
        ),
        ("Traffic light sudah diperbaiki dan berfungsi.", "Marka sudah dicat ulang."),
        slow=0.2,
    ),
    Topic(
        "Lalu lintas & parkir",
        3.0,
        {"Dishub": 0.9, "Polres": 0.08, KECAMATAN: 0.02},
        ("Polres", "Satpol PP"),
        (
            "Parkir liar di {jl}",
            "Macet setiap pagi di {jl}",
            "Tukang parkir minta lebih",
            "Truk besar lewat {jl}",
        ),
        (
            "Mobil parkir dua lapis di {jl}, tiap sore macet.",
            "Truk galian lewat {jl} siang malam, bukan jalurnya.",
            "Juru parkir di {jl} minta 5 ribu dan tidak kasih karcis.",
        ),
        (
            "Petugas sudah ditempatkan pada jam sibuk.",
            "Juru parkir sudah dibina dan diberi karcis resmi.",
        ),
        slow=0.2,
    ),
    Topic(
        "Kesehatan",
        2.6,
        {"Dinkes": 0.84, "RSUD": 0.12, "DPPKB": 0.04},
        ("RSUD", "Dinkes", "Dinsos"),
        (
            "Fogging DBD di {ling}",
            "Pelayanan puskesmas lambat",
            "Kasus demam berdarah {kel}",
            "Obat di puskesmas kosong",
        ),
        (
            "Di {ling} {kel} sudah ada beberapa yang kena DBD, mohon fogging.",
            "Berobat ke puskesmas antri dari pagi, dokternya baru datang siang.",
            "Obat rutin ibu saya kosong {lama}, disuruh beli di luar.",
            "Imunisasi di posyandu {ling} sudah {lama} tidak ada jadwal.",
        ),
        (
            "Fogging fokus sudah dilaksanakan di lokasi.",
            "Sudah kami tindak lanjuti dengan kepala puskesmas.",
            "Stok obat sudah tersedia kembali.",
        ),
        wet=0.3,
        slow=0.09,
    ),
    Topic(
        "Kesehatan",
        0.8,
        {"RSUD": 0.8, "DPPKB": 0.2},
        ("Dinkes",),
        ("Antrian RSUD lama", "Kamar rawat RSUD penuh", "Pelayanan poli mengecewakan"),
        (
            "Ambil nomor dari subuh di RSUD baru dilayani jam 11.",
            "Keluarga saya dibilang kamar penuh, nunggu di IGD {lama}.",
            "Petugas loket kurang ramah, mohon dibina.",
        ),
        ("Alur pendaftaran sudah diperbaiki, terima kasih masukannya.",),
        slow=0.08,
        private=0.03,
    ),
    Topic(
        "Pendidikan",
        0.8,
        {"Disdik": 1.0},
        ("PUTR", "Perkim"),
        ("Atap SD bocor di {kel}", "Plafon sekolah runtuh", "Pagar sekolah roboh"),
        (
            "Atap ruang kelas SD {dekat} bocor, anak anak belajar sambil basah.",
            "Bangunan SD di {ling} {kel} sudah lapuk, {lama} tidak ada perbaikan.",
        ),
        ("Perbaikan atap masuk DAK tahun berjalan, sementara ditutup terpal.",),
        wet=0.3,
        slow=0.6,
    ),
    Topic(
        "Pendidikan",
        1.0,
        {"Disdik": 0.96, "Setdako": 0.04},
        ("Inspektorat", "Dinsos", "Disdik"),
        ("Pungutan di sekolah", "PPDB zonasi tidak jelas", "KIP anak belum cair"),
        (
            "Sekolah minta uang perpisahan padahal katanya gratis.",
            "Zonasi PPDB membingungkan, rumah kami dekat tapi tidak lulus.",
            "Anak saya dapat KIP tapi sudah {lama} belum cair.",
        ),
        (
            "Kepala sekolah sudah dipanggil dan memberi penjelasan.",
            "Data siswa sudah diusulkan kembali.",
        ),
        slow=0.12,
        private=0.06,
    ),
    Topic(
        "Sosial",
        1.1,
        {"Dinsos": 0.86, KECAMATAN: 0.14},
        (KECAMATAN, "Setdako", "Dinsos"),
        ("Bantuan PKH tidak tepat sasaran", "Bansos tidak pernah dapat", "BPJS PBI dinonaktifkan"),
        (
            "Di {ling} {kel} yang mampu dapat PKH, janda tua malah tidak.",
            "Kami sudah {lama} didata tapi bantuan tidak pernah turun.",
        ),
        ("Data sudah diusulkan lewat musyawarah kelurahan.",),
        slow=0.25,
        private=0.14,
    ),
    Topic(
        "Sosial",
        0.8,
        {"Dinsos": 0.85, "Satpol PP": 0.1, KECAMATAN: 0.05},
        ("Satpol PP", "Dinkes", "Dinsos", KECAMATAN),
        ("ODGJ berkeliaran di {jl}", "Gelandangan {dekat}", "Lansia terlantar {ling}"),
        (
            "Ada orang gangguan jiwa di {jl} {dekat}, warga takut lewat.",
            "Seorang kakek tinggal sendiri di {ling}, sudah {lama} sakit tidak ada yang urus.",
        ),
        (
            "Petugas sosial sudah menjangkau dan melakukan asesmen.",
            "Yang bersangkutan sudah dibawa untuk perawatan.",
        ),
        slow=0.15,
        private=0.12,
    ),
    Topic(
        "Sosial",
        0.6,
        {"P3AM": 0.9, "DPPKB": 0.1},
        ("Dinsos", "Polres", "P3AM"),
        ("Anak sering dipukuli tetangga", "Mohon pendampingan KDRT", "Anak putus sekolah"),
        (
            "Tetangga kami di {ling} sering pukul anaknya, mohon ditangani.",
            "Mohon pendampingan untuk keluarga di {ling} {kel}, sudah {lama} begini.",
        ),
        ("Pendamping sudah mengunjungi keluarga.",),
        slow=0.2,
        private=0.55,
    ),
    Topic(
        "Keamanan",
        1.3,
        {"Polres": 0.66, "Satpol PP": 0.34},
        ("Satpol PP", "Polres", KECAMATAN),
        ("Balap liar di {jl}", "Tawuran pelajar {jl}", "Pencurian sepeda motor {kel}"),
        (
            "Tiap malam minggu balap liar di {jl}, warga tidak bisa tidur.",
            "Anak anak muda ngumpul di {jl} {dekat} sampai subuh, sering ribut.",
            "Sudah 3 motor hilang bulan ini di {ling}, tolong patroli malam.",
        ),
        (
            "Patroli malam sudah ditingkatkan di lokasi.",
            "Sudah dilakukan razia bersama, situasi kondusif.",
        ),
        slow=0.1,
        private=0.12,
    ),
    Topic(
        "Keamanan",
        1.3,
        {"Polres": 0.72, "Satpol PP": 0.18, "Dinsos": 0.1},
        ("Satpol PP", "Polres", "Dinsos"),
        ("Meresahkan warga narkoba di {ling}", "Judi tembak ikan {dekat}", "Warung remang remang"),
        (
            "Ada rumah di {ling} {kel} dijadikan tempat pakai narkoba, sudah {lama}.",
            "Judi tembak ikan buka lagi {dekat}, banyak anak sekolah ke situ.",
        ),
        (
            "Sudah dilakukan razia bersama, situasi kondusif.",
            "Laporan diteruskan ke penyidik dan sudah ditangani.",
        ),
        slow=0.25,
        private=0.55,
    ),
    Topic(
        "Lainnya",
        1.3,
        {"Diskominfo": 0.95, "Setdako": 0.05},
        ("Setdako",),
        (
            "Wifi gratis taman tidak bisa",
            "Website pemko error",
            "Aplikasi tidak bisa kirim foto",
            "pelatihan emusrenbang",
        ),
        (
            "Wifi publik {dekat} sudah {lama} tidak nyambung.",
            "Mau kirim foto di aplikasi selalu gagal, mohon diperbaiki.",
            "Informasi di website pemko sudah lama tidak diperbarui.",
        ),
        ("Perangkat sudah direstart dan layanan normal.", "Aplikasi sudah diperbarui."),
        slow=0.08,
    ),
    Topic(
        "Lainnya",
        0.4,
        {"BPKAD": 0.9, "Setdako": 0.1},
        ("Setdako", "BPN", KECAMATAN),
        ("PBB salah luas tanah", "Tagihan PBB dobel", "SPPT belum diterima"),
        (
            "Tagihan PBB saya luasnya salah, sudah {lama} saya urus.",
            "SPPT PBB untuk {ling} {kel} belum dibagikan juga.",
        ),
        ("Data objek pajak sudah diperbaiki.", "SPPT sudah dicetak ulang."),
        slow=0.2,
    ),
    Topic(
        "Lainnya",
        0.3,
        {"Bappeda": 0.9, "Setdako": 0.1},
        ("Setdako", "Bappeda", KECAMATAN),
        ("Usulan musrenbang tidak jelas", "Usulan warga {ling} tahun lalu"),
        (
            "Usulan warga {ling} di musrenbang tahun lalu tidak ada kabarnya.",
            "Mohon info usulan {ling} {kel} masuk rencana kerja atau tidak.",
        ),
        ("Usulan sudah masuk daftar prioritas kecamatan.",),
        slow=0.3,
    ),
    Topic(
        "Lainnya",
        0.3,
        {"BKPSDM": 0.9, "Setdako": 0.1},
        ("Setdako", "Inspektorat"),
        ("Info penerimaan CPNS", "Jadwal tes P3K", "Syarat pelamar CPNS"),
        (
            "Mohon info syarat dan jadwal penerimaan pegawai tahun ini.",
            "Pengumuman tes katanya minggu ini tapi di website belum ada.",
        ),
        ("Jadwal resmi sudah diumumkan di laman BKPSDM.",),
        slow=0.05,
    ),
    Topic(
        "Lainnya",
        0.5,
        {"Inspektorat": 0.5, "Setdako": 0.5},
        ("Setdako", "Inspektorat", "BKPSDM"),
        ("Oknum pegawai minta uang", "Pegawai tidak ada di kantor jam kerja"),
        (
            "Jam 10 pagi kantor masih kosong, warga menunggu lama.",
            "Urus surat diminta uang rokok, mohon ditindak.",
        ),
        ("Sudah kami klarifikasi dan pegawai yang bersangkutan dibina.",),
        slow=0.2,
        private=0.2,
    ),
    Topic(
        "Lainnya",
        0.65,
        {"Ketapang": 0.97, KECAMATAN: 0.03},
        ("PUTR", "Setdako"),
        ("Irigasi sawah kering di {kel}", "Hama tikus di sawah {ling}", "Pupuk subsidi kosong"),
        (
            "Air irigasi ke sawah {ling} {kel} tidak sampai {lama}, padi mau mati.",
            "Petani {kel} minta penyuluh turun, sudah {lama} tidak ada yang datang.",
        ),
        ("Petugas penyuluh sudah turun ke lokasi.", "Saluran irigasi sudah dibersihkan."),
        slow=0.3,
    ),
    Topic(
        "Lainnya",
        0.45,
        {"BPN": 1.0},
        ("BPN", KECAMATAN, "Setdako"),
        ("Sertifikat tanah lama keluar", "PTSL {kel} belum dibagi"),
        (
            "Sertifikat program PTSL kami sudah {lama} belum dibagikan.",
            "Berkas tanah di {ling} {kel} {lama} tidak ada kabar.",
        ),
        ("Sertifikat sudah terbit, silakan diambil.", "Berkas sudah selesai diproses."),
        slow=0.45,
    ),
    Topic(
        "Lainnya",
        0.4,
        {"DPMPTSP": 1.0},
        ("Diskominfo", "Setdako"),
        ("Urus izin usaha online gagal", "NIB tidak bisa dicetak"),
        (
            "NIB saya tidak bisa dicetak di OSS, mohon dibantu.",
            "Izin usaha di {jl} {lama} masih menunggu verifikasi.",
        ),
        ("Akun OSS sudah dibantu dan NIB terbit.",),
        slow=0.1,
    ),
    Topic(
        "Lainnya",
        0.9,
        {KECAMATAN: 0.86, "Setdako": 0.14},
        ("Setdako", "Inspektorat"),
        ("Kepling tidak pernah di tempat", "Iuran {ling} tidak jelas", "Pelayanan kantor lurah"),
        (
            "Kepling {ling} susah sekali ditemui, surat pengantar tertahan {lama}.",
            "Ada kutipan iuran di {ling} {kel} tapi tidak ada kwitansinya.",
        ),
        ("Kepala lingkungan sudah dipanggil dan ditegur.",),
        slow=0.1,
        private=0.03,
    ),
    Topic(
        "Lainnya",
        0.7,
        {KECAMATAN: 0.75, "Satpol PP": 0.25},
        ("Satpol PP", "Polres"),
        ("Suara musik keras sampai malam", "Kafe {dekat} bising", "Ternak berkeliaran di {jl}"),
        (
            "Lembu warga berkeliaran di {jl}, kotorannya di mana mana.",
            "Kafe {dekat} musiknya kuat sampai jam 2 pagi.",
        ),
        ("Sudah dimediasi oleh pihak kecamatan dan lurah.",),
        slow=0.1,
    ),
)


def categories() -> tuple[str, ...]:
    """The names of all categories, each once; an id is the place in this list, from 1."""
    return tuple(dict.fromkeys(topic.category for topic in TOPICS))


def generic(abbreviation: str) -> str:
    """The name by which topics know an agency."""
    return KECAMATAN if abbreviation.startswith(KECAMATAN) else abbreviation
