#include "web/routes.h"

#include <sys/stat.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json_text.h"
#include "base/num.h"
#include "base/when.h"
#include "render/assets.h"
#include "web/body.h"
#include "web/http.h"
#include "web/jobs.h"
#include "web/keeper.h"
#include "web/live.h"
#include "web/params.h"
#include "web/server.h"

#define JSON "application/json; charset=utf-8"
/* How long an answer holds although no log has changed: the day may have. */
#define KEEP_NS (60 * WHEN_SECOND)
#define EVENTS_DEFAULT 200

/* ---- answers from memory ---- */

static void
answer(struct http_request *r, unsigned status, const char *type,
    struct buf *content)
{
	struct http_reply reply = { .status = status, .type = type,
		.body = body_new(content) };

	http_answer(r, &reply);
	body_unref(&reply.body);
}

static void
answer_error(struct http_request *r, unsigned status, const char *why)
{
	struct buf b = { 0 };

	buf_add_str(&b, STR("{\"error\":"));
	json_quote(&b, str_from(why));
	buf_add_str(&b, STR("}\n"));
	answer(r, status, JSON, &b);
}

static void
answer_asset(struct http_request *r, const char *type, const struct asset *a)
{
	struct http_reply reply = { .status = 200, .type = type };

	reply.body = body_new_packed(
	    str_make((const char *)a->bytes, a->n),
	    str_make((const char *)a->gzip, a->n_gzip));
	http_answer(r, &reply);
	body_unref(&reply.body);
}

static void
handle_script(struct site *s, struct http_request *r)
{
	(void)s;
	answer_asset(r, "text/javascript; charset=utf-8", &asset_script);
}

static void
handle_style(struct site *s, struct http_request *r)
{
	(void)s;
	answer_asset(r, "text/css; charset=utf-8", &asset_style);
}

static void
handle_page(struct site *s, struct http_request *r)
{
	static const struct http_reply without_script = { .status = 302,
		.location = "/report" };
	struct buf b = { 0 };

	(void)s;
	if (asset_script.n == 0) {
		http_answer(r, &without_script);
		return;
	}
	buf_add_str(&b, STR("<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<title>mailtally</title>\n"
	    "<link rel=\"icon\" href=\"data:,\">\n"
	    "<link rel=\"stylesheet\" href=\"/page.css\">\n"
	    "<script src=\"/page.js\" defer></script>\n</head>\n<body>\n"
	    "<noscript><main><p>This page needs a script for its charts. "
	    "<a href=\"/report\">The same report as tables</a> needs none."
	    "</p></main></noscript>\n</body>\n</html>\n"));
	answer(r, 200, "text/html; charset=utf-8", &b);
}

static void
add_member(struct buf *b, const char *name, const char *text)
{
	json_add_key(b, name);
	json_quote(b, str_from(text));
}

static void
handle_health(struct site *s, struct http_request *r)
{
	struct buf b = { 0 }, now = { 0 };

	when_format(&now, s->o->now_ns ? s->o->now_ns : s->now_ns,
	    WHEN_RFC3339, NULL);
	buf_add_char(&b, '{');
	add_member(&b, "status", "ok");
	add_member(&b, "program", s->o->program);
	add_member(&b, "host", s->o->report_host);
	add_member(&b, "zone", s->o->zone);
	add_member(&b, "now", now.p);
	buf_printf(&b, ",\"live\":%s,\"queue\":%s,\"logs\":%zu,"
	    "\"snapshots\":%zu,\"store\":%s",
	    s->live && live_feed_runs(s->live) ? "true" : "false",
	    s->o->queue ? "true" : "false", s->o->n_logs,
	    s->o->n_snapshots, s->o->store ? "true" : "false");
	if (s->ingest != NULL)
		buf_printf(&b, ",\"ingest\":%s",
		    keeper_runs(s->ingest) ? "true" : "false");
	buf_add_str(&b, STR("}\n"));
	answer(r, 200, JSON, &b);
	buf_clear(&now);
}

