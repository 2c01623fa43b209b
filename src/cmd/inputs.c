#include "cmd/inputs.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/when.h"
#include "cmd/cmd.h"
#include "cmd/logs.h"
#include "conf/conf.h"
#include "report/report.h"

struct pump_options
inputs_pump(const struct logs *l)
{
	return (struct pump_options){
		.sources = &l->sources, .format = l->format, .jobs = l->jobs,
		.zone = l->zone,
		.now_ns = l->now_given ? l->now_ns : WHEN_NONE,
		.clock_ns = l->now_ns,
		.start_ns = l->period.start_ns, .end_ns = l->period.end_ns,
		.progress = l->progress ? logs_progress : NULL,
	};
}

void
inputs_name_host(struct report *r, const struct conf *conf)
{
	char name[256];

	r->host = arena_str(&r->arena, str_from(cmd_host_name(conf, name,
	    sizeof(name))));
}

void
inputs_describe(struct report *r, const struct pumped *pumped)
{
	for (size_t i = 0; i < pumped->n_sources; i++) {
		const struct pumped_source *p = &pumped->sources[i];
		struct report_input *in = report_input(r,
		    str_from(p->source->path));

		if (p->format)
			in->format = p->format->name;
		in->packed = source_packing_name(p->source->packing);
		in->bytes = p->bytes;
		in->lines = p->lines;
		in->used = p->used;
		in->ignored = p->ignored;
		in->not_understood = p->not_understood;
		if (p->error)
			in->error = str_from(p->error);
		if (p->source->copy_of) {
			struct buf note = { 0 };

			buf_printf(&note, "a copy of %s: not counted",
			    p->source->copy_of->path);
			in->note = arena_str(&r->arena, buf_str(&note));
			buf_clear(&note);
		}
	}
}

bool
inputs_understood(const struct pumped *pumped)
{
	for (size_t i = 0; i < pumped->n_streams; i++) {
		const struct scan_counts *c = &pumped->streams[i].counts;

		if (pumped->streams[i].format && c->lines >
		    c->not_understood + c->ignored[IGNORED_EMPTY])
			return true;
	}
	return false;
}

/* Enough of a line to see what it is. */
#define ALERT_BYTES 80

void
inputs_explain_nothing(struct report *r, const struct pumped *pumped)
{
	struct buf names = { 0 };

	for (size_t i = 0; formats[i]; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", formats[i]->name);
	report_alert(r, "No line of the input was recognised. Formats "
	    "tried: %s.", names.p);
	buf_clear(&names);
	for (size_t i = 0, shown = 0; i < pumped->n_streams; i++) {
		const struct scan_counts *c = &pumped->streams[i].counts;

		for (unsigned j = 0; j < c->n_samples && shown < 3; j++, shown++) {
			struct str text = str_head(str_make(
			    c->samples[j].text, c->samples[j].n), ALERT_BYTES);

			report_alert(r, "Not understood: %.*s",
			    STR_ARG(text));
		}
	}
}

int
inputs_tell_failures(const struct logs *l, const struct pumped *pumped)
{
	int status = l->missing ? err_exit_status(ERR_NO_INPUT) : 0;

	for (size_t i = 0; i < pumped->n_sources; i++) {
		const struct pumped_source *p = &pumped->sources[i];

		if (p->error == NULL)
			continue;
		if (strncmp(p->error, p->source->path,
		    strlen(p->source->path)) == 0)
			fprintf(stderr, "mailtally: %s\n", p->error);
		else
			fprintf(stderr, "mailtally: %s: %s; the rest is "
			    "reported\n", p->source->path, p->error);
		status = err_exit_status(ERR_IO);
	}
	return status;
}

int
inputs_conclude(const struct logs *l, const struct pumped *pumped,
    bool empty_ok)
{
	int status = inputs_tell_failures(l, pumped);

	return status == 0 && !empty_ok && !inputs_understood(pumped) ? 2 :
	    status;
}
