/*
 * provider.h - who runs the server that mail went to (spec/reports.md D.7).
 */
#ifndef TALLY_PROVIDER_H
#define TALLY_PROVIDER_H

#include "base/str.h"

/*
 * The name of the provider whose domain this is ("Google" of gmail.com), or
 * absent.  domain is in lower case.
 */
struct str provider_of_domain(struct str domain);

#endif
