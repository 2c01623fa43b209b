/*
 * fuzz_record.c - any bytes as the parts of a qpsmtpd line: a record, its
 * trailer, and the texts of the other lines that numbers are read from.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "event/event.h"
#include "format/qpsmtpd_line.h"
#include "format/qpsmtpd_mask.h"

static void
assert_inside(struct str part, struct str body)
{
	if (part.p == NULL)
		return;
	assert(part.p >= body.p && part.p + part.n <= body.p + body.n);
}

static void
read_record(struct str body)
{
	struct qp_record r;

	if (!qp_record_read(body, &r))
		return;
	assert_inside(r.client, body);
	assert_inside(r.host, body);
	assert_inside(r.helo, body);
	assert_inside(r.sender, body);
	assert_inside(r.recipients, body);
	assert_inside(r.disposition, body);
	assert_inside(r.code, body);
	assert_inside(r.text, body);
	assert_inside(r.trailer, body);
}

static void
read_numbers(struct str body)
{
	struct qp_spam spam;
	struct str client, host, country;
	int64_t running, limit, duration_ns;

	if (qp_spam_read(body, &spam))
		assert_inside(spam.tests, body);
	if (qp_accepted_read(body, &running, &limit, &client, &host)) {
		assert_inside(client, body);
		assert_inside(host, body);
	}
	qp_too_many_read(body, &running, &limit);
	if (qp_client_limit_read(body, &client, &running, &limit))
		assert_inside(client, body);
	if (qp_time_read(body, &client, &duration_ns))
		assert_inside(client, body);
	if (qp_country_read(body, &country))
		assert_inside(country, body);
}

static void
split(struct str text)
{
	struct qp_line l;
	struct str body;

	for (int bare = 0; bare < 2; bare++) {
		enum qp_kind kind = qp_classify(text.p, text.p + text.n, bare,
		    &body);

		assert(kind < QP_KINDS);
		qp_split(text, bare, &l);
		assert(l.kind < QP_KINDS);
		assert_inside(l.hook, text);
		assert_inside(l.plugin, text);
		assert_inside(l.text, text);
	}
	qp_classify_unstamped(text);
	qp_pid_span(text.p, text.p + text.n);
}

/* What was masked once has nothing more to mask that matters. */
static void
mask(struct str line)
{
	struct buf b = { 0 };

	qp_mask(line, &b);
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = fuzz_copy(str_make((const char *)data, size));

	read_record(body);
	read_numbers(body);
	mask(body);
	/* A line has no newline in it. */
	if (memchr(body.p, '\n', body.n) == NULL)
		split(body);
	fuzz_free(body);
	return 0;
}
