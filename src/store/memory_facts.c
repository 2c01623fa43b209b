#include "store/memory_lists.h"

void
memory_end_block(struct memory_store *m)
{
	if (m->rows.n > 0) {
		m->block.rows = arena_str(&m->arena, buf_str(&m->rows));
		ARRAY_PUSH(m->now.blocks, m->now.n_blocks,
		    m->now.cap_blocks) = m->block;
	}
	buf_reset(&m->rows);
}

int
memory_add_event(struct store *store, uint64_t chain, const struct event *ev,
    struct err *err)
{
	struct memory_store *m = memory_of(store);
	struct block *b = &m->block;
	int32_t day = store_day_of(store, ev->time_ns);

	(void)err;
	if (m->rows.n == 0 || b->chain != chain || b->day != day) {
		memory_end_block(m);
		event_write_begin(&m->writer, &m->rows);
		*b = (struct block){ .chain = chain, .day = day,
			.first_ns = INT64_MAX, .last_ns = INT64_MIN };
	}
	event_write(&m->writer, ev, m->now.chains[chain - 1].stream);
	if (ev->time_ns < b->first_ns)
		b->first_ns = ev->time_ns;
	/* What has no time is in any period. */
	if (ev->time_ns > b->last_ns || day == STORE_NO_DAY)
		b->last_ns = day == STORE_NO_DAY ? INT64_MAX : ev->time_ns;
	return 0;
}

int
memory_blocks(struct store *store, const struct store_query *q,
    void (*each)(void *ctx, uint64_t chain, uint64_t block), void *ctx,
    struct err *err)
{
	const struct lists *l = &memory_of(store)->now;

	(void)err;
	for (uint64_t chain = 1; chain <= l->n_chains; chain++)
		for (size_t i = 0; i < l->n_blocks; i++)
			if (l->blocks[i].chain == chain &&
			    l->blocks[i].last_ns >= q->start_ns &&
			    l->blocks[i].first_ns < q->end_ns)
				each(ctx, chain, i);
	return 0;
}

int
memory_read_block(struct store *store, uint64_t block, struct buf *b,
    struct err *err)
{
	(void)err;
	buf_add_str(b, memory_of(store)->now.blocks[block].rows);
	return 0;
}

int
memory_drop_facts(struct store *store, int32_t day, struct err *err)
{
	struct lists *l = &memory_of(store)->now;
	size_t kept = 0;

	(void)err;
	for (size_t i = 0; i < l->n_blocks; i++)
		if (l->blocks[i].day >= day)
			l->blocks[kept++] = l->blocks[i];
	l->n_blocks = kept;
	return 0;
}
