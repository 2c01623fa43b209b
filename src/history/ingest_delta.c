#include "history/ingest_run.h"

#include "base/buf.h"
#include "base/when.h"

/* ---- events ---- */

static struct tally *
tally_of(struct ingest *in, int32_t day)
{
	struct tally_options to = in->o->tally;

	if (in->last_day < in->n_days && in->days[in->last_day].day == day)
		return in->days[in->last_day].tally;
	for (in->last_day = 0; in->last_day < in->n_days; in->last_day++)
		if (in->days[in->last_day].day == day)
			return in->days[in->last_day].tally;
	to.zone = in->o->zone;
	to.grain_s = store_settings(in->o->store)->grain_s;
	ARRAY_PUSH(in->days, in->n_days, in->cap_days) =
	    (struct day_tally){ day, tally_new(&to) };
	return in->days[in->last_day].tally;
}

bool
ingest_take_event(void *ctx, const struct event *ev)
{
	struct chain *c = ctx;
	struct ingest *in = c->in;

	if (in->failed)
		return false;
	ev = anonymize(in->anonymizer, ev);
	if (store_add_event(in->o->store, c->kept.id, ev, &in->err) < 0)
		in->failed = true;
	tally_add(tally_of(in, store_day_of(in->o->store, ev->time_ns)), ev);
	in->result->facts++;
	return false;
}

/* ---- deltas ---- */

void
ingest_days_clear(struct ingest *in)
{
	for (size_t i = 0; i < in->n_days; i++)
		tally_free(&in->days[i].tally);
	in->n_days = 0;
}

int
ingest_begin_delta(struct ingest *in)
{
	if (in->begun)
		return 0;
	if (store_begin(in->o->store, &in->err) < 0)
		return -1;
	in->begun = true;
	return 0;
}

static int
save_chain(struct ingest *in, struct chain *c)
{
	struct buf state = { 0 };
	int result;

	if (!c->changed)
		return 0;
	lane_save(c->lane, &state);
	c->kept.state = buf_str(&state);
	c->kept.end = lane_length(c->lane);
	c->kept.last_ns = lane_last_ns(c->lane);
	result = store_set_chain(in->o->store, &c->kept, &in->err);
	c->kept.state = str_none();
	c->changed = false;
	buf_clear(&state);
	return result;
}

int
ingest_end_delta(struct ingest *in, struct store_source *s)
{
	struct store *store = in->o->store;

	if (!in->begun)
		return 0;
	if (s && store_set_source(store, s, &in->err) < 0)
		return -1;
	for (size_t i = 0; i < in->n_chains; i++)
		if (save_chain(in, in->chains[i]) < 0)
			return -1;
	for (size_t i = 0; i < in->n_days; i++)
		if (store_add_tally(store, in->days[i].day, in->o->rules,
		    in->days[i].tally, &in->err) < 0)
			return -1;
	ingest_days_clear(in);
	if (store_commit(store, &in->err) < 0)
		return -1;
	in->begun = false;
	in->delta = 0;
	return 0;
}
