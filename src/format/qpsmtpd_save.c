/* qpsmtpd_save.c - a scan of qpsmtpd's log for a later run. */
#include <assert.h>

#include "base/pack.h"
#include "format/qpsmtpd_private.h"
#include "format/qpsmtpd_track.h"
#include "format/scan_save.h"

/* To be raised when enum qp_kind changes: its counts go by number. */
#define VERSION 1

/* A record whose line ended in CR, and may go on. */
static void
save_pending(const struct qpsmtpd_scan *s, struct buf *b)
{
	const struct prefix *x = &s->pending_prefix;

	pack_u64(b, s->pending);
	if (!s->pending)
		return;
	pack_u64(b, s->pending_lines);
	pack_str(b, buf_str(&s->pending_body));
	pack_str(b, buf_str(&s->pending_line));
	pack_u64(b, s->pending_offset);
	pack_str(b, x->pid);
	pack_str(b, x->host);
	pack_i64(b, x->time_ns);
	pack_u64(b, x->key);
	pack_u64(b, x->host_key);
	pack_u64(b, x->bare);
}

static void
restore_pending(struct qpsmtpd_scan *s, struct unpack *in)
{
	struct prefix *x = &s->pending_prefix;

	s->pending = unpack_u64(in) != 0;
	if (!s->pending)
		return;
	s->pending_lines = (unsigned)unpack_u64(in);
	buf_add_str(&s->pending_body, unpack_str(in));
	buf_add_str(&s->pending_line, unpack_str(in));
	s->pending_offset = unpack_u64(in);
	x->pid = unpack_str(in);
	x->host = unpack_str(in);
	buf_add_str(&s->pending_pid, x->pid);
	buf_add_str(&s->pending_pid, x->host);
	x->pid.p = buf_str(&s->pending_pid).p;
	if (x->host.p)
		x->host.p = x->pid.p + x->pid.n;
	x->time_ns = unpack_i64(in);
	x->key = unpack_u64(in);
	x->host_key = unpack_u64(in);
	x->bare = unpack_u64(in) != 0;
	in->bad |= s->pending_body.n < FORMAT_SLACK;
}

void
qpsmtpd_scan_save(struct scan *scan, struct buf *b)
{
	struct qpsmtpd_scan *s = (struct qpsmtpd_scan *)(void *)scan;

	assert(!s->at_head && s->tail.n == 0);
	pack_u64(b, VERSION);
	scan_save_counts(&s->counts, b);
	scan_save_numbers(s->kinds, QP_KINDS, b);
	pack_u64(b, s->outside);
	scan_save_time(&s->time, b);
	scan_save_clock(&s->clock, b);
	track_save(s->track, b);
	save_pending(s, b);
}

struct scan *
qpsmtpd_scan_restore(const struct scan_options *o, event_fn *sink,
    void *sink_ctx, struct str saved)
{
	struct scan *scan = qpsmtpd_scan_new(o, sink, sink_ctx);
	struct qpsmtpd_scan *s = (struct qpsmtpd_scan *)(void *)scan;
	struct unpack in = unpack_begin(saved);

	assert(o->first);
	if (unpack_u64(&in) == VERSION) {
		scan_restore_counts(&s->counts, &in);
		scan_restore_numbers(s->kinds, QP_KINDS, &in);
		s->outside = unpack_u64(&in);
		scan_restore_time(&s->time, &in);
		scan_restore_clock(&s->clock, &in);
		track_restore(s->track, &in);
		restore_pending(s, &in);
		if (!in.bad && in.at == in.end)
			return scan;
	}
	qpsmtpd_scan_free(&scan);
	return NULL;
}
