#include "cmd/grep_options.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "cmd/grep_group.h"

void
grep_rows(struct opt rows[GREP_ROWS], struct grep_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "Search" },
		{ .type = OPT_LIST, .short_name = 'e', .name = "pattern",
		    .argument = "PATTERN", .value = &o->patterns,
		    .help = "what to look for, without case; any of several" },
		{ .type = OPT_FLAG, .name = "all", .value = &o->all,
		    .help = "everything: no argument is a pattern" },
		{ .type = OPT_FLAG, .short_name = 'F', .name = "fixed-strings",
		    .value = &o->fixed, .help = "patterns are plain text" },
		{ .type = OPT_LIST, .name = "kind", .argument = "KIND[,KIND]",
		    .value = &o->kinds, .help = "accepted, too-many, refused, "
		    "transaction, closed, check", .initial = "all but check" },
		{ .type = OPT_TEXT, .name = "store", .argument = "FILE",
		    .value = &o->store, .help = "in what \"mailtally ingest\" "
		    "put there, not in logs; default: where it puts it" },
		{ .type = OPT_GROUP, .help = "Output" },
		{ .type = OPT_FLAG, .name = "long", .value = &o->long_form,
		    .help = "and sender, recipients, text or message-id" },
		{ .type = OPT_FLAG, .name = "time", .value = &o->local_time,
		    .help = "local time in front" },
		{ .type = OPT_FLAG, .name = "tai", .value = &o->label,
		    .help = "the log's own label in front", .initial = "on" },
		{ .type = OPT_FLAG, .name = "raw", .value = &o->raw,
		    .help = "the lines of the log instead" },
		{ .type = OPT_TEXT, .name = "context", .argument = "WHAT",
		    .value = &o->context, .help = "connection: all lines of "
		    "each connection that something was found in" },
		{ .type = OPT_FLAG, .short_name = 'c', .name = "count",
		    .value = &o->count, .help = "only how many there are" },
		{ .type = OPT_TEXT, .name = "group-by", .argument = "FIELD",
		    .value = &o->group_by, .help = "how many there are by "
		    "client, network, host, helo, country, sender, "
		    "sender-domain, recipient, recipient-domain, disposition, "
		    "code, verdict, zone, kind, pid, stream, hour, day" },
		{ .type = OPT_TEXT, .name = "sort", .argument = "KEY",
		    .value = &o->sort, .help = "time, seconds, concurrency, "
		    "score; smallest first", .initial = "time" },
		{ .type = OPT_FLAG, .short_name = 'r', .name = "reverse",
		    .value = &o->reverse, .help = "the other way round" },
		{ .type = OPT_NUMBER, .name = "limit", .argument = "N",
		    .value = &o->limit, .min = 0, .max = 1000000000,
		    .help = "at most N lines, 0: all", .initial = "all" },
		{ .type = OPT_TEXT, .short_name = 'o', .name = "output",
		    .argument = "FORMAT", .value = &o->output,
		    .help = "text or jsonl", .initial = "text" },
		{ .type = OPT_TEXT, .name = "color", .argument = "WHEN",
		    .value = &o->color, .help = "auto, always, never",
		    .initial = "auto" },
		{ .type = OPT_TEXT, .name = "lines", .argument = "WHICH",
		    .value = &o->lines, .help = "look at every line, or only at "
		    "some that have a word of the pattern", .initial = "auto",
		    .hidden = true },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= GREP_ROWS,
	    "GREP_ROWS is too small");

	memcpy(rows, table, sizeof(table));
}

static int
choose_kind(struct str name, event_mask *kinds, struct err *err)
{
	for (int k = 0; k < EVENT_KINDS; k++)
		if (str_eq(name, str_from(event_kind_name(
		    (enum event_kind)k)))) {
			*kinds |= EVENT_BIT(k);
			return 0;
		}
	return err_set(err, ERR_USAGE, "--kind %.*s: no such kind; there are "
	    "accepted, too-many, refused, transaction, closed, check",
	    (int)str_head(name, 60).n, name.p);
}

static int
choose_kinds(const struct opt_list *list, event_mask *kinds, struct err *err)
{
	if (list->n == 0)
		*kinds = EVENT_ALL & ~EVENT_BIT(EVENT_CHECK);
	for (size_t i = 0; i < list->n; i++) {
		struct str rest = str_from(list->items[i]), name;

		while (str_cut(&rest, ',', &name))
			if (choose_kind(name, kinds, err) < 0)
				return -1;
	}
	return 0;
}

static int
choose_sort(const struct grep_options *o, enum grep_sort *sort,
    struct err *err)
{
	static const char *const names[] = {
		[GREP_SORT_TIME] = "time", [GREP_SORT_SECONDS] = "seconds",
		[GREP_SORT_CONCURRENCY] = "concurrency",
		[GREP_SORT_SCORE] = "score",
	};

	*sort = o->reverse ? GREP_SORT_TIME : GREP_SORT_NONE;
	if (o->sort == NULL)
		return 0;
	for (size_t i = GREP_SORT_TIME; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(o->sort, names[i]) == 0) {
			*sort = (enum grep_sort)i;
			/* It comes in that order. */
			if (*sort == GREP_SORT_TIME && !o->reverse)
				*sort = GREP_SORT_NONE;
			return 0;
		}
	return err_set(err, ERR_USAGE, "--sort %.60s: must be time, seconds, "
	    "concurrency or score", o->sort);
}

static int
choose_output(const struct grep_options *o, struct grep_choices *c,
    struct err *err)
{
	if (o->context && strcmp(o->context, "connection") != 0)
		return err_set(err, ERR_USAGE, "--context %.60s: must be "
		    "connection", o->context);
	c->connection = o->context != NULL;
	if (o->output && strcmp(o->output, "text") != 0 &&
	    strcmp(o->output, "jsonl") != 0)
		return err_set(err, ERR_USAGE, "--output %.60s: must be text or "
		    "jsonl", o->output);
	c->jsonl = o->output && strcmp(o->output, "jsonl") == 0;
	c->every_line = o->lines && strcmp(o->lines, "every") == 0;
	c->some_lines = o->lines && strcmp(o->lines, "some") == 0;
	if (o->group_by &&
	    (c->group = group_field_find(o->group_by)) == NULL)
		return err_set(err, ERR_USAGE, "--group-by %.60s: no such field; "
		    "mailtally grep --help lists them", o->group_by);
	return 0;
}

/* Options that say how the same thing is shown exclude one another. */
static int
check_together(const struct grep_options *o, const struct grep_choices *c,
    struct err *err)
{
	const struct {
		bool given;
		const char *name;
	} shows[] = {
		{ o->raw, "--raw" }, { c->connection, "--context" },
		{ o->count, "--count" }, { c->group != NULL, "--group-by" },
		{ c->jsonl && (o->raw || c->connection), "--output jsonl" },
		{ c->sort != GREP_SORT_NONE && (c->connection || o->count ||
		    c->group), o->sort ? "--sort" : "--reverse" },
	};
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++) {
		if (!shows[i].given)
			continue;
		if (first)
			return err_set(err, ERR_USAGE, "%s and %s do not go "
			    "together", first, shows[i].name);
		first = shows[i].name;
	}
	return 0;
}

int
grep_choose(const struct grep_options *o, struct grep_choices *c,
    struct err *err)
{
	*c = (struct grep_choices){ 0 };
	if (choose_kinds(&o->kinds, &c->kinds, err) < 0 ||
	    choose_sort(o, &c->sort, err) < 0 ||
	    choose_output(o, c, err) < 0)
		return -1;
	return check_together(o, c, err);
}
