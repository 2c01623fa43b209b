#include "cmd/clock.h"

#include <string.h>

#include "base/when.h"
#include "base/zone.h"

void
clock_rows(struct opt rows[CLOCK_ROWS], struct clock_options *o)
{
	const struct opt table[CLOCK_ROWS] = {
		{ .type = OPT_GROUP, .help = "Time" },
		{ .type = OPT_TEXT, .name = "tz", .argument = "ZONE",
		    .value = &o->zone, .help = "time zone of times",
		    .initial = "the system's" },
		{ .type = OPT_TEXT, .name = "now", .argument = "TIME",
		    .value = &o->now, .help = "what to take for the present",
		    .initial = "the clock" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

int
clock_now(const struct clock_options *o, const struct zone *zone,
    int64_t *now_ns, struct err *err)
{
	*now_ns = when_now_ns();
	return o->now == NULL ? 0 : when_parse(str_from(o->now), *now_ns, zone,
	    now_ns, err);
}

int
clock_open(const struct clock_options *o, const char *otherwise,
    struct zone **zone, int64_t *now_ns, struct err *err)
{
	if (zone_open(zone, o->zone ? o->zone : otherwise, err) == -1)
		return -1;
	if (clock_now(o, *zone, now_ns, err) == 0)
		return 0;
	zone_close(zone);
	return -1;
}
