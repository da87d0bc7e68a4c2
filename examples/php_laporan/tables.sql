-- A database as many PHP applications have it: one wide table, local time, words by hand.

CREATE TABLE wilayah (
    kode VARCHAR(32) PRIMARY KEY,
    tingkat VARCHAR(20) NOT NULL,
    nama VARCHAR(120) NOT NULL,
    induk VARCHAR(32) NOT NULL DEFAULT '',
    lintang DOUBLE,
    bujur DOUBLE,
    luas_km2 DOUBLE,
    penduduk INT
);

CREATE TABLE instansi (
    singkatan VARCHAR(40) PRIMARY KEY,
    nama VARCHAR(160) NOT NULL,
    jenis VARCHAR(20) NOT NULL
);

CREATE TABLE laporan (
    id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
    nomor VARCHAR(40) NOT NULL,
    judul VARCHAR(255) NOT NULL,
    isi TEXT,
    foto VARCHAR(255) NOT NULL DEFAULT '',
    id_pengguna VARCHAR(20) NOT NULL DEFAULT '',
    nama_pelapor VARCHAR(160) NOT NULL DEFAULT '',
    no_hp VARCHAR(40) NOT NULL DEFAULT '',
    alamat VARCHAR(255) NOT NULL DEFAULT '',
    lingkungan VARCHAR(120) NOT NULL DEFAULT '',
    kelurahan_pelapor VARCHAR(120) NOT NULL DEFAULT '',
    lokasi VARCHAR(255) NOT NULL DEFAULT '',
    kelurahan VARCHAR(120) NOT NULL DEFAULT '',
    lintang VARCHAR(30) NOT NULL DEFAULT '',
    bujur VARCHAR(30) NOT NULL DEFAULT '',
    kategori VARCHAR(120) NOT NULL DEFAULT '',
    tanggal DATETIME(6) NOT NULL,
    status VARCHAR(30) NOT NULL,
    instansi_pertama VARCHAR(40) NOT NULL DEFAULT '',
    tanggal_pertama DATETIME(6) NOT NULL DEFAULT '0000-00-00',
    kembali_pertama DATETIME(6) NOT NULL DEFAULT '0000-00-00',
    instansi_kedua VARCHAR(40) NOT NULL DEFAULT '',
    tanggal_kedua DATETIME(6) NOT NULL DEFAULT '0000-00-00',
    kembali_kedua DATETIME(6) NOT NULL DEFAULT '0000-00-00',
    instansi_ketiga VARCHAR(40) NOT NULL DEFAULT '',
    tanggal_ketiga DATETIME(6) NOT NULL DEFAULT '0000-00-00',
    kembali_ketiga DATETIME(6) NOT NULL DEFAULT '0000-00-00',
    tindak_lanjut TEXT,
    tanggal_tindak_lanjut DATETIME(6) NOT NULL DEFAULT '0000-00-00',
    tanggal_selesai DATETIME(6) NOT NULL DEFAULT '0000-00-00',
    anonim CHAR(1) NOT NULL DEFAULT 'T',
    rahasia CHAR(1) NOT NULL DEFAULT 'T',
    ganda_dari INT UNSIGNED NOT NULL DEFAULT 0
);

CREATE TABLE penilaian (
    id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
    laporan_id INT UNSIGNED NOT NULL,
    puas VARCHAR(10) NOT NULL,
    bintang TINYINT NOT NULL DEFAULT 0,
    komentar TEXT,
    tanggal DATETIME(6) NOT NULL
);

CREATE TABLE informasi (
    id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
    judul VARCHAR(255) NOT NULL,
    isi TEXT,
    mulai DATETIME(6) NOT NULL,
    selesai DATETIME(6) NOT NULL DEFAULT '0000-00-00'
);

CREATE TABLE fasilitas (
    id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
    jenis VARCHAR(80) NOT NULL,
    nama VARCHAR(160) NOT NULL,
    alamat VARCHAR(255) NOT NULL DEFAULT '',
    lintang DOUBLE,
    bujur DOUBLE,
    wilayah VARCHAR(32) NOT NULL DEFAULT ''
);
