/*
 * sec_qmail.h - what the sections of a mail queue share.
 *
 * The reports of qmailanalog (spec/qmail-log.md 4) call their columns xdelay,
 * mess, tries; so do ours, letter by letter.  Their key stands first, costly
 * rows stand on top, and equal ones in the order of their keys.
 */
#ifndef REPORT_SEC_QMAIL_H
#define REPORT_SEC_QMAIL_H

#include <stdint.h>

#include "report/best.h"
#include "report/build.h"
#include "report/league.h"
#include "tally/accounts.h"

/* Rows of a league table when --top does not say. */
#define QMAIL_TOP 20

/* By the league's sum, largest first, then by label. */
int qmail_by_sum(const void *a, const void *b);

/* A column that counts, and one of durations. */
void qmail_count(struct build *b, struct table *t, const char *title);
void qmail_time(struct build *b, struct table *t, const char *title);

/* "remote.bob@far.example": channel and recipient, in scratch. */
struct str qmail_recipient(struct buf *scratch, enum channel channel,
    struct str recipient);

/* Appends text with the blanks that the log wrote as '_'. */
struct value qmail_decoded(struct build *b, struct str text);

/*
 * The last table of the section: the first rows of x, the rest summed, and
 * totals; fill writes the values of a row behind its label.
 */
typedef void qmail_fill_fn(const struct league_row *row, struct value *v);
void qmail_rows(struct build *b, struct table *t, struct best *x,
    qmail_fill_fn *fill);

#endif
