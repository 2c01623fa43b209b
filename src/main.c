/*
 * main.c - finds the command, runs it and hands on its exit status.
 */
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cmd/cmd.h"
#include "conf/conf.h"

/*
 * With a standard descriptor closed, the next file opened would take its
 * place and be written to or read from in its stead.  What takes it here is
 * good for nothing, so that reading and writing fail as they should.
 */
static void
keep_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null",
		    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
}

static int
complain_usage(void)
{
	fprintf(stderr, "usage: mailtally [-C FILE] COMMAND [OPTIONS] [LOG...]\n"
	    "Commands:");
	for (size_t i = 0; commands[i] != NULL; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "", commands[i]->name);
	fprintf(stderr, "; mailtally --help says more\n");
	return err_exit_status(ERR_USAGE);
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Help is printed even where the settings are wrong. */
static int
run_command(const struct cmd *c, struct cmd_context *context, int argc,
    char **argv)
{
	bool only_help = argc == 2 && is_help(argv[1]);

	if (!c->without_settings && !only_help) {
		int status = cmd_settings(context);

		if (status != 0)
			return status;
	}
	return c->run(c, context, argc, argv);
}

/* argv[0] is the first word of the command. */
static int
run_words(struct cmd_context *context, int argc, char **argv)
{
	const struct cmd *c;
	struct err err;
	int n_words;

	c = cmd_find(commands, argc, argv, &n_words, &err);
	if (c == NULL)
		return cmd_fail(&err);
	return run_command(c, context, argc - n_words + 1, argv + n_words - 1);
}

static int
help_on_words(struct cmd_context *context, int argc, char **argv)
{
	const struct cmd *c;
	struct err err;
	int n_words;
	char option[] = "--help";
	char *only_help[] = { argv[0], option, NULL };

	c = cmd_find(commands, argc, argv, &n_words, &err);
	if (c == NULL)
		return cmd_fail(&err);
	return run_command(c, context, 2, only_help);
}

/* The rows of all commands. */
static int
help_on_all(struct cmd_context *context)
{
	char option[] = "--help";
	char name[] = "mailtally";
	int status = 0;

	for (size_t i = 0; commands[i] != NULL && status == 0; i++) {
		/* Options are taken out of it. */
		char *only_help[] = { name, option, NULL };

		status = run_command(commands[i], context, 2, only_help);
	}
	return status;
}

/* "help", "help COMMAND", and what the manual is made of (cmd/manual.h). */
static int
help(struct cmd_context *context, int argc, char **argv)
{
	if (argc > 0) {
		context->manual = manual_form_find(argv[0]);
		if (context->manual != MANUAL_NONE) {
			argc--;
			argv++;
		}
	}
	if (argc > 0)
		return help_on_words(context, argc, argv);
	return context->manual != MANUAL_NONE ? help_on_all(context) :
	    cmd_overview();
}

static int
run(struct cmd_context *context, int argc, char **argv)
{
	const struct cmd *aliased;
	struct err err;

	if (argc < 1)
		return complain_usage();
	if (cmd_take_conf(&argc, argv, &context->conf_named, &err) == -1)
		return cmd_fail(&err);
	aliased = cmd_find_alias(commands, argv[0]);
	if (aliased != NULL)
		return run_command(aliased, context, argc, argv);
	if (argc < 2)
		return complain_usage();
	if (strcmp(argv[1], "--version") == 0)
		return cmd_version(context);
	if (is_help(argv[1]))
		return cmd_overview();
	if (strcmp(argv[1], "help") == 0)
		return help(context, argc - 2, argv + 2);
	return run_words(context, argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	struct conf conf;
	struct cmd_context context = {
		.conf = &conf,
		.program = "mailtally " MAILTALLY_VERSION,
	};
	int status;

	keep_standard_descriptors();
	/* Writing to a closed pipe is then an error of write(), see out.h. */
	signal(SIGPIPE, SIG_IGN);
	/* For the character set of the terminal; numbers stay as they are. */
	setlocale(LC_CTYPE, "");
	/* What is large goes back when it is freed, whatever was freed before. */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	conf_init(&conf);
	status = run(&context, argc, argv);
	conf_clear(&conf);
	return status;
}
