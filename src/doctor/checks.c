/* checks.c - the table of checks, and those of lines and of the machine. */
#include "doctor/checks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/when.h"
#include "doctor/doctor.h"
#include "doctor/place.h"

/* Clocks of two machines differ by a little. */
#define FUTURE_NS (300 * WHEN_SECOND)
/* Nobody has run this before; a clock that says so was never set. */
#define OLDEST_CLOCK_NS (INT64_C(1735689600) * WHEN_SECOND) /* 2025 */
/* Of a hundred lines more than this is not chance but a format. */
#define NOT_UNDERSTOOD_PER_1000 10
/* With fewer finished files the limits have not been reached. */
#define RETENTION_FILES 3

/* ---- the texts of findings ---- */

bool
finding_set(struct examination *x, struct finding *f, const char *command,
    const char *format, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, format);
	buf_vprintf(&b, format, ap);
	va_end(ap);
	f->what = arena_str(&x->arena, buf_str(&b));
	f->command = command != NULL ? str_from(command) : str_none();
	buf_clear(&b);
	return true;
}

static bool
is_safe(const char *text)
{
	return *text != '\0' && strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-=:@%,") == strlen(text);
}

static void
quote(struct buf *b, const char *text)
{
	if (is_safe(text)) {
		buf_add_str(b, str_from(text));
		return;
	}
	buf_add_char(b, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			buf_add_str(b, STR("'\\''"));
		else
			buf_add_char(b, *text);
	}
	buf_add_char(b, '\'');
}

const char *
command_text(struct examination *x, const char *format, ...)
{
	struct buf b = { 0 };
	const char *kept;
	va_list ap;

	va_start(ap, format);
	for (; *format != '\0'; format++) {
		if (format[0] == '%' && format[1] == 'q') {
			quote(&b, va_arg(ap, const char *));
			format++;
		} else {
			buf_add_char(&b, *format);
		}
	}
	va_end(ap);
	kept = arena_str(&x->arena, buf_str(&b)).p;
	buf_clear(&b);
	return kept;
}

/* ---- the machine ---- */

static bool
check_config(struct examination *x, struct finding *f)
{
	if (x->conf_error == NULL)
		return false;
	return finding_set(x, f, x->conf_file == NULL ? "mailtally config" :
	    command_text(x, "editor %q && mailtally config", x->conf_file),
	    "the settings cannot be used: %s", x->conf_error);
}

static bool
check_no_logs(struct examination *x, struct finding *f)
{
	if (x->n_places > 0)
		return false;
	return finding_set(x, f, "mailtally config --example >/etc/mailtally.conf",
	    "no log is named, none is configured, and there is none at the "
	    "usual places");
}

static bool
check_zone(struct examination *x, struct finding *f)
{
	if (x->zone != NULL)
		return false;
	return finding_set(x, f, "dpkg-reconfigure tzdata",
	    "the time zone is not known: %s", x->zone_error);
}

static bool
check_clock(struct examination *x, struct finding *f)
{
	struct buf now = { 0 };

	if (x->now_ns >= OLDEST_CLOCK_NS)
		return false;
	when_format(&now, x->now_ns, WHEN_RFC3339, NULL);
	finding_set(x, f, "timedatectl set-ntp true", "the clock says %s",
	    now.p);
	buf_clear(&now);
	return true;
}

/* ---- files ---- */

static bool
check_unreadable(struct examination *x, const struct place *p,
    struct finding *f)
{
	if (p->error != 0)
		return finding_set(x, f, p->error == ENOENT ?
		    "mailtally config" : command_text(x,
		    "sudo mailtally doctor %q", p->path), "%s",
		    strerror(p->error));
	if (p->unreadable == 0)
		return false;
	return finding_set(x, f, command_text(x, "sudo mailtally doctor %q",
	    p->path), "%u file%s cannot be read, %s first: %s", p->unreadable,
	    p->unreadable == 1 ? "" : "s", p->unreadable_path,
	    p->unreadable_why);
}

static bool
check_empty(struct examination *x, const struct place *p, struct finding *f)
{
	if (p->error != 0 || p->counts.lines > 0 || p->unreadable > 0 ||
	    p->previous_ns != WHEN_NONE) /* which is no log yet */
		return false;
	return finding_set(x, f, command_text(x, "ls -l %q", p->path),
	    "there is no line of a log");
}

