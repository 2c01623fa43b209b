#include "format/qpsmtpd_dialogue.h"

#include "format/format.h"
#include "format/qpsmtpd_owner.h"

/* Commands whose argument says what happens (RFC 5321 4.1.1). */
static const struct {
	struct str verb; /* "MAIL FROM:": the colon is part of it */
	enum dialogue_kind kind;
} commands[] = {
	{ { "HELO", 4 }, DIALOGUE_HELO },
	{ { "EHLO", 4 }, DIALOGUE_HELO },
	{ { "AUTH", 4 }, DIALOGUE_AUTH },
	{ { "MAIL", 4 }, DIALOGUE_MAIL },
	{ { "RCPT", 4 }, DIALOGUE_RCPT },
	{ { "DATA", 4 }, DIALOGUE_DATA },
	{ { "QUIT", 4 }, DIALOGUE_QUIT },
};

/*
 * The address of "FROM:<a@b> SIZE=100"; blanks before it and a missing <> are
 * forgiven by qpsmtpd too.  A quoted local part may hold a '>'.
 */
static struct str
path_of(struct str argument)
{
	struct str s = str_trim(str_skip(argument, str_index(argument, ':')));
	bool quoted = false;

	if (s.n > 0)
		s = str_trim(str_skip(s, 1)); /* the colon */
	if (s.n == 0 || s.p[0] != '<')
		return str_head(s, str_index(s, ' '));
	s = str_skip(s, 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && quoted)
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == '>' && !quoted)
			return str_head(s, i);
	}
	return str_head(s, str_index(s, '>'));
}

static void
command(struct str s, struct dialogue *d)
{
	struct str verb = str_head(s, str_index(s, ' '));

	d->kind = DIALOGUE_COMMAND;
	verb = str_trim(verb);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (str_eq_nocase(verb, commands[i].verb))
			d->kind = commands[i].kind;
	s = str_trim(str_skip(s, str_index(s, ' ')));
	if (d->kind == DIALOGUE_MAIL || d->kind == DIALOGUE_RCPT)
		d->argument = path_of(s);
	else if (d->kind == DIALOGUE_HELO)
		d->argument = s;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
digits(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n;
}

/*
 * qmail-queue's process id: the plugin queue/qmail-queue adds "TIME qp PID" to
 * its reply, and qmail-send's "info msg" line names the same number.  What
 * follows is the message-id, which may hold anything.
 */
static struct str
queue_process(struct str s)
{
	if (!str_starts(s, STR("Queued! ")))
		return str_none();
	s = str_skip(s, 8);
	s = str_skip(s, digits(s));
	if (!str_starts(s, STR(" qp ")))
		return str_none();
	s = str_skip(s, 4);
	return digits(s) > 0 ? str_head(s, digits(s)) : str_none();
}

static bool
reply(struct str s, struct dialogue *d)
{
	if (s.n < 3 || s.p[0] < '2' || s.p[0] > '5' || !is_digit(s.p[1]) ||
	    !is_digit(s.p[2]) || (s.n > 3 && s.p[3] != ' ' && s.p[3] != '-'))
		return false;
	d->kind = DIALOGUE_REPLY;
	d->code = (s.p[0] - '0') * 100 + (s.p[1] - '0') * 10 + (s.p[2] - '0');
	d->more = s.n > 3 && s.p[3] == '-';
	d->argument = s.n > 4 ? str_trim(str_skip(s, 4)) : STR("");
	/* Written when the connection broke in the middle of a message. */
	d->client_gone = str_eq(d->argument, STR("Incomplete DATA"));
	d->queue_id = queue_process(d->argument);
	return true;
}

void
qpsmtpd_dialogue(struct str text, struct dialogue *d)
{
	struct str parent;

	*d = (struct dialogue){ .kind = DIALOGUE_NONE };
	text = str_trim(text);
	if (str_starts(text, STR("dispatching ")))
		command(str_skip(text, 12), d);
	else if (!reply(text, d) && qpsmtpd_queuing_read(text, &parent))
		d->kind = DIALOGUE_QUEUING;
}
