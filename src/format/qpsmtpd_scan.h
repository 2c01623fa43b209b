/*
 * qpsmtpd_scan.h - the loop over the lines of a qpsmtpd log: struct format's
 * scan functions, documented in format.h.
 */
#ifndef FORMAT_QPSMTPD_SCAN_H
#define FORMAT_QPSMTPD_SCAN_H

#include "format/format.h"

struct scan *qpsmtpd_scan_new(const struct scan_options *o, event_fn *sink,
    void *sink_ctx);
void qpsmtpd_scan_block(struct scan *scan, struct str block, uint64_t offset);
void qpsmtpd_scan_settle(struct scan *scan);
void qpsmtpd_scan_join(struct scan *scan, struct scan **later,
    bool contiguous);
void qpsmtpd_scan_finish(struct scan *scan);
void qpsmtpd_scan_free(struct scan **scan);
void qpsmtpd_scan_save(struct scan *scan, struct buf *b);
struct scan *qpsmtpd_scan_restore(const struct scan_options *o,
    event_fn *sink, void *sink_ctx, struct str saved);
const struct scan_counts *qpsmtpd_scan_counts(struct scan *scan);
const struct scan_gap *qpsmtpd_scan_gaps(struct scan *scan, size_t *n);
const struct scan_day *qpsmtpd_scan_days(struct scan *scan, size_t *n);

#endif
