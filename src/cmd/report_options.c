#include "cmd/report_options.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "report/build.h"

void
report_rows(struct opt rows[REPORT_ROWS], struct report_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "Report" },
		{ .type = OPT_TEXT, .name = "store", .argument = "FILE",
		    .value = &o->store, .help = "of what \"mailtally ingest\" "
		    "put there, in place of logs; default: where it puts it" },
		{ .type = OPT_TEXT, .short_name = 'o', .name = "output",
		    .argument = "FORMAT", .value = &o->output,
		    .help = "text, json, jsonl, csv, html, mail (for sendmail -t) "
		    "or prometheus", .initial = "text" },
		{ .type = OPT_TEXT, .short_name = 'd', .name = "directory",
		    .argument = "DIR", .value = &o->directory,
		    .help = "csv: write one file a section there" },
		{ .type = OPT_TEXT, .name = "sections", .argument = "LIST",
		    .value = &o->sections, .help = "a,b: only these; -c: all "
		    "but c", .initial = "all" },
		{ .type = OPT_FLAG, .name = "list-sections",
		    .value = &o->list_sections, .help = "print which there "
		    "are" },
		{ .type = OPT_FLAG, .name = "list-thresholds",
		    .value = &o->list_thresholds, .help = "print when something "
		    "is an insight" },
		{ .type = OPT_NUMBER, .name = "top", .argument = "N",
		    .value = &o->top, .min = 0, .max = 1000000000,
		    .help = "rows of league tables, 0: all",
		    .initial = "by section" },
		{ .type = OPT_TEXT, .name = "color", .argument = "WHEN",
		    .value = &o->color, .help = "auto, always, never",
		    .initial = "auto" },
		{ .type = OPT_TEXT, .name = "codes-by", .argument = "KEY",
		    .value = &o->codes_by, .help = "disposition, or hook: with "
		    "the verdict's number", .initial = "disposition" },
		{ .type = OPT_TEXT, .name = "bl-key", .argument = "KEY",
		    .value = &o->bl_key, .help = "block lists by name, or by "
		    "the URL's host", .initial = "name" },
		{ .type = OPT_TEXT, .name = "tld", .argument = ".TLD",
		    .value = &o->tld, .help = "list the transactions of "
		    "senders there" },
		{ .type = OPT_TEXT, .name = "tld-of", .argument = "WHICH",
		    .value = &o->tld_of, .help = "queued, denied or all",
		    .initial = "all" },
		{ .type = OPT_FLAG, .name = "tld-by-day",
		    .value = &o->tld_by_day, .help = "a row a day" },
		{ .type = OPT_TEXT, .name = "order", .argument = "ORDER",
		    .value = &o->order, .help = "count, or name (section tld)",
		    .initial = "count" },
		{ .type = OPT_TEXT, .name = "ip-prefix", .argument = "V4[,V6]",
		    .value = &o->ip_prefix, .help = "clients by network, for "
		    "instance 24,64" },
		{ .type = OPT_NUMBER, .name = "max-hour-rows", .argument = "N",
		    .value = &o->max_hour_rows, .min = 1, .max = 1000000,
		    .help = "more hours than this become days",
		    .initial = "744" },
		{ .type = OPT_LIST, .name = "fact", .argument = "KEY=VALUE",
		    .value = &o->facts, .help = "a line for the head; may be "
		    "given several times" },
		{ .type = OPT_FLAG, .name = "case-sensitive-local",
		    .value = &o->case_sensitive_local,
		    .help = "keep the case of local parts" },
		{ .type = OPT_FLAG, .name = "explain", .value = &o->explain,
		    .help = "say what numbers mean" },
		{ .type = OPT_FLAG, .name = "quiet-empty",
		    .value = &o->quiet_empty, .help = "leave empty sections "
		    "out" },
		{ .type = OPT_FLAG, .name = "empty-ok", .value = &o->empty_ok,
		    .help = "exit 0 even if no line was understood" },
		{ .type = OPT_FLAG, .name = "csv-safe", .value = &o->csv_safe,
		    .help = "csv: disarm cells that a spreadsheet would run",
		    .initial = "on" },
		{ .type = OPT_FLAG, .name = "script", .value = &o->script,
		    .help = "html: with charts, for which scripts have to run",
		    .initial = "on" },
		{ .type = OPT_FLAG, .name = "timing", .value = &o->timing,
		    .help = "tell how long it took" },
		{ .type = OPT_FLAG, .name = "selfcheck",
		    .value = &o->selfcheck, .help = "check that the sums of "
		    "the tables agree; 70 if not" },
		{ .type = OPT_TEXT, .name = "state", .argument = "FILE",
		    .value = &o->state, .help = "the long-term counts beside "
		    "those of the report (section qplogsumm)" },
		{ .type = OPT_LIST, .name = "maildirs", .argument = "DIR",
		    .value = &o->maildirs, .help = "where users' mail is "
		    "(section junk); may be given several times" },
		/* For tests of what must not depend on how files are cut. */
		{ .type = OPT_NUMBER, .name = "part-bytes", .argument = "N",
		    .value = &o->part_bytes, .min = 0, .max = 1L << 40,
		    .help = "smallest part of a file for a thread",
		    .hidden = true },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= REPORT_ROWS,
	    "REPORT_ROWS is too small");

	memcpy(rows, table, sizeof(table));
}

