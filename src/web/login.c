/*
 * A check is WAITING until the thread takes it (RUNNING), and DONE when it is
 * decided; the loop then tells who asked and forgets it.  The list of
 * checks and their states are under the lock; what the thread reads of a
 * check that is RUNNING nobody changes.
 */
#include "web/login.h"

#include <sys/eventfd.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/throttle.h"
#include "web/users.h"

enum check_state { CHECK_WAITING, CHECK_RUNNING, CHECK_DONE };

struct check {
	struct check *next; /* oldest first */
	enum check_state state;
	char *header;
	uint64_t client;
	bool good;
	void **who; /* all who asked with this header meanwhile */
	size_t n_who, cap_who;
};

struct login {
	struct users *users;
	struct throttle throttle;
	char *remembered[LOGIN_REMEMBERED]; /* headers that were good */
	size_t next_remembered;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	int wake; /* eventfd: a check is done */
	bool stopped;
	struct check *checks;
};

/* ---- what a header holds ---- */

static int
digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Base64 (RFC 4648, 4) as a text; false if it is none, or has a NUL in it. */
static bool
decode(struct str in, char *out, size_t size)
{
	uint32_t bits = 0;
	size_t n = 0;

	while (in.n > 0 && in.p[in.n - 1] == '=')
		in.n--;
	if (in.n / 4 * 3 + 3 >= size)
		return false;
	for (size_t i = 0; i < in.n; i++) {
		int value = digit(in.p[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		/* 6, 12, 18, 24 bits are there: a byte with all but the first. */
		if (i % 4 != 0)
			out[n++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xff);
	}
	out[n] = '\0';
	return strlen(out) == n;
}

/* "Basic bmFtZTpwYXNzd29yZA==" */
static struct str
credentials(const char *header)
{
	struct str s = header ? str_from(header) : STR("");

	if (s.n > LOGIN_HEADER_BYTES || s.n < 6 ||
	    !str_eq_nocase(str_head(s, 6), STR("Basic ")))
		return STR("");
	return str_trim(str_skip(s, 6));
}

static bool
check_header(const struct users *users, const char *header)
{
	char text[LOGIN_HEADER_BYTES + 4], *colon;
	bool good = false;

	if (decode(credentials(header), text, sizeof(text)) &&
	    (colon = strchr(text, ':')) != NULL) {
		*colon = '\0';
		good = users_check(users, text, colon + 1);
	}
	explicit_bzero(text, sizeof(text));
	return good;
}

/* ---- the thread ---- */

static struct check *
find_waiting(const struct login *l)
{
	struct check *c = l->checks;

	while (c != NULL && c->state != CHECK_WAITING)
		c = c->next;
	return c;
}

static void *
work(void *ctx)
{
	struct login *l = ctx;

	pthread_mutex_lock(&l->lock);
	while (!l->stopped) {
		struct check *c = find_waiting(l);
		const uint64_t one = 1;
		bool good;

		if (c == NULL) {
			pthread_cond_wait(&l->work, &l->lock);
			continue;
		}
		c->state = CHECK_RUNNING;
		pthread_mutex_unlock(&l->lock);
		good = check_header(l->users, c->header);
		pthread_mutex_lock(&l->lock);
		c->good = good;
		c->state = CHECK_DONE;
		(void)!write(l->wake, &one, sizeof(one));
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

/* Signals are for the loop. */
static int
start_thread(struct login *l)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&l->thread, NULL, work, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

int
login_open(struct login **login, struct users *users, struct err *err)
{
	struct login *l = mem_zalloc(sizeof(*l));
	int failed;

	l->users = users;
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->work, NULL);
	failed = l->wake < 0 ? errno : start_thread(l);
	*login = l;
	if (failed == 0)
		return 0;
	l->stopped = true;
	login_close(login);
	return err_set(err, ERR_AGAIN, "cannot start a thread: %s",
	    strerror(failed));
}

static void
forget(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

void
login_close(struct login **login)
{
	struct login *l = *login;

	*login = NULL;
	if (l == NULL)
		return;
	if (l->wake >= 0)
		close(l->wake);
	for (size_t i = 0; i < LOGIN_REMEMBERED; i++)
		forget(&l->remembered[i]);
	pthread_cond_destroy(&l->work);
	pthread_mutex_destroy(&l->lock);
	users_free(&l->users);
	free(l);
}

/* ---- asking ---- */

/* As long for a header that begins right as for one that does not. */
static bool
same_header(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned char differ = 0;

	if (n != strlen(b))
		return false;
	for (size_t i = 0; i < n; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

static bool
is_remembered(const struct login *l, const char *header)
{
	bool found = false;

	for (size_t i = 0; i < LOGIN_REMEMBERED; i++)
		if (l->remembered[i] != NULL)
			found |= same_header(l->remembered[i], header);
	return found;
}

static void
remember(struct login *l, const char *header)
{
	char **place = &l->remembered[l->next_remembered];

	if (is_remembered(l, header))
		return;
	forget(place);
	*place = mem_strdup(header);
	l->next_remembered = (l->next_remembered + 1) % LOGIN_REMEMBERED;
}

/* One more who asks the same, or whether there is room for another check. */
static struct check *
find_or_count(const struct login *l, const char *header, uint64_t client,
    bool *room)
{
	size_t all = 0, own = 0;

	for (struct check *c = l->checks; c != NULL; c = c->next) {
		if (strcmp(c->header, header) == 0 && c->client == client)
			return c;
		all++;
		own += c->client == client;
	}
	*room = all < LOGIN_PENDING && own < LOGIN_PENDING_EACH;
	return NULL;
}

static struct check *
add_check(struct login *l, const char *header, uint64_t client)
{
	struct check **link = &l->checks;
	struct check *c = mem_zalloc(sizeof(*c));

	*c = (struct check){ .header = mem_strdup(header), .client = client };
	while (*link != NULL)
		link = &(*link)->next;
	*link = c;
	pthread_cond_signal(&l->work);
	return c;
}

static enum login_result
wait_for_check(struct login *l, const char *header, uint64_t client, void *who)
{
	struct check *c;
	bool room = false;

	pthread_mutex_lock(&l->lock);
	c = find_or_count(l, header, client, &room);
	if (c == NULL && room && !l->stopped)
		c = add_check(l, header, client);
	if (c != NULL)
		ARRAY_PUSH(c->who, c->n_who, c->cap_who) = who;
	pthread_mutex_unlock(&l->lock);
	return c ? LOGIN_WAIT : LOGIN_BUSY;
}

enum login_result
login_ask(struct login *l, const char *header, uint64_t client, void *who,
    int64_t now_ns)
{
	if (credentials(header).n == 0)
		return LOGIN_BAD;
	if (is_remembered(l, header))
		return LOGIN_GOOD;
	if (throttle_wait_s(&l->throttle, client, now_ns) > 0)
		return LOGIN_THROTTLED;
	return wait_for_check(l, header, client, who);
}

unsigned
login_wait_s(const struct login *l, uint64_t client, int64_t now_ns)
{
	return throttle_wait_s(&l->throttle, client, now_ns);
}

nfds_t
login_descriptors(const struct login *l, struct pollfd *p)
{
	p[0] = (struct pollfd){ .fd = l->wake, .events = POLLIN };
	return 1;
}

/* ---- telling ---- */

/* Takes one out of the list; NULL: none (that is done). */
static struct check *
take(struct login *l, bool any)
{
	struct check **link = &l->checks, *c;

	pthread_mutex_lock(&l->lock);
	while (*link != NULL && !any && (*link)->state != CHECK_DONE)
		link = &(*link)->next;
	c = *link;
	if (c != NULL)
		*link = c->next;
	pthread_mutex_unlock(&l->lock);
	return c;
}

static void
tell(struct check *c, login_done_fn *done, enum login_result result)
{
	for (size_t i = 0; i < c->n_who; i++)
		done(c->who[i], result);
	forget(&c->header);
	free(c->who);
	free(c);
}

void
login_run(struct login *l, login_done_fn *done, int64_t now_ns)
{
	struct check *c;
	uint64_t n;

	(void)!read(l->wake, &n, sizeof(n));
	while ((c = take(l, false)) != NULL) {
		if (c->good) {
			remember(l, c->header);
			throttle_passed(&l->throttle, c->client);
		} else {
			throttle_failed(&l->throttle, c->client, now_ns);
		}
		tell(c, done, c->good ? LOGIN_GOOD : LOGIN_BAD);
	}
}

void
login_stop(struct login *l, login_done_fn *done)
{
	struct check *c;

	if (l->stopped)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopped = true;
	pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	while ((c = take(l, true)) != NULL)
		tell(c, done, LOGIN_BUSY);
}
