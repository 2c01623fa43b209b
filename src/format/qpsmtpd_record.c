/* qpsmtpd_record.c - the fields of a logterse record (qpsmtpd_line.h). */
#include <string.h>

#include "base/num.h"
#include "event/event.h"
#include "format/qpsmtpd_line.h"

/*
 * What stands between the fields: a TAB, or how a syslog daemon wrote it,
 * "#011" mostly, "\\t" or "\\011" some.
 */
static struct str
separator_of(struct str record)
{
	static const struct str known[] = {
		{ "\t", 1 }, { "#011", 4 }, { "\\t", 2 }, { "\\011", 4 }
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_find(record, known[i]) < record.n)
			return known[i];
	return known[0];
}

/* Does a field say what field 9 says (3.2)? */
static bool
is_trailer(struct str s)
{
	if (str_eq(s, STR("msg denied before queued")))
		return true;
	if (str_starts(s, STR("No, ")))
		s = str_skip(s, 4);
	else if (str_starts(s, STR("Yes, ")))
		s = str_skip(s, 5);
	else
		return false;
	return str_starts(s, STR("hits=")) || str_starts(s, STR("score="));
}

/* Where behind the last separator the last field begins; 0: there is none. */
static size_t
last_begin(struct str s, struct str separator)
{
	for (size_t n = s.n; n >= separator.n; n--) {
		const char *at = memrchr(s.p, separator.p[separator.n - 1], n);

		if (at == NULL)
			break;
		n = (size_t)(at - s.p) + 1;
		if (str_ends(str_head(s, n), separator))
			return n;
	}
	return 0;
}

/* Takes off the last field; false, and all is as it was, if there is only one. */
static bool
last_field(struct str *rest, struct str separator, struct str *field)
{
	size_t last = last_begin(*rest, separator);

	if (last == 0)
		return false;
	*field = str_skip(*rest, last);
	*rest = str_head(*rest, last - separator.n);
	return true;
}

/* "size=2343", "conn=4711.1767225600.123456": takes those that are there. */
static struct str
take_named(struct str rest, struct str separator, struct qp_record *r)
{
	struct str before = rest, field;

	while (last_field(&before, separator, &field)) {
		if (str_starts(field, STR("size=")))
			r->size = str_skip(field, 5);
		else if (str_starts(field, STR("conn=")))
			r->connection = str_skip(field, 5);
		else
			break;
		rest = before;
	}
	return rest;
}

/*
 * Text and trailer out of what follows the code.  The last field, but for
 * named ones, is the trailer if it reads like one; else the tabs belong to
 * the text (3.3).  An empty last field behind the text of queued mail is the
 * empty status of mail that was not scanned.
 */
static void
split_text(struct str rest, struct str separator, bool queued,
    struct qp_record *r)
{
	struct str before = take_named(rest, separator, r);
	struct str tail;

	r->trailer = str_none();
	if (last_field(&before, separator, &tail) &&
	    (is_trailer(tail) || (queued && tail.n == 0))) {
		r->text = before;
		r->trailer = tail;
	} else {
		r->text = rest;
		r->size = r->connection = str_none();
	}
}

/* The fields up to the code, in their order. */
#define FIELDS 7

/*
 * Where the first fields of a record end, with TABs between them: the places
 * of at most FIELDS TABs.  One way through all of them is half the price of a
 * search for each.
 */
static unsigned
tabs(struct str s, size_t at[FIELDS])
{
	unsigned n = 0;
	size_t i = 0;

#ifdef __SSE2__
	const __m128i want = _mm_set1_epi8('\t');

	for (; i + 16 <= s.n; i += 16) {
		unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(want,
		    _mm_loadu_si128((const __m128i *)(const void *)(s.p + i))));

		for (; mask; mask &= mask - 1) {
			at[n] = i + (unsigned)__builtin_ctz(mask);
			if (++n == FIELDS)
				return n;
		}
	}
#endif
	for (; i < s.n && n < FIELDS; i++)
		if (s.p[i] == '\t')
			at[n++] = i;
	return n;
}

/* All fields but the last that there are; *rest is what follows them. */
static unsigned
split_fields(struct str body, struct str separator, struct str fields[FIELDS],
    struct str *rest)
{
	size_t at[FIELDS], begin = 0;
	unsigned n = 0;

	*rest = body;
	if (separator.n == 1) {
		n = tabs(body, at);
		for (unsigned i = 0; i < n; i++) {
			fields[i] = str_make(body.p + begin, at[i] - begin);
			begin = at[i] + 1;
		}
		*rest = str_skip(body, begin);
	} else {
		while (n < FIELDS &&
		    (begin = str_find(*rest, separator)) < rest->n) {
			fields[n++] = str_head(*rest, begin);
			*rest = str_skip(*rest, begin + separator.n);
		}
	}
	if (n < FIELDS) {
		fields[n++] = *rest;
		*rest = str_none();
	}
	return n;
}

bool
qp_record_read(struct str body, struct qp_record *r)
{
	struct str fields[FIELDS] = { { 0 } }, rest, separator;

	*r = (struct qp_record){ 0 };
	/* The last byte of a line that ended in CR LF is no part of a field. */
	if (body.n > 0 && body.p[body.n - 1] == '\r')
		body.n--;
	separator = separator_of(body);
	if (split_fields(body, separator, fields, &rest) < FIELDS - 1)
		return false;
	r->client = fields[0];
	r->host = fields[1];
	r->helo = fields[2];
	r->sender = fields[3];
	r->recipients = fields[4];
	r->disposition = fields[5];
	r->code = fields[6];
	if (rest.p == NULL)
		return true;
	split_text(rest, separator, str_eq(r->disposition, STR("queued")), r);
	return true;
}

bool
qp_spam_read(struct str trailer, struct qp_spam *s)
{
	size_t at, n;

	*s = (struct qp_spam){ .score_milli = EVENT_NO_NUMBER,
		.required_milli = EVENT_NO_NUMBER };
	if (str_starts(trailer, STR("Yes, ")))
		s->yes = true;
	else if (!str_starts(trailer, STR("No, ")))
		return false;
	trailer = str_skip(trailer, s->yes ? 5 : 4);
	if (str_starts(trailer, STR("score=")))
		trailer = str_skip(trailer, 6);
	else if (str_starts(trailer, STR("hits=")))
		trailer = str_skip(trailer, 5);
	else
		return false;
	n = num_decimal_span(trailer);
	if (!num_decimal(str_head(trailer, n), 3, &s->score_milli)) {
		s->score_milli = EVENT_NO_NUMBER;
		return false;
	}
	trailer = str_skip(trailer, n);
	at = str_find(trailer, STR("required="));
	if (at < trailer.n) {
		trailer = str_skip(trailer, at + 9);
		n = num_decimal_span(trailer);
		if (!num_decimal(str_head(trailer, n), 3, &s->required_milli))
			s->required_milli = EVENT_NO_NUMBER;
	}
	at = str_find(trailer, STR("tests="));
	if (at < trailer.n) {
		trailer = str_skip(trailer, at + 6);
		s->tests = str_head(trailer, str_index(trailer, ' '));
		/* The plugin turned the line end of a folded header into "_". */
		while (s->tests.n > 0 && s->tests.p[s->tests.n - 1] == '_')
			s->tests.n--;
	}
	return true;
}
