#include "tally/accounts.h"

#include <stdio.h>

#include "base/test.h"
#include "base/when.h"

static uint32_t
recipient(struct accounts *a, const char *name)
{
	return ledger_add(&a->recipients, str_from(name));
}

static uint32_t
sender(struct accounts *a, const char *name)
{
	return ledger_add(&a->senders, str_from(name));
}

static struct str
domain_name(const struct accounts *a, uint32_t number)
{
	return ledger_name(&a->domains, number);
}

TEST(a_domain_stands_behind_the_last_at)
{
	static const struct {
		const char *address, *domain;
	} cases[] = {
		{ "ann@a.example", "a.example" },
		{ "a@b@c.example", "c.example" },
		{ "list-return-@host-@[]", "[]" },
		{ "ann@", "" },
		{ "ann", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str domain = accounts_domain_of(
		    str_from(cases[i].address));

		assert_int_equal(domain.p != NULL, cases[i].domain != NULL);
		if (cases[i].domain)
			assert_str(domain, cases[i].domain);
	}
}

TEST(a_sender_is_shown_bare_but_for_the_null_one)
{
	assert_str(accounts_bare(STR("<ann@a.example>")), "ann@a.example");
	assert_str(accounts_bare(STR("<>")), "<>");
	assert_str(accounts_bare(STR("?")), "?");
	assert_str(accounts_bare(STR("<ann")), "<ann");
}

TEST(a_recipient_has_an_account_a_channel)
{
	struct accounts a;
	struct recipient_account *r;
	const struct recipient_account *all;
	size_t at = 0;
	uint32_t number;

	accounts_init(&a);
	number = recipient(&a, "ann@a.example");
	r = accounts_of_recipient(&a, number, CHANNEL_REMOTE);
	assert_str(domain_name(&a, r->domain), "a.example");
	assert_int_equal(r->last_ns, WHEN_NONE);
	r->sent = 2;
	r = accounts_of_recipient(&a, number, CHANNEL_LOCAL);
	assert_int_equal(r->sent, 0);
	r->failed = 1;
	assert_int_equal(accounts_of_recipient(&a, number,
	    CHANNEL_REMOTE)->sent, 2);
	assert_int_equal(accounts_of_recipient(&a, number,
	    CHANNEL_LOCAL)->failed, 1);
	all = accounts_recipient(&a, &at);
	assert_int_equal(all->channel, CHANNEL_REMOTE);
	all = accounts_recipient(&a, &at);
	assert_int_equal(all->channel, CHANNEL_LOCAL);
	assert_int_equal(all->domain, r->domain);
	assert_null(accounts_recipient(&a, &at));
	accounts_clear(&a);
}

TEST(a_name_without_an_attempt_is_no_recipient)
{
	struct accounts a;
	size_t at = 0;

	accounts_init(&a);
	recipient(&a, "nobody@a.example");
	assert_null(accounts_recipient(&a, &at));
	accounts_clear(&a);
}

TEST(a_sender_has_an_account_a_uid)
{
	struct accounts a;
	uint32_t number, uids[4];
	char name[16];
	size_t at = 0, n = 0;

	accounts_init(&a);
	number = sender(&a, "<ann@a.example>");
	for (int i = 0; i < 4; i++) {
		(void)snprintf(name, sizeof(name), "%d", 1000 + i);
		uids[i] = intern_add(&a.uids, str_from(name));
		accounts_of_sender(&a, number, uids[i])->messages =
		    (uint64_t)i + 1;
	}
	for (int i = 3; i >= 0; i--) {
		struct sender_account *s = accounts_of_sender(&a, number,
		    uids[i]);

		assert_int_equal(s->messages, i + 1);
		assert_int_equal(s->uid, uids[i]);
		assert_int_equal(s->name, number);
		assert_str(domain_name(&a, s->domain), "a.example");
	}
	while (accounts_sender(&a, &at))
		n++;
	assert_int_equal(n, 4);
	accounts_clear(&a);
}

TEST(a_provider_is_known_by_the_domain_or_not_at_all)
{
	struct accounts a;
	uint32_t mail, own, number;

	accounts_init(&a);
	mail = ledger_add(&a.domains, STR("gmail.com"));
	own = ledger_add(&a.domains, STR("notgmail.com"));
	number = accounts_provider_of(&a, mail);
	assert_str(ledger_name(&a.providers, number), "Google");
	assert_int_equal(accounts_provider_of(&a, mail), number);
	assert_int_equal(accounts_provider_of(&a, own), 0);
	accounts_clear(&a);
}

/* Of names that the two number differently. */
static void
fill(struct accounts *a, const char *const *names, size_t n, int64_t last_ns)
{
	accounts_init(a);
	for (size_t i = 0; i < n; i++) {
		struct recipient_account *r = accounts_of_recipient(a,
		    recipient(a, names[i]), CHANNEL_REMOTE);
		struct sender_account *s = accounts_of_sender(a,
		    sender(a, names[i]), intern_add(&a->uids, STR("89")));
		struct domain_account *d = accounts_domain(a, r->domain);

		r->sent = 1;
		r->bytes = 100;
		r->last_ns = last_ns;
		s->messages = 2;
		s->tries = 3;
		s->last_ns = last_ns;
		delays_add(&d->delays, 1000);
	}
}

TEST(merged_accounts_add_up_by_name)
{
	static const char *const one[] = { "a@x.example", "b@y.example" };
	static const char *const two[] = { "b@y.example", "c@y.example" };
	struct accounts a, b;
	struct recipient_account *r;
	struct sender_account *s;

	fill(&a, one, 2, WHEN_NONE);
	fill(&b, two, 2, 50);
	accounts_merge(&a, &b);
	r = accounts_of_recipient(&a, recipient(&a, "b@y.example"),
	    CHANNEL_REMOTE);
	assert_int_equal(r->sent, 2);
	assert_int_equal(r->bytes, 200);
	assert_int_equal(r->last_ns, 50);
	assert_int_equal(accounts_domain(&a, r->domain)->delays.count, 3);
	r = accounts_of_recipient(&a, recipient(&a, "a@x.example"),
	    CHANNEL_REMOTE);
	assert_int_equal(r->sent, 1);
	assert_int_equal(r->last_ns, WHEN_NONE);
	s = accounts_of_sender(&a, sender(&a, "b@y.example"),
	    intern_add(&a.uids, STR("89")));
	assert_int_equal(s->messages, 4);
	assert_int_equal(s->tries, 6);
	s = accounts_of_sender(&a, sender(&a, "c@y.example"),
	    intern_add(&a.uids, STR("89")));
	assert_int_equal(s->messages, 2);
	accounts_clear(&a);
	accounts_clear(&b);
}

TEST(sealed_accounts_can_be_counted_in_again)
{
	struct accounts a;
	uint32_t number;

	accounts_init(&a);
	number = recipient(&a, "ann@a.example");
	accounts_seal(&a);
	assert_int_equal(ledger_find(&a.domains, STR("b.example")),
	    UINT32_MAX);
	assert_int_equal(recipient(&a, "ann@a.example"), number);
	accounts_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_stands_behind_the_last_at),
		cmocka_unit_test(a_sender_is_shown_bare_but_for_the_null_one),
		cmocka_unit_test(a_recipient_has_an_account_a_channel),
		cmocka_unit_test(a_name_without_an_attempt_is_no_recipient),
		cmocka_unit_test(a_sender_has_an_account_a_uid),
		cmocka_unit_test(a_provider_is_known_by_the_domain_or_not_at_all),
		cmocka_unit_test(merged_accounts_add_up_by_name),
		cmocka_unit_test(sealed_accounts_can_be_counted_in_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
