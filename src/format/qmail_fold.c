/*
 * qmail_fold.c - lines that splogger cut in parts.
 *
 * A part that goes on has a '+' behind its stamp; only the next line tells.
 */
#include <string.h>

#include "base/pack.h"
#include "format/qmail_private.h"

/*
 * splogger cuts lines at 799 bytes of text; what is much shorter is never
 * continued and need not wait for the next line.
 */
#define FOLD_BYTES 256
/* qmail-send writes results of at most 10,000 bytes. */
#define FOLD_LINES 64

void
qm_fold_flush(struct qmail_scan *s)
{
	struct str text;

	if (!s->folded)
		return;
	s->folded = false;
	text = str_make(s->fold_text.p, s->fold_text.n - FORMAT_SLACK);
	s->fold.line = buf_str(&s->fold_line);
	qm_scan_text(s, text, &s->fold);
}

static void
fold_begin(struct qmail_scan *s, struct str text, const struct place *p)
{
	buf_reset(&s->fold_text);
	buf_reset(&s->fold_line);
	buf_reset(&s->fold_host);
	buf_add_str(&s->fold_text, text);
	buf_add_repeated(&s->fold_text, '\n', FORMAT_SLACK);
	buf_add_str(&s->fold_line, p->line);
	buf_add_str(&s->fold_host, p->host);
	s->fold = *p;
	s->fold.host = buf_str(&s->fold_host);
	s->fold_lines = 0;
	s->folded = true;
}

/* The further line counts as one of the kind that its first one is. */
static void
fold_continue(struct qmail_scan *s, struct str text, const struct place *p)
{
	const char *first;
	enum qm_kind kind;

	s->fold_text.n -= FORMAT_SLACK;
	buf_add_str(&s->fold_text, text);
	buf_add_repeated(&s->fold_text, '\n', FORMAT_SLACK);
	first = s->fold_text.p;
	kind = qm_classify(first, first + s->fold_text.n - FORMAT_SLACK);
	s->kinds[kind]++;
	s->outside[kind] += kind != QM_UNKNOWN && s->track_lines &&
	    qm_scan_outside(s, s->fold.time_ns);
	buf_add_char(&s->fold_line, '\n');
	buf_add_str(&s->fold_line, p->line);
	if (++s->fold_lines == FOLD_LINES)
		qm_fold_flush(s);
}

void
qm_fold_text(struct qmail_scan *s, struct str text, const struct place *p,
    bool continued)
{
	if (continued && s->folded) {
		fold_continue(s, text, p);
		return;
	}
	qm_fold_flush(s);
	if (continued) {
		/* What it goes on is in no log. */
		s->kinds[QM_UNKNOWN]++;
		qm_scan_sample(s, p->line, p->offset);
	} else if (text.n >= FOLD_BYTES) {
		fold_begin(s, text, p);
	} else {
		qm_scan_text(s, text, p);
	}
}

void
qm_fold_clear(struct qmail_scan *s)
{
	buf_clear(&s->fold_text);
	buf_clear(&s->fold_line);
	buf_clear(&s->fold_host);
}

void
qm_fold_take(struct qmail_scan *s, struct qmail_scan *later)
{
	qm_fold_clear(s);
	s->folded = later->folded;
	s->fold_lines = later->fold_lines;
	s->fold = later->fold;
	s->fold_text = later->fold_text;
	s->fold_line = later->fold_line;
	s->fold_host = later->fold_host;
	later->fold_text = later->fold_line = later->fold_host =
	    (struct buf){ 0 };
}

/* ---- for a later run ---- */

void
qm_fold_pack(const struct qmail_scan *s, struct buf *b)
{
	pack_u64(b, s->folded);
	if (!s->folded)
		return;
	pack_u64(b, s->fold_lines);
	pack_str(b, str_make(s->fold_text.p, s->fold_text.n - FORMAT_SLACK));
	pack_str(b, buf_str(&s->fold_line));
	pack_str(b, s->fold.host);
	pack_i64(b, s->fold.time_ns);
	pack_u64(b, s->fold.host_key);
	pack_u64(b, s->fold.offset);
}

void
qm_fold_unpack(struct qmail_scan *s, struct unpack *in)
{
	struct place p = { 0 };
	struct str text;
	unsigned lines;

	if (unpack_u64(in) == 0)
		return;
	lines = (unsigned)unpack_u64(in);
	text = unpack_str(in);
	p.line = unpack_str(in);
	p.host = unpack_str(in);
	p.time_ns = unpack_i64(in);
	p.host_key = unpack_u64(in);
	p.offset = unpack_u64(in);
	if (in->bad || text.p == NULL)
		return;
	fold_begin(s, text, &p);
	s->fold_lines = lines;
}
