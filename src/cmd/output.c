#include "cmd/output.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/out.h"
#include "cmd/terminal.h"
#include "render/render.h"

void
output_rows(struct opt rows[OUTPUT_ROWS], struct output_options *o)
{
	enum { EMPTY_OK = 5 };
	const struct opt table[] = {
		{ .type = OPT_GROUP, .help = "Output" },
		{ .type = OPT_TEXT, .short_name = 'o', .name = "output",
		    .argument = "FORMAT", .value = &o->output,
		    .help = "text, json, jsonl or csv", .initial = "text" },
		{ .type = OPT_TEXT, .short_name = 'd', .name = "directory",
		    .argument = "DIR", .value = &o->directory,
		    .help = "csv: write one file a table there" },
		{ .type = OPT_FLAG, .name = "csv-safe", .value = &o->csv_safe,
		    .help = "csv: ' before what a spreadsheet would compute",
		    .initial = "on" },
		{ .type = OPT_TEXT, .name = "color", .argument = "WHEN",
		    .value = &o->color, .help = "auto, always, never",
		    .initial = "auto" },
		[EMPTY_OK] = { .type = OPT_FLAG, .name = "empty-ok",
		    .value = &o->empty_ok,
		    .help = "exit status 0 though nothing was understood" },
		{ .type = OPT_END },
	};
	_Static_assert(sizeof(table) / sizeof(table[0]) <= OUTPUT_ROWS,
	    "OUTPUT_ROWS is too small");

	memcpy(rows, table, sizeof(table));
	if (!o->of_logs)
		rows[EMPTY_OK] = (struct opt){ .type = OPT_END };
}

const struct renderer *
output_choose(const struct output_options *o, struct err *err)
{
	const char *name = o->output ? o->output : "text";
	const struct renderer *renderer = render_find(name);

	if (renderer == NULL) {
		err_set(err, ERR_USAGE, "-o %.60s: there is no such output; there "
		    "are text, json, jsonl and csv", name);
	} else if (o->directory && renderer != &render_csv) {
		err_set(err, ERR_USAGE, "-d %s: only -o csv writes a file a "
		    "table", o->directory);
		renderer = NULL;
	}
	return renderer;
}

int
output_report(const struct report *r, const struct renderer *renderer,
    const struct output_options *o, struct err *err)
{
	struct render_options ro = { .csv_safe = o->csv_safe,
		.directory = o->directory };
	struct out *out = out_open_fd(STDOUT_FILENO, "standard output");
	struct err late;
	int status;

	terminal_options(&ro, o->color);
	status = renderer->render(r, &ro, out, err);
	if (out_close(&out, &late) < 0 && status == 0) {
		*err = late;
		status = -1;
	}
	return status;
}
