/*
 * qpsmtpd_line.h - one qpsmtpd log line, without memory: what kind it is and
 * its fields.
 *
 * The text of a line is what stands behind the time stamp and the process id.
 * qpsmtpd has written it in three styles (spec/qpsmtpd-log.md 1.2):
 *
 *	S1 "PLUGIN plugin: text"		2007 to 2011
 *	S2 "PLUGIN plugin (hook): text"		0.83, 0.84, SME Server 9
 *	S3 "(hook) PLUGIN: text"		0.90 and later
 *
 * and the plugins logging/file and logging/syslog leave hook and plugin out
 * altogether ("bare").  A style is recognised line by line: a log may hold
 * several after an upgrade.
 */
#ifndef FORMAT_QPSMTPD_LINE_H
#define FORMAT_QPSMTPD_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * The scanner compares eight bytes at once and looks at the bytes behind a
 * line before it knows where the line ends, so this many bytes behind any
 * text given to it must be readable, and the first of them must be '\n'.
 */
#define QP_SLACK 64

enum qp_kind {
	QP_UNKNOWN,
	QP_RECORD,	    /* logging::logterse: ` 192.0.2.1<TAB>... */
	QP_ACCEPTED,	    /* Accepted connection 4/40 from 192.0.2.1 / host */
	QP_TOO_MANY,	    /* Too many connections: 40 >= 40.  Waiting one second. */
	QP_CLIENT_LIMIT,    /* hosts_allow: fail: too many connections from 192.0.2.1 (6 > 5) */
	QP_REFUSED,	    /* (pre-connection) hosts_allow: fail, denied by hosts_allow */
	QP_TIME,	    /* connection_time: 0.313 s. */
	QP_CLEANING,	    /* cleaning up after 3907 */
	QP_COUNTRY,	    /* check_badcountries: GeoIP Country: DE */
	QP_DMARC,	    /* dmarc: pass */
	QP_SPAM,	    /* spamassassin: pass, Ham, 0.4 < 12, learn=no */
	QP_LOGIN,	    /* (auth-plain) auth::auth_flat_file: pass: clear match */
	QP_CHECK,	    /* what any other plugin found */
	QP_REPLY,	    /* 250 queued */
	QP_COMMAND,	    /* dispatching RCPT TO:<ann@example.org> */
	QP_PROGRESS,	    /* click, disconnecting */
	QP_CONTINUATION,    /* stamp, but no process id: rest of a record (3.5) */
	QP_SUMMARY,	    /* block of the old summariser */
	QP_EMPTY,
	QP_KINDS
};
const char *qp_kind_name(enum qp_kind kind);

struct qp_line {
	enum qp_kind kind;
	struct str hook;   /* "connect"; absent in S1 and bare lines */
	struct str plugin; /* "logging::logterse"; absent in core lines */
	struct str text;   /* behind hook and plugin */
};

/*
 * What the text behind the process id is.  end is where the line ends (its
 * '\n' or the slack); a '\r' before it belongs to the text.  bare: the line
 * came through logging/file or logging/syslog.  Fills *l as far as that is
 * needed for the kind: plugin and hook only with qp_split below.
 */
enum qp_kind qp_classify_all(const char *text, const char *end, bool bare,
    struct str *body);

/* A reply to the client, "250 OK": a third of all lines. */
static inline bool
qp_is_reply(const char *t, const char *end)
{
	return t[0] >= '0' && t[0] <= '9' && t[1] >= '0' && t[1] <= '9' &&
	    t[2] >= '0' && t[2] <= '9' && (t[3] == ' ' || t[3] == '-' ||
	    t + 3 == end || (t[3] == '\r' && t + 4 == end));
}

/* The place of c in the 32 bytes at p, or 32. */
static inline unsigned
qp_index32(const char *p, char c)
{
#ifdef __SSE2__
	const __m128i want = _mm_set1_epi8(c);
	__m128i low = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i high = _mm_loadu_si128((const __m128i *)(const void *)(p + 16));
	unsigned mask =
	    (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(low, want)) |
	    (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(high, want)) << 16;

	return mask ? (unsigned)__builtin_ctz(mask) : 32;
#else
	const char *at = memchr(p, c, 32);

	return at ? (unsigned)(at - p) : 32;
#endif
}

/*
 * "(connect) fcrdns: pass": what a plugin said that tells of nothing we count?
 * The plugins that matter are known by their first two letters; where a
 * country is told, by the text.  False: qp_classify_all has to look.
 */
