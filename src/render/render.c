#include "render/render.h"

#include <string.h>

#include "report/report.h"

const struct renderer *const renderers[] = {
	&render_text,
	&render_json,
	&render_jsonl,
	&render_csv,
	&render_html,
	&render_mail,
	&render_prometheus,
	NULL,
};

const struct renderer *
render_find(const char *name)
{
	for (size_t i = 0; renderers[i] != NULL; i++) {
		if (strcmp(renderers[i]->name, name) == 0)
			return renderers[i];
	}
	return NULL;
}

bool
render_shows(const struct render_options *o, const struct section *s)
{
	return !o->quiet_empty || s->always || !section_is_empty(s);
}
