/*
 * fuzz_received.c - any bytes as the header of a message, and as the HELO that
 * qpsmtpd writes into its Received: field as it came.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "maildir/handover.h"
#include "maildir/header.h"
#include "maildir/name.h"
#include "maildir/received.h"

static void
assert_inside(struct str part, struct str whole)
{
	if (part.p != NULL && part.n > 0)
		assert(part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void
read_header(struct str text)
{
	struct str rest = text;
	struct header_field f;
	struct received r;
	struct buf b = { 0 };

	while (header_next(&rest, &f)) {
		assert(f.name.n > 0);
		assert_inside(f.name, text);
		assert_inside(f.body, text);
		received_parse(f.body, &r);
		assert_inside(r.by, text);
		assert_inside(r.with, text);
		assert_inside(r.user, text);
		assert(r.authenticated || r.user.p == NULL);
		buf_reset(&b);
		header_unfold(&b, f.body);
		assert(str_index(buf_str(&b), '\n') == b.n);
	}
	buf_clear(&b);
}

/* Whatever it says, the address is the client's and nobody is authenticated. */
static void
say_helo(struct str helo, const struct own_hosts *own)
{
	struct handover h;
	struct buf b = { 0 }, ip = { 0 };

	/* What a line of SMTP cannot hold. */
	if (str_index(helo, '\n') < helo.n || str_index(helo, '\r') < helo.n)
		return;
	buf_add_str(&b, STR("Received: from Unknown (HELO "));
	buf_add_str(&b, helo);
	buf_add_str(&b, STR(") (192.0.2.1)\n by mx.example.org (qpsmtpd/0.96) "
	    "with ESMTP; Tue, 10 Mar 2026 00:05:00 +0000\n\n"));
	handover_find(buf_str(&b), own, &h);
	assert(h.kind == HANDOVER_CLIENT && h.has_ip);
	ip_format(&ip, &h.ip);
	assert(strcmp(ip.p, "192.0.2.1") == 0);
	buf_clear(&ip);
	buf_clear(&b);
}

static void
rename_it(struct str name)
{
	struct maildir_name n, again;
	struct buf b = { 0 };

	maildir_name_parse(name, &n);
	assert_inside(n.base, name);
	assert_inside(n.flags, name);
	maildir_name_add_flag(&b, name, 'F');
	maildir_name_parse(buf_str(&b), &again);
	assert(str_eq(n.base, again.base));
	assert(str_index(again.flags, 'F') < again.flags.n);
	buf_reset(&b);
	maildir_name_resize(&b, name, 100, 101);
	maildir_name_parse(buf_str(&b), &again);
	assert(again.arrived_ns == n.arrived_ns);
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str names[] = { STR("mx.example.org") };
	const struct own_hosts own = { .names = names, .n_names = 1 };
	struct str copy = fuzz_copy(str_make((const char *)data, size));
	struct handover h;

	read_header(copy);
	handover_find(copy, &own, &h);
	assert(!h.has_ip || h.kind != HANDOVER_NONE);
	say_helo(copy, &own);
	rename_it(copy);
	fuzz_free(copy);
	return 0;
}
