#include "cmd/what_if_options.h"

#include <string.h>

#include "base/err.h"
#include "dns/answers.h"

void
what_if_rows(struct opt rows[WHAT_IF_ROWS], struct what_if_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "What if" },
		{ .type = OPT_FLAG, .name = "exclude-own",
		    .value = &o->exclude_own, .help = "leave out clients that "
		    "a configured DNSBL lists now: only what a list adds" },
		{ .type = OPT_LIST, .name = "policy", .argument = "POLICY",
		    .value = &o->policies, .help = "judge lists with weights: "
		    "'zen=3,barracuda=2,spamcop=1 >= 3'" },
		{ .type = OPT_NUMBER, .name = "best", .argument = "N",
		    .value = &o->best, .min = 1, .max = ANSWERS_LISTS_MAX,
		    .help = "find the best sets of at most N of the lists" },
		{ .type = OPT_TEXT, .name = "snapshot", .argument = "FILE",
		    .value = &o->snapshot, .help = "keep the answers there" },
		{ .type = OPT_TEXT, .name = "replay", .argument = "FILE",
		    .value = &o->replay, .help = "take the answers of such a "
		    "file, and ask nobody" },
		{ .type = OPT_FLAG, .short_name = 's', .name = "summary",
		    .value = &o->summary, .help = "without the transactions "
		    "one by one" },
		{ .type = OPT_NUMBER, .name = "top", .argument = "N",
		    .value = &o->top, .min = 0, .max = 1000000000,
		    .help = "recipients and domains shown, 0: all",
		    .initial = "20" },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= WHAT_IF_ROWS,
	    "WHAT_IF_ROWS is too small");

	memcpy(rows, table, sizeof(table));
}

int
what_if_check(const struct what_if_options *o, struct err *err)
{
	if (o->snapshot && o->replay)
		return err_set(err, ERR_USAGE, "--snapshot and --replay do not "
		    "go together: what is replayed is in a file already");
	return 0;
}
