/*
 * cmd_mail.c - "mailtally mail": a report, sent.
 */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/opt.h"
#include "base/out.h"
#include "cmd/cmd.h"
#include "cmd/report_job.h"
#include "render/render.h"
#include "report/attention.h"
#include "report/defang.h"
#include "report/report.h"
#include "send/send.h"
#include "summarize/store.h"

#define SENDMAIL "/usr/sbin/sendmail"
#define SMTP_TIMEOUT_S 120
#define PASSWORD_BYTES_MOST 512

struct mail_job {
	struct opt_list to;
	const char *from;
	const char *subject;
	const char *sendmail;
	const char *smtp;
	const char *smtp_user;
	const char *smtp_password_file;
	const char *smtp_ca;
	bool only_if_attention;
	bool defang;
};

#define MAIL_ROWS 12

static void
mail_rows(struct opt rows[MAIL_ROWS], struct mail_job *m)
{
	const struct opt table[MAIL_ROWS] = {
		{ .type = OPT_GROUP, .help = "Mail" },
		{ .type = OPT_LIST, .name = "to", .argument = "ADDR",
		    .value = &m->to, .help = "who gets it; may be given several "
		    "times" },
		{ .type = OPT_TEXT, .name = "from", .argument = "ADDR",
		    .value = &m->from, .help = "whose mail it is",
		    .initial = "root at the host of the report" },
		{ .type = OPT_TEXT, .name = "subject", .argument = "TEXT",
		    .value = &m->subject, .help = "its subject",
		    .initial = "host, period, and what needs attention" },
		{ .type = OPT_FLAG, .name = "only-if-attention",
		    .value = &m->only_if_attention,
		    .help = "send nothing when nothing needs attention" },
		{ .type = OPT_FLAG, .name = "defang", .value = &m->defang,
		    .help = "write hxxp and [.] for what strangers wrote, so that "
		    "filters do not find it" },
		{ .type = OPT_TEXT, .name = "sendmail", .argument = "PROGRAM",
		    .value = &m->sendmail, .help = "what takes it",
		    .initial = SENDMAIL },
		{ .type = OPT_TEXT, .name = "smtp", .argument = "URL",
		    .value = &m->smtp, .help = "a server that takes it instead: "
		    "smtp://mail.example.org:587 with STARTTLS, or smtps://" },
		{ .type = OPT_TEXT, .name = "smtp-user", .argument = "NAME",
		    .value = &m->smtp_user, .help = "log in there; then "
		    "encryption and a good certificate are a must" },
		{ .type = OPT_TEXT, .name = "smtp-password-file",
		    .argument = "FILE", .value = &m->smtp_password_file,
		    .help = "its first line is the password" },
		{ .type = OPT_TEXT, .name = "smtp-ca", .argument = "FILE",
		    .value = &m->smtp_ca, .help = "certificates to trust there",
		    .initial = "the system's" },
		{ .type = OPT_END },
	};

	memcpy(rows, table, sizeof(table));
}

/* ---- are the options complete? ---- */

static int
check_smtp(const struct mail_job *m, struct err *err)
{
	struct str url = str_from(m->smtp ? m->smtp : "");

	if (m->smtp && !str_starts(url, STR("smtp://")) &&
	    !str_starts(url, STR("smtps://")))
		return err_set(err, ERR_USAGE, "--smtp %s: must begin with "
		    "smtp:// or smtps://", m->smtp);
	if (m->smtp && m->sendmail)
		return err_set(err, ERR_USAGE, "--smtp and --sendmail: only one "
		    "can take the mail");
	if (!m->smtp && (m->smtp_user || m->smtp_password_file || m->smtp_ca))
		return err_set(err, ERR_USAGE, "--smtp-...: name the server with "
		    "--smtp, too");
	if ((m->smtp_user != NULL) != (m->smtp_password_file != NULL))
		return err_set(err, ERR_USAGE, "--smtp-user and "
		    "--smtp-password-file: only both together log in");
	return 0;
}

static int
check(void *ctx, struct err *err)
{
	struct mail_job *m = ctx;

	if (m->to.n == 0)
		return err_set(err, ERR_USAGE, "mail: nobody is named; write "
		    "--to ADDR (report -o mail only prints it)");
	for (size_t i = 0; i < m->to.n; i++)
		if (send_check(m->to.items[i], err) < 0)
			return -1;
	if (m->from && send_check(m->from, err) < 0)
		return -1;
	return check_smtp(m, err);
}

/* ---- the message ---- */

static int
read_password(const char *path, char password[PASSWORD_BYTES_MOST],
    struct err *err)
{
	struct err why;
	ssize_t n = store_read_file(path, password, PASSWORD_BYTES_MOST - 1,
	    &why);

