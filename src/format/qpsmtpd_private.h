/*
 * qpsmtpd_private.h - what the three parts of qpsmtpd's scan share:
 *
 *	qpsmtpd_scan.c	 pieces: their beginnings, ends and seams, the counts
 *	qpsmtpd_loop.c	 the loop over lines: stamp, process id, kind
 *	qpsmtpd_event.c	 lines whose kind is wanted, made into events
 */
#ifndef FORMAT_QPSMTPD_PRIVATE_H
#define FORMAT_QPSMTPD_PRIVATE_H

#include "base/buf.h"
#include "format/qpsmtpd_line.h"
#include "format/qpsmtpd_scan.h"
#include "format/scan_time.h"
#include "format/stamp.h"

struct track;

/* What a line has in front of its text. */
struct prefix {
	int64_t time_ns;
	struct str pid;
	uint64_t key;	   /* stands for the process: its number, or a hash */
	uint64_t host_key; /* what of key comes from the syslog host */
	struct str host;   /* of syslog; else absent */
	bool bare;	   /* logging/file, logging/syslog */
};

struct qpsmtpd_scan {
	struct scan scan; /* first */
	struct scan_options o;
	event_fn *sink;
	void *sink_ctx;
	struct scan_counts counts;
	uint64_t kinds[QP_KINDS]; /* lines of each kind */
	uint32_t read;		  /* bit set of enum qp_kind: more than counted */
	uint32_t used;		  /* of those, the ones that count as used */
	uint64_t outside;	  /* of those, outside the period */
	struct scan_time time;
	struct stamp_clock clock;
	struct track *track;
	const char *block; /* the lines that are read, and where in the log */
	uint64_t block_offset;

	/* A record whose line ended in CR: the next line may go on (3.5). */
	bool pending;
	unsigned pending_lines;	  /* that went on so far */
	struct buf pending_body;
	struct buf pending_line;
	struct buf pending_pid;
	struct prefix pending_prefix;
	uint64_t pending_offset;

	/*
	 * The first line of a piece when it may be the rest of a line of the
	 * piece before, with the lines that continue it; and the last line
	 * when it has no end.  Read when the pieces are joined.
	 */
	bool at_head; /* no whole line of its own was seen yet */
	unsigned head_lines;
	struct buf head;
	uint64_t head_offset;
	struct buf tail;
	uint64_t tail_offset;
	struct buf masked; /* fields of the event that is made */
};

/* A record has no more lines than these and its first: memory is bounded. */
#define RECORD_LINES 16

#define KIND_BIT(kind) (UINT32_C(1) << (kind))

/* The slack of a text that was copied: readable, and a line end first. */
static inline void
qp_add_slack(struct buf *b)
{
	buf_add_repeated(b, '\n', FORMAT_SLACK);
}

/* ---- qpsmtpd_loop.c ---- */

/* All lines of a block, of which so many bytes are in the log. */
void qp_scan_lines(struct qpsmtpd_scan *s, struct str block, uint64_t offset,
    uint64_t bytes);

/* ---- qpsmtpd_event.c ---- */

/* All events pass here (an event_fn; ctx is the scan): the period and the
 * wanted kinds hold for each. */
void qp_scan_emit(void *ctx, const struct event *ev);
/* A line of a kind that is read (qpsmtpd_scan.read); body as qp_classify has it. */
void qp_scan_used_line(struct qpsmtpd_scan *s, enum qp_kind kind,
    const struct prefix *x, struct str text, struct str body, struct str line,
    uint64_t offset);
/* A further line of the pending record; a blank takes the line end's place. */
void qp_scan_continue(struct qpsmtpd_scan *s, struct str text,
    struct str line);
/* Nothing goes on the pending record, if there is one. */
void qp_scan_flush(struct qpsmtpd_scan *s);
/* Keeps a line that was not understood, if few were before. */
void qp_scan_sample(struct qpsmtpd_scan *s, struct str line, uint64_t offset);
/* The number that a process of a host is known by, and that of the host. */
uint64_t qp_pid_key(struct str pid, uint64_t host_key);
uint64_t qp_text_key(struct str s);

#endif