static bool
check_disk(struct examination *x, const struct place *p, struct finding *f)
{
	if (p->disk_used_percent < 0 || p->disk_used_percent < x->disk_percent)
		return false;
	if (p->disk_used_percent >= 98)
		f->severity = SEVERITY_CRITICAL;
	return finding_set(x, f, command_text(x, "df -h %q", p->path),
	    "the disk is %d %% full", p->disk_used_percent);
}

/* ---- lines ---- */

static bool
check_format(struct examination *x, const struct place *p, struct finding *f)
{
	struct str sample = str_none();

	if (p->format != NULL || p->counts.lines == 0)
		return false;
	if (p->counts.n_samples > 0)
		sample = str_head(str_make(p->counts.samples[0].text,
		    p->counts.samples[0].n), 60);
	return finding_set(x, f, "mailtally formats", "no line of it is "
	    "understood; the first one is: %.*s", STR_ARG(sample));
}

static bool
check_not_understood(struct examination *x, const struct place *p,
    struct finding *f)
{
	const struct scan_counts *c = &p->counts;

	if (p->format == NULL || c->not_understood * 1000 <
	    c->lines * NOT_UNDERSTOOD_PER_1000 || c->not_understood == 0)
		return false;
	return finding_set(x, f, command_text(x,
	    "mailtally report --sections unparsed %q", p->path),
	    "%" PRIu64 " of %" PRIu64 " lines are not understood",
	    c->not_understood, c->lines);
}

static bool
check_stale(struct examination *x, const struct place *p, struct finding *f)
{
	struct buf age = { 0 };

	if (p->counts.last_ns == WHEN_NONE ||
	    x->now_ns - p->counts.last_ns < x->stale_ns)
		return false;
	when_format_duration(&age, x->now_ns - p->counts.last_ns);
	finding_set(x, f, command_text(x, "sv status %q %q/log", p->name,
	    p->name), "the newest line is %s old", age.p);
	buf_clear(&age);
	return true;
}

static bool
check_future(struct examination *x, const struct place *p, struct finding *f)
{
	struct buf ahead = { 0 };

	if (p->counts.last_ns == WHEN_NONE ||
	    p->counts.last_ns - x->now_ns < FUTURE_NS)
		return false;
	when_format_duration(&ahead, p->counts.last_ns - x->now_ns);
	finding_set(x, f, "timedatectl", "the newest line is %s in the future: "
	    "the clock or the zone of one of both is wrong", ahead.p);
	buf_clear(&ahead);
	return true;
}

/* ---- how much is logged ---- */

/* Of LOGINFO, 6, are the records; without the plugin there are none either. */
static bool
check_level_low(struct examination *x, const struct place *p,
    struct finding *f)
{
	if (p->format == NULL || strcmp(p->format, "qpsmtpd") != 0 ||
	    p->records > 0 || p->connections < 10)
		return false;
	return finding_set(x, f, "echo 6 >/etc/qpsmtpd/loglevel; grep -n "
	    "logterse /etc/qpsmtpd/plugins", "%" PRIu64 " connections and not "
	    "one record of the logterse plugin: it is not loaded, or the log "
	    "level is below 6", p->connections);
}

static bool
check_level_high(struct examination *x, const struct place *p,
    struct finding *f)
{
	if (p->debug_lines < 20)
		return false;
	return finding_set(x, f, "echo 6 >/etc/qpsmtpd/loglevel",
	    "the log level is 7 or more: every plugin that is called is "
	    "logged, which fills the disk and shortens what is kept");
}

/* Only these have a setting; elsewhere the numbers help. */
static const char *
keep_command(struct examination *x, const struct place *p, const char *files)
{
	static const char *const known[] = { "qpsmtpd", "sqpsmtpd", "qmail",
		NULL };

	for (size_t i = 0; known[i] != NULL; i++)
		if (strcmp(p->name, known[i]) == 0)
			return command_text(x, "printf '[%q]\\nkeep_log_files = "
			    "%q\\n' >>/etc/mailtally.conf && sv restart %q/log",
			    p->name, files, p->name);
	return command_text(x, "mailtally report --sections coverage %q",
	    p->path);
}

static bool
check_retention(struct examination *x, const struct place *p,
    struct finding *f)
{
	int64_t held_ns = place_held_ns(p);
	struct buf b = { 0 }, held = { 0 }, wanted = { 0 };

	if (held_ns <= 0 || p->finished < RETENTION_FILES ||
	    held_ns >= x->interval_ns)
		return false;
	buf_printf(&b, "%" PRIu64, place_files_for(p, x->interval_ns));
	when_format_duration(&held, held_ns);
	when_format_duration(&wanted, x->interval_ns);
	finding_set(x, f, keep_command(x, p, b.p), "the files kept hold %s, a report is about %s: %s files are "
	    "needed", held.p, wanted.p, b.p);
	buf_clear(&b);
	buf_clear(&held);
	buf_clear(&wanted);
	return true;
}

