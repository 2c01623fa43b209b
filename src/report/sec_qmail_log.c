/* sec_qmail_log.c - the log as sendmail would write it (qmail-log.md 4.4). */
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "report/report.h"
#include "report/sec_qmail.h"

/* The columns behind the line. */
enum {
	TIME, LINE, QP, TO, FROM, UID, DDELAY, XDELAY, STAT, REASON, SIZE,
	NRCPTS, DEFERRALS, QTIME, COLUMNS
};

static const struct {
	const char *title;
	enum value_type type;
} columns[COLUMNS] = {
	[TIME] = { "time", VALUE_TIME }, [LINE] = { "line", VALUE_TEXT },
	[QP] = { "qp", VALUE_TEXT }, [TO] = { "to", VALUE_TEXT },
	[FROM] = { "from", VALUE_TEXT }, [UID] = { "uid", VALUE_TEXT },
	[DDELAY] = { "ddelay", VALUE_DURATION },
	[XDELAY] = { "xdelay", VALUE_DURATION },
	[STAT] = { "stat", VALUE_TEXT }, [REASON] = { "reason", VALUE_TEXT },
	[SIZE] = { "size", VALUE_COUNT }, [NRCPTS] = { "nrcpts", VALUE_COUNT },
	[DEFERRALS] = { "deferrals", VALUE_COUNT },
	[QTIME] = { "qtime", VALUE_DURATION },
};

static struct str
or_unknown(struct str s)
{
	return s.n > 0 ? s : STR("?");
}

static void
add_seconds(struct buf *b, const char *name, int64_t ns)
{
	if (ns == EVENT_NO_NUMBER)
		return;
	buf_printf(b, ", %s=%s%lld.%06lld", name, ns < 0 ? "-" : "",
	    llabs((ns + (ns < 0 ? -500 : 500)) / WHEN_SECOND),
	    llabs((ns + (ns < 0 ? -500 : 500)) / 1000 % 1000000));
}

static struct value
duration(int64_t ns)
{
	return ns == EVENT_NO_NUMBER ? value_null() : value_int(ns);
}

/* "qp 18170: to=remote.x1@partner.example.net, uid=0, ddelay=..." */
static void
delivery_row(struct build *b, const struct logged *l, struct value *v)
{
	static const char *const stats[] = { [VERDICT_NONE] = "?",
		[VERDICT_ACCEPTED] = "Sent", [VERDICT_REJECTED] = "Failed",
		[VERDICT_DEFERRED] = "Deferred" };
	struct buf line = { 0 }, to = { 0 };
	/* A message whose beginning is in no log: as old as the attempt. */
	int64_t ddelay_ns = l->queued_ns == WHEN_NONE ? l->duration_ns :
	    num_add_signed(l->time_ns, -l->queued_ns);
	struct str text = l->text;

	v[QP] = build_text(b, or_unknown(l->pid));
	v[TO] = build_text(b, qmail_recipient(&to, l->channel,
	    l->recipient));
	v[UID] = build_text(b, or_unknown(l->uid));
	v[DDELAY] = duration(ddelay_ns);
	v[XDELAY] = duration(l->duration_ns);
	v[STAT] = value_text(str_from(stats[l->verdict]));
	v[REASON] = build_text(b, text);
	buf_add_str(&line, STR("qp "));
	buf_add_str(&line, v[QP].s);
	buf_add_str(&line, STR(": to="));
	buf_add_str(&line, v[TO].s);
	buf_add_str(&line, STR(", uid="));
	buf_add_str(&line, v[UID].s);
	add_seconds(&line, "ddelay", ddelay_ns);
	add_seconds(&line, "xdelay", l->duration_ns);
	buf_printf(&line, ", stat=%s (", stats[l->verdict]);
	buf_add_str(&line, text);
	buf_add_char(&line, ')');
	v[LINE] = build_text(b, buf_str(&line));
	buf_clear(&line);
	buf_clear(&to);
}

/* "qp 18170: from=<openq@mail.example.org>, uid=0, size=321, nrcpts=1, ..." */
static void
message_row(struct build *b, const struct logged *l, struct value *v)
{
	int64_t recipients = num_add_signed(l->delivered, l->bounced);
	struct buf line = { 0 };

	v[QP] = build_text(b, or_unknown(l->pid));
	v[FROM] = build_text(b, l->sender);
	v[UID] = build_text(b, or_unknown(l->uid));
	v[SIZE] = value_int(l->bytes);
	v[NRCPTS] = value_int(recipients);
	v[DEFERRALS] = value_int(l->deferred);
	v[QTIME] = duration(l->duration_ns);
	buf_add_str(&line, STR("qp "));
	buf_add_str(&line, v[QP].s);
	buf_add_str(&line, STR(": from="));
	buf_add_str(&line, v[FROM].s);
	buf_add_str(&line, STR(", uid="));
	buf_add_str(&line, v[UID].s);
	buf_printf(&line, ", size=%lld, nrcpts=%lld, deferrals=%lld",
	    (long long)l->bytes, (long long)recipients,
	    (long long)l->deferred);
	add_seconds(&line, "qtime", l->duration_ns);
	v[LINE] = build_text(b, buf_str(&line));
	buf_clear(&line);
}

void
section_qmail_log(struct build *b, struct section *s)
{
	struct table *t = section_table(b->report, s, NULL, NULL);
	size_t n, top = build_top(b, QMAIL_TOP), i;
	const struct logged *all = tally_logged(b->tally, &n);
	uint64_t total = build_sum(b->tally, DIM_QUEUE_LOG);

	for (int c = 0; c < COLUMNS; c++) {
		struct column *column = table_column(b->report, t,
		    columns[c].title, columns[c].type);

		column->hidden = c > LINE;
		column->wide = c == LINE;
	}
	i = top > 0 && top < n ? n - top : 0;
	if (total > n - i)
		section_note(b->report, s, "The last %zu of %llu lines; --top "
		    "says how many, --top 0 shows all.", n - i,
		    (unsigned long long)total);
	for (; i < n; i++) {
		struct value *v = table_row(b->report, t)->values;

		v[TIME] = build_time(all[i].time_ns);
		if (all[i].kind == EVENT_DELIVERY)
			delivery_row(b, &all[i], v);
		else
			message_row(b, &all[i], v);
	}
}
