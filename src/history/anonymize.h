/*
 * anonymize.h - events without the names of people and machines.
 *
 * Of an address the local part becomes a hash, which is the same each time in one
 * store; of a client what is left is its network's address; of a name that a
 * client has or gives itself the last two labels.  So does whatever looks like
 * one of these in texts.  What the settings know as the server's own (fetchmail,
 * DMARC reports ...) stays, because it could not be told otherwise.
 *
 * A store is anonymized from the first time that it was asked for.  The hash
 * has a secret of the store's in it: two stores cannot be compared.  Who has the
 * store can try names out.
 */
#ifndef HISTORY_ANONYMIZE_H
#define HISTORY_ANONYMIZE_H

#include <stdbool.h>

struct anonymizer;
struct classes;
struct err;
struct event;
struct store;

int store_is_anonymized(struct store *s, bool *is, struct err *err);
/* Within a delta, of one that is not: from now on. */
int anonymize_begin(struct store *s, struct err *err);
/* *a is NULL for a store that is not. */
int anonymizer_open(struct anonymizer **a, struct store *s,
    const struct classes *c, struct err *err);
void anonymizer_close(struct anonymizer **a);
/* Valid until the next call.  a NULL: ev itself. */
const struct event *anonymize(struct anonymizer *a, const struct event *ev);

#endif
