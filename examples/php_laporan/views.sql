-- The wall's contract as views over the tables of tables.sql, for MariaDB.
--
-- Moments become UTC, zero dates and empty strings null, words those of the contract. Agencies and
-- categories have no numbers of their own here: crc32 of the name gives each a lasting one.

CREATE VIEW areas AS
SELECT kode AS code, lower(tingkat) AS level, nama AS name, nullif(induk, '') AS parent_code,
       lintang AS latitude, bujur AS longitude, luas_km2 AS area_km2, penduduk AS population
FROM wilayah;

CREATE VIEW agencies AS
SELECT crc32(singkatan) AS id, singkatan AS abbreviation, nama AS name,
       CASE lower(jenis) WHEN 'skpd' THEN 'skpd' ELSE 'partner' END AS kind
FROM instansi;

CREATE VIEW categories AS
SELECT crc32(kategori) AS id, kategori AS name FROM laporan WHERE kategori <> '' GROUP BY kategori;

-- A reporter is an account of the application; the newest report has the newest address.
CREATE VIEW reporters AS
SELECT cast(l.id_pengguna AS unsigned) AS id, l.nama_pelapor AS name,
       nullif(l.no_hp, '') AS phone, nullif(l.alamat, '') AS address,
       coalesce(lingkungan.kode, kelurahan.kode) AS area_code,
       cast(NULL AS datetime) AS registered_at
FROM laporan l
JOIN (SELECT max(id) AS id FROM laporan WHERE id_pengguna <> '' GROUP BY id_pengguna) newest
    ON newest.id = l.id
LEFT JOIN wilayah kelurahan
    ON kelurahan.tingkat = 'Kelurahan' AND kelurahan.nama = trim(l.kelurahan_pelapor)
LEFT JOIN wilayah lingkungan
    ON lingkungan.induk = kelurahan.kode AND lingkungan.nama = l.lingkungan;

CREATE VIEW reports AS
SELECT l.id, l.nomor AS ticket, l.judul AS title, l.isi AS body,
       CASE WHEN l.kategori <> '' THEN crc32(l.kategori) END AS category_id,
       CASE WHEN l.id_pengguna <> '' THEN cast(l.id_pengguna AS unsigned) END AS reporter_id,
       w.kode AS area_code, nullif(l.lokasi, '') AS address,
       cast(nullif(l.lintang, '') AS double) AS latitude,
       cast(nullif(l.bujur, '') AS double) AS longitude,
       nullif(l.foto, '') AS photo,
       CASE trim(lower(l.status))
           WHEN 'masuk' THEN 'received' WHEN 'baru' THEN 'received'
           WHEN 'diteruskan' THEN 'escalated' WHEN 'proses' THEN 'escalated'
           WHEN 'dijawab' THEN 'answered' WHEN 'ditindaklanjuti' THEN 'answered'
           WHEN 'selesai' THEN 'done'
           WHEN 'ditolak' THEN 'rejected'
           WHEN 'ganda' THEN 'duplicate'
           ELSE l.status
       END AS status,
       convert_tz(l.tanggal, '+07:00', '+00:00') AS created_at,
       convert_tz(nullif(l.tanggal_tindak_lanjut, '0000-00-00'), '+07:00', '+00:00') AS answered_at,
       convert_tz(nullif(l.tanggal_selesai, '0000-00-00'), '+07:00', '+00:00') AS finished_at,
       l.anonim = 'Y' AS anonymous, l.rahasia = 'Y' AS confidential,
       nullif(l.ganda_dari, 0) AS duplicate_of
FROM laporan l
LEFT JOIN wilayah w ON w.tingkat = 'Kelurahan' AND w.nama = trim(l.kelurahan);

-- Each of the three columns that is filled is one escalation; three times the report's number, and
-- which of the three, is its number.
CREATE VIEW escalations AS
SELECT 3 * id AS id, id AS report_id, 1 AS level, crc32(instansi_pertama) AS agency_id,
       convert_tz(tanggal_pertama, '+07:00', '+00:00') AS forwarded_at,
       cast(NULL AS datetime) AS answered_at,
       convert_tz(nullif(kembali_pertama, '0000-00-00'), '+07:00', '+00:00') AS returned_at
FROM laporan WHERE instansi_pertama <> ''
UNION ALL
SELECT 3 * id + 1, id, 2, crc32(instansi_kedua),
       convert_tz(tanggal_kedua, '+07:00', '+00:00'), NULL,
       convert_tz(nullif(kembali_kedua, '0000-00-00'), '+07:00', '+00:00')
FROM laporan WHERE instansi_kedua <> ''
UNION ALL
SELECT 3 * id + 2, id, 3, crc32(instansi_ketiga),
       convert_tz(tanggal_ketiga, '+07:00', '+00:00'), NULL,
       convert_tz(nullif(kembali_ketiga, '0000-00-00'), '+07:00', '+00:00')
FROM laporan WHERE instansi_ketiga <> '';

-- What a reopening undid is not kept in a wide table.
CREATE VIEW reopenings AS
SELECT id, id AS report_id, 'done' AS status, cast(NULL AS datetime) AS finished_at,
       cast(NULL AS datetime) AS reopened_at
FROM laporan WHERE false;

-- Only the newest one is kept.
CREATE VIEW follow_ups AS
SELECT r.id, r.id AS report_id, CASE WHEN l.instansi_pertama <> '' THEN
           crc32(l.instansi_pertama) END AS agency_id,
       CASE WHEN r.finished_at IS NULL THEN 'answered' ELSE r.status END AS status,
       l.tindak_lanjut AS note, r.answered_at AS created_at
FROM reports r JOIN laporan l ON l.id = r.id
WHERE l.tindak_lanjut <> '' AND r.answered_at IS NOT NULL;

CREATE VIEW feedback AS
SELECT id, laporan_id AS report_id, lower(puas) = 'ya' AS satisfied,
       nullif(bintang, 0) AS rating, komentar AS comment,
       convert_tz(tanggal, '+07:00', '+00:00') AS created_at
FROM penilaian;

CREATE VIEW announcements AS
SELECT id, judul AS title, isi AS body, convert_tz(mulai, '+07:00', '+00:00') AS starts_at,
       convert_tz(nullif(selesai, '0000-00-00'), '+07:00', '+00:00') AS ends_at
FROM informasi;

CREATE VIEW facilities AS
SELECT id, jenis AS kind, nama AS name, nullif(alamat, '') AS address, lintang AS latitude,
       bujur AS longitude, nullif(wilayah, '') AS area_code
FROM fasilitas;