static void
add_counter(struct buf *b, const char *name, const char *help, uint64_t n)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s counter\n%s %" PRIu64 "\n", name,
	    help, name, name, n);
}

static void
handle_metrics(struct site *s, struct http_request *r)
{
	struct jobs_counts c = jobs_counts(s->jobs);
	struct buf b = { 0 };

	if (s->live)
		live_feed_metrics(s->live, &b);
	add_counter(&b, "mailtally_http_requests_total", "Requests answered.",
	    s->requests);
	add_counter(&b, "mailtally_runs_total", "Answers that were made.",
	    c.begun);
	add_counter(&b, "mailtally_runs_remembered_total", "Answers given again "
	    "from memory.", c.remembered);
	add_counter(&b, "mailtally_runs_failed_total", "Answers that could not "
	    "be made.", c.failed);
	answer(r, 200, "text/plain; version=0.0.4; charset=utf-8", &b);
}

static void
handle_live(struct site *s, struct http_request *r)
{
	if (s->live == NULL)
		answer_error(r, 404, "Nothing is followed live.");
	else
		live_feed_watch(s->live, r);
}

/* ---- answers of runs ---- */

/* A run of a command that is asked for by the parameters of a request. */
struct question {
	const char *command;	/* "dnsbl test" is two words of it */
	const char *output;	/* --output=... */
	unsigned parameters;	/* those of which command, of params.h */
	const char *what;	/* an operand before the logs, or NULL */
	bool of_lines;		/* lines of logs are not in a store */
	struct job_spec spec;
};

static void
begin_arguments(struct args *a, const struct site *s, const char *command,
    const char *output)
{
	const char *second = strchr(command, ' ');

	args_add(a, "mailtally");
	args_addf(a, "%.*s", (int)strcspn(command, " "), command);
	if (second != NULL)
		args_add(a, second + 1);
	for (size_t i = 0; i < s->o->n_common; i++)
		args_add(a, s->o->common[i]);
	args_add(a, "--quiet");
	args_addf(a, "--output=%s", output);
}

/* Where an answer is to come from: the store, if there is one and it knows. */
static bool
asks_store(const struct site *s, const struct question *q)
{
	return s->o->store != NULL && !q->of_lines;
}

static void
add_input(struct args *a, const struct site *s, const struct question *q)
{
	if (asks_store(s, q))
		args_addf(a, "--store=%s", s->o->store);
	args_add(a, "--");
	if (q->what != NULL)
		args_add(a, q->what);
	for (size_t i = 0; !asks_store(s, q) && i < s->o->n_logs; i++)
		args_add(a, s->o->logs[i]);
}

static uint64_t
fingerprint(struct site *s, const struct question *q)
{
	return asks_store(s, q) ?
	    store_fingerprint(&s->store_seen, s->o, s->now_ns) :
	    logs_fingerprint(&s->logs_seen, s->o, s->now_ns);
}

/* further: options that no parameter gives, ends with NULL. */
static void
ask(struct site *s, struct http_request *r, struct question *q,
    const char *const *further)
{
	struct args a = { 0 };
	struct err err;

	if (!asks_store(s, q) && s->o->n_logs == 0) {
		answer_error(r, 404, "This needs the lines of a log, and serve "
		    "was started with a store alone; name the logs, too.");
		return;
	}
	begin_arguments(&a, s, q->command, q->output);
	for (; further && *further; further++)
		args_add(&a, *further);
	if (params_take(&a, r, q->parameters, &err) < 0) {
		answer_error(r, 400, err.text);
		args_clear(&a);
		return;
	}
	add_input(&a, s, q);
	q->spec.argv = (const char *const *)a.items;
	q->spec.keep_ns = KEEP_NS;
	q->spec.fingerprint = fingerprint(s, q);
	jobs_ask(s->jobs, &q->spec, r, s->now_ns);
	args_clear(&a);
}