	if (n < 0)
		return err_set(err, ERR_NO_INPUT, "%s: %s", path, why.text);
	password[n] = '\0';
	password[strcspn(password, "\r\n")] = '\0';
	if (*password == '\0')
		return err_set(err, ERR_NO_INPUT, "%s: not there, or its first "
		    "line is empty; the password belongs there", path);
	return 0;
}

static int
send_by(const struct mail_job *m, const struct envelope *e, struct str message,
    struct err *err)
{
	char password[PASSWORD_BYTES_MOST] = "";
	struct smtp s = { .url = m->smtp, .user = m->smtp_user,
		.password = password, .ca_file = m->smtp_ca,
		.timeout_s = SMTP_TIMEOUT_S };
	int result;

	if (m->smtp == NULL)
		return send_by_program(m->sendmail ? m->sendmail : SENDMAIL, e,
		    message, err);
	if (m->smtp_user && read_password(m->smtp_password_file, password,
	    err) < 0)
		return -1;
	result = send_by_smtp(&s, e, message, err);
	explicit_bzero(password, sizeof(password));
	return result;
}

/* "root@host", where the host of the report may stand in an address. */
static const char *
choose_from(const struct mail_job *m, const struct report *r, struct buf *from)
{
	if (m->from)
		return m->from;
	buf_add_str(from, STR("root@"));
	buf_add_str(from, r->host.n > 0 ? r->host : STR("localhost"));
	if (send_check(from->p, NULL) < 0) {
		buf_reset(from);
		buf_add_str(from, STR("root@localhost"));
	}
	return from->p;
}

static void
join_recipients(const struct mail_job *m, struct buf *to)
{
	for (size_t i = 0; i < m->to.n; i++) {
		buf_add_str(to, i ? STR(", ") : STR(""));
		buf_add_str(to, str_from(m->to.items[i]));
	}
}

static int
send_report(const struct mail_job *m, const struct report *r,
    const struct render_options *o, struct err *err)
{
	struct buf from = { 0 }, to = { 0 }, message = { 0 };
	struct out *memory = out_open_buf(&message);
	struct render_options ro = *o;
	struct envelope e = { .to = m->to.items, .n_to = m->to.n };
	struct mail_envelope says = { .subject = m->subject,
		.now_ns = o->mail->now_ns };
	int result;

	join_recipients(m, &to);
	e.from = says.from = choose_from(m, r, &from);
	says.to = to.p;
	ro.mail = &says;
	result = render_mail.render(r, &ro, memory, err);
	out_close(&memory, NULL);
	if (result == 0)
		result = send_by(m, &e, buf_str(&message), err);
	buf_clear(&from);
	buf_clear(&to);
	buf_clear(&message);
	return result;
}

static int
finish(void *ctx, struct report *r, const struct render_options *o,
    struct err *err)
{
	const struct mail_job *m = ctx;

	if (m->only_if_attention) {
		struct attention a;
		size_t n;

		attention_init(&a, r);
		n = a.n;
		attention_clear(&a);
		if (n == 0)
			return 0;
	}
	if (m->defang)
		report_defang(r);
	return send_report(m, r, o, err);
}

static int
mail_run(const struct cmd *self, struct cmd_context *context, int argc,
    char **argv)
{
	/* --from and --to are the mail's here, no filters. */
	static const char *const without[] = { "from", "to", "output", "directory",
		"list-sections", "list-thresholds", "color", "csv-safe", "selfcheck", "script", NULL };
	struct mail_job m = { 0 };
	struct opt rows[MAIL_ROWS];
	const struct report_job job = { .rows = rows, .without = without,
		.also = "insights",
		.check = check, .finish = finish, .ctx = &m };
	int status;

	mail_rows(rows, &m);
	status = report_job_run(&job, self, context, argc, argv);
	opt_list_clear(&m.to);
	return status;
}

const struct cmd cmd_mail = {
	.name = "mail",
	.arguments = "--to ADDR [OPTIONS] [LOG...]",
	.summary = "a report, sent by mail: for cron and timers",
	.help = "Sends the report as text and as HTML. It begins with what needs "
		"attention: connections refused for want of slots, numbers beyond "
		"what the weekday is used to, block lists that deny without cause, "
		"logs that do not cover the period, insights (good mail refused, "
		"silence, habits left), deliveries that pile up. "
		"\"report -o mail\" prints the same."
		"\n\n"
		"  mailtally mail --to admin@example.org --period yesterday\n"
		"  mailtally mail --to admin@example.org --only-if-attention\n"
		"  mailtally mail --to a@example.org --smtp smtp://mx.example.org:587 \\\n"
		"      --smtp-user reports --smtp-password-file /etc/mailtally.secret",
	.run = mail_run,
};
