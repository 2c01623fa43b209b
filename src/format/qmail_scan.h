/*
 * qmail_scan.h - the loop over the lines of a qmail-send log: struct format's
 * scan functions, documented in format.h.
 */
#ifndef FORMAT_QMAIL_SCAN_H
#define FORMAT_QMAIL_SCAN_H

#include "format/format.h"

struct buf;

struct scan *qmail_scan_new(const struct scan_options *o, event_fn *sink,
    void *sink_ctx);
void qmail_scan_block(struct scan *scan, struct str block, uint64_t offset);
void qmail_scan_settle(struct scan *scan);
void qmail_scan_join(struct scan *scan, struct scan **later, bool contiguous);
void qmail_scan_finish(struct scan *scan);
void qmail_scan_free(struct scan **scan);
const struct scan_counts *qmail_scan_counts(struct scan *scan);
const struct scan_gap *qmail_scan_gaps(struct scan *scan, size_t *n);
const struct scan_day *qmail_scan_days(struct scan *scan, size_t *n);

void qmail_scan_pack(struct scan *scan, struct buf *b);
struct scan *qmail_scan_unpack(const struct scan_options *o, event_fn *sink,
    void *sink_ctx, struct str saved);

/*
 * What a settled scan has open at its end, as lines to be read before the
 * next file (qmail_track.h), an unfinished last line among them.
 */
void qmail_scan_save(struct scan *scan, struct buf *b);

/*
 * The stamp that splogger puts before the text, "1795357213.728720 text", or
 * "...+text" for what continues the line before.  Returns how many bytes it
 * takes, 0 if there is none.
 */
size_t qmail_stamp(struct str text, int64_t *time_ns, bool *continued);

#endif