static void
handle_report(struct site *s, struct http_request *r)
{
	struct question q = { .command = "report", .output = "json",
		.parameters = PARAM_REPORT, .spec = { .type = JSON } };

	ask(s, r, &q, NULL);
}

static void
handle_tables(struct site *s, struct http_request *r)
{
	static const char *const further[] = { "--no-script", NULL };
	struct question q = { .command = "report", .output = "html",
		.parameters = PARAM_REPORT,
		.spec = { .type = "text/html; charset=utf-8",
		    .policy = s->tables_policy } };

	ask(s, r, &q, further);
}

/* Lines of JSON as an array. */
static void
finish_events(struct buf *output)
{
	struct buf b = { 0 };
	struct str rest = buf_str(output), line;
	bool first = true;

	buf_add_str(&b, STR("{\"schema\":1,\"events\":["));
	while (str_cut(&rest, '\n', &line)) {
		if (line.n == 0)
			continue;
		buf_add_str(&b, first ? STR("\n") : STR(",\n"));
		buf_add_str(&b, line);
		first = false;
	}
	buf_add_str(&b, STR("]}\n"));
	buf_clear(output);
	*output = b;
}

/* A number of events, so that nobody asks for all of a year at once. */
static uint64_t
events_limit(const struct http_request *r)
{
	const char *given = http_param(r, "limit");
	uint64_t limit;

	if (given == NULL || !num_u64(str_from(given), &limit) || limit == 0)
		return EVENTS_DEFAULT;
	return limit;
}

static void
handle_events(struct site *s, struct http_request *r)
{
	const char *pattern = http_param(r, "q");
	bool all = pattern == NULL || *pattern == '\0';
	char limit[40];
	const char *const further[] = { "--sort=time", "--reverse", limit,
		all ? "--all" : NULL, NULL };
	struct question q = { .command = "grep", .output = "jsonl",
		.parameters = PARAM_EVENTS,
		.spec = { .type = JSON, .finish = finish_events } };

	snprintf(limit, sizeof(limit), "--limit=%" PRIu64, events_limit(r));
	ask(s, r, &q, further);
}

/* Nothing found is an empty list here, as everywhere in the API. */
static void
finish_trace(struct buf *output)
{
	if (output->n == 0)
		buf_add_str(output, STR("{\"schema\":1,\"stories\":[]}\n"));
}

static void
handle_trace(struct site *s, struct http_request *r)
{
	struct question q = { .command = "trace", .output = "json",
		.parameters = PARAM_TRACE, .what = http_param(r, "what"),
		.spec = { .type = JSON, .finish = finish_trace } };

	if (q.what == NULL || *q.what == '\0')
		answer_error(r, 400, "what: a message-id, an address, a client, "
		    "or a process with a time");
	else
		ask(s, r, &q, NULL);
}

static void
ask_logs(struct site *s, struct http_request *r, unsigned parameters)
{
	struct question q = { .command = "logs", .output = "json",
		.parameters = parameters, .of_lines = true,
		.spec = { .type = JSON } };
	const char *id = http_param(r, "id");

	if (parameters != PARAM_LOGS && (id == NULL || *id == '\0'))
		answer_error(r, 400, "id: which one, of those that "
		    "/api/v1/logs lists?");
	else
		ask(s, r, &q, NULL);
}

static void
handle_logs(struct site *s, struct http_request *r)
{
	ask_logs(s, r, PARAM_LOGS);
}

static void
handle_lines(struct site *s, struct http_request *r)
{
	ask_logs(s, r, PARAM_LINES);
}

static void
handle_state(struct site *s, struct http_request *r)
{
	ask_logs(s, r, PARAM_STATE);
}

/* ---- block lists ---- */

static void
add_snapshot(struct buf *b, size_t number, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	buf_printf(b, "%s\n{\"id\":\"%zu\"", number > 1 ? "," : "", number);
	add_member(b, "name", slash ? slash + 1 : path);
	if (stat(path, &st) < 0) {
		buf_add_str(b, STR(",\"bytes\":null,\"changed\":null}"));
		return;
	}
	buf_printf(b, ",\"bytes\":%jd,\"changed\":\"",
	    (intmax_t)st.st_size);
	when_format(b, when_from_s(st.st_mtim.tv_sec), WHEN_RFC3339, NULL);
	buf_add_str(b, STR("\"}"));
}