static inline bool
qp_is_other_check(const char *t, const char *end)
{
	/* The second letter that needs a closer look; 1: any. */
	static const char second[UINT8_MAX + 1] = {
		['a'] = 'u',		      /* auth::... */
		['b'] = 1, ['c'] = 1,	      /* ...: GeoIP Country: */
		['d'] = 'm', ['h'] = 'o',     /* dmarc, hosts_allow */
		['i'] = 'd', ['l'] = 'o',     /* ident::geoip, logterse */
		['r'] = 'u', ['s'] = 'p',     /* running, spamassassin */
	};
	unsigned close = qp_index32(t, ')'), name;
	const char *p = t + close + 2;
	char letter;

	if (close == 32 || p[-1] != ' ' || p >= end)
		return false;
	letter = second[(unsigned char)p[0]];
	if (letter != 1)
		return letter == 0 || letter != p[1];
	if (p[1] == 'o') /* connection_time */
		return false;
	name = qp_index32(p, ' ');
	return name == 32 || memcmp(p + name + 1, "GeoIP Co", 8) != 0;
}

static inline enum qp_kind
qp_classify(const char *text, const char *end, bool bare, struct str *body)
{
	*body = str_span(text, end);
	if (qp_is_reply(text, end))
		return QP_REPLY;
	if (text[0] == '(' && !bare && qp_is_other_check(text, end))
		return QP_CHECK;
	return qp_classify_all(text, end, bare, body);
}

/* The same with everything split, for explain and check events. */
void qp_split(struct str text, bool bare, struct qp_line *l);

/* Is the tag of a syslog line qpsmtpd's, or that of its TLS port? */
bool qp_is_program(struct str tag);

/* A line without stamp and process id: block of the summariser, empty, what
 * Perl or the core printed, or unknown. */
enum qp_kind qp_classify_unstamped(struct str line);

/*
 * How many bytes the process id at p takes, blank included; 0 if there is
 * none.  Digits and points, or "???".
 */
size_t qp_pid_span(const char *p, const char *end);

/* The fields of a logterse record (spec 3.2); all slices of the record. */
struct qp_record {
	struct str client, host, helo, sender, recipients;
	struct str disposition, code, text;
	struct str trailer; /* field 9; absent in 8-field records */
	struct str size;    /* "size=2343": bytes of the message; and */
	struct str connection; /* "conn=4711.1767225600.123456": behind field 9,
			     * by share/qpsmtpd/logterse; absent elsewhere */
};

/*
 * Takes apart what follows the backquote.  False when there are fewer than
 * six fields: no record.  A TAB inside the text is no separator: the trailer
 * is recognised by what it says, and the text reaches up to it (3.3).  Fields
 * behind it are known by their names, and are none without it: a TXT record
 * may say size=1 too.
 */
bool qp_record_read(struct str body, struct qp_record *r);

/*
 * The result of SpamAssassin in a trailer (B.4): "No, hits=-2.6 required=5.0_",
 * "Yes, score=13.1 required=3.0 tests=A,B autolearn=no".  Thousandths;
 * EVENT_NO_NUMBER where there is none.  tests is absent or a list with commas.
 */
struct qp_spam {
	bool yes;
	int64_t score_milli;
	int64_t required_milli;
	struct str tests;
};
bool qp_spam_read(struct str trailer, struct qp_spam *s);

/* "4/40 from 192.0.2.1 / host", the body of QP_ACCEPTED. */
bool qp_accepted_read(struct str body, int64_t *running, int64_t *limit,
    struct str *client, struct str *host);
/* "40 >= 40.  Waiting one second.", the body of QP_TOO_MANY. */
bool qp_too_many_read(struct str body, int64_t *running, int64_t *limit);
/* "192.0.2.1 (6 > 5)", or the old "192.0.2.1: 6 > 5Denying connection." */
bool qp_client_limit_read(struct str body, struct str *client,
    int64_t *running, int64_t *limit);
/* "0.313 s.", or the old "Connection time from 192.0.2.1: 1.566 sec." */
bool qp_time_read(struct str body, struct str *client, int64_t *duration_ns);
/* "GeoIP Country: DE", "US", "US, United States", "SA, BR, 	10880 km": "DE"... */
bool qp_country_read(struct str body, struct str *country);

#endif
