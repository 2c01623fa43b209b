/*
 * sec_items.h - tables that have one number a row: each row is an item with
 * an id for programs and a label for people.
 */
#ifndef REPORT_SEC_ITEMS_H
#define REPORT_SEC_ITEMS_H

#include "base/str.h"

struct report;
struct table;
struct value;

/* The first two columns: "item", which text leaves out, and "label". */
void items_columns(struct report *r, struct table *t);

/* A row of such a table; its values from the third column on are yours. */
#define ITEMS_FIRST 2
struct value *items_row(struct report *r, struct table *t, struct str id,
    struct str label);

#endif