static void
handle_snapshots(struct site *s, struct http_request *r)
{
	struct buf b = { 0 };

	buf_add_str(&b, STR("{\"schema\":1,\"snapshots\":["));
	for (size_t i = 0; i < s->o->n_snapshots; i++)
		add_snapshot(&b, i + 1, s->o->snapshots[i]);
	buf_add_str(&b, STR("]}\n"));
	answer(r, 200, JSON, &b);
}

/* The one with the number that was asked for, or NULL. */
static const char *
chosen_snapshot(const struct site *s, const struct http_request *r)
{
	const char *given = http_param(r, "snapshot");
	uint64_t number = 1;

	if (given != NULL && *given != '\0' &&
	    !num_u64(str_from(given), &number))
		return NULL;
	return number >= 1 && number <= s->o->n_snapshots ?
	    s->o->snapshots[number - 1] : NULL;
}

static void
handle_what_if(struct site *s, struct http_request *r)
{
	const char *file = chosen_snapshot(s, r);
	struct question q = { .command = "dnsbl test", .output = "json",
		.parameters = PARAM_WHAT_IF, .of_lines = true,
		.spec = { .type = JSON } };
	struct buf replay = { 0 };

	if (file == NULL) {
		answer_error(r, 404, "There is no such snapshot; [lists] "
		    "snapshot in the configuration names them.");
		return;
	}
	buf_printf(&replay, "--replay=%s", file);
	ask(s, r, &q, (const char *const []){ replay.p, NULL });
	buf_clear(&replay);
}

static void
handle_queue(struct site *s, struct http_request *r)
{
	struct args a = { 0 };
	struct job_spec spec = { .type = JSON };

	if (!s->o->queue) {
		answer_error(r, 404, "The queue's directories cannot be read "
		    "here.");
		return;
	}
	begin_arguments(&a, s, "queue", "json");
	args_add(&a, "--top=200");
	spec.argv = (const char *const *)a.items;
	spec.keep_ns = 2 * WHEN_SECOND;
	jobs_ask(s->jobs, &spec, r, s->now_ns);
	args_clear(&a);
}

/* ---- the table ---- */

const struct route routes[] = {
	{ "/", handle_page, "the page" },
	{ "/page.js", handle_script, "its script" },
	{ "/page.css", handle_style, "its style" },
	{ "/report", handle_tables, "a report as tables, without script" },
	{ "/metrics", handle_metrics, "counters for Prometheus" },
	{ "/api/v1/report", handle_report, "a report as JSON" },
	{ "/api/v1/events", handle_events, "events found, newest first" },
	{ "/api/v1/trace", handle_trace, "stories of messages" },
	{ "/api/v1/live", handle_live, "events as they come, server-sent" },
	{ "/api/v1/queue", handle_queue, "the queue now" },
	{ "/api/v1/logs", handle_logs, "the log files there are" },
	{ "/api/v1/logs/lines", handle_lines, "lines of one of them" },
	{ "/api/v1/logs/state", handle_state, "a log directory's state" },
	{ "/api/v1/snapshots", handle_snapshots, "kept answers of block lists" },
	{ "/api/v1/whatif", handle_what_if, "what these would have stopped" },
	{ "/api/v1/health", handle_health, "whether it works, and with what" },
	{ "/api/v1/metrics", handle_metrics, "the same as /metrics" },
	{ NULL, NULL, NULL },
};

void
routes_handle(void *site, struct http_request *r)
{
	struct site *s = site;

	s->requests++;
	for (const struct route *route = routes; route->path; route++) {
		if (strcmp(route->path, http_path(r)) == 0) {
			route->handle(s, r);
			return;
		}
	}
	answer_error(r, 404, "There is no such page.");
}
