#include "cmd/doctor_options.h"

#include <string.h>

void
doctor_rows(struct opt rows[DOCTOR_ROWS], struct doctor_options *o)
{
	const struct opt table[DOCTOR_ROWS] = {
		{ .type = OPT_GROUP, .help = "Doctor" },
		{ .type = OPT_FLAG, .name = "fix", .value = &o->fix,
		    .help = "do what can do no harm: create a missing state" },
		{ .type = OPT_TEXT, .name = "every", .argument = "TIME",
		    .value = &o->every, .help = "with --fix: guard the state of "
		    "the named directories for ever, looking so often: 5s, 1m" },
		{ .type = OPT_TEXT, .name = "stale", .argument = "TIME",
		    .value = &o->stale, .help = "how old the newest line may be: "
		    "30m, 6h, 2d", .initial = "1d" },
		{ .type = OPT_NUMBER, .name = "disk", .argument = "PERCENT",
		    .value = &o->disk, .min = 0, .max = 1000,
		    .help = "how full the disk may be", .initial = "90" },
		{ .type = OPT_TEXT, .name = "resolver",
		    .argument = "ADDR[:PORT]", .value = &o->resolver,
		    .help = "name server to ask whether the configured block "
		    "lists answer", .initial = "the system's" },
		{ .type = OPT_FLAG, .name = "dns", .value = &o->dns,
		    .help = "ask them", .initial = "on" },
		{ .type = OPT_TEXT, .name = "store", .argument = "FILE",
		    .value = &o->store, .help = "a store to look at; none: that "
		    "is not done", .initial = "the standard one, if it is there" },
		{ .type = OPT_FLAG, .name = "list", .value = &o->list,
		    .help = "print what is looked for, and nothing else" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}
