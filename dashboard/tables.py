"""What the desk's tables hold, column by column; titles and words are translated when written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.exports import Column, Kind
from data_access.records import AgeBand, Share
from data_access.review_records import EventKind
from layouts.review.words import BANDS, POSITIONS, STATUSES, n_

if TYPE_CHECKING:
    from collections.abc import Callable

    from data_access.review_records import AgencyComparison, Standing

Columns = tuple[Column[Any], ...]

# -- kinds of columns -----------------------------------------------------------------------------


def text(title: str, value: Callable[[Any], Any]) -> Column[Any]:
    """Words of citizens, places and agencies."""
    return Column(title, Kind.TEXT, value)


def word(title: str, value: Callable[[Any], Any]) -> Column[Any]:
    """Words of ours."""
    return Column(title, Kind.WORD, value)


def count(title: str, value: Callable[[Any], Any]) -> Column[Any]:
    """How many reports or people."""
    return Column(title, Kind.COUNT, value)


def share(title: str, n_title: str, value: Callable[[Any], Share]) -> Columns:
    """A share and its n, side by side."""
    return (
        Column(title, Kind.SHARE, value),
        Column(n_title, Kind.COUNT, lambda record: value(record).n),
    )


def interval(value: Callable[[Any], tuple[float, float] | None]) -> Columns:
    """Both ends of a 95 % interval."""
    return ends(n_("Batas bawah 95 %"), n_("Batas atas 95 %"), value)


def ends(low: str, high: str, value: Callable[[Any], tuple[float, float] | None]) -> Columns:
    """Where something begins and ends."""
    return (
        Column(low, Kind.SHARE, lambda record: _end(value(record), 0)),
        Column(high, Kind.SHARE, lambda record: _end(value(record), 1)),
    )


def _end(bounds: tuple[float, float] | None, side: int) -> float | None:
    return bounds[side] if bounds else None


def _yes(value: bool) -> str:
    return n_("ya") if value else n_("tidak")


# -- reports one by one ---------------------------------------------------------------------------

REPORTS: Columns = (
    text(n_("Nomor laporan"), lambda row: row.ticket),
    text(n_("Judul"), lambda row: row.title),
    text(n_("Kategori"), lambda row: row.category),
    text(n_("Kelurahan"), lambda row: row.kelurahan),
    text(n_("Kecamatan"), lambda row: row.kecamatan),
    word(n_("Status"), lambda row: STATUSES[row.status]),
    text(n_("Instansi"), lambda row: row.agency),
    Column(n_("Tingkat"), Kind.NUMBER, lambda row: row.level),
    Column(n_("Masuk"), Kind.MOMENT, lambda row: row.received),
    Column(n_("Dijawab"), Kind.MOMENT, lambda row: row.answered),
    Column(n_("Selesai"), Kind.MOMENT, lambda row: row.finished),
    Column(n_("Tenggat"), Kind.MOMENT, lambda row: row.due),
    word(n_("Lewat tenggat"), lambda row: _yes(row.overdue)),
    Column(n_("Umur"), Kind.DURATION, lambda row: row.age),
    word(n_("Anonim"), lambda row: _yes(row.anonymous)),
    word(n_("Rahasia"), lambda row: _yes(row.confidential)),
)

KINDS = {
    EventKind.RECEIVED: n_("masuk"),
    EventKind.FORWARDED: n_("diteruskan"),
    EventKind.ANSWERED: n_("dijawab"),
    EventKind.RETURNED: n_("dikembalikan"),
    EventKind.FOLLOW_UP: n_("tindak lanjut"),
    EventKind.FEEDBACK: n_("umpan balik"),
    EventKind.FINISHED: n_("ditutup"),
    EventKind.REOPENED: n_("dibuka kembali"),
}

HISTORY: Columns = (
    Column(n_("waktu"), Kind.MOMENT, lambda event: event.at),
    word(n_("kejadian"), lambda event: KINDS[event.kind]),
    text(n_("instansi"), lambda event: event.agency),
    Column(n_("tingkat"), Kind.NUMBER, lambda event: event.level),
    word(n_("status"), lambda event: STATUSES[event.status] if event.status else None),
    text(n_("catatan"), lambda event: event.note),
    word(n_("puas"), lambda event: None if event.satisfied is None else _yes(event.satisfied)),
    Column(n_("nilai"), Kind.NUMBER, lambda event: event.rating),
)

HOPS: Columns = (
    Column(n_("tingkat"), Kind.NUMBER, lambda hop: hop.level),
    text(n_("instansi"), lambda hop: hop.agency),
    text(n_("nama"), lambda hop: hop.name),
    Column(n_("diteruskan"), Kind.MOMENT, lambda hop: hop.forwarded),
    Column(n_("dijawab"), Kind.MOMENT, lambda hop: hop.answered),
    Column(n_("sampai"), Kind.MOMENT, lambda hop: hop.until),
    Column(n_("dipegang"), Kind.DURATION, lambda hop: hop.held),
    word(n_("tenggat terlewat di tangannya"), lambda hop: _yes(hop.late)),
)

SIMILAR: Columns = (
    text(n_("Nomor laporan"), lambda row: row.ticket),
    word(n_("Status"), lambda row: STATUSES[row.status]),
    Column(n_("Masuk"), Kind.MOMENT, lambda row: row.received),
    Column(n_("jarak paling jauh, m"), Kind.NUMBER, lambda row: row.within_m),
)

# -- figures --------------------------------------------------------------------------------------

_AGENCY: Columns = (
    text(n_("instansi"), lambda row: row.agency),
    text(n_("nama"), lambda row: row.name),
)
_KELURAHAN: Columns = (
    text(n_("kelurahan"), lambda row: row.name),
    text(n_("kecamatan"), lambda row: row.kecamatan),
)
_BACKLOG: Columns = (
    count(n_("terbuka"), lambda row: row.open),
    count(n_("lewat tenggat"), lambda row: row.overdue),
)


def _band(band: AgeBand) -> Column[Any]:
    return count(BANDS[band], lambda row: row.bands[band])


BACKLOG: Columns = (
    *_AGENCY,
    *_BACKLOG,
    *(_band(band) for band in AgeBand),
    *share(n_("tepat waktu, 90 hari"), n_("n tepat waktu"), lambda row: row.on_time.share),
)

PLACES: Columns = (*_KELURAHAN, *_BACKLOG)

VOLUME: Columns = (
    Column(n_("bulan"), Kind.DAY, lambda row: row.month),
    count(n_("masuk"), lambda row: row.received),
    count(n_("selesai"), lambda row: row.finished),
    Column(n_("selisih"), Kind.NUMBER, lambda row: row.net_flow),
)

MONTHS: Columns = (
    Column(n_("bulan"), Kind.DAY, lambda row: row.volume.month),
    count(n_("masuk"), lambda row: row.volume.received),
    count(n_("selesai"), lambda row: row.volume.finished),
    *share(n_("tepat waktu"), n_("n tepat waktu"), lambda row: row.on_time.share),
    *share(n_("ditindaklanjuti"), n_("n ditindaklanjuti"), lambda row: row.acted),
)

USE: Columns = (
    Column(n_("bulan"), Kind.DAY, lambda row: row.month),
    count(n_("laporan"), lambda row: row.reports),
    count(n_("pelapor"), lambda row: row.reporters),
    count(n_("pelapor baru"), lambda row: row.new_reporters),
)

YEARS: Columns = (
    text(n_("tahun"), lambda row: str(row.year)),
    count(n_("laporan"), lambda row: row.reports),
    count(n_("laporan × SKPD"), lambda row: row.escalations),
    *share(n_("ditindaklanjuti"), n_("n ditindaklanjuti"), lambda row: row.acted),
)

GROUPS: Columns = (
    text(n_("Nama"), lambda row: row.name),
    count(n_("Masuk"), lambda row: row.received),
    count(n_("Terbuka"), lambda row: row.open),
    count(n_("Lewat tenggat"), lambda row: row.overdue),
    count(n_("Tuntas"), lambda row: row.finished),
    Column(n_("Tepat waktu"), Kind.SHARE, lambda row: row.on_time.share),
    *interval(lambda row: row.interval),
    count("n", lambda row: row.on_time.share.n),
)

FEEDBACK: Columns = (
    text(n_("Nama"), lambda row: row.name),
    Column(n_("Puas"), Kind.SHARE, lambda row: row.satisfied),
    *interval(lambda row: row.interval),
    count(n_("n umpan balik"), lambda row: row.satisfied.n),
    *share(n_("Cakupan"), n_("n tuntas"), lambda row: row.coverage),
    *share(n_("Dibantah"), n_("n selesai dengan umpan balik"), lambda row: row.contradicted),
)

REPORTERS: Columns = (
    Column("#", Kind.NUMBER, lambda row: row.rank),
    text(n_("kelurahan"), lambda row: row.kelurahan),
    count(n_("laporan"), lambda row: row.reports),
    count(n_("12 bulan"), lambda row: sum(row.recent)),
)

PARTICIPATION: Columns = (
    *_KELURAHAN,
    count(n_("12 bulan"), lambda row: row.trend.last_12),
    count(n_("setahun sebelumnya"), lambda row: row.trend.before_12),
    Column(n_("perubahan"), Kind.SHARE, lambda row: row.trend.change),
    Column(n_("per 10.000 jiwa"), Kind.NUMBER, lambda row: row.per_10_000),
)

AGES: Columns = (
    word(n_("umur"), lambda row: BANDS[row[0]]),
    count(n_("terbuka"), lambda row: row[1]),
)

TIMES: Columns = (
    word(n_("waktu"), lambda row: row[0]),
    Column(n_("median"), Kind.DURATION, lambda row: row[1].median),
    Column(n_("90 %"), Kind.DURATION, lambda row: row[1].p90),
    count("n", lambda row: row[1].n),
    count(n_("tersensor"), lambda row: row[1].n - row[1].events),
)

LEVELS = {1: n_("pertama"), 2: n_("kedua"), 3: n_("ketiga")}

RELAY: Columns = (
    word(n_("sebagai instansi"), lambda row: LEVELS.get(row.level, str(row.level))),
    count(n_("laporan"), lambda row: row.hops),
    *share(n_("dikembalikan"), n_("n dikembalikan"), lambda row: row.returned),
    Column(n_("dipegang, median"), Kind.DURATION, lambda row: row.held.median),
    Column(n_("90 %"), Kind.DURATION, lambda row: row.held.p90),
    Column(n_("menjawab, median"), Kind.DURATION, lambda row: row.answer.median),
)

# -- agencies beside each other -------------------------------------------------------------------

COMPARISON: Columns = (
    *_AGENCY,
    *share(n_("tepat waktu"), n_("n tepat waktu"), lambda row: row.on_time.share),
    *share(n_("ditindaklanjuti"), n_("n ditindaklanjuti"), lambda row: row.acted.share),
    *share(n_("warga puas"), n_("n warga puas"), lambda row: row.satisfied.share),
)


def funnel(pick: Callable[[AgencyComparison], Standing]) -> Columns:
    """What one of the funnels is drawn from."""
    return (
        *_AGENCY,
        Column(n_("bagian"), Kind.SHARE, lambda row: pick(row).share),
        count("n", lambda row: pick(row).share.n),
        *interval(lambda row: pick(row).interval),
        Column(n_("kota"), Kind.SHARE, lambda row: pick(row).expected),
        *ends(n_("batas 95 %, bawah"), n_("batas 95 %, atas"), lambda row: pick(row).limits_95),
        *ends(
            n_("batas 99,8 %, bawah"), n_("batas 99,8 %, atas"), lambda row: pick(row).limits_998
        ),
        word(n_("terhadap kota"), lambda row: POSITIONS[pick(row).position]),
    )
