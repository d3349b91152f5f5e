/* SPDX-License-Identifier: BSD-3-Clause */
#include <numa.h>
#include <numaif.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_malloc.h>

#include "lcore/memory.h"

#define LARGE_PAGE ((size_t)2 << 20)
#define NODE_BITS (8 * sizeof(unsigned long))

/* A preference only: a node without free memory must not make us fail. */
static void
memory_bind(void *memory, size_t size, int socket)
{
	unsigned long nodes;

	if (socket < 0 || (size_t)socket >= NODE_BITS || numa_available() < 0 ||
	    numa_max_node() == 0)
		return;
	nodes = 1ul << socket;
	(void)mbind(memory, size, MPOL_PREFERRED, &nodes, NODE_BITS, 0);
}

static size_t
memory_rounded(size_t size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) & ~(page - 1);
}

/* Maps 'size' bytes at a multiple of 'align', a power of two; both whole pages. */
static void *
memory_map(size_t size, size_t align)
{
	const size_t span = size + align;
	uint8_t *mapped, *start;

	mapped = mmap(NULL, span, PROT_READ | PROT_WRITE,
	              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mapped == MAP_FAILED)
		return NULL;
	start = (uint8_t *)(((uintptr_t)mapped + align - 1) & ~(uintptr_t)(align - 1));
	if (start > mapped)
		munmap(mapped, (size_t)(start - mapped));
	if (start + size < mapped + span)
		munmap(start + size, (size_t)(mapped + span - (start + size)));
	return start;
}

void *
memory_alloc(size_t size, bool huge, int socket, enum memory_use use)
{
	void *memory;

	if (size == 0 || size > SIZE_MAX / 2)
		return NULL;
	if (huge)
		return rte_zmalloc_socket("flow", size, RTE_CACHE_LINE_SIZE, socket);
	size = memory_rounded(size);
	memory = memory_map(size, use == MEMORY_DENSE ? LARGE_PAGE : memory_rounded(1));
	if (memory == NULL)
		return NULL;
	memory_bind(memory, size, socket);
	if (use == MEMORY_DENSE && size >= LARGE_PAGE)
		(void)madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

void
memory_populate(void *from, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	(void)madvise(from, size, MADV_POPULATE_WRITE);
#else
	(void)from;
	(void)size;
#endif
}

void
memory_free(void *memory, size_t size, bool huge)
{
	if (memory == NULL)
		return;
	if (huge)
		rte_free(memory);
	else
		munmap(memory, memory_rounded(size));
}
