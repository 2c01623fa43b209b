#include "cmd/doctor_guard.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/when.h"
#include "doctor/doctor.h"

static void
tell(const char *text)
{
	struct buf b = { 0 };

	buf_add_str(&b, STR("mailtally: "));
	utf8_escape(&b, str_from(text));
	buf_add_char(&b, '\n');
	fwrite(b.p, 1, b.n, stderr);
	buf_clear(&b);
}

/* A trouble that lasts is told when it begins and when it ends. */
static void
look(const char *directory, bool *in_trouble)
{
	struct err err;
	struct buf b = { 0 };
	int done = doctor_guard_state(directory, &err);

	if (done == -1 && !*in_trouble)
		tell(err.text);
	if (done == 1) {
		buf_printf(&b, "%s/state: was missing; created", directory);
		tell(b.p);
	} else if (done == 0 && *in_trouble) {
		buf_printf(&b, "%s: can be looked after again", directory);
		tell(b.p);
	}
	*in_trouble = done == -1;
	buf_clear(&b);
}

int
doctor_guard(char *const *directories, int n, int64_t every_ns)
{
	const struct timespec pause = {
		.tv_sec = every_ns / WHEN_SECOND,
		.tv_nsec = every_ns % WHEN_SECOND,
	};
	bool *in_trouble = mem_zalloc((size_t)n * sizeof(*in_trouble));
	sigset_t ends;

	/* Waited for, so that none can come between looking and waiting. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	do {
		for (int i = 0; i < n; i++)
			look(directories[i], &in_trouble[i]);
	} while (sigtimedwait(&ends, NULL, &pause) == -1);
	free(in_trouble);
	return 0;
}
