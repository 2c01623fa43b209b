#include "report/test_events.h"

#include "base/err.h"
#include "base/num.h"
#include "base/test.h"
#include "base/when.h"
#include "event/event.h"
#include "report/report.h"

static struct str
field(const char *text)
{
	return text ? str_from(text) : STR("");
}

void
test_open(struct test_report *x, const char *zone)
{
	struct tally_options o = { .dims = (DIM_BIT(DIMS - 1) << 1) - 1 };
	struct err err;

	*x = (struct test_report){
		.options = {
			.top = -1, .max_hour_rows = 744, .tld_of = "all",
			.ip_bits_v4 = 32, .ip_bits_v6 = 128,
			.country_cutoff_percent = 0.5, .rule_cutoff_percent = -1,
		},
	};
	assert_int_equal(zone_open(&x->zone, zone, &err), 0);
	classes_init(&x->classes);
	classes_add_local_domain(&x->classes, STR("example.org"));
	x->classes.tag_level_milli = 4000;
	o.classes = &x->classes;
	o.zone = x->zone;
	o.grain_s = zone_whole_hours(x->zone, 0, INT64_C(4000000000)) ? 3600 : 900;
	x->tally = tally_new(&o);
	x->build = (struct build){
		.tally = x->tally, .classes = &x->classes, .zone = x->zone,
		.period = { INT64_MIN, INT64_MAX }, .first_ns = WHEN_NONE,
		.last_ns = WHEN_NONE, .logs_begin_ns = WHEN_NONE,
	};
}

void
test_close(struct test_report *x)
{
	report_free(&x->report);
	tally_free(&x->tally);
	classes_clear(&x->classes);
	zone_close(&x->zone);
	buf_clear(&x->text);
}

int64_t
test_time(const struct test_report *x, const char *local)
{
	struct err err;
	int64_t time_ns;

	if (when_parse(str_from(local), 0, x->zone, &time_ns, &err) == -1)
		fail_msg("%s: %s", local, err.text);
	return time_ns;
}

void
test_period(struct test_report *x, const char *since, const char *until)
{
	if (since)
		x->build.period.start_ns = test_time(x, since);
	if (until)
		x->build.period.end_ns = test_time(x, until);
}

static enum verdict
verdict_of(const struct test_mail *m)
{
	if (strcmp(m->disposition, "queued") == 0)
		return VERDICT_ACCEPTED;
	return m->code && strchr("24", m->code[2])
	    ? VERDICT_DEFERRED : VERDICT_REJECTED;
}

void
test_count(struct test_report *x, const struct event *ev)
{
	struct build *b = &x->build;

	tally_add(x->tally, ev);
	tally_settle(x->tally);
	if (ev->time_ns == WHEN_NONE)
		return;
	if (b->first_ns == WHEN_NONE || ev->time_ns < b->first_ns)
		b->first_ns = ev->time_ns;
	if (ev->time_ns > b->last_ns)
		b->last_ns = ev->time_ns;
}

void
test_mail(struct test_report *x, const struct test_mail *m)
{
	struct event ev;

	event_init(&ev, EVENT_TRANSACTION,
	    m->time ? test_time(x, m->time) : WHEN_NONE);
	ev.verdict = verdict_of(m);
	ev.client = field(m->client);
	ev.host = field(m->host);
	ev.helo = field(m->helo);
	ev.sender = field(m->sender);
	ev.recipients = field(m->recipients);
	ev.disposition = field(m->disposition);
	ev.code = field(m->code);
	ev.text = field(m->text);
	ev.trailer = field(m->trailer);
	ev.country = field(m->country);
	if (m->score)
		assert_true(num_decimal(str_from(m->score), 3, &ev.score_milli));
	test_count(x, &ev);
}

void
test_denied(struct test_report *x, const char *time, const char *disposition,
    const char *text)
{
	test_mail(x, &(struct test_mail){ .time = time, .client = "192.0.2.1",
	    .disposition = disposition, .code = "901", .text = text });
}

void
test_queued(struct test_report *x, const char *time, const char *recipients,
    const char *score)
{
	test_mail(x, &(struct test_mail){ .time = time, .client = "192.0.2.1",
	    .disposition = "queued", .recipients = recipients,
	    .score = score });
}

void
test_report(struct test_report *x, const char *sections)
{
	bool chosen[64];
	struct err err;

	assert_true(section_type_count() <= 64);
	if (sections_choose(sections, chosen, &err) == -1)
		fail_msg("%s", err.text);
	report_free(&x->report);
	x->report = report_new("mailtally test");
	x->build.report = x->report;
	x->build.o = &x->options;
	build_report(&x->build, chosen);
}

void
test_sound(const struct test_report *x)
{
	struct err err;

	if (build_selfcheck(&x->build, &err) == -1)
		fail_msg("%s", err.text);
}

const struct section *
test_section(const struct test_report *x, const char *id)
{
	for (size_t i = 0; i < x->report->n_sections; i++) {
		if (strcmp(x->report->sections[i]->id, id) == 0)
			return x->report->sections[i];
	}
	return NULL;
}

static const struct table *
table_of(const struct test_report *x, const char *id, size_t table)
{
	const struct section *s = test_section(x, id);

	assert_non_null(s);
	assert_true(table < s->n_tables);
	return s->tables[table];
}

