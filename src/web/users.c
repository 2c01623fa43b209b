/* users.c - the only file that knows libcrypt. */
#include "web/users.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

struct user {
	char *name;
	char *hash;
};

struct users {
	struct user *all;
	size_t n, cap;
};

/* crypt(5): how a hash begins, and how long what stands behind its last $ is. */
static const struct method {
	const char *prefix;
	size_t end;
} methods[] = {
	{ "$2a$", 53 }, { "$2b$", 53 }, { "$2y$", 53 },
	{ "$y$", 43 }, { "$gy$", 43 }, { "$7$", 43 },
};

static const struct method *
method_of(struct str hash)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (str_starts(hash, str_from(methods[i].prefix)))
			return &methods[i];
	return NULL;
}

static bool
is_whole(const char *hash, const struct method *m)
{
	return strlen(strrchr(hash, '$') + 1) == m->end &&
	    crypt_checksalt(hash) == CRYPT_SALT_OK;
}

/* Without the hash: messages may be read by others than the file. */
static int
add_line(struct users *u, struct str line, const char *path, size_t number,
    struct err *err)
{
	size_t colon = str_index(line, ':');
	struct str hash = colon < line.n ? str_skip(line, colon + 1) : STR("");
	const struct method *method = method_of(hash);
	struct user user;

	if (colon == 0 || colon == line.n)
		return err_set(err, ERR_DATA, "%s: line %zu: not NAME:HASH", path,
		    number);
	if (method == NULL)
		return err_set(err, ERR_DATA, "%s: line %zu: %.*s's password is "
		    "neither bcrypt nor yescrypt; \"htpasswd -B\" makes one",
		    path, number, STR_ARG(str_head(line, colon)));
	user = (struct user){ mem_cstr(str_head(line, colon)), mem_cstr(hash) };
	ARRAY_PUSH(u->all, u->n, u->cap) = user;
	if (is_whole(user.hash, method))
		return 0;
	return err_set(err, ERR_DATA, "%s: line %zu: the hash of %s is damaged, "
	    "or of a kind that this system does not know", path, number,
	    user.name);
}

int
users_parse(struct users **users, struct str text, const char *path,
    struct err *err)
{
	struct users *u = mem_zalloc(sizeof(*u));
	struct str line;
	size_t number = 0;
	int result = 0;

	while (result == 0 && str_cut(&text, '\n', &line)) {
		number++;
		line = str_trim(line);
		if (line.n > 0 && line.p[0] != '#')
			result = add_line(u, line, path, number, err);
	}
	if (result == 0 && u->n == 0)
		result = err_set(err, ERR_DATA, "%s: there is no user in it; "
		    "\"htpasswd -B -c %s NAME\" adds one", path, path);
	if (result < 0)
		users_free(&u);
	*users = u;
	return result;
}

int
users_read(struct users **u, const char *path, struct err *err)
{
	struct buf text = { 0 };
	FILE *f = fopen(path, "re");
	int result;

	*u = NULL;
	if (f == NULL)
		return err_set(err, ERR_NO_INPUT, "%s: %s", path,
		    strerror(errno));
	text.n = fread(buf_reserve(&text, USERS_BYTES), 1, USERS_BYTES, f);
	if (ferror(f) || text.n == USERS_BYTES)
		result = err_set(err, ERR_IO, "%s: %s", path,
		    ferror(f) ? strerror(errno) : "too large for a list of "
		    "users");
	else
		result = users_parse(u, buf_str(&text), path, err);
	fclose(f);
	buf_clear(&text);
	return result;
}

void
users_free(struct users **users)
{
	struct users *u = *users;

	*users = NULL;
	if (u == NULL)
		return;
	for (size_t i = 0; i < u->n; i++) {
		free(u->all[i].name);
		free(u->all[i].hash);
	}
	free(u->all);
	free(u);
}

/* Takes as long wherever they differ; how long a hash is is no secret. */
static bool
same(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned char differ = 0;

	if (n != strlen(b))
		return false;
	for (size_t i = 0; i < n; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

bool
users_check(const struct users *u, const char *name, const char *password)
{
	struct crypt_data *data = mem_zalloc(sizeof(*data));
	const struct user *found = NULL;
	const char *setting, *got;
	bool good;

	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->all[i].name, name) == 0)
			found = &u->all[i];
	/* Who is not there costs as much as who is. */
	setting = found ? found->hash : u->all[0].hash;
	got = crypt_r(password, setting, data);
	good = found != NULL && got != NULL && same(got, setting);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return good;
}