static int
one_of(const char *option, const char *value, const char *a, const char *b,
    const char *c, const char **chosen, struct err *err)
{
	*chosen = value ? value : a;
	if (strcmp(*chosen, a) == 0 || strcmp(*chosen, b) == 0 ||
	    (c && strcmp(*chosen, c) == 0))
		return 0;
	return err_set(err, ERR_USAGE, "%s %s: must be %s%s%s or %s", option,
	    value, a, c ? ", " : "", c ? b : "", c ? c : b);
}

/* "24,64", "24" */
static int
read_prefix(const char *text, struct build_options *b, struct err *err)
{
	struct str rest = str_from(text), one;
	uint32_t bits;

	if (str_cut(&rest, ',', &one) && num_u32(one, &bits) && bits <= 32) {
		b->ip_bits_v4 = (int)bits;
		if (rest.p == NULL)
			return 0;
		if (num_u32(rest, &bits) && bits <= 128) {
			b->ip_bits_v6 = (int)bits;
			return 0;
		}
	}
	return err_set(err, ERR_USAGE, "--ip-prefix %s: must be one or two "
	    "numbers of bits, for instance 24,64", text);
}

int
report_choices(const struct report_options *o, struct build_options *b,
    struct err *err)
{
	const char *codes_by, *bl_key, *order, *color;

	if (one_of("--color", o->color, "auto", "always", "never", &color,
	    err) < 0 ||
	    one_of("--codes-by", o->codes_by, "disposition", "hook", NULL,
	    &codes_by, err) < 0 ||
	    one_of("--bl-key", o->bl_key, "name", "host", NULL, &bl_key,
	    err) < 0 ||
	    one_of("--order", o->order, "count", "name", NULL, &order,
	    err) < 0 ||
	    one_of("--tld-of", o->tld_of, "all", "queued", "denied",
	    &b->tld_of, err) < 0)
		return -1;
	b->codes_by_code = strcmp(codes_by, "hook") == 0;
	b->list_key_host = strcmp(bl_key, "host") == 0;
	b->order_by_name = strcmp(order, "name") == 0;
	b->ip_bits_v4 = 32;
	b->ip_bits_v6 = 128;
	for (size_t i = 0; i < o->facts.n; i++)
		if (strchr(o->facts.items[i], '=') == NULL)
			return err_set(err, ERR_USAGE, "--fact %s: must be "
			    "KEY=VALUE", o->facts.items[i]);
	return o->ip_prefix ? read_prefix(o->ip_prefix, b, err) : 0;
}
