#include "history/chain_lane.h"

#include "base/err.h"
#include "format/format.h"
#include "store/store.h"

struct lane *
chain_lane(const struct store *s, const struct store_chain *c,
    const struct zone *zone, lane_keep_fn *keep, void *ctx, struct err *err)
{
	struct lane_options lo = {
		.scan = { .wants = EVENT_ALL, .start_ns = INT64_MIN,
		    .end_ns = INT64_MAX, .first = true, .join = true,
		    .stream = c->stream, .zone = zone },
		.keep = keep, .ctx = ctx };
	struct lane *lane = NULL;

	for (size_t i = 0; formats[i]; i++)
		if (str_eq(c->format, str_from(formats[i]->name)))
			lo.format = formats[i];
	if (lo.format)
		lane = lane_restore(&lo, c->state);
	if (lane == NULL)
		err_set(err, ERR_DATA, "%s: what is open at the end of %.*s "
		    "cannot be understood: it is damaged, or of a newer "
		    "mailtally", store_name(s), STR_ARG(c->stream));
	return lane;
}
