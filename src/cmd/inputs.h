/*
 * inputs.h - what became of the logs that a command read: for its report, its
 * messages and its exit status.
 */
#ifndef CMD_INPUTS_H
#define CMD_INPUTS_H

#include <stdbool.h>

#include "pump/pump.h"

struct conf;
struct logs;
struct report;

/* How a command reads what its options say; wants, join and sink are its own. */
struct pump_options inputs_pump(const struct logs *l);

/* Whose mail the report is about: as configured, else this machine's name. */
void inputs_name_host(struct report *r, const struct conf *conf);
/* Each source as an input of the report. */
void inputs_describe(struct report *r, const struct pumped *p);
/* Was there a line that a format knew?  An empty one is nobody's. */
bool inputs_understood(const struct pumped *p);
/* A.6: alerts that say so where there was none. */
void inputs_explain_nothing(struct report *r, const struct pumped *p);
/* Sources that could not be read whole, one line each on standard error; their
 * exit status. */
int inputs_tell_failures(const struct logs *l, const struct pumped *p);
/* The same, and 2 where nothing was understood, unless that is all right. */
int inputs_conclude(const struct logs *l, const struct pumped *p,
    bool empty_ok);

#endif
