#include "report/sec_items.h"

#include "report/report.h"

void
items_columns(struct report *r, struct table *t)
{
	struct column *c = table_column(r, t, "Id", VALUE_TEXT);

	c->id = "item";
	c->hidden = true;
	table_column(r, t, "Item", VALUE_TEXT)->id = "label";
}

struct value *
items_row(struct report *r, struct table *t, struct str id, struct str label)
{
	struct value *v = table_row(r, t)->values;

	v[0] = value_text(arena_str(&r->arena, id));
	v[1] = value_text(arena_str(&r->arena, label));
	return v;
}
