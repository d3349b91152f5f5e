/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files in order, through one reader. With a time scale a burst is held back
 * until its packets are due.
 */
#include "lcore/source_capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <pcap/pcap.h>

#include "config/capture_name.h"
#include "lcore/capture_reader.h"
#include "lcore/dissect/dissect.h"

#define PACE_WAIT_NS 2000000 /* how long a burst that is not due waits */

struct source_capture {
	struct source source; /* first: what callers see */
	struct source_capture_options options;
	struct capture_reader *reader;
	size_t next;      /* path to open */
	uint8_t flags;    /* of the views of the file that is open */
	uint64_t now_ns;  /* latest packet time */
	unsigned damaged; /* files that ended early */
	int first_error;
	uint16_t known_link; /* the link type checked last */
	bool known_supported;
	bool foreign;     /* first_error is a link type's */
	bool dissectable; /* some packets' were */
	/* pacing */
	uint64_t start_wall_ns, start_packet_ns;
	unsigned held_at, held;
	struct packet_view views[VIEW_BURST];
};

static const char *
link_name(uint16_t link_type, char *buffer, size_t size)
{
	const char *name = pcap_datalink_val_to_name(link_type);

	if (name == NULL)
		snprintf(buffer, size, "%u", link_type);
	else
		snprintf(buffer, size, "%s (%u)", name, link_type);
	return buffer;
}

static void
remember_problem(struct source_capture *s, int error, const char *problem)
{
	if (s->damaged++ == 0) {
		s->first_error = error;
		snprintf(s->source.problem, sizeof(s->source.problem), "%s", problem);
	}
}

/* By enum capture_kind. */
static const uint8_t flags_of[] = { 0, VIEW_IMPORT, VIEW_SFLOW };

/* The next file that opens. 0 or -ENODATA. */
static int
open_next(struct source_capture *s)
{
	while (s->next < s->options.path_count) {
		const char *name = s->options.paths[s->next++];
		const bool last = s->next == s->options.path_count;
		enum capture_kind kind = CAPTURE_PACKETS;
		const char *path = capture_name_path(name, &kind);
		struct capture_stream *stream;
		char line[256];

		if (path == NULL) /* it was there at the start */
			path = name;
		stream = capture_stream_open(path, s->options.follow && last);
		s->flags = flags_of[kind];

		if (stream != NULL) {
			capture_reader_start(s->reader, stream, path, s->options.tsh);
			return 0;
		}
		snprintf(line, sizeof(line), "%.150s: %s", path, strerror(errno));
		remember_problem(s, -errno, line);
	}
	return -ENODATA;
}

/* Packets of a link type that nothing dissects are marked, and the operator is told. */
static void
check_links(struct source_capture *s, struct packet_view *views, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char name[64], line[256];

		if (views[i].link_type != s->known_link) {
			s->known_link = views[i].link_type;
			s->known_supported = dissect_link_supported(s->known_link);
			if (!s->known_supported) {
				snprintf(line, sizeof(line),
				         "%.100s: packets of link type %s can't be dissected",
				         s->options.paths[s->next - 1],
				         link_name(s->known_link, name, sizeof(name)));
				s->foreign |= s->damaged == 0;
				remember_problem(s, -EPROTONOSUPPORT, line);
			}
		}
		if (!s->known_supported)
			views[i].flags |= VIEW_FOREIGN;
		s->dissectable |= s->known_supported;
	}
}

/* How the last file ends: an input of which nothing can be dissected is not what was meant, one of
 * which a part can is read as far as it goes. */
static int
last_word(const struct source_capture *s)
{
	if (s->damaged == 0)
		return -ENODATA;
	return s->foreign && s->dissectable ? -EIO : s->first_error;
}

static int
read_burst(struct source_capture *s, struct packet_view *views, unsigned max)
{
	for (;;) {
		const int n = capture_reader_burst(s->reader, views, max);

		if (n >= 0) {
			check_links(s, views, (unsigned)n);
			for (int i = 0; i < n && s->flags != 0; i++)
				views[i].flags |= s->flags;
			return n;
		}
		if (n != -ENODATA)
			remember_problem(s, n, capture_reader_problem(s->reader));
		if (open_next(s) < 0)
			return last_word(s);
	}
}

static void
advance_clock(struct source_capture *s, const struct packet_view *views, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (views[i].time_ns > s->now_ns)
			s->now_ns = views[i].time_ns;
	}
}

static int
capture_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	struct source_capture *s = (struct source_capture *)source;
	const int n = read_burst(s, views, max);

	if (n > 0)
		advance_clock(s, views, (unsigned)n);
	*now_ns = s->now_ns;
	return n;
}

