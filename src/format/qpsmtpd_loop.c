/* qpsmtpd_loop.c - the loop over lines: stamp, process id, kind. */
#include <string.h>

#include "format/lines.h"
#include "format/qpsmtpd_private.h"

_Static_assert(QP_SLACK <= FORMAT_SLACK, "the line parser reads ahead");

/* A text whose stamp and process id are known. */
static inline void
text_line(struct qpsmtpd_scan *s, const struct prefix *x, const char *text,
    const char *begin, const char *end, uint64_t offset)
{
	struct str body;
	enum qp_kind kind = qp_classify(text, end, x->bare, &body);

	s->kinds[kind]++;
	if (s->read & KIND_BIT(kind))
		qp_scan_used_line(s, kind, x, str_span(text, end), body,
		    str_span(begin, end), offset);
	else if (kind == QP_UNKNOWN)
		qp_scan_sample(s, str_span(begin, end), offset);
}

/* A stamp but no process id: the rest of a record, or what Perl printed. */
static void
no_pid_line(struct qpsmtpd_scan *s, struct str line, struct str text,
    uint64_t offset)
{
	enum qp_kind kind = qp_classify_unstamped(text);

	if (s->pending) {
		qp_scan_continue(s, text, line);
		return;
	}
	/* The summariser stamps no lines. */
	if (kind == QP_SUMMARY)
		kind = QP_UNKNOWN;
	s->kinds[kind]++;
	if (kind == QP_UNKNOWN)
		qp_scan_sample(s, line, offset);
}

/*
 * Does a line without stamp and process id go on the pending record?  Only
 * where nothing stamps each line: logging/file puts one stamp before all.
 */
static bool
is_unstamped_rest(const struct qpsmtpd_scan *s, enum qp_kind kind)
{
	return s->pending && kind != QP_SUMMARY && kind != QP_EMPTY &&
	    (s->pending_prefix.bare || s->pending_prefix.time_ns == WHEN_NONE);
}

static void
unstamped_line(struct qpsmtpd_scan *s, struct str line, uint64_t offset)
{
	enum qp_kind kind = qp_classify_unstamped(line);
	size_t pid = qp_pid_span(line.p, line.p + line.n);
	struct prefix x = { .time_ns = WHEN_NONE };

	if (pid == 0 && is_unstamped_rest(s, kind)) {
		qp_scan_continue(s, line, line);
		return;
	}
	qp_scan_flush(s);
	/* "14753 (connect) ...": captured without a time stamper (1.1). */
	if (pid > 0) {
		x.pid = str_head(line, pid - 1);
		x.key = qp_pid_key(x.pid, 0);
		text_line(s, &x, line.p + pid, line.p, line.p + line.n, offset);
		return;
	}
	s->kinds[kind]++;
	if (kind == QP_UNKNOWN)
		qp_scan_sample(s, line, offset);
}

/*
 * Every line that does not begin as multilog writes it.  Not inlined: the
 * loop over all lines needs the registers.
 */
__attribute__((noinline)) static void
other_line(struct qpsmtpd_scan *s, struct str line, uint64_t offset)
{
	struct prefix x = { 0 };
	struct stamp st;
	struct str text;
	size_t pid;

	if (!stamp_parse(line, &s->clock, &st)) {
		unstamped_line(s, line, offset);
		return;
	}
	scan_time_seen(&s->time, line.p, st.time_ns);
	s->counts.guessed_years += st.guessed;
	text = str_skip(line, st.n);
	x.time_ns = st.time_ns;
	x.host = st.host;
	x.host_key = st.host.p ? qp_text_key(st.host) : 0;
	x.pid = st.pid;
	x.bare = st.pid.p != NULL && st.kind != STAMP_PREFORK;
	if (st.program.p && !qp_is_program(st.program)) {
		qp_scan_flush(s);
		s->counts.ignored[IGNORED_OTHER]++;
		return;
	}
	if (x.pid.p == NULL) {
		pid = qp_pid_span(text.p, text.p + text.n);
		if (pid == 0) {
			no_pid_line(s, line, text, offset);
			return;
		}
		x.pid = str_head(text, pid - 1);
		text = str_skip(text, pid);
	}
	qp_scan_flush(s);
	x.key = qp_pid_key(x.pid, x.host_key);
	text_line(s, &x, text.p, line.p, line.p + line.n, offset);
}

static inline uint64_t
load64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* How many digits p begins with, 0 to 8: pids have at most 7 (Linux). */
static inline unsigned
digits8(const char *p)
{
	uint64_t v = load64(p) ^ UINT64_C(0x3030303030303030);
	uint64_t other = (v | (v + UINT64_C(0x0606060606060606))) &
	    UINT64_C(0xf0f0f0f0f0f0f0f0);

	return other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
}

/*
 * "@400000006955b90b02b91f21 3907 text": nearly every line of a multilog
 * directory.  False, and nothing counted, for a line of another shape.
 */
static inline bool
multilog_line(struct qpsmtpd_scan *s, const char *begin, const char *end,
    uint64_t offset)
{
	struct prefix x;
	const char *text;
	struct str body;
	enum qp_kind kind;
	unsigned n;
	uint64_t pid = 0;

	if (end - begin < 29 || begin[25] != ' ' ||
	    !scan_time_label(&s->time, begin))
		return false;
	n = digits8(begin + 26);
	if (n == 0 || n == 8 || begin[26 + n] != ' ')
		return false;
	if (s->pending)
		qp_scan_flush(s);
	text = begin + 26 + n + 1;
	kind = qp_classify(text, end, false, &body);
	s->kinds[kind]++;
	if (!(s->read & KIND_BIT(kind))) {
		if (kind == QP_UNKNOWN)
			qp_scan_sample(s, str_span(begin, end), offset);
		return true;
	}
	for (unsigned i = 0; i < n; i++)
		pid = pid * 10 + (unsigned)(begin[26 + i] - '0');
	x = (struct prefix){ .time_ns = scan_time_of_label(&s->time),
		.pid = str_make(begin + 26, n), .key = pid };
	qp_scan_used_line(s, kind, &x, str_span(text, end), body,
	    str_span(begin, end), offset);
	return true;
}

static inline void
one_line(struct qpsmtpd_scan *s, const char *begin, const char *end,
    uint64_t offset)
{
	s->counts.lines++;
	if (!multilog_line(s, begin, end, offset))
		other_line(s, str_span(begin, end), offset);
}

/* As struct lines does it (lines.h), but with all its state in registers. */
void
qp_scan_lines(struct qpsmtpd_scan *s, struct str block, uint64_t offset,
    uint64_t bytes)
{
	const char *begin = block.p, *word = block.p;
	const char *const block_end = block.p + block.n;

	scan_time_block(&s->time, block.p);
	for (; begin < block_end; word += 64)
		for (uint64_t mask = lines_mask(word); mask; mask &= mask - 1) {
			const char *end = word + __builtin_ctzll(mask);

			/* The slack behind the block is all newlines. */
			if (end >= block_end)
				break;
			one_line(s, begin, end,
			    offset + (uint64_t)(begin - block.p));
			begin = end + 1;
		}
	scan_time_block_end(&s->time, bytes);
}
