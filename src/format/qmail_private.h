/*
 * qmail_private.h - what the parts of qmail-send's scan share:
 *
 *	qmail_scan.c	pieces: their beginnings, ends and seams, the counts
 *	qmail_loop.c	the loop over lines: stamp, kind, into the tracker
 *	qmail_fold.c	lines that splogger cut in parts
 */
#ifndef FORMAT_QMAIL_PRIVATE_H
#define FORMAT_QMAIL_PRIVATE_H

#include "base/buf.h"
#include "base/when.h"
#include "format/qmail_line.h"
#include "format/qmail_scan.h"
#include "format/scan_time.h"
#include "format/seam.h"
#include "format/stamp.h"

struct qtrack;
struct unpack;

/* A text whose time and place are known. */
struct place {
	int64_t time_ns;
	struct str host;   /* of syslog; else absent */
	uint64_t host_key;
	struct str line;
	uint64_t offset;
};

struct qmail_scan {
	struct scan scan; /* first */
	struct scan_options o;
	event_fn *sink;
	void *sink_ctx;
	struct scan_counts counts;
	uint64_t kinds[QM_KINDS];   /* lines of each kind */
	uint64_t outside[QM_KINDS]; /* of those, outside the period */
	bool track_lines;	    /* some event of theirs is wanted */
	bool everything;	    /* no line is outside the period */
	struct scan_time time;
	struct stamp_clock clock;
	struct qtrack *track;
	struct seam seam;

	/* A line of splogger that the next one may go on. */
	bool folded;
	unsigned fold_lines;
	struct buf fold_text, fold_line, fold_host;
	struct place fold;
};

static inline bool
qm_scan_outside(const struct qmail_scan *s, int64_t time_ns)
{
	return time_ns != WHEN_NONE &&
	    (time_ns < s->o.start_ns || time_ns >= s->o.end_ns);
}

/* Keeps one of the first lines that were not understood. */
void qm_scan_sample(struct qmail_scan *s, struct str line, uint64_t offset);
/* Whole lines: seam_lines_fn, ctx is the scan. */
void qm_scan_lines(void *ctx, struct str block, uint64_t offset,
    uint64_t bytes);
/* What stands behind a stamp. */
void qm_scan_text(struct qmail_scan *s, struct str text,
    const struct place *p);

/* What stands behind splogger's stamp, or behind the tag if there is none. */
void qm_fold_text(struct qmail_scan *s, struct str text,
    const struct place *p, bool continued);
/* The line that waits, if any, has no further part. */
void qm_fold_flush(struct qmail_scan *s);
void qm_fold_clear(struct qmail_scan *s);
/* The line that waits is now the one that later left open. */
void qm_fold_take(struct qmail_scan *s, struct qmail_scan *later);
void qm_fold_pack(const struct qmail_scan *s, struct buf *b);
void qm_fold_unpack(struct qmail_scan *s, struct unpack *in);

#endif
