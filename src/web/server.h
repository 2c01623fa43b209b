/*
 * server.h - the dashboard's server: http, live stream and jobs in one loop.
 */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct server_options {
	const char *host;     /* where to listen: an address, numeric */
	uint16_t port;	      /* 0: any that is free */
	const char *const *names; /* what it is called, beside localhost */
	size_t n_names;
	const char *auth_file; /* who may ask (users.h); NULL: everybody */
	bool sandbox;	      /* see sandbox.h */
	const char *const *writable; /* directories in which runs write */
	size_t n_writable;
	const char *tls_cert; /* as http_options has them */
	const char *tls_key;
	const char *program;  /* "mailtally 0.1.0" */
	const char *report_host;
	const char *zone;     /* the name of the report's zone */
	int64_t now_ns;	      /* --now; 0: the clock */
	/* Options of every run: -C FILE, --tz=ZONE, ... */
	const char *const *common;
	size_t n_common;
	const char *const *logs; /* that are served, and nothing else */
	size_t n_logs;
	const char *store;    /* what is asked in place of logs, or NULL */
	const char *const *followed; /* that are shown live; none: no stream */
	size_t n_followed;
	const char *const *ingested; /* whose new lines go into the store */
	size_t n_ingested;
	const char *const *snapshots; /* files of answers of block lists */
	size_t n_snapshots;
	bool queue;	      /* the queue's own directories can be read */
	int stop;	      /* readable: end */
	void (*ready)(void *ctx, uint16_t port);
	/* One line of what goes wrong while it runs. */
	void (*tell)(void *ctx, const char *line);
	void *ctx;
};

/* Until stop is readable.  -1 with *err: it cannot listen. */
int server_run(const struct server_options *o, struct err *err);

#endif
