#include "cmd/tail_options.h"

#include <string.h>

#include "base/err.h"

#define LAST_EVENTS 10
#define POLL_MS 1000

static void
own_rows(struct opt rows[TAIL_ROWS], struct tail_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "Lines" },
		{ .type = OPT_NUMBER, .short_name = 'n', .name = "lines",
		    .argument = "N", .value = &o->last, .max = 100000000,
		    .help = "begin with the last N events; 0: none",
		    .initial = "10" },
		{ .type = OPT_FLAG, .name = "long",
		    .value = &o->long_form, .help = "sender, recipients, and the "
		    "text of a denial or the message-id, too" },
		{ .type = OPT_FLAG, .name = "time",
		    .value = &o->local_time, .help = "local time in front" },
		{ .type = OPT_FLAG, .name = "tai", .value = &o->label,
		    .help = "the label of the log in front" },
		{ .type = OPT_TEXT, .short_name = 'o', .name = "output",
		    .argument = "FORM", .value = &o->output,
		    .help = "text, jsonl", .initial = "text" },
		{ .type = OPT_TEXT, .name = "color", .argument = "WHEN",
		    .value = &o->color, .help = "auto, always, never",
		    .initial = "auto" },
		{ .type = OPT_FLAG, .name = "stats", .value = &o->stats,
		    .help = "on a terminal, a line below that counts" },
		{ .type = OPT_FLAG, .name = "poll", .value = &o->no_watch,
		    .help = "look for news from time to time, as where the "
		    "kernel tells none (network file systems: by itself)" },
		{ .type = OPT_NUMBER, .name = "poll-ms", .argument = "N",
		    .value = &o->poll_ms, .min = 1, .max = 3600000,
		    .help = "how often, in milliseconds", .initial = "1000" },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= TAIL_ROWS,
	    "TAIL_ROWS is too small");

	memcpy(rows, table, sizeof(table));
}

/* Options of all who read logs that mean nothing where one thread follows. */
static void
hide_rows(struct opt *rows)
{
	static const char *const names[] = { "jobs", "progress",
		"files-newer-than" };

	for (; rows->type != OPT_END; rows++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (rows->name && strcmp(rows->name, names[i]) == 0)
				rows->hidden = true;
}

void
tail_rows(struct opt own[TAIL_ROWS], struct opt common[LOGS_ROWS],
    struct tail_options *o)
{
	*o = (struct tail_options){ .last = LAST_EVENTS, .poll_ms = POLL_MS };
	own_rows(own, o);
	logs_rows(common, &o->logs);
	hide_rows(common);
}

int
tail_check(const struct tail_options *o, struct err *err)
{
	if (o->output && strcmp(o->output, "text") != 0 &&
	    strcmp(o->output, "jsonl") != 0)
		return err_set(err, ERR_USAGE, "--output %s: must be text or "
		    "jsonl", o->output);
	if (o->local_time && o->label)
		return err_set(err, ERR_USAGE, "--time and --tai: which one?");
	if (o->color && strcmp(o->color, "auto") != 0 &&
	    strcmp(o->color, "always") != 0 && strcmp(o->color, "never") != 0)
		return err_set(err, ERR_USAGE, "--color %s: must be auto, "
		    "always or never", o->color);
	return 0;
}
