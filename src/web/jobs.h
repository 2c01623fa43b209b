/*
 * jobs.h - answers that a run of the program makes: one run for all who ask
 * the same, kept as long as the logs are what they were.
 *
 * An answer may be JOBS_FRESH_NS behind a log that grows.  Then a run makes a
 * new one; until that is done, and for JOBS_STALE_NS at most, the old one is
 * given, so that of many who ask all the time nobody waits.
 *
 * Bounds: JOBS_RUNNING at a time and JOBS_WAITING behind them, of
 * JOBS_SECONDS and JOBS_BYTES each; JOBS_KEPT answers of JOBS_KEPT_BYTES in
 * all are remembered.
 */
#ifndef WEB_JOBS_H
#define WEB_JOBS_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct http_request;
struct jobs;

#define JOBS_RUNNING 4
#define JOBS_WAITING 64
#define JOBS_SECONDS 60
#define JOBS_FRESH_NS (INT64_C(2) * 1000000000)
#define JOBS_STALE_NS (INT64_C(10) * 1000000000)
#define JOBS_BYTES ((size_t)64 * 1024 * 1024)
#define JOBS_KEPT 128
#define JOBS_KEPT_BYTES ((size_t)128 * 1024 * 1024)

/* What becomes of the output: changes it in place.  NULL: nothing. */
typedef void job_finish_fn(struct buf *output);

struct job_spec {
	const char *const *argv; /* ends with NULL; copied */
	const char *type;	 /* Content-Type, literal */
	const char *policy;	 /* as http_reply.policy; outlives the jobs */
	job_finish_fn *finish;
	/* While it is the same the answer is, too; 0: never kept. */
	uint64_t fingerprint;
	int64_t keep_ns;	 /* but no longer than this */
};

struct jobs *jobs_new(void);
void jobs_free(struct jobs **j);

/* Answers r, now or later. */
void jobs_ask(struct jobs *j, const struct job_spec *spec,
    struct http_request *r, int64_t now_ns);

/* For poll(2): at most JOBS_DESCRIPTORS. */
#define JOBS_DESCRIPTORS ((size_t)2 * JOBS_RUNNING)
nfds_t jobs_descriptors(const struct jobs *j, struct pollfd *p);
/* Milliseconds until a run has taken too long; -1: none runs. */
int jobs_timeout_ms(const struct jobs *j, int64_t now_ns);
void jobs_run(struct jobs *j, int64_t now_ns);
/* Ends all runs; who waits is told that the server ends. */
void jobs_stop(struct jobs *j);

/* For metrics: runs begun, answers from memory, runs that failed. */
struct jobs_counts {
	uint64_t begun, remembered, failed;
};
struct jobs_counts jobs_counts(const struct jobs *j);

#endif
