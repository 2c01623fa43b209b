/*
 * smtp.c - a message for a mail server.  The only file that knows libcurl, which
 * is loaded when there is a message to send (base/library.h).
 */
#define CURL_DISABLE_TYPECHECK /* whose macros want functions, not pointers */
#include <curl/curl.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/library.h"
#include "send/send.h"

#define CONNECT_TIMEOUT_S 30L

#ifndef LIBCURL_FILE /* the Makefile asks the library itself */
#define LIBCURL_FILE "libcurl.so.4"
#endif

#define CURL_FUNCTIONS(X) \
	X(curl_easy_init) \
	X(curl_easy_setopt) \
	X(curl_easy_perform) \
	X(curl_easy_getinfo) \
	X(curl_easy_strerror) \
	X(curl_easy_cleanup) \
	X(curl_slist_append) \
	X(curl_slist_free_all)

struct libcurl {
	CURL_FUNCTIONS(LIBRARY_POINTER)
};

static const char *const curl_names[] = { CURL_FUNCTIONS(LIBRARY_NAME) };

static const struct library curl_library = {
	.file = LIBCURL_FILE,
	.package = "libcurl4",
	.names = curl_names,
	.n = sizeof(curl_names) / sizeof(*curl_names),
};

/* SMTP ends lines in CR LF; libcurl doubles the dots (RFC 5321, 4.5.2). */
static void
add_crlf(struct buf *b, struct str message)
{
	struct str line;

	if (str_ends(message, STR("\n")))
		message.n--;
	while (str_cut(&message, '\n', &line)) {
		buf_add_str(b, line);
		buf_add_str(b, STR("\r\n"));
	}
}

static size_t
give(char *to, size_t size, size_t n, void *ctx)
{
	struct str *rest = ctx;
	struct str part = str_head(*rest, size * n);

	if (part.n > 0)
		memcpy(to, part.p, part.n);
	*rest = str_skip(*rest, part.n);
	return part.n;
}

static struct curl_slist *
recipients(const struct libcurl *lib, const struct envelope *e)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < e->n_to; i++)
		list = lib->curl_slist_append(list, e->to[i]);
	return list;
}

static void
set_security(const struct libcurl *lib, CURL *c, const struct smtp *s)
{
	if (s->ca_file != NULL)
		lib->curl_easy_setopt(c, CURLOPT_CAINFO, s->ca_file);
	if (s->user != NULL) {
		lib->curl_easy_setopt(c, CURLOPT_USERNAME, s->user);
		lib->curl_easy_setopt(c, CURLOPT_PASSWORD,
		    s->password ? s->password : "");
		lib->curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
		return;
	}
	lib->curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
	/* Without a password, better any encryption than none, as between mail
	 * servers; smtps:// and --smtp-ca ask for a good certificate. */
	if (s->ca_file == NULL && str_starts(str_from(s->url), STR("smtp:"))) {
		lib->curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		lib->curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

static int
judge(const struct libcurl *lib, CURL *c, const char *url, CURLcode code,
    const char *detail, struct err *err)
{
	long reply = 0;
	enum err_kind kind = ERR_IO;

	if (code == CURLE_OK)
		return 0;
	lib->curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &reply);
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
	    code == CURLE_OPERATION_TIMEDOUT || (reply >= 400 && reply < 500))
		kind = ERR_AGAIN;
	return err_set(err, kind, "%s: %s; the mail was not sent", url,
	    *detail ? detail : lib->curl_easy_strerror(code));
}

static int
perform(const struct libcurl *lib, const struct smtp *s,
    const struct envelope *e, struct str message, struct err *err)
{
	char detail[CURL_ERROR_SIZE] = "";
	struct buf lines = { 0 };
	struct curl_slist *to = recipients(lib, e);
	CURL *c = lib->curl_easy_init();
	struct str rest;
	int result;

	add_crlf(&lines, message);
	rest = buf_str(&lines);
	lib->curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
	lib->curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	lib->curl_easy_setopt(c, CURLOPT_URL, s->url);
	lib->curl_easy_setopt(c, CURLOPT_PROXY, "");
	lib->curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	lib->curl_easy_setopt(c, CURLOPT_TIMEOUT, s->timeout_s);
	lib->curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	lib->curl_easy_setopt(c, CURLOPT_MAIL_FROM, e->from ? e->from : "");
	lib->curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	lib->curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	lib->curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	lib->curl_easy_setopt(c, CURLOPT_READDATA, &rest);
	set_security(lib, c, s);
	result = judge(lib, c, s->url, lib->curl_easy_perform(c), detail,
	    err);
	lib->curl_easy_cleanup(c);
	lib->curl_slist_free_all(to);
	buf_clear(&lines);
	return result;
}

int
send_by_smtp(const struct smtp *s, const struct envelope *e,
    struct str message, struct err *err)
{
	struct libcurl lib;

	return library_load(&curl_library, &lib, err) < 0 ? -1 :
	    perform(&lib, s, e, message, err);
}
