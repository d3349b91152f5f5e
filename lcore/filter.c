/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pcap_compile -> classic BPF -> machine code.
 *
 * Converted programs read a packet through an rte_mbuf, so one is kept whose data
 * pointer and lengths are set per packet. Its data_len is the captured bytes.
 * pkt_len must not say more, or a load beyond them would look for a further
 * segment; but it is also what the expression's "len" reads, and that is the
 * length on the wire. Where both matter and differ, and for packets that 16
 * bits can't measure, the interpreter decides.
 */
#include "lcore/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include <rte_bpf.h>
#include <rte_mbuf.h>

#include "lcore/filter_native.h"

#define FILTER_LINKS 32
#define FILTER_SNAPLEN 262144

struct filter_program {
	uint16_t link_type;
	bool usable; /* the expression fits the link type */
	bool reads_length;
	struct bpf_program classic;
	struct rte_bpf *native;
	uint64_t (*run)(void *mbuf); /* NULL: interpret */
};

struct filter {
	struct rte_mbuf mbuf; /* first: aligned; describes one packet at a time */
	char *expression;
	bool optimize;
	bool interpret;
	unsigned count;
	unsigned last; /* program used last */
	struct filter_program programs[FILTER_LINKS];
};

struct filter *
filter_create(const char *expression, bool optimize)
{
	struct filter *f = aligned_alloc(_Alignof(struct filter), sizeof(*f));

	if (f == NULL)
		return NULL;
	memset(f, 0, sizeof(*f));
	f->expression = strdup(expression);
	if (f->expression == NULL) {
		free(f);
		return NULL;
	}
	f->optimize = optimize;
	f->mbuf.nb_segs = 1;
	return f;
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->count; i++) {
		rte_bpf_destroy(f->programs[i].native);
		pcap_freecode(&f->programs[i].classic);
	}
	free(f->expression);
	free(f);
}

static int
compile(pcap_t *dead, struct bpf_program *out, const char *expression, bool optimize)
{
	return pcap_compile(dead, out, expression, optimize, 0);
}

/* Where the trouble is: the longest run of whole words that compiles ends before it. Returns the
 * offset of the word after it, or 0. */
static size_t
error_offset(pcap_t *dead, const char *expression)
{
	char *text = strdup(expression);
	size_t offset = 0;

	if (text == NULL)
		return 0;
	for (size_t i = strlen(text); i-- > 1;) {
		struct bpf_program ignored;

		if (text[i] != ' ' || text[i - 1] == ' ')
			continue;
		text[i] = '\0';
		if (compile(dead, &ignored, text, false) == 0) {
			pcap_freecode(&ignored);
			offset = i;
			while (expression[offset] == ' ')
				offset++;
			break;
		}
	}
	free(text);
	return expression[offset] == '\0' ? 0 : offset;
}

static void
describe_error(pcap_t *dead, const struct filter *f, uint16_t link_type, char *error, size_t size)
{
	const char *name = pcap_datalink_val_to_name(link_type);
	char message[PCAP_ERRBUF_SIZE];
	size_t at;

	snprintf(message, sizeof(message), "%s", pcap_geterr(dead));
	at = error_offset(dead, f->expression);
	snprintf(error, size, "packet filter: %s (on %s, near character %zu: \"%.60s\")", message,
	         name != NULL ? name : "this link type", at + 1, f->expression + at);
}

/* Does the program look at the packet's length? */
static bool
reads_length(const struct bpf_program *p)
{
	for (unsigned i = 0; i < p->bf_len; i++) {
		const unsigned code = p->bf_insns[i].code;

		if ((BPF_CLASS(code) == BPF_LD || BPF_CLASS(code) == BPF_LDX) &&
		    BPF_MODE(code) == BPF_LEN)
			return true;
	}
	return false;
}

/* A program of its own, marked in its link type's number, is for packets whose family is in the
 * other byte order than this host's. */
#define FILTER_SWAPPED 0x8000u

/* Links whose packets begin with an address family in the byte order of whoever captured them. */
static bool
begins_with_family(uint16_t link_type)
{
	return link_type == DLT_NULL || link_type == DLT_ENC;
}

/* The program's number that a packet asks for. Families are small, so their order shows. */
static uint16_t
link_of(const struct packet_view *v)
{
	uint32_t family;

	if (!begins_with_family(v->link_type) || v->captured < sizeof(family))
		return v->link_type;
	memcpy(&family, v->data, sizeof(family));
	return (uint16_t)(family > UINT16_MAX ? v->link_type | FILTER_SWAPPED : v->link_type);
}