static void
add_value(struct test_report *x, const struct column *c, struct value v)
{
	struct buf *b = &x->text;

	switch (v.is) {
	case VALUE_IS_NULL:
		buf_add_char(b, '-');
		break;
	case VALUE_IS_TEXT:
		buf_add_str(b, v.s);
		break;
	case VALUE_IS_REAL:
		buf_printf(b, "%.*f%s", c->digits, v.r,
		    c->type == VALUE_PERCENT ? "%" : "");
		break;
	case VALUE_IS_INT:
		if (c->type == VALUE_TIME)
			when_format(b, v.i, WHEN_LOCAL, x->zone);
		else if (c->type == VALUE_FLAG)
			buf_add_str(b, v.i ? str_from(c->mark) : STR(""));
		else
			buf_printf(b, "%lld", (long long)v.i);
		break;
	}
}

static void
add_line(struct test_report *x, const struct table *t,
    const struct footer *footer, const struct value *values, bool partial)
{
	bool first = true;

	for (size_t i = 0; i < t->n_columns; i++) {
		struct column c = t->columns[i];

		if (c.hidden)
			continue;
		if (!first)
			buf_add_char(&x->text, '|');
		first = false;
		if (footer)
			c = footer_column(footer, &c);
		add_value(x, &c, values[i]);
	}
	buf_add_str(&x->text, partial ? STR("*\n") : STR("\n"));
}

const char *
test_table(struct test_report *x, const char *id, size_t table)
{
	const struct table *t = table_of(x, id, table);

	buf_reset(&x->text);
	for (size_t i = 0; i < t->n_rows; i++)
		add_line(x, t, NULL, t->rows[i].values,
		    t->rows[i].flags & ROW_PARTIAL);
	buf_add_str(&x->text, t->n_footers > 0 ? STR("--\n") : STR(""));
	for (size_t i = 0; i < t->n_footers; i++)
		add_line(x, t, &t->footers[i], t->footers[i].values, false);
	return x->text.p;
}

const char *
test_titles(struct test_report *x, const char *id, size_t table)
{
	const struct table *t = table_of(x, id, table);
	bool first = true;

	buf_reset(&x->text);
	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->columns[i].hidden)
			continue;
		buf_printf(&x->text, "%s%s", first ? "" : "|",
		    t->columns[i].title);
		first = false;
	}
	return x->text.p;
}

const char *
test_head(struct test_report *x, const char *id)
{
	for (size_t i = 0; i < x->report->n_head; i++) {
		const struct head_item *item = &x->report->head[i];
		struct column c = { .type = item->type, .digits = item->digits };

		if (item->id == NULL || strcmp(item->id, id) != 0)
			continue;
		buf_reset(&x->text);
		add_value(x, &c, item->value);
		if (item->note.n > 0)
			buf_printf(&x->text, " (%.*s)", STR_ARG(item->note));
		return x->text.p;
	}
	return NULL;
}

const char *
test_notes(struct test_report *x, const char *id)
{
	const struct section *s = test_section(x, id);

	assert_non_null(s);
	buf_reset(&x->text);
	buf_add_str(&x->text, STR(""));
	for (size_t i = 0; i < s->n_notes; i++)
		buf_printf(&x->text, "%.*s\n", STR_ARG(s->notes[i]));
	return x->text.p ? x->text.p : "";
}

void
test_worked_example(struct test_report *x)
{
	static const struct test_mail mails[] = {
		{ .time = "2026-03-10 00:05", .client = "192.0.2.10",
		    .disposition = "queued", .recipients = "<ann@example.org>",
		    .score = "-1.0" },
		{ .time = "2026-03-10 00:20", .client = "198.51.100.7",
		    .disposition = "queued",
		    .recipients = "<ann@example.org>,<bob@example.org>",
		    .score = "5.5" },
		{ .time = "2026-03-10 00:40", .client = "203.0.113.5",
		    .disposition = "dnsbl", .code = "901",
		    .text = "http://www.spamhaus.org/query/bl?ip=203.0.113.5" },
		{ .time = "2026-03-10 01:10", .client = "203.0.113.9",
		    .disposition = "check_earlytalker", .code = "901" },
		{ .time = "2026-03-10 01:15", .client = "192.0.2.44",
		    .disposition = "virus::clamdscan", .code = "901",
		    .recipients = "<bob@example.org>",
		    .text = "Virus found: Eicar-Test" },
		{ .time = "2026-03-10 01:30", .client = "192.168.1.20",
		    .disposition = "queued", .recipients = "<x@gamma.example>" },
		{ .time = "2026-03-10 03:00", .client = "192.0.2.50",
		    .disposition = "spamassassin", .code = "901",
		    .recipients = "<ann@example.org>",
		    .text = "spam score exceeded threshold", .score = "15.2" },
		{ .time = "2026-03-10 03:10", .client = "192.0.2.51",
		    .disposition = "naughty", .code = "903",
		    .recipients = "<bob@example.org>",
		    .text = "(karma) very bad karma: -7" },
		{ .time = "2026-03-10 03:20", .client = "192.0.2.60",
		    .disposition = "queued", .recipients = "<ann@example.org>" },
		{ .time = "2026-03-10 03:30", .client = "192.0.2.70",
		    .disposition = "dmarc", .code = "901",
		    .recipients = "<nobody@other.test>" },
	};

	test_open(x, "UTC");
	test_period(x, "2026-03-10", "2026-03-11");
	for (size_t i = 0; i < sizeof(mails) / sizeof(mails[0]); i++)
		test_mail(x, &mails[i]);
}
