#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/err.h"

int
library_load(const struct library *l, void *functions, struct err *err)
{
	void *handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return err_set(err, ERR_NO_INPUT, "%s; install the package "
		    "%s", dlerror(), l->package);
	for (size_t i = 0; i < l->n; i++) {
		void *address = dlsym(handle, l->names[i]);

		if (address == NULL)
			return err_set(err, ERR_NO_INPUT, "%s: has no %s; "
			    "install the package %s of the version that this "
			    "program was built with", l->file, l->names[i],
			    l->package);
		/* POSIX: an object's and a function's address are alike. */
		memcpy((char *)functions + i * sizeof(address), &address,
		    sizeof(address));
	}
	return 0;
}
