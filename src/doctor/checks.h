/*
 * checks.h - the checks, for doctor/ alone: each looks at one thing.
 *
 * checks.c has those of lines and of the machine, checks_multilog.c those of
 * what multilog keeps in a log directory, checks_around.c what is around.
 */
#ifndef DOCTOR_CHECKS_H
#define DOCTOR_CHECKS_H

#include <stdbool.h>

struct examination;
struct finding;
struct place;

/* Set the texts of a finding; return true, which is what checks return. */
bool finding_set(struct examination *x, struct finding *f, const char *command,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/*
 * A command made of a format in which each %q is the next text, quoted for a
 * shell where it must be.  In the examination's arena.  Ends with NULL.
 */
const char *command_text(struct examination *x, const char *format, ...);

bool check_state_missing(struct examination *x, const struct place *p,
    struct finding *f);
bool check_state_odd(struct examination *x, const struct place *p,
    struct finding *f);
bool check_state_doubled(struct examination *x, const struct place *p,
    struct finding *f);
bool check_blocked(struct examination *x, const struct place *p,
    struct finding *f);
bool check_unprocessed(struct examination *x, const struct place *p,
    struct finding *f);
bool check_no_writer(struct examination *x, const struct place *p,
    struct finding *f);

bool check_resolver(struct examination *x, struct finding *f);
bool check_list_dead(struct examination *x, struct finding *f);
bool check_list_wild(struct examination *x, struct finding *f);
bool check_store(struct examination *x, struct finding *f);
bool check_port(struct examination *x, const struct place *p,
    struct finding *f);

#endif
