#include "web/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "base/when.h"
#include "web/body.h"
#include "web/child.h"
#include "web/http.h"

/*
 * A job is WAITING for its turn, RUNNING, or DONE: then it is an answer that
 * is kept.  FAILED ones are told and forgotten.  Of one question there is at
 * most one that is DONE, and one that is not.
 */
enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE };

struct job {
	struct job *next; /* newest first */
	enum job_state state;
	struct buf key;	  /* its arguments, a NUL behind each */
	char **argv;
	struct job_spec spec; /* argv in it is not valid */
	struct child child;
	struct buf output;
	struct body *body;
	int64_t since_ns;     /* begun, or done */
	struct http_request **askers;
	size_t n_askers, cap_askers;
};

struct jobs {
	struct job *first;
	size_t running, waiting, kept, kept_bytes;
	struct jobs_counts counts;
};

struct jobs *
jobs_new(void)
{
	return mem_zalloc(sizeof(struct jobs));
}

/* ---- one job ---- */

static void
make_key(struct buf *key, const char *const *argv)
{
	for (size_t i = 0; argv[i] != NULL; i++)
		buf_add(key, argv[i], strlen(argv[i]) + 1);
}

static char **
copy_argv(const char *const *argv)
{
	size_t n = 0;
	char **copy;

	while (argv[n] != NULL)
		n++;
	copy = mem_zalloc((n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = mem_strdup(argv[i]);
	return copy;
}

static struct job *
job_new(struct jobs *j, const struct job_spec *spec, struct buf *key)
{
	struct job *job = mem_zalloc(sizeof(*job));

	*job = (struct job){ .next = j->first, .state = JOB_WAITING,
		.key = *key, .argv = copy_argv(spec->argv), .spec = *spec };
	*key = (struct buf){ 0 };
	job->spec.argv = NULL;
	j->first = job;
	j->waiting++;
	return job;
}

static size_t
body_bytes(const struct body *b)
{
	return b->plain.n + b->gzip.n;
}

static void
job_remove(struct jobs *j, struct job *job)
{
	struct job **link = &j->first;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	if (job->state == JOB_DONE) {
		j->kept--;
		j->kept_bytes -= body_bytes(job->body);
	}
	for (size_t i = 0; job->argv[i] != NULL; i++)
		free(job->argv[i]);
	free(job->argv);
	free(job->askers);
	body_unref(&job->body);
	buf_clear(&job->key);
	buf_clear(&job->output);
	buf_clear(&job->child.complaint);
	free(job);
}

/* The answer that is kept, or the job that makes one. */
static struct job *
job_find(const struct jobs *j, struct str key, bool is_done)
{
	for (struct job *job = j->first; job != NULL; job = job->next)
		if ((job->state == JOB_DONE) == is_done &&
		    str_eq(buf_str(&job->key), key))
			return job;
	return NULL;
}

/* ---- answers ---- */

static void
answer_one(const struct job *job, struct http_request *r)
{
	const struct http_reply reply = { .status = 200,
		.type = job->spec.type, .body = job->body,
		.policy = job->spec.policy };

	http_answer(r, &reply);
}

static void
answer_error(struct http_request *r, unsigned status, struct str why)
{
	struct http_reply reply = { .status = status,
		.type = "application/json", .caching = "no-store" };
	struct buf b = { 0 };

	buf_add_str(&b, STR("{\"error\":"));
	json_quote(&b, why);
	buf_add_str(&b, STR("}\n"));
	reply.body = body_new(&b);
	http_answer(r, &reply);
	body_unref(&reply.body);
}

static void
fail(struct jobs *j, struct job *job, unsigned status, struct str why)
{
	j->counts.failed++;
	for (size_t i = 0; i < job->n_askers; i++)
		answer_error(job->askers[i], status, why);
	job_remove(j, job);
}

/* The first line that the program said, without its name. */
static struct str
complaint(const struct job *job)
{
	struct str text = buf_str(&job->child.complaint), line;

	while (str_cut(&text, '\n', &line)) {
		if (str_starts(line, STR("mailtally: reading ")))
			continue;
		if (str_starts(line, STR("mailtally: ")))
			line = str_skip(line, 11);
		if (line.n > 0)
			return line;
	}
	return STR("The answer could not be made.");
}

/* A log that grows all the time is not read all the time. */
static bool
is_old(const struct job *job, const struct job_spec *spec, int64_t now_ns)
{
	int64_t age_ns = now_ns - job->since_ns;

	return age_ns > spec->keep_ns ||
	    (job->spec.fingerprint != spec->fingerprint &&
	    age_ns > JOBS_FRESH_NS);
}

static void
forget_some(struct jobs *j)
{
	while (j->kept > JOBS_KEPT || j->kept_bytes > JOBS_KEPT_BYTES) {
		struct job *oldest = NULL;

		for (struct job *job = j->first; job != NULL; job = job->next)
			if (job->state == JOB_DONE && (oldest == NULL ||
			    job->since_ns < oldest->since_ns))
				oldest = job;
		job_remove(j, oldest);
	}
}

/* The answer that is kept becomes that of the job. */
static void
renew(struct jobs *j, struct job *kept, struct job *job, int64_t now_ns)
{
	j->kept_bytes += body_bytes(job->body) - body_bytes(kept->body);
	body_unref(&kept->body);
	kept->body = body_ref(job->body);
	kept->spec.fingerprint = job->spec.fingerprint;
	kept->since_ns = now_ns;
}

static void
done(struct jobs *j, struct job *job, int64_t now_ns)
{
	struct job *kept = job_find(j, buf_str(&job->key), true);

	if (job->spec.finish)
		job->spec.finish(&job->output);
	job->body = body_new(&job->output);
	for (size_t i = 0; i < job->n_askers; i++)
		answer_one(job, job->askers[i]);
	job->n_askers = 0;
	if (kept != NULL) {
		renew(j, kept, job, now_ns);
	} else if (job->spec.fingerprint != 0) {
		job->state = JOB_DONE;
		job->since_ns = now_ns;
		j->kept++;
		j->kept_bytes += body_bytes(job->body);
		return;
	}
	job_remove(j, job);
}

/*
 * 0: fine; 1: nothing matched; 2: nothing was understood, which the answer
 * shows; 74: a part could not be read, as the answer says, too (DESIGN 4).
 */
static void
ended(struct jobs *j, struct job *job, int status, int64_t now_ns)
{
	j->running--;
	if ((status >= 0 && status <= 2) ||
	    (status == err_exit_status(ERR_IO) && job->output.n > 0))
		done(j, job, now_ns);
	else if (status == err_exit_status(ERR_USAGE))
		fail(j, job, 400, complaint(job));
	else if (status == err_exit_status(ERR_NO_INPUT))
		fail(j, job, 404, complaint(job));
	else
		fail(j, job, 500, complaint(job));
}

/* ---- running ---- */

static void
start(struct jobs *j, struct job *job, int64_t now_ns)
{
	struct err err;

	j->waiting--;
	if (child_start(&job->child, (const char *const *)job->argv, &err) < 0) {
		fail(j, job, 503, str_from(err.text));
		return;
	}
	j->counts.begun++;
	job->state = JOB_RUNNING;
	job->since_ns = now_ns;
	j->running++;
}

/* The one that waits longest. */
static struct job *
next_waiting(const struct jobs *j)
{
	struct job *last = NULL;

	for (struct job *job = j->first; job != NULL; job = job->next)
		if (job->state == JOB_WAITING)
			last = job;
	return last;
}

static void
start_some(struct jobs *j, int64_t now_ns)
{
	struct job *job;

	while (j->running < JOBS_RUNNING && (job = next_waiting(j)) != NULL)
		start(j, job, now_ns);
}

/*
 * The job that makes the answer, which key becomes part of if it is new; NULL:
 * too many wait already.
 */
static struct job *
job_get(struct jobs *j, const struct job_spec *spec, struct buf *key)
{
	struct job *job = job_find(j, buf_str(key), false);

	if (job == NULL && j->waiting < JOBS_WAITING)
		job = job_new(j, spec, key);
	return job;
}

void
jobs_ask(struct jobs *j, const struct job_spec *spec, struct http_request *r,
    int64_t now_ns)
{
	struct buf key = { 0 };
	struct job *kept, *job = NULL;
	bool old;

	make_key(&key, spec->argv);
	kept = job_find(j, buf_str(&key), true);
	old = kept == NULL || is_old(kept, spec, now_ns);
	if (old)
		job = job_get(j, spec, &key);
	if (kept && (!old || now_ns - kept->since_ns <= JOBS_STALE_NS)) {
		j->counts.remembered++;
		answer_one(kept, r);
	} else if (job == NULL) {
		answer_error(r, 503, STR("Too many questions at a time; ask "
		    "again."));
	} else {
		ARRAY_PUSH(job->askers, job->n_askers, job->cap_askers) = r;
		http_wait(r);
	}
	start_some(j, now_ns);
	buf_clear(&key);
}

nfds_t
jobs_descriptors(const struct jobs *j, struct pollfd *p)
{
	nfds_t n = 0;

	for (const struct job *job = j->first; job != NULL; job = job->next) {
		if (job->state != JOB_RUNNING)
			continue;
		p[n++] = (struct pollfd){ .fd = job->child.out,
			.events = POLLIN };
		p[n++] = (struct pollfd){ .fd = job->child.error,
			.events = POLLIN };
	}
	return n;
}

int
jobs_timeout_ms(const struct jobs *j, int64_t now_ns)
{
	(void)now_ns;
	return j->running > 0 ? 1000 : -1;
}

static void
run_one(struct jobs *j, struct job *job, int64_t now_ns)
{
	bool more;

	child_read_error(&job->child);
	more = child_read(&job->child, &job->output);
	if (!more) {
		ended(j, job, child_end(&job->child, false), now_ns);
	} else if (job->output.n > JOBS_BYTES) {
		child_end(&job->child, true);
		j->running--;
		fail(j, job, 413, STR("The answer is too large; ask for a "
		    "shorter period or fewer rows."));
	} else if (now_ns - job->since_ns > JOBS_SECONDS * WHEN_SECOND) {
		child_end(&job->child, true);
		j->running--;
		fail(j, job, 504, STR("It took too long; ask for a shorter "
		    "period."));
	}
}

void
jobs_run(struct jobs *j, int64_t now_ns)
{
	struct job *next;

	for (struct job *job = j->first; job != NULL; job = next) {
		next = job->next;
		if (job->state == JOB_RUNNING)
			run_one(j, job, now_ns);
	}
	forget_some(j);
	start_some(j, now_ns);
}

void
jobs_stop(struct jobs *j)
{
	struct job *next;

	for (struct job *job = j->first; job != NULL; job = next) {
		next = job->next;
		if (job->state == JOB_DONE)
			continue;
		if (job->state == JOB_RUNNING) {
			child_end(&job->child, true);
			j->running--;
		} else {
			j->waiting--;
		}
		fail(j, job, 503, STR("The server ends."));
	}
}

void
jobs_free(struct jobs **j)
{
	struct jobs *old = *j;

	*j = NULL;
	if (old == NULL)
		return;
	jobs_stop(old);
	while (old->first != NULL)
		job_remove(old, old->first);
	free(old);
}

struct jobs_counts
jobs_counts(const struct jobs *j)
{
	return j->counts;
}