static uint64_t
wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The packet time that has come; starts with the first packet. */
static uint64_t
paced_now(struct source_capture *s)
{
	const uint64_t wall = wall_ns();

	if (s->start_wall_ns == 0) {
		s->start_wall_ns = wall;
		s->start_packet_ns = s->views[0].time_ns;
	}
	return s->start_packet_ns +
	       (uint64_t)((double)(wall - s->start_wall_ns) * s->options.time_scale);
}

static int
paced_burst(struct source *source, struct packet_view *views, unsigned max, uint64_t *now_ns)
{
	static const struct timespec nap = { .tv_nsec = PACE_WAIT_NS };
	struct source_capture *s = (struct source_capture *)source;
	unsigned n = 0;
	uint64_t due;

	if (s->held_at == s->held) {
		const int rc = read_burst(s, s->views, VIEW_BURST);

		*now_ns = s->now_ns;
		if (rc <= 0)
			return rc;
		s->held_at = 0;
		s->held = (unsigned)rc;
	}
	due = paced_now(s);
	while (n < max && s->held_at < s->held && s->views[s->held_at].time_ns <= due)
		views[n++] = s->views[s->held_at++];
	if (n == 0)
		nanosleep(&nap, NULL);
	advance_clock(s, views, n);
	*now_ns = s->now_ns;
	return (int)n;
}

/* The reader keeps a burst's bytes until the next one is asked for. */
static void
capture_release(struct source *source)
{
	(void)source;
}

static void
capture_close(struct source *source)
{
	struct source_capture *s = (struct source_capture *)source;

	capture_reader_free(s->reader);
	free(s);
}

static const struct source_ops capture_ops = {
	.burst = capture_burst,
	.release = capture_release,
	.close = capture_close,
};

static const struct source_ops paced_ops = {
	.burst = paced_burst,
	.release = capture_release,
	.close = capture_close,
};

struct source *
source_capture_create(const struct source_capture_options *options, char *error, size_t error_size)
{
	struct source_capture *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->reader = capture_reader_create()) == NULL) {
		free(s);
		snprintf(error, error_size, "no memory for reading captures");
		return NULL;
	}
	s->source.ops = options->time_scale > 0 ? &paced_ops : &capture_ops;
	s->options = *options;
	s->known_link = UINT16_MAX;
	if (open_next(s) < 0) {
		snprintf(error, error_size, "%s", s->source.problem);
		capture_close(&s->source);
		return NULL;
	}
	return &s->source;
}

static void
note_links(struct capture_probe *probe, const struct capture_reader *r)
{
	const unsigned n = capture_reader_interfaces(r);

	if (n != 0)
		probe->snaplen = capture_reader_interface(r, 0)->snaplen;
	for (unsigned i = 0; i < n && probe->links < CAPTURE_PROBE_LINKS; i++) {
		const uint16_t link = capture_reader_interface(r, i)->link_type;
		unsigned k = 0;

		while (k < probe->links && probe->link_type[k] != link)
			k++;
		if (k == probe->links)
			probe->link_type[probe->links++] = link;
	}
}

int
capture_probe(const char *name, bool tsh, struct capture_probe *probe, char *error,
              size_t error_size)
{
	enum capture_kind kind;
	const char *path = capture_name_path(name, &kind);
	struct capture_reader *r;
	struct capture_stream *stream;
	struct packet_view view;
	struct stat st;
	char link[64];
	int rc = 0;

	memset(probe, 0, sizeof(*probe));
	if (path == NULL)
		path = name;
	if (strcmp(path, "-") == 0 ||
	    (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return 0;
	stream = capture_stream_open(path, false);
	if (stream == NULL) {
		rc = -errno;
		snprintf(error, error_size, "%.150s: %s", path, strerror(errno));
		return rc;
	}
	r = capture_reader_create();
	if (r == NULL) {
		capture_stream_close(stream);
		snprintf(error, error_size, "no memory for reading captures");
		return -ENOMEM;
	}
	capture_reader_start(r, stream, path, tsh);
	rc = capture_reader_burst(r, &view, 1);
	note_links(probe, r);
	if (rc < 0 && rc != -ENODATA && probe->links == 0)
		snprintf(error, error_size, "%s", capture_reader_problem(r));
	else
		rc = 0;
	capture_reader_free(r);
	for (unsigned i = 0; i < probe->links; i++) {
		if (dissect_link_supported(probe->link_type[i]))
			return rc;
	}
	if (rc == 0 && probe->links != 0) {
		snprintf(error, error_size, "%.150s: packets of link type %s can't be dissected",
		         path, link_name(probe->link_type[0], link, sizeof(link)));
		return -EINVAL;
	}
	return rc;
}
