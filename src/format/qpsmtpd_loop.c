/* qpsmtpd_loop.c - the loop over lines: stamp, process id, kind. */
#include <string.h>

#include "format/lines.h"
#include "format/qpsmtpd_private.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

_Static_assert(QP_SLACK <= FORMAT_SLACK, "the line parser reads ahead");

/* Where in the log a line of the block stands. */
static inline uint64_t
line_offset(const struct qpsmtpd_scan *s, const char *line)
{
	return s->block_offset + (uint64_t)(line - s->block);
}

/* A text whose stamp and process id are known. */
static inline void
text_line(struct qpsmtpd_scan *s, const struct prefix *x, const char *text,
    const char *begin, const char *end)
{
	struct str body;
	enum qp_kind kind = qp_classify(text, end, x->bare, &body);

	s->kinds[kind]++;
	if (s->read & KIND_BIT(kind))
		qp_scan_used_line(s, kind, x, str_span(text, end), body,
		    str_span(begin, end), line_offset(s, begin));
	else if (kind == QP_UNKNOWN)
		qp_scan_sample(s, str_span(begin, end), line_offset(s, begin));
}

/* A stamp but no process id: the rest of a record, or what Perl printed. */
static void
no_pid_line(struct qpsmtpd_scan *s, struct str line, struct str text)
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
		qp_scan_sample(s, line, line_offset(s, line.p));
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
unstamped_line(struct qpsmtpd_scan *s, struct str line)
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
		text_line(s, &x, line.p + pid, line.p, line.p + line.n);
		return;
	}
	s->kinds[kind]++;
	if (kind == QP_UNKNOWN)
		qp_scan_sample(s, line, line_offset(s, line.p));
}

/*
 * Every line that does not begin as multilog writes it.  Not inlined: the
 * loop over all lines needs the registers.
 */
__attribute__((noinline)) static void
other_line(struct qpsmtpd_scan *s, struct str line)
{
	struct prefix x = { 0 };
	struct stamp st;
	struct str text;
	size_t pid;

	if (!stamp_parse(line, &s->clock, &st)) {
		unstamped_line(s, line);
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
			no_pid_line(s, line, text);
			return;
		}
		x.pid = str_head(text, pid - 1);
		text = str_skip(text, pid);
	}
	qp_scan_flush(s);
	x.key = qp_pid_key(x.pid, x.host_key);
	text_line(s, &x, text.p, line.p, line.p + line.n);
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
 * The head of "@400000006955b90b02b91f21 3907 text", nearly every line of a
 * multilog directory: how many digits its process id has.  0, and nothing
 * counted, for a line of another shape.  A line may be shorter: its '\n' and
 * the slack are no part of a head.
 */
static inline unsigned
head_digits(struct scan_time *t, const char *p)
{
	unsigned n;

	if (p[25] != ' ' || !scan_time_label(t, p))
		return 0;
	n = digits8(p + 26);
	return n < 8 && p[26 + n] == ' ' ? n : 0;
}

/* What is read of a line whose head has n digits. */
__attribute__((noinline)) static void
used_line(struct qpsmtpd_scan *s, enum qp_kind kind, const char *begin,
    unsigned n, struct str body, const char *end)
{
	struct prefix x = { .time_ns = scan_time_of_label(&s->time),
		.pid = str_make(begin + 26, n) };

	for (unsigned i = 0; i < n; i++)
		x.key = x.key * 10 + (unsigned)(x.pid.p[i] - '0');
	qp_scan_used_line(s, kind, &x, str_span(begin + 27 + n, end), body,
	    str_span(begin, end), line_offset(s, begin));
}

/* A line whose head has n digits. */
static inline void
multilog_line(struct qpsmtpd_scan *s, const char *begin, unsigned n,
    const char *end)
{
	struct str body;
	enum qp_kind kind;

	if (s->pending)
		qp_scan_flush(s);
	kind = qp_classify(begin + 27 + n, end, false, &body);
	s->kinds[kind]++;
	if (s->read & KIND_BIT(kind))
		used_line(s, kind, begin, n, body, end);
	else if (kind == QP_UNKNOWN)
		qp_scan_sample(s, str_span(begin, end), line_offset(s, begin));
}

