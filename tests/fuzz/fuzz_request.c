/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes from a client: every one of them is done with once it is quiet, and
 * what is taken for text lies within them.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/server/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads requests to the end; what is left over. */
static size_t
requests(const char *bytes, size_t size, bool quiet)
{
	size_t at = 0;

	while (at < size) {
		struct request r;
		const size_t used = request_parse(bytes + at, size - at, quiet, &r);

		if (used > size - at)
			abort();
		if (r.kind != REQUEST_MORE &&
		    (used == 0 || r.text < bytes + at || r.text + r.text_size > bytes + at + used))
			abort();
		at += used;
		if (r.kind == REQUEST_MORE)
			break;
	}
	return size - at;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size != 0 ? size : 1); /* no byte more, so that each overrun is seen */

	if (bytes == NULL)
		return 0;
	memcpy(bytes, data, size);
	(void)requests(bytes, size, false);
	if (requests(bytes, size, true) != 0)
		abort();
	free(bytes);
	return 0;
}
