/*
 * gate.h - requests of users go on to the routes, others are asked who they are.
 */
#ifndef WEB_GATE_H
#define WEB_GATE_H

struct http_request;

/* For http_options.handle; site is a struct site.  Without a login all pass. */
void gate_handle(void *site, struct http_request *r);
/* Goes on with those whose passwords were looked at; see login_run(). */
struct site;
void gate_run(struct site *s);
/* Nobody waits any more. */
void gate_stop(struct site *s);

#endif
