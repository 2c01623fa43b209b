#include "tally/provider.h"

#include <stddef.h>
#include <string.h>

/* Domains, and those below them. */
static const struct {
	struct str domain, name;
} providers[] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
	{ TEXT("gmail.com"), TEXT("Google") },
	{ TEXT("googlemail.com"), TEXT("Google") },
	{ TEXT("outlook.com"), TEXT("Microsoft") },
	{ TEXT("outlook.de"), TEXT("Microsoft") },
	{ TEXT("outlook.fr"), TEXT("Microsoft") },
	{ TEXT("hotmail.com"), TEXT("Microsoft") },
	{ TEXT("hotmail.co.uk"), TEXT("Microsoft") },
	{ TEXT("hotmail.de"), TEXT("Microsoft") },
	{ TEXT("hotmail.fr"), TEXT("Microsoft") },
	{ TEXT("live.com"), TEXT("Microsoft") },
	{ TEXT("msn.com"), TEXT("Microsoft") },
	{ TEXT("onmicrosoft.com"), TEXT("Microsoft") },
	{ TEXT("yahoo.com"), TEXT("Yahoo") },
	{ TEXT("yahoo.co.uk"), TEXT("Yahoo") },
	{ TEXT("yahoo.de"), TEXT("Yahoo") },
	{ TEXT("yahoo.fr"), TEXT("Yahoo") },
	{ TEXT("ymail.com"), TEXT("Yahoo") },
	{ TEXT("aol.com"), TEXT("Yahoo") },
	{ TEXT("icloud.com"), TEXT("Apple") },
	{ TEXT("me.com"), TEXT("Apple") },
	{ TEXT("mac.com"), TEXT("Apple") },
	{ TEXT("gmx.de"), TEXT("GMX, WEB.DE") },
	{ TEXT("gmx.net"), TEXT("GMX, WEB.DE") },
	{ TEXT("gmx.com"), TEXT("GMX, WEB.DE") },
	{ TEXT("gmx.at"), TEXT("GMX, WEB.DE") },
	{ TEXT("gmx.ch"), TEXT("GMX, WEB.DE") },
	{ TEXT("web.de"), TEXT("GMX, WEB.DE") },
	{ TEXT("t-online.de"), TEXT("Telekom") },
	{ TEXT("proton.me"), TEXT("Proton") },
	{ TEXT("protonmail.com"), TEXT("Proton") },
	{ TEXT("pm.me"), TEXT("Proton") },
	{ TEXT("orange.fr"), TEXT("Orange") },
	{ TEXT("wanadoo.fr"), TEXT("Orange") },
	{ TEXT("free.fr"), TEXT("Free") },
	{ TEXT("laposte.net"), TEXT("La Poste") },
	{ TEXT("libero.it"), TEXT("Libero") },
	{ TEXT("comcast.net"), TEXT("Comcast") },
	{ TEXT("verizon.net"), TEXT("Yahoo") },
	{ TEXT("att.net"), TEXT("Yahoo") },
	{ TEXT("yandex.ru"), TEXT("Yandex") },
	{ TEXT("yandex.com"), TEXT("Yandex") },
	{ TEXT("mail.ru"), TEXT("Mail.ru") },
	{ TEXT("qq.com"), TEXT("Tencent") },
	{ TEXT("163.com"), TEXT("NetEase") },
	{ TEXT("126.com"), TEXT("NetEase") },
	{ TEXT("zoho.com"), TEXT("Zoho") },
	{ TEXT("fastmail.com"), TEXT("Fastmail") },
#undef TEXT
};

struct str
provider_of_domain(struct str domain)
{
	if (domain.n < 2)
		return str_none();
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
		struct str of = providers[i].domain;

		/* Most are not even of the same country. */
		if (memcmp(of.p + of.n - 2, domain.p + domain.n - 2, 2) != 0)
			continue;
		if (str_ends(domain, of) && (domain.n == of.n ||
		    domain.p[domain.n - of.n - 1] == '.'))
			return providers[i].name;
	}
	return str_none();
}