/* What to compile for. BSD's loopback names protocols by numbers that differ from system to system;
 * libpcap knows them all, but looks for more than its own system's, and in either byte order, only
 * in what was saved. */
static pcap_t *
pcap_of_link(uint16_t link, int snaplen)
{
	const uint16_t link_type = link & (uint16_t)~FILTER_SWAPPED;
	const bool swapped = (link & FILTER_SWAPPED) != 0;
	const uint32_t size = (uint32_t)snaplen;
	struct pcap_file_header header = {
		.magic = swapped ? 0xd4c3b2a1 : 0xa1b2c3d4,
		.version_major = swapped ? 0x0200 : 2,
		.version_minor = swapped ? 0x0400 : 4,
		.snaplen = swapped ? __builtin_bswap32(size) : size,
		.linktype = swapped ? __builtin_bswap32(link_type) : link_type,
	};
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *p;
	FILE *saved;

	if (!begins_with_family(link_type))
		return pcap_open_dead(link_type, snaplen);
	saved = fmemopen(&header, sizeof(header), "rb");
	if (saved == NULL)
		return NULL;
	p = pcap_fopen_offline(saved, error);
	if (p == NULL)
		fclose(saved);
	return p;
}

int
filter_prepare(struct filter *f, uint16_t link_type, uint32_t snaplen, char *error,
               size_t error_size)
{
	struct filter_program *p;
	pcap_t *dead;

	for (unsigned i = 0; i < f->count; i++) {
		if (f->programs[i].link_type == link_type)
			return f->programs[i].usable ? 0 : -EINVAL;
	}
	if (f->count == FILTER_LINKS) {
		snprintf(error, error_size, "packet filter: more than %u link types", FILTER_LINKS);
		return -EINVAL;
	}
	dead = pcap_of_link(link_type, snaplen == 0 || snaplen > FILTER_SNAPLEN ? FILTER_SNAPLEN
	                                                                        : (int)snaplen);
	if (dead == NULL) {
		snprintf(error, error_size, "packet filter: no memory");
		return -ENOMEM;
	}
	p = &f->programs[f->count++];
	memset(p, 0, sizeof(*p));
	p->link_type = link_type;
	p->usable = compile(dead, &p->classic, f->expression, f->optimize) == 0;
	if (!p->usable) {
		describe_error(dead, f, link_type, error, error_size);
		memset(&p->classic, 0, sizeof(p->classic));
	} else {
		p->reads_length = reads_length(&p->classic);
		p->native = filter_native_create(&p->classic, &p->run);
	}
	pcap_close(dead);
	return p->usable ? 0 : -EINVAL;
}

static struct filter_program *
program_of(struct filter *f, uint16_t link_type)
{
	char ignored[8];

	if (f->last < f->count && f->programs[f->last].link_type == link_type)
		return &f->programs[f->last];
	(void)filter_prepare(f, link_type, 0, ignored, sizeof(ignored));
	for (f->last = 0; f->last < f->count; f->last++) {
		if (f->programs[f->last].link_type == link_type)
			return &f->programs[f->last];
	}
	return NULL;
}

static bool
filter_match(struct filter *f, const struct filter_program *p, const struct packet_view *v)
{
	if (p->run != NULL && !f->interpret && v->captured <= UINT16_MAX &&
	    (!p->reads_length || v->captured == v->length)) {
		/* The program does not write; the mbuf's type can't say so. */
		f->mbuf.buf_addr = (void *)(uintptr_t)v->data;
		f->mbuf.data_len = (uint16_t)v->captured;
		f->mbuf.pkt_len = v->captured;
		return p->run(&f->mbuf) != 0;
	}
	return bpf_filter(p->classic.bf_insns, v->data, v->length, v->captured) != 0;
}

unsigned
filter_burst(struct filter *f, struct packet_view *views, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct filter_program *p = program_of(f, link_of(&views[i]));

		if (p != NULL && p->usable && filter_match(f, p, &views[i]))
			views[kept++] = views[i];
	}
	return kept;
}

void
filter_dump(struct filter *f, uint16_t link_type)
{
	struct filter_program *p = program_of(f, link_type);

	if (p != NULL && p->usable)
		bpf_dump(&p->classic, 1);
}

void
filter_use_interpreter(struct filter *f)
{
	f->interpret = true;
}

bool
filter_is_native(const struct filter *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (f->programs[i].run != NULL && !f->interpret)
			return true;
	}
	return false;
}
