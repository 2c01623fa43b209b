#include "format/qmail_line.h"

#include <assert.h>
#include <string.h>

#include "base/num.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Digits are read eight at once where the first is the lowest byte. */
#define BIG_ENDIAN_HERE (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)

/* Compares with a literal.  Reads into the slack, where '\n' ends every match. */
#define AT(p, literal) (memcmp((p), (literal), sizeof(literal) - 1) == 0)
#define LEN(literal) (sizeof(literal) - 1)

const char *
qm_kind_name(enum qm_kind kind)
{
	static const char *const names[QM_KINDS] = {
		[QM_UNKNOWN] = "not understood",
		[QM_NEW] = "a message is taken into the queue",
		[QM_INFO] = "what is known of a message",
		[QM_START] = "a delivery begins",
		[QM_RESULT] = "result of a delivery",
		[QM_BOUNCE] = "a bounce was queued",
		[QM_TRIPLE] = "a bounce of a double bounce was discarded",
		[QM_END] = "a message left the queue",
		[QM_EXTRA] = "counts of a message, saved by matchup",
		[QM_RUNNING] = "how many deliveries run",
		[QM_IDLE] = "no delivery runs",
		[QM_EXITING] = "qmail-send stops",
		[QM_OLD] = "status of an old qmail-send",
		[QM_OLD_STOP] = "an old qmail-send starts or stops",
		[QM_WARNING] = "warning",
		[QM_ALERT] = "alert",
		[QM_EMPTY] = "empty",
	};

	assert(kind < QM_KINDS);
	return names[kind];
}

/* "0/10 remote 0/20" and nothing behind it. */
static enum qm_kind
status_kind(const char *p, const char *end)
{
	if (AT(p, "exiting"))
		return QM_EXITING;
	if (!AT(p, "local "))
		return QM_UNKNOWN;
	if (!AT(p + 6, "0/"))
		return QM_RUNNING;
	for (p += 8; *p >= '0' && *p <= '9'; p++)
		;
	if (!AT(p, " remote 0/"))
		return QM_RUNNING;
	for (p += LEN(" remote 0/"); *p >= '0' && *p <= '9'; p++)
		;
	/* "exitasap" follows while a process that is to stop waits. */
	return p == end ? QM_IDLE : QM_RUNNING;
}

static bool
is_word(const char *p, const char *end, struct str word)
{
	return (size_t)(end - p) >= word.n && memcmp(p, word.p, word.n) == 0 &&
	    (p + word.n == end || p[word.n] == ' ');
}

enum qm_kind
qm_classify(const char *p, const char *end)
{
	if (p == end)
		return QM_EMPTY;
	switch (*p) {
	case 's':
		if (AT(p, "status: "))
			return status_kind(p + LEN("status: "), end);
		return AT(p, "starting delivery ") ? QM_START : QM_UNKNOWN;
	case 'd':
		return AT(p, "delivery ") ? QM_RESULT : QM_UNKNOWN;
	case 'n':
		return AT(p, "new msg ") ? QM_NEW :
		    AT(p, "number ") ? QM_OLD : QM_UNKNOWN;
	case 'i':
		return AT(p, "info msg ") ? QM_INFO : QM_UNKNOWN;
	case 'e':
		return AT(p, "end msg ") ? QM_END :
		    AT(p, "extra ") ? QM_EXTRA :
		    is_word(p, end, STR("exiting")) ? QM_OLD_STOP : QM_UNKNOWN;
	case 'b':
		return AT(p, "bounce msg ") ? QM_BOUNCE : QM_UNKNOWN;
	case 't':
		return AT(p, "triple bounce: discarding bounce/") ? QM_TRIPLE :
		    QM_UNKNOWN;
	case 'w':
		return AT(p, "warning: ") ? QM_WARNING : QM_UNKNOWN;
	case 'a':
		return AT(p, "alert: ") ? QM_ALERT : QM_UNKNOWN;
	case 'l':
		return AT(p, "local ") ? QM_OLD : QM_UNKNOWN;
	case 'r':
		return AT(p, "remote ") ? QM_OLD :
		    is_word(p, end, STR("running")) ? QM_OLD_STOP : QM_UNKNOWN;
	default:
		return QM_UNKNOWN;
	}
}

/*
 * Digits at *p: their value and text, *p behind them.  A number of 19 digits
 * and more is none of qmail's.
 */