/*
 * The loop over the lines of a block, 64 bytes at a time (lines.h), for a set
 * of instructions: how to find the newlines and how to read a line's head.
 */
#define DEFINE_LOOP(name, target, newlines, head)                              \
	target static void name(struct qpsmtpd_scan *s, struct str block)      \
	{                                                                      \
		const char *begin = block.p, *word = block.p;                  \
		const char *const block_end = block.p + block.n;               \
                                                                               \
		while (word < block_end) {                                     \
			uint64_t mask = newlines(word);                        \
                                                                               \
			/* The slack behind the block is all newlines. */      \
			if (block_end - word < 64)                             \
				mask &= (UINT64_C(1) << (block_end - word)) - 1; \
			for (; mask; mask &= mask - 1) {                       \
				const char *end =                              \
				    word + __builtin_ctzll(mask);              \
				unsigned n = head(&s->time, begin);            \
                                                                               \
				s->counts.lines++;                             \
				if (n > 0)                                     \
					multilog_line(s, begin, n, end);       \
				else                                           \
					other_line(s, str_span(begin, end));   \
				begin = end + 1;                               \
			}                                                      \
			word += 64;                                            \
		}                                                              \
	}

DEFINE_LOOP(scan_lines, , lines_mask, head_digits)

#ifdef __SSE2__
#define AVX2 __attribute__((target("avx2,bmi")))

AVX2 static inline uint64_t
newlines_avx2(const char *p)
{
	const __m256i want = _mm256_set1_epi8('\n');
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));

	return (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, want)) |
	    (uint64_t)(unsigned)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(b, want)) << 32;
}

/* Bit n is set if byte n of v is from low to low + n. */
AVX2 static inline uint32_t
among_avx2(__m256i v, char low, char n)
{
	__m256i above = _mm256_sub_epi8(v, _mm256_set1_epi8(low));

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(
	    _mm256_min_epu8(above, _mm256_set1_epi8(n)), above));
}

/*
 * head_digits of a line of the same second as the one before, with a process id
 * of at most five digits: all of the head is in one vector.
 */
AVX2 static inline unsigned
head_digits_avx2(struct scan_time *t, const char *p)
{
	__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i second = _mm256_loadu_si256(
	    (const __m256i *)(const void *)t->second);
	__m256i lower = _mm256_or_si256(v, _mm256_set1_epi8(0x20));
	uint32_t same = (uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(v, second));
	uint32_t digits = among_avx2(v, '0', 9);
	uint32_t hex = digits | among_avx2(lower, 'a', 5);
	uint64_t ns = __builtin_bswap64(
	    load64(p + 17) | UINT64_C(0x2020202020202020));
	unsigned n = (unsigned)__builtin_ctz(~(digits >> 26));

	if (((same & 0x1ffff) | (hex & 0x1fe0000)) != 0x1ffffff ||
	    p[25] != ' ' || n == 0 || p[26 + n] != ' ' ||
	    ns < t->label_ns || ns > SCAN_TIME_MAX_NS)
		return head_digits(t, p);
	t->label_ns = ns;
	return n;
}

DEFINE_LOOP(scan_lines_avx2, AVX2, newlines_avx2, head_digits_avx2)
#endif

void
qp_scan_lines(struct qpsmtpd_scan *s, struct str block, uint64_t offset,
    uint64_t bytes)
{
	s->block = block.p;
	s->block_offset = offset;
	scan_time_block(&s->time, block.p);
#ifdef __SSE2__
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		scan_lines_avx2(s, block);
	else
#endif
		scan_lines(s, block);
	scan_time_block_end(&s->time, bytes);
}
