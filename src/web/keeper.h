/*
 * keeper.h - a run of this program that is to go on as long as the server: it
 * is started again when it ends, and what it complained of is told.
 */
#ifndef WEB_KEEPER_H
#define WEB_KEEPER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct keeper;

/*
 * argv: its arguments, ending with NULL, which must outlive it.  tell: is given
 * one line each time it ends, or cannot be started; not again while that is the same.
 */
struct keeper *keeper_new(const char *const *argv,
    void (*tell)(void *ctx, const char *line), void *ctx);
void keeper_free(struct keeper **k);

/* For poll(2): at most two. */
#define KEEPER_DESCRIPTORS 2
nfds_t keeper_descriptors(const struct keeper *k, struct pollfd *p);
/* Milliseconds until something is due; -1: nothing. */
int keeper_timeout_ms(const struct keeper *k);
void keeper_run(struct keeper *k, int64_t now_ns);
bool keeper_runs(const struct keeper *k);

#endif
