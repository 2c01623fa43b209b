#include "cmd/version.h"

#include "base/buf.h"

#ifndef MAILTALLY_COMMIT
#define MAILTALLY_COMMIT ""
#endif
/* "libzstd 1.5.4, zlib 1.2.13": what pkg-config said when it was built. */
#ifndef MAILTALLY_LIBRARIES
#define MAILTALLY_LIBRARIES ""
#endif

void
version_details(struct buf *b)
{
	if (sizeof(MAILTALLY_COMMIT) > 1)
		buf_add_str(b, STR("commit " MAILTALLY_COMMIT "\n"));
	if (sizeof(MAILTALLY_LIBRARIES) > 1)
		buf_add_str(b, STR("with " MAILTALLY_LIBRARIES "\n"));
}