/* ---- the table ---- */

static int
fix_state(const struct place *p, struct err *err)
{
	return doctor_guard_state(p->path, err) == -1 ? -1 : 0;
}

const struct check doctor_checks[] = {
	{ .id = "config", .severity = SEVERITY_CRITICAL,
	    .of_machine = check_config,
	    .help = "The configuration file or the environment has a mistake." },
	{ .id = "no-logs", .severity = SEVERITY_CRITICAL,
	    .of_machine = check_no_logs,
	    .help = "There is no log to look at." },
	{ .id = "zone", .severity = SEVERITY_WARNING,
	    .of_machine = check_zone,
	    .help = "The time zone of the system or of the settings is not "
	    "known." },
	{ .id = "clock", .severity = SEVERITY_WARNING,
	    .of_machine = check_clock,
	    .help = "The clock was never set." },
	{ .id = "blocked", .severity = SEVERITY_CRITICAL,
	    .of_place = check_blocked,
	    .help = "A running multilog has had the file previous for half a "
	    "minute: its processor fails, and no mail is accepted." },
	{ .id = "state-missing", .severity = SEVERITY_CRITICAL,
	    .of_place = check_state_missing, .fix = fix_state,
	    .help = "multilog needs the file state to run its processor." },
	{ .id = "unreadable", .severity = SEVERITY_CRITICAL,
	    .of_place = check_unreadable,
	    .help = "A log does not exist or may not be read." },
	{ .id = "format", .severity = SEVERITY_CRITICAL,
	    .of_place = check_format,
	    .help = "Not a line of a log is understood." },
	{ .id = "empty", .severity = SEVERITY_WARNING,
	    .of_place = check_empty,
	    .help = "A log has no lines." },
	{ .id = "no-writer", .severity = SEVERITY_WARNING,
	    .of_place = check_no_writer,
	    .help = "A log directory of multilog to which none writes." },
	{ .id = "stale", .severity = SEVERITY_WARNING,
	    .of_place = check_stale,
	    .help = "The newest line is older than --stale." },
	{ .id = "future", .severity = SEVERITY_WARNING,
	    .of_place = check_future,
	    .help = "The newest line is of a time to come." },
	{ .id = "level-low", .severity = SEVERITY_WARNING,
	    .of_place = check_level_low,
	    .help = "Connections are logged, but not what became of them." },
	{ .id = "level-high", .severity = SEVERITY_WARNING,
	    .of_place = check_level_high,
	    .help = "qpsmtpd logs for debugging." },
	{ .id = "not-understood", .severity = SEVERITY_WARNING,
	    .of_place = check_not_understood,
	    .help = "Of a hundred lines one or more is not understood." },
	{ .id = "unprocessed", .severity = SEVERITY_WARNING,
	    .of_place = check_unprocessed,
	    .help = "Logs that a crash left are in no state." },
	{ .id = "state-odd", .severity = SEVERITY_WARNING,
	    .of_place = check_state_odd,
	    .help = "The state is damaged." },
	{ .id = "state-doubled", .severity = SEVERITY_WARNING,
	    .of_place = check_state_doubled,
	    .help = "The state has the doubled counts of the old qplogsumm." },
	{ .id = "retention", .severity = SEVERITY_WARNING,
	    .of_place = check_retention,
	    .help = "The files kept reach less far back than a report." },
	{ .id = "disk", .severity = SEVERITY_WARNING,
	    .of_place = check_disk,
	    .help = "The disk of a log is nearly full; from 98 % on this is "
	    "critical." },
	{ .id = "port", .severity = SEVERITY_CRITICAL,
	    .of_place = check_port,
	    .help = "A service has a log, but nobody listens on its port." },
	{ .id = "resolver", .severity = SEVERITY_WARNING,
	    .of_machine = check_resolver,
	    .help = "Configured block lists do not answer our name server." },
	{ .id = "list-dead", .severity = SEVERITY_WARNING,
	    .of_machine = check_list_dead,
	    .help = "A configured block list lists nothing." },
	{ .id = "list-wild", .severity = SEVERITY_CRITICAL,
	    .of_machine = check_list_wild,
	    .help = "A configured block list lists the whole world." },
	{ .id = "store", .severity = SEVERITY_WARNING,
	    .of_machine = check_store,
	    .help = "The store cannot be read, or is damaged." },
	{ .id = NULL }
};
