/*
 * cmd_formats.c - "mailtally formats": what logs are understood.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "format/format.h"

static void
add_format(struct buf *b, const struct format *f)
{
	buf_printf(b, "%s%s: %s\n\n", b->n > 0 ? "\n" : "", f->name, f->title);
	cmd_wrap(b, f->help, 4);
	for (size_t i = 0; f->samples[i].line != NULL; i++) {
		buf_printf(b, "\n    %s\n", f->samples[i].shows);
		cmd_escape(b, str_from(f->samples[i].line), 8);
	}
}

static int
unknown_format(const char *name, struct err *err)
{
	const char **names;
	const char *near;
	size_t n = 0;

	while (formats[n] != NULL)
		n++;
	names = mem_zalloc((n + 1) * sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = formats[i]->name;
	near = opt_nearest(name, names);
	free(names);
	if (near != NULL) {
		return err_set(err, ERR_USAGE,
		    "\"%.60s\": no such format; did you mean %s?", name, near);
	}
	return err_set(err, ERR_USAGE, "\"%.60s\": no such format; mailtally "
	    "formats lists what there is", name);
}

static int
add_named(struct buf *b, char *const *names, int n, struct err *err)
{
	for (int i = 0; i < n; i++) {
		const struct format *f = format_find(names[i]);

		if (f == NULL)
			return unknown_format(names[i], err);
		add_format(b, f);
	}
	return 0;
}

static int
formats_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	struct buf b = { 0 };
	struct err err;
	int operands, status;

	operands = cmd_options(self, context, NULL, 0, argc, argv, &status);
	if (operands < 0)
		return status;
	for (size_t i = 0; operands == 0 && formats[i] != NULL; i++)
		add_format(&b, formats[i]);
	if (add_named(&b, argv + 1, operands, &err) == -1)
		status = cmd_fail(&err);
	else
		status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

const struct cmd cmd_formats = {
	.name = "formats",
	.arguments = "[NAME...]",
	.summary = "the log formats that are understood, with sample lines",
	.help = "  mailtally formats qpsmtpd",
	.without_settings = true,
	.run = formats_run,
};
