/*
 * A ring of pieces between two threads: the helper fills them, whoever calls
 * reader_read() empties them.
 *
 *	                 emptied          filled
 *	                    |                |
 *	   ... free ... |  full  |  full  |  free  | free ...
 *
 * Both counts only grow; slot i is ring[i % AHEAD_SLOTS].  The helper owns
 * the slots from filled on, the caller those from emptied on, so only the
 * counts and flags need the lock.
 *
 *	ALONE --long enough--> RUNNING --closed, or all read--> joined
 *	  |
 *	  +--no thread to be had--> FOR_GOOD
 *
 * ALONE and FOR_GOOD read directly, without a copy.
 */
#include "input/reader.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD_SLOTS 4
#define AHEAD_SLOT ((size_t)256 << 10)
/* Who has to wait sleeps until so much can be done at once: waking up costs. */
#define AHEAD_WAKE (AHEAD_SLOTS / 2)
/* Sources that unpack to less than this are read without a helper. */
#define AHEAD_WORTH ((uint64_t)512 << 10)

enum ahead_state { ALONE, FOR_GOOD, RUNNING };

struct slot {
	char *p;
	size_t n;
};

struct ahead {
	struct reader reader;
	enum ahead_state state;
	uint64_t read_alone;
	size_t at; /* in the slot that is being emptied */

	pthread_t helper;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* one is enough: never do both sides wait */
	struct slot ring[AHEAD_SLOTS];
	/* Under the lock: */
	size_t filled;
	size_t emptied;
	bool ended; /* the helper has read everything */
	bool stop;  /* the caller wants no more */
};

/* The helper's side. */

static size_t
n_full(const struct ahead *a)
{
	return a->filled - a->emptied;
}

static struct slot *
free_slot(struct ahead *a)
{
	struct slot *s;

	pthread_mutex_lock(&a->lock);
	if (n_full(a) == AHEAD_SLOTS)
		while (n_full(a) > AHEAD_SLOTS - AHEAD_WAKE && !a->stop)
			pthread_cond_wait(&a->changed, &a->lock);
	s = a->stop ? NULL : &a->ring[a->filled % AHEAD_SLOTS];
	pthread_mutex_unlock(&a->lock);
	return s;
}

static void
fill_slot(struct reader *r, struct slot *s)
{
	size_t got;

	s->n = 0;
	while (s->n < AHEAD_SLOT &&
	    (got = reader_read(r, s->p + s->n, AHEAD_SLOT - s->n)) > 0)
		s->n += got;
}

static void
slot_filled(struct ahead *a, bool ended)
{
	pthread_mutex_lock(&a->lock);
	if (ended)
		a->ended = true;
	else
		a->filled++;
	if (ended || n_full(a) >= AHEAD_WAKE)
		pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

static void *
helper_main(void *arg)
{
	struct ahead *a = arg;
	struct slot *s;

	while ((s = free_slot(a)) != NULL) {
		fill_slot(a->reader.below, s);
		slot_filled(a, s->n == 0);
		if (s->n == 0)
			break;
	}
	return NULL;
}

/* The caller's side. */

static int
create_helper(struct ahead *a)
{
	sigset_t all, before;
	int failed;

	/* Signals are for the threads that expect them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&a->helper, NULL, helper_main, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

static void
start(struct ahead *a)
{
	for (size_t i = 0; i < AHEAD_SLOTS; i++)
		a->ring[i].p = mem_alloc(AHEAD_SLOT);
	a->state = create_helper(a) == 0 ? RUNNING : FOR_GOOD;
}

static void
stop(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->helper, NULL);
}

/* The slot to be emptied next.  NULL: none yet (if not to wait), or none ever. */
static struct slot *
full_slot(struct ahead *a, bool wait)
{
	struct slot *s = NULL;

	pthread_mutex_lock(&a->lock);
	if (wait && n_full(a) == 0)
		while (n_full(a) < AHEAD_WAKE && !a->ended)
			pthread_cond_wait(&a->changed, &a->lock);
	if (n_full(a) > 0)
		s = &a->ring[a->emptied % AHEAD_SLOTS];
	pthread_mutex_unlock(&a->lock);
	return s;
}

static void
slot_emptied(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->emptied++;
	if (n_full(a) <= AHEAD_SLOTS - AHEAD_WAKE)
		pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	a->at = 0;
}

static size_t
take(struct ahead *a, const struct slot *s, char *p, size_t n)
{
	size_t left = s->n - a->at;

	if (n > left)
		n = left;
	memcpy(p, s->p + a->at, n);
	a->at += n;
	if (a->at == s->n)
		slot_emptied(a);
	return n;
}

/* Takes what there is, but waits only for the first byte. */
static size_t
read_ring(struct ahead *a, char *p, size_t n)
{
	const struct slot *s;
	size_t got = 0;

	while (got < n && (s = full_slot(a, got == 0)) != NULL)
		got += take(a, s, p + got, n - got);
	return got;
}

static size_t
ahead_read(struct reader *r, char *p, size_t n)
{
	struct ahead *a = (struct ahead *)r;
	size_t got;

	if (a->state == ALONE && a->read_alone >= AHEAD_WORTH)
		start(a);
	if (a->state == RUNNING)
		return read_ring(a, p, n);
	got = reader_read(r->below, p, n);
	a->read_alone += got;
	return got;
}

static void
ahead_close(struct reader *r)
{
	struct ahead *a = (struct ahead *)r;

	if (a->state == RUNNING)
		stop(a);
	for (size_t i = 0; i < AHEAD_SLOTS; i++)
		free(a->ring[i].p);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static const struct reader_kind ahead_kind = {
	.read = ahead_read,
	.close = ahead_close,
};

struct reader *
reader_ahead_new(struct reader *below)
{
	struct ahead *a = mem_zalloc(sizeof(*a));

	a->reader.kind = &ahead_kind;
	a->reader.below = below;
	a->reader.packing = below->packing;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	return &a->reader;
}
