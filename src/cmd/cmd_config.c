/*
 * cmd_config.c - "mailtally config": the settings in effect.
 */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "cmd/cmd.h"
#include "conf/conf.h"

static int
print_example(void)
{
	struct buf b = { 0 };
	int status;

	conf_example(&b);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

static int
print_settings(struct cmd_context *context)
{
	struct buf plain = { 0 }, shown = { 0 };
	int status = cmd_settings(context);

	if (status != 0)
		return status;
	if (context->conf_file != NULL)
		buf_printf(&plain, "# %s\n", context->conf_file);
	else
		buf_printf(&plain, "# no %s\n", CMD_CONF_FILE);
	conf_print_origins(&plain, context->conf);
	cmd_escape(&shown, buf_str(&plain), 0);
	status = cmd_print(&shown);
	buf_clear(&plain);
	buf_clear(&shown);
	return status;
}

/* "config get KEY": raw, for scripts; what is in it is the administrator's. */
static int
get_setting(struct cmd_context *context, const char *key)
{
	struct buf b = { 0 };
	struct err err;
	int status = cmd_settings(context);

	if (status != 0)
		return status;
	if (conf_get(context->conf, str_from(key), &b, &err) == -1) {
		status = cmd_fail(&err);
	} else {
		buf_add_char(&b, '\n');
		status = cmd_print(&b);
	}
	buf_clear(&b);
	return status;
}

static int
print_mdoc(void)
{
	struct buf b = { 0 };
	int status;

	conf_mdoc(&b);
	status = cmd_print(&b);
	buf_clear(&b);
	return status;
}

static int
config_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	bool example = false, mdoc = false;
	const struct opt rows[] = {
		{ .type = OPT_GROUP, .help = "Settings" },
		{ .type = OPT_FLAG, .name = "example", .value = &example,
		    .help = "print a file with every setting and its default" },
		{ .type = OPT_FLAG, .name = "mdoc", .value = &mdoc,
		    .help = "print them for the manual", .hidden = true },
		{ .type = OPT_END },
	};
	const struct opt *tables[] = { rows };
	struct err err;
	int operands, status;

	operands = cmd_options(self, context, tables, 1, argc, argv, &status);
	if (operands < 0)
		return status;
	if (operands == 2 && strcmp(argv[1], "get") == 0)
		return get_setting(context, argv[2]);
	if (operands > 0) {
		err_set(&err, ERR_USAGE, "config: \"%.60s\": takes \"get KEY\" "
		    "or nothing", argv[1]);
		return cmd_fail(&err);
	}
	if (mdoc)
		return print_mdoc();
	return example ? print_example() : print_settings(context);
}

const struct cmd cmd_config = {
	.name = "config",
	.arguments = "[--example] [get KEY]",
	.summary = "the settings in effect",
	.help = "Prints all settings, from the configuration file and the "
		"environment, as a configuration file that could be read again, and "
		"where each that is not the default comes from. An environment "
		"variable MAILTALLY_SECTION_KEY overrides the file. On an SME Server "
		"the configuration data base has the defaults.\n"
		"\n"
		"With get KEY it prints the value of one, for scripts.\n\n"
		"  MAILTALLY_REPORT_ZONE=UTC mailtally config\n"
		"  mailtally config get qpsmtpd.KeepLogFiles\n"
		"  mailtally config --example > /etc/mailtally.conf",
	.without_settings = true,
	.run = config_run,
};
