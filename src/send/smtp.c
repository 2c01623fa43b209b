/* smtp.c - a message for a mail server.  The only file that knows libcurl. */
#include <curl/curl.h>

#include "base/buf.h"
#include "base/err.h"
#include "send/send.h"

#define CONNECT_TIMEOUT_S 30L

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
recipients(const struct envelope *e)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < e->n_to; i++)
		list = curl_slist_append(list, e->to[i]);
	return list;
}

static void
set_security(CURL *c, const struct smtp *s)
{
	if (s->ca_file != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, s->ca_file);
	if (s->user != NULL) {
		curl_easy_setopt(c, CURLOPT_USERNAME, s->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD,
		    s->password ? s->password : "");
		curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
		return;
	}
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
	/* Without a password, better any encryption than none, as between mail
	 * servers; smtps:// and --smtp-ca ask for a good certificate. */
	if (s->ca_file == NULL && str_starts(str_from(s->url), STR("smtp:"))) {
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

static int
judge(CURL *c, const char *url, CURLcode code, const char *detail,
    struct err *err)
{
	long reply = 0;
	enum err_kind kind = ERR_IO;

	if (code == CURLE_OK)
		return 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &reply);
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
	    code == CURLE_OPERATION_TIMEDOUT || (reply >= 400 && reply < 500))
		kind = ERR_AGAIN;
	return err_set(err, kind, "%s: %s; the mail was not sent", url,
	    *detail ? detail : curl_easy_strerror(code));
}

int
send_by_smtp(const struct smtp *s, const struct envelope *e,
    struct str message, struct err *err)
{
	char detail[CURL_ERROR_SIZE] = "";
	struct buf lines = { 0 };
	struct curl_slist *to = recipients(e);
	CURL *c = curl_easy_init();
	struct str rest;
	int result;

	add_crlf(&lines, message);
	rest = buf_str(&lines);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_URL, s->url);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, s->timeout_s);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, e->from ? e->from : "");
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, &rest);
	set_security(c, s);
	result = judge(c, s->url, curl_easy_perform(c), detail, err);
	curl_easy_cleanup(c);
	curl_slist_free_all(to);
	buf_clear(&lines);
	return result;
}