__attribute__((noinline)) static bool
take_long_number(const char **p, uint64_t *value, struct str *text)
{
	const char *begin = *p, *q = begin;
	uint64_t v = 0;

	while (*q >= '0' && *q <= '9')
		v = v * 10 + (unsigned)(*q++ - '0');
	if (q == begin || q - begin > 18)
		return false;
	*value = v;
	*text = str_span(begin, q);
	*p = q;
	return true;
}

/* Up to eight digits at once; their values are the bytes of v, which is in
 * memory as it was read: the first digit is the lowest byte. */
static inline uint64_t
sum_digits(uint64_t v)
{
	v = (v * 10 + (v >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	v = (v * 100 + (v >> 16)) & UINT64_C(0x0000ffff0000ffff);
	return (v * 10000 + (v >> 32)) & UINT64_C(0xffffffff);
}

__attribute__((always_inline)) static inline bool
take_number(const char **p, uint64_t *value, struct str *text)
{
	uint64_t v, other;
	unsigned n;

	memcpy(&v, *p, sizeof(v));
	v ^= UINT64_C(0x3030303030303030);
	other = (v | (v + UINT64_C(0x0606060606060606))) &
	    UINT64_C(0xf0f0f0f0f0f0f0f0);
	n = other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
	if (n == 0 || n == 8 || BIG_ENDIAN_HERE)
		return take_long_number(p, value, text);
	*value = sum_digits(v << (64 - 8 * n));
	*text = str_make(*p, n);
	*p += n;
	return true;
}

/* The first blank from p on, or end. */
static inline const char *
find_blank(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i blank = _mm_set1_epi8(' ');

	/* What is read behind end is slack, or the next line. */
	for (; p < end; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		unsigned mask = (unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(v, blank));

		if (mask) {
			p += __builtin_ctz(mask);
			return p < end ? p : end;
		}
	}
	return end;
#else
	const char *blank = memchr(p, ' ', (size_t)(end - p));

	return blank ? blank : end;
#endif
}

/* What stands before the next blank, *p at that blank. */
static inline struct str
take_token(const char **p, const char *end)
{
	const char *begin = *p;

	*p = find_blank(begin, end);
	return str_span(begin, *p);
}

#define TAKE(p, literal) (AT(p, literal) && ((p) += LEN(literal), true))

/* Is p at the end of a token, or of the line? */
static bool
at_gap(const char *p, const char *end)
{
	return p == end || *p == ' ';
}

/*
 * "43: bytes 1000 from <a@b> qp 501 uid 1000".  A sender may be
 * "<x>_qp_1_uid_0@d>": it is the whole token.
 */
static bool
info_read(const char *p, const char *end, struct qm_line *l)
{
	struct str digits;
	uint64_t n;

	if (!take_number(&p, &l->msg, &l->msg_text) || !TAKE(p, ": bytes ") ||
	    !take_number(&p, &n, &digits) || !TAKE(p, " from "))
		return false;
	l->bytes = (int64_t)n;
	l->sender = take_token(&p, end);
	return TAKE(p, " qp ") && take_number(&p, &n, &l->qp) &&
	    TAKE(p, " uid ") && take_number(&p, &n, &l->uid) &&
	    at_gap(p, end);
}

/* "8: msg 43 to remote c@d" */
static bool
start_read(const char *p, const char *end, struct qm_line *l)
{
	if (!take_number(&p, &l->delivery, &l->delivery_text) ||
	    !TAKE(p, ": msg ") || !take_number(&p, &l->msg, &l->msg_text))
		return false;
	if (TAKE(p, " to remote "))
		l->remote = true;
	else if (TAKE(p, " to local "))
		l->remote = false;
	else
		return false;
	l->recipient = take_token(&p, end);
	return true;
}

/* "8: success: did_1+0+0/", "8: report mangled, will defer" */
static bool
result_read(const char *p, const char *end, struct qm_line *l)
{
	if (!take_number(&p, &l->delivery, &l->delivery_text))
		return false;
	if (TAKE(p, ": success: "))
		l->verdict = VERDICT_ACCEPTED;
	else if (TAKE(p, ": failure: "))
		l->verdict = VERDICT_REJECTED;
	else if (TAKE(p, ": deferral: "))
		l->verdict = VERDICT_DEFERRED;
	else if (AT(p, ": report mangled")) {
		l->verdict = VERDICT_DEFERRED;
		l->text = STR("report_mangled"); /* matchup's word for it */
		return true;
	} else {
		return false;
	}
	l->text = take_token(&p, end);
	return true;
}

/* "43 qp 502" */
static bool
bounce_read(const char *p, const char *end, struct qm_line *l)
{
	uint64_t n;

	return take_number(&p, &l->msg, &l->msg_text) && TAKE(p, " qp ") &&
	    take_number(&p, &n, &l->qp) && at_gap(p, end);
}

/* "52 5 6 7", "52 5 6 7 remote remote.a@b,local.c@d," */
static bool
extra_read(const char *p, const char *end, struct qm_line *l)
{
	struct str digits;

	if (!take_number(&p, &l->msg, &l->msg_text))
		return false;
	for (int i = 0; i < 3; i++)
		if (!TAKE(p, " ") || !take_number(&p, &l->extra[i], &digits))
			return false;
	/* Our own additions: was one remote, and who waits. */
	l->remote = TAKE(p, " remote ");
	if (!l->remote && !TAKE(p, " local "))
		return at_gap(p, end);
	l->recipient = str_span(p, end);
	return true;
}

static bool
msg_read(const char *p, const char *end, struct qm_line *l)
{
	return take_number(&p, &l->msg, &l->msg_text) && at_gap(p, end);
}

static bool
fields_read(const char *p, const char *end, struct qm_line *l)
{
	switch (l->kind) {
	case QM_NEW:
		return msg_read(p + LEN("new msg "), end, l);
	case QM_INFO:
		return info_read(p + LEN("info msg "), end, l);
	case QM_START:
		return start_read(p + LEN("starting delivery "), end, l);
	case QM_RESULT:
		return result_read(p + LEN("delivery "), end, l);
	case QM_BOUNCE:
		return bounce_read(p + LEN("bounce msg "), end, l);
	case QM_TRIPLE:
		return msg_read(p + LEN("triple bounce: discarding bounce/"),
		    end, l);
	case QM_END:
		return msg_read(p + LEN("end msg "), end, l);
	case QM_EXTRA:
		return extra_read(p + LEN("extra "), end, l);
	case QM_WARNING:
	case QM_ALERT:
		l->text = str_span(p, end);
		return true;
	case QM_UNKNOWN: case QM_RUNNING: case QM_IDLE: case QM_EXITING:
	case QM_OLD: case QM_OLD_STOP: case QM_EMPTY: case QM_KINDS:
		break;
	}
	return true;
}

enum qm_kind
qm_read_as(enum qm_kind kind, const char *p, const char *end,
    struct qm_line *l)
{
	l->kind = kind;
	if (!fields_read(p, end, l))
		l->kind = QM_UNKNOWN;
	return l->kind;
}

enum qm_kind
qm_read(const char *p, const char *end, struct qm_line *l)
{
	return qm_read_as(qm_classify(p, end), p, end, l);
}

struct str
qm_relay(struct str result)
{
	size_t n = 0;

	if (str_starts(result, STR("Connected_to_")))
		result = str_skip(result, LEN("Connected_to_"));
	while (n < result.n && ((result.p[n] >= '0' && result.p[n] <= '9') ||
	    result.p[n] == '.' || result.p[n] == ':' ||
	    (result.p[n] >= 'a' && result.p[n] <= 'f')))
		n++;
	/* Four numbers, or groups of an IPv6 address: at least "::1". */
	if (n < 3 || n == result.n || result.p[n] != '_' ||
	    (str_index(str_head(result, n), '.') == n &&
	    str_index(str_head(result, n), ':') == n))
		return str_none();
	return str_head(result, n);
}

struct str
qm_forwarded(struct str result)
{
	size_t n = result.n, end;

	if (n == 0 || result.p[n - 1] != '/')
		return str_none();
	for (end = --n; n > 0 && result.p[n - 1] >= '0' &&
	    result.p[n - 1] <= '9';)
		n--;
	return n < end && str_ends(str_head(result, n), STR("/qp_"))
	    ? str_make(result.p + n, end - n) : str_none();
}

bool
qm_is_program(struct str tag)
{
	return str_eq(tag, STR("qmail")) || str_eq(tag, STR("qmail-send"));
}
