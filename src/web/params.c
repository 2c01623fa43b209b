#include "web/params.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "web/http.h"

#define FILTERS (PARAM_REPORT | PARAM_EVENTS | PARAM_TRACE)
#define PERIODS (FILTERS | PARAM_WHAT_IF)
#define TEXT_MOST 512

enum param_type { PARAM_TEXT, PARAM_NUMBER, PARAM_FLAG, PARAM_WORD,
	PARAM_ID };

/* docs/API.md says the same in words. */
static const struct param {
	const char *name;
	enum param_type type;
	unsigned commands;
	uint64_t most;	    /* PARAM_NUMBER */
	const char *option; /* NULL: the route takes it itself */
} params[] = {
	{ "since", PARAM_TEXT, PERIODS, 0, "since" },
	{ "until", PARAM_TEXT, PERIODS, 0, "until" },
	{ "period", PARAM_WORD, PERIODS, 0, "period" },
	{ "client", PARAM_TEXT, FILTERS, 0, "client" },
	{ "host", PARAM_TEXT, FILTERS, 0, "host" },
	{ "helo", PARAM_TEXT, FILTERS, 0, "helo" },
	{ "from", PARAM_TEXT, FILTERS, 0, "from" },
	{ "to", PARAM_TEXT, FILTERS, 0, "to" },
	{ "disposition", PARAM_TEXT, FILTERS, 0, "disposition" },
	{ "verdict", PARAM_WORD, FILTERS, 0, "verdict" },
	{ "min_score", PARAM_TEXT, FILTERS, 0, "min-score" },
	{ "max_score", PARAM_TEXT, FILTERS, 0, "max-score" },
	{ "sections", PARAM_TEXT, PARAM_REPORT, 0, "sections" },
	{ "top", PARAM_NUMBER, PARAM_REPORT | PARAM_WHAT_IF, 10000, "top" },
	{ "q", PARAM_TEXT, PARAM_EVENTS | PARAM_LINES, 0, "pattern" },
	{ "fixed", PARAM_FLAG, PARAM_EVENTS | PARAM_LINES, 0, "fixed-strings" },
	{ "kind", PARAM_WORD, PARAM_EVENTS, 0, "kind" },
	{ "limit", PARAM_NUMBER, PARAM_EVENTS, 5000, NULL },
	{ "what", PARAM_TEXT, PARAM_TRACE, 0, NULL },
	{ "as", PARAM_WORD, PARAM_TRACE, 0, "as" },
	{ "limit", PARAM_NUMBER, PARAM_TRACE, 50, "limit" },
	{ "id", PARAM_ID, PARAM_LINES, 0, "lines" },
	{ "id", PARAM_ID, PARAM_STATE, 0, "state" },
	{ "at", PARAM_NUMBER, PARAM_LINES, INT64_MAX, "at" },
	{ "limit", PARAM_NUMBER, PARAM_LINES, 5000, "limit" },
	{ "last", PARAM_FLAG, PARAM_LINES, 0, "last" },
	{ "snapshot", PARAM_NUMBER, PARAM_WHAT_IF, 1000, NULL },
	{ "policy", PARAM_TEXT, PARAM_WHAT_IF, 0, "policy" },
	{ "best", PARAM_NUMBER, PARAM_WHAT_IF, 20, "best" },
	{ "exclude_own", PARAM_FLAG, PARAM_WHAT_IF, 0, "exclude-own" },
	{ "summary", PARAM_FLAG, PARAM_WHAT_IF, 0, "summary" },
};

/* ---- arguments ---- */

void
args_add(struct args *a, const char *text)
{
	assert(a->n < ARGS_MOST);
	a->items[a->n++] = mem_strdup(text);
}

void
args_addf(struct args *a, const char *format, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, format);
	buf_vprintf(&b, format, ap);
	va_end(ap);
	args_add(a, b.p);
	buf_clear(&b);
}

void
args_clear(struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->items[i]);
	*a = (struct args){ 0 };
}

/* ---- one parameter ---- */

static const struct param *
find(const char *name, unsigned command)
{
	for (size_t i = 0; i < sizeof(params) / sizeof(*params); i++)
		if (params[i].commands & command &&
		    strcmp(params[i].name, name) == 0)
			return &params[i];
	return NULL;
}

static bool
is_text(const char *value)
{
	size_t n = strlen(value);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)value[i] < ' ' || value[i] == 0x7f)
			return false;
	return n <= TEXT_MOST;
}

static bool
is_word(const char *value)
{
	return value[strspn(value, "abcdefghijklmnopqrstuvwxyz,-")] == '\0';
}

/* Of sixteen hexadecimal digits, as "mailtally logs" gives them. */
static bool
is_id(const char *value)
{
	return strlen(value) == 16 &&
	    value[strspn(value, "0123456789abcdef")] == '\0';
}

static int
check(const struct param *p, const char *value, struct err *err)
{
	uint64_t n;

	switch (p->type) {
	case PARAM_TEXT:
		if (is_text(value))
			return 0;
		return err_set(err, ERR_USAGE, "%s: at most %d bytes, without "
		    "control characters", p->name, TEXT_MOST);
	case PARAM_WORD:
		if (is_word(value))
			return 0;
		return err_set(err, ERR_USAGE, "%s: a word in lower case",
		    p->name);
	case PARAM_NUMBER:
		if (num_u64(str_from(value), &n) && n <= p->most)
			return 0;
		return err_set(err, ERR_USAGE, "%s: a number up to %llu",
		    p->name, (unsigned long long)p->most);
	case PARAM_ID:
		if (is_id(value))
			return 0;
		return err_set(err, ERR_USAGE, "%s: sixteen digits and letters, "
		    "as /api/v1/logs gives them", p->name);
	case PARAM_FLAG:
		if (strcmp(value, "1") == 0 || strcmp(value, "0") == 0)
			return 0;
		return err_set(err, ERR_USAGE, "%s: 0 or 1", p->name);
	}
	return -1;
}

struct taking {
	struct args *args;
	unsigned command;
	struct err *err;
	bool failed;
	bool seen[sizeof(params) / sizeof(*params)];
};

/* Empty is as good as absent: forms send it. */
static bool
take_one(void *ctx, const char *name, const char *value)
{
	struct taking *t = ctx;
	const struct param *p = find(name, t->command);

	if (p == NULL)
		err_set(t->err, ERR_USAGE, "\"%.40s\": no such parameter; "
		    "docs/API.md lists what there is", name);
	else if (t->seen[p - params])
		err_set(t->err, ERR_USAGE, "%s: given twice", name);
	else if (*value == '\0' || check(p, value, t->err) == 0) {
		t->seen[p - params] = true;
		if (*value == '\0' || p->option == NULL)
			return true;
		if (p->type == PARAM_FLAG && *value == '1')
			args_addf(t->args, "--%s", p->option);
		else if (p->type != PARAM_FLAG)
			args_addf(t->args, "--%s=%s", p->option, value);
		return true;
	}
	t->failed = true;
	return false;
}

int
params_take(struct args *a, const struct http_request *r, unsigned command,
    struct err *err)
{
	struct taking t = { .args = a, .command = command, .err = err };

	http_params(r, take_one, &t);
	return t.failed ? -1 : 0;
}
