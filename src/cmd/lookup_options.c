#include "cmd/lookup_options.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"

#define TIMEOUT_MS 3000
#define TIMEOUT_MAX_MS 600000

void
lookup_rows(struct opt rows[LOOKUP_ROWS], struct lookup_options *o)
{
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "Asking the lists" },
		{ .type = OPT_TEXT, .name = "resolver",
		    .argument = "ADDR[:PORT]", .value = &o->resolver,
		    .help = "name server to ask", .initial = "the system's" },
		{ .type = OPT_NUMBER, .name = "rate", .argument = "N",
		    .value = &o->rate, .min = 0, .max = 1000000,
		    .help = "queries a second and list, 0: as many as go",
		    .initial = "50" },
		{ .type = OPT_NUMBER, .name = "concurrency", .argument = "N",
		    .value = &o->concurrency, .min = 1, .max = 10000,
		    .help = "queries under way at once", .initial = "64" },
		{ .type = OPT_TEXT, .name = "timeout", .argument = "SECONDS",
		    .value = &o->timeout, .help = "of the first try; the next "
		    "has twice as long", .initial = "3" },
		{ .type = OPT_NUMBER, .name = "tries", .argument = "N",
		    .value = &o->tries, .min = 1, .max = 10,
		    .help = "how often a question is asked that gets no answer",
		    .initial = "2" },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= LOOKUP_ROWS,
	    "LOOKUP_ROWS is too small");

	memcpy(rows, table, sizeof(table));
}

int
lookup_choose(const struct lookup_options *o, struct resolver_options *r,
    struct err *err)
{
	int64_t timeout_ms = TIMEOUT_MS;

	if (o->timeout && (!num_decimal(str_from(o->timeout), 3, &timeout_ms) ||
	    timeout_ms <= 0 || timeout_ms > TIMEOUT_MAX_MS))
		return err_set(err, ERR_USAGE, "--timeout %.60s: must be "
		    "seconds, as 3 or 0.5", o->timeout);
	*r = (struct resolver_options){
		.server = o->resolver,
		.concurrency = (unsigned)o->concurrency,
		.rate = (unsigned)o->rate,
		.timeout_ms = (unsigned)timeout_ms,
		.tries = (unsigned)o->tries,
	};
	return o->resolver ? resolver_check_server(o->resolver, err) : 0;
}

/* Set by the handler and nowhere else. */
static volatile sig_atomic_t got_signal;

static void
on_signal(int number)
{
	(void)number;
	got_signal = 1;
}

static void
set_handler(void (*handler)(int))
{
	static const int numbers[] = { SIGINT, SIGTERM };
	struct sigaction old;
	/* The second one is not caught. */
	struct sigaction action = { .sa_handler = handler,
		.sa_flags = (int)SA_RESETHAND };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		/* nohup and shells without job control ignore some. */
		if (sigaction(numbers[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

const volatile sig_atomic_t *
lookup_catch_signals(void)
{
	set_handler(on_signal);
	return &got_signal;
}

void
lookup_release_signals(void)
{
	set_handler(SIG_DFL);
}
