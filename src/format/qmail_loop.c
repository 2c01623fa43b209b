/* qmail_loop.c - the loop over lines of qmail-send: stamp, kind. */
#include <string.h>

#include "format/lines.h"
#include "format/qmail_private.h"
#include "format/qmail_track.h"

/* A text is read to its end: into the tracker. */
__attribute__((noinline)) static void
track_text(struct qmail_scan *s, enum qm_kind kind, struct str text,
    const struct place *p)
{
	struct qtrack_at at = { .time_ns = p->time_ns,
		.stream = p->host.p ? p->host : s->o.stream,
		.host_key = p->host_key, .line = p->line, .offset = p->offset };
	struct qm_line l = { 0 };

	kind = qm_read_as(kind, text.p, text.p + text.n, &l);
	s->kinds[kind]++;
	if (kind == QM_UNKNOWN) {
		qm_scan_sample(s, p->line, p->offset);
		return;
	}
	s->outside[kind] += qm_scan_outside(s, p->time_ns);
	qtrack_line(s->track, &l, &at);
}

/* A third of all lines, and they have no fields. */
static void
running(struct qmail_scan *s, int64_t time_ns, uint64_t host_key)
{
	s->kinds[QM_RUNNING]++;
	if (!s->track_lines)
		return;
	s->outside[QM_RUNNING] += qm_scan_outside(s, time_ns);
	qtrack_running(s->track, host_key);
}

void
qm_scan_text(struct qmail_scan *s, struct str text, const struct place *p)
{
	enum qm_kind kind = qm_classify(text.p, text.p + text.n);

	if (kind == QM_RUNNING) {
		running(s, p->time_ns, p->host_key);
	} else if (s->track_lines) {
		track_text(s, kind, text, p);
	} else {
		s->kinds[kind]++;
		if (kind == QM_UNKNOWN)
			qm_scan_sample(s, p->line, p->offset);
	}
}

/* FNV-1a: a number for a name. */
static uint64_t
text_key(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void
syslog_line(struct qmail_scan *s, const struct stamp *st, struct place *p)
{
	struct str text = str_skip(p->line, st->n);
	bool other = st->program.p && !qm_is_program(st->program);
	bool continued = false;
	/* splogger's own stamp has the year, and more digits. */
	size_t n = other ? 0 : qmail_stamp(text, &p->time_ns, &continued);

	s->counts.guessed_years += n == 0 && st->guessed;
	scan_time_seen(&s->time, p->line.p, p->time_ns);
	if (other) {
		/* It may stand between the parts of a folded line. */
		s->counts.ignored[IGNORED_OTHER]++;
		return;
	}
	p->host = st->host;
	p->host_key = text_key(st->host);
	qm_fold_text(s, str_skip(text, n), p, continued);
}

/*
 * Every line that does not begin as multilog writes it.  Not inlined: the
 * loop over all lines needs the registers.
 */
__attribute__((noinline)) static void
other_line(struct qmail_scan *s, struct str line, uint64_t offset)
{
	struct place p = { .time_ns = WHEN_NONE, .line = line,
		.offset = offset };
	struct stamp st;
	bool stamped = stamp_parse(line, &s->clock, &st);

	if (stamped)
		p.time_ns = st.time_ns;
	if (stamped && st.host.p) {
		syslog_line(s, &st, &p);
		return;
	}
	if (stamped) {
		s->counts.guessed_years += st.guessed;
		scan_time_seen(&s->time, line.p, st.time_ns);
	}
	qm_fold_flush(s);
	qm_scan_text(s, str_skip(line, st.n), &p);
}

/* The rest of a line whose stamp is a label. */
static inline void
multilog_line(struct qmail_scan *s, const char *begin, const char *end,
    uint64_t offset)
{
	struct place p;

	if (s->folded)
		qm_fold_flush(s);
	if (s->everything && qm_is_running(begin + 26, end)) {
		running(s, WHEN_NONE, 0);
		return;
	}
	p = (struct place){ .time_ns = scan_time_of_label(&s->time),
		.line = str_span(begin, end), .offset = offset };
	qm_scan_text(s, str_span(begin + 26, end), &p);
}

/* Is there a label?  A line may be shorter: its '\n' is no part of one. */
static inline bool
head(struct scan_time *t, const char *p)
{
	return p[25] == ' ' && scan_time_label(t, p);
}

#define NEWLINES_AT_ONCE 64

/*
 * The loop over the lines of a block for a set of instructions: how to find
 * the newlines in 64 bytes, and how to read a line's head.
 */
#define DEFINE_LOOP(name, target, newlines, head)                          \
	target static void name(struct qmail_scan *s, struct str block,    \
	    uint64_t offset)                                               \
	{                                                                  \
		const char *begin = block.p, *word = block.p;              \
		const char *const block_end = block.p + block.n;           \
                                                                           \
		for (; word < block_end; word += NEWLINES_AT_ONCE) {       \
			uint64_t mask = newlines(word);                    \
                                                                           \
			/* The slack behind the block is all newlines. */  \
			if (block_end - word < NEWLINES_AT_ONCE)           \
				mask &= (UINT64_C(1) <<                    \
				    (block_end - word)) - 1;               \
			for (; mask; mask &= mask - 1) {                   \
				const char *end =                          \
				    word + __builtin_ctzll(mask);          \
				uint64_t at = offset +                     \
				    (uint64_t)(begin - block.p);           \
                                                                           \
				s->counts.lines++;                         \
				if (head(&s->time, begin))                 \
					multilog_line(s, begin, end, at);  \
				else                                       \
					other_line(s,                      \
					    str_span(begin, end), at);     \
				begin = end + 1;                           \
			}                                                  \
		}                                                          \
	}

DEFINE_LOOP(scan_lines, , lines_mask, head)

#ifdef __SSE2__
/* Bit n is set if byte n of v is from low to low + n. */
LINES_AVX2 static inline uint32_t
among_avx2(__m256i v, char low, char n)
{
	__m256i above = _mm256_sub_epi8(v, _mm256_set1_epi8(low));

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(
	    _mm256_min_epu8(above, _mm256_set1_epi8(n)), above));
}

/* The head of a line of the same second as the one before, not before it: all
 * of it is in one vector. */
LINES_AVX2 static inline bool
head_avx2(struct scan_time *t, const char *p)
{
	__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i second = _mm256_loadu_si256(
	    (const __m256i *)(const void *)t->second);
	__m256i lower = _mm256_or_si256(v, _mm256_set1_epi8(0x20));
	uint32_t same = (uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(v, second));
	uint32_t hex = among_avx2(v, '0', 9) | among_avx2(lower, 'a', 5);
	uint64_t ns;

	memcpy(&ns, p + SCAN_TIME_SECOND, sizeof(ns));
	ns = __builtin_bswap64(ns | UINT64_C(0x2020202020202020));
	if (((same & 0x1ffff) | (hex & 0x1fe0000)) != 0x1ffffff ||
	    p[25] != ' ' || ns < t->label_ns || ns > SCAN_TIME_MAX_NS)
		return head(t, p);
	t->label_ns = ns;
	return true;
}

DEFINE_LOOP(scan_lines_avx2, LINES_AVX2, lines_mask_avx2, head_avx2)
#endif

void
qm_scan_lines(void *ctx, struct str block, uint64_t offset, uint64_t bytes)
{
	struct qmail_scan *s = ctx;

	scan_time_block(&s->time, block.p);
#ifdef __SSE2__
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		scan_lines_avx2(s, block, offset);
	else
#endif
		scan_lines(s, block, offset);
	scan_time_block_end(&s->time, bytes);
}
