/*
 * doctor_guard.h - "mailtally doctor --fix --every": a service that keeps the
 * state of log directories there.
 */
#ifndef CMD_DOCTOR_GUARD_H
#define CMD_DOCTOR_GUARD_H

#include <stdint.h>

/*
 * Looks every every_ns until a signal ends it (TERM, INT: the status is 0).  What
 * it does, and what it cannot do, is told once on standard error.
 */
int doctor_guard(char *const *directories, int n, int64_t every_ns);

#endif
