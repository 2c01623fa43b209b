/*
 * params.h - parameters of an address as options of a command.
 *
 * What a client may ask is a row of a table; anything else is an error, and no
 * value can become an option of its own or name a file.
 */
#ifndef WEB_PARAMS_H
#define WEB_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct http_request;

/* Commands that take a parameter, as bits. */
enum { PARAM_REPORT = 1, PARAM_EVENTS = 2, PARAM_TRACE = 4, PARAM_LOGS = 8,
	PARAM_LINES = 16, PARAM_STATE = 32, PARAM_WHAT_IF = 64 };

#define ARGS_MOST 64

/* Arguments of a run; all are owned. */
struct args {
	char *items[ARGS_MOST + 1];
	size_t n;
};

void args_add(struct args *a, const char *text);
void args_addf(struct args *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void args_clear(struct args *a);

/* Appends the options that the parameters of r mean for a command. */
int params_take(struct args *a, const struct http_request *r, unsigned command,
    struct err *err);

#endif
