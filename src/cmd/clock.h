/*
 * clock.h - the options of commands that show times but read no period of logs:
 * in which zone, and what the present is.
 */
#ifndef CMD_CLOCK_H
#define CMD_CLOCK_H

#include <stdint.h>

#include "base/opt.h"

struct err;
struct zone;

/* As the command line has them. */
struct clock_options {
	const char *zone;
	const char *now;
};

/* The option rows; they point into o, which must outlive them. */
#define CLOCK_ROWS 4
void clock_rows(struct opt rows[CLOCK_ROWS], struct clock_options *o);

/* --now in the zone (NULL: UTC), else the clock's. */
int clock_now(const struct clock_options *o, const struct zone *zone,
    int64_t *now_ns, struct err *err);
/* Both; otherwise: the zone without --tz, NULL the system's.  zone_close(). */
int clock_open(const struct clock_options *o, const char *otherwise,
    struct zone **zone, int64_t *now_ns, struct err *err);

#endif
