/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the operator chose: argus's command line and argus.conf, panoptes's own
 * keys and options, and the defaults, in one struct that is read-only once
 * loaded. Every setting is one row of config/keys.h; parser, -h and manual page
 * follow from that table.
 *
 * Memory: strings and lists belong to the struct; config_fini frees them.
 * Main lcore only while loading; any core may read afterwards.
 */
#ifndef PANOPTES_CONFIG_CONFIG_H
#define PANOPTES_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A growing array of strings. */
struct string_list {
	char **v;
	size_t n;
};

/* Argus's source id: what -e and ARGUS_MONITOR_ID say. */
enum source_id_kind {
	SOURCE_ID_NONE = 0,
	SOURCE_ID_IPV4,
	SOURCE_ID_INTEGER,
	SOURCE_ID_STRING,
	SOURCE_ID_IPV6, /* this and the next: record format 5 alone */
	SOURCE_ID_UUID,
};

struct source_id {
	enum source_id_kind kind;
	/* As on the wire: address, big-endian integer, UUID, or text of up to four characters;
	 * the rest is zero. */
	uint8_t bytes[16];
};

/* Bytes of it that count. */
static inline size_t
source_id_size(const struct source_id *id)
{
	if (id->kind == SOURCE_ID_NONE)
		return 0;
	return id->kind < SOURCE_ID_IPV6 ? 4 : sizeof(id->bytes);
}

/* An address, a number, text of up to four characters in double quotes, a host name, a UUID: 0 or
 * a negative errno, and then nothing is set. */
int source_id_read(const char *text, struct source_id *out);

/* Which argus reads the records: --format. */
enum record_format { RECORD_FORMAT_3 = 0, RECORD_FORMAT_5 };

/* Where records go: -w and ARGUS_OUTPUT_FILE, ARGUS_OUTPUT_STREAM. */
struct output_spec {
	char *target; /* path, "-", or URL */
	char *filter; /* record filter, or NULL */
};

struct output_list {
	struct output_spec *v;
	size_t n;
};

#define USER_DATA_MAX 32000u /* bytes of user data in a record, each direction */

/* Which IP traffic is control plane (ARGUS_CONTROLPLANE_PROTO): a bit for each port or protocol. */
struct control_protocols {
	uint64_t tcp[1024], udp[1024];
	uint64_t ip[4];
};

static inline void
control_add(uint64_t *bits, unsigned n)
{
	bits[n / 64] |= UINT64_C(1) << (n % 64);
}

static inline bool
control_has(const uint64_t *bits, unsigned n)
{
	return (bits[n / 64] >> (n % 64) & 1) != 0;
}

/* What keys a flow: ARGUS_FLOW_KEY, bits or-ed. */
enum flow_key_bit {
	FLOW_KEY_5TUPLE = 0x01,
	FLOW_KEY_L2 = 0x02,
	FLOW_KEY_L2_MATRIX = 0x04,
	FLOW_KEY_L3_MATRIX = 0x08,
	FLOW_KEY_VLAN = 0x10,
	FLOW_KEY_LOCAL_MPLS = 0x20,
	FLOW_KEY_COMPLETE_MPLS = 0x40,
	FLOW_KEY_VNI = 0x80,
	FLOW_KEY_TUNNEL_ID = 0x100,
};

/* Which of the flows of a packet in a tunnel is accounted for: --tunnel. */
enum tunnel_choice {
	TUNNEL_ARGUS = 0, /* GRE's inner, the others' outer; with tunnel_discovery all inner */
	TUNNEL_OUTER,
	TUNNEL_INNER,
	TUNNEL_BOTH,
};

enum config_action {
	CONFIG_RUN = 0,
	CONFIG_HELP, /* -h */
	CONFIG_VERSION,
	CONFIG_MANUAL,      /* --print-manual: the manual page, roff, on stdout */
	CONFIG_DUMP_FILTER, /* -b */
	CONFIG_DRY_RUN,     /* --dry-run: what would be set up, on stdout */
	CONFIG_DOCTOR,      /* --doctor: is the machine fit for live capture? */
};

enum huge_pages { HUGE_AUTO = 0, HUGE_YES, HUGE_NO };

/* How a kernel's interface is captured from: --kernel-capture. AUTO: by AF_XDP unless that would
 * take the machine's own traffic away. */
enum kernel_capture { KERNEL_CAPTURE_AUTO = 0, KERNEL_CAPTURE_XDP, KERNEL_CAPTURE_PACKET };

/* Whose time a packet has: --timestamps. AUTO: the port's, where it offers that. */
enum timestamps { TIMESTAMPS_AUTO = 0, TIMESTAMPS_PORT, TIMESTAMPS_CPU };

/* What an idle core does: --power. AUTO: polls where every busy core has a CPU to itself. */
enum power { POWER_AUTO = 0, POWER_POLL, POWER_SLEEP };

/* What a worker does that runs short of time or room: --overload. */
enum overload_policy { OVERLOAD_POLICY_SHED = 0, OVERLOAD_POLICY_LOSE };

/* What spreads packets over workers: --spread. By address, fragments and ICMP errors meet their
 * flow. */
enum spread { SPREAD_ADDRESS = 0, SPREAD_FLOW };

/* The rows of config/keys.h: KEY_outputs and so on. */
enum config_key {
#define KEY(id, ...) KEY_##id,
#include "config/keys.h"
	KEY_COUNT
};

/* Who said last what a setting is. */
enum config_origin { ORIGIN_DEFAULT = 0, ORIGIN_FILE, ORIGIN_LINE };

struct config {
	enum config_action action;

	/* input */
	struct string_list capture_files; /* -r, in order; "-" is stdin; see capture_name.h */
	struct string_list capture_dirs;  /* -R dir */
	struct string_list interfaces;    /* -i, as written; see interface.h */
	bool follow;                      /* -f */
	bool tsh;                         /* -t: input is NLANR TSH */
	double time_scale;                /* -T; 0: as fast as it goes */
	uint64_t first_packet;            /* -N a-b: a + 1, counted from 1; 0: from the start */
	uint64_t last_packet;             /* -N b, -N a-b: b; 0: no limit */
	uint32_t snaplen;                 /* -s; 0: not given */
	bool promiscuous;                 /* -p clears it */
	uint64_t pcap_buffer_size;        /* ARGUS_PCAP_BUF_SIZE, bytes; 0: libpcap's own */
	char *packet_filter;              /* ARGUS_FILTER, or the words after "-"; NULL: none */
	bool filter_optimize;             /* -O clears it */
	char *packet_capture_file;        /* ARGUS_PACKET_CAPTURE_FILE; NULL: none */
	bool packet_capture_on_error;

	/* flows */
	bool unidirectional;         /* ARGUS_FLOW_TYPE */
	uint32_t flow_key;           /* enum flow_key_bit */
	uint64_t status_interval_ns; /* -S; 0: a record per packet */
	uint32_t mar_interval_s;     /* -M */
	uint32_t ip_timeout_s, tcp_timeout_s, icmp_timeout_s, igmp_timeout_s;
	uint32_t frag_timeout_s, arp_timeout_s, other_timeout_s;
	bool start_records;       /* ARGUS_GENERATE_START_RECORDS */
	bool response_time;       /* -R without directory */
	bool packet_size;         /* -Z */
	bool jitter;              /* -J */
	bool mac;                 /* -m */
	bool app_bytes;           /* -A */
	bool tcp_performance;     /* ARGUS_GENERATE_TCP_PERF_METRIC */
	bool bidirectional_times; /* ARGUS_GENERATE_BIDIRECTIONAL_TIMESTAMPS */
	uint32_t user_data_size;  /* -U, bytes per direction; at most USER_DATA_MAX */
	bool control_plane;       /* -C */
	struct control_protocols control_protocols;
	bool track_duplicates;
	bool tunnel_discovery;
	enum tunnel_choice tunnel; /* --tunnel */
	bool keystroke;
	bool keystroke_ssh; /* ssh alone, not any TCP */
	struct {
		uint32_t dc_min, dc_max, gs_max, ds_min, ds_max, ic_min_us, lcs_max_us, gpc_max;
		double icr_min, icr_max;
	} keystroke_conf;

	/* applications */
	bool apps;                /* --apps */
	uint32_t apps_items;      /* ... =+items: bits of metadata_item.h */
	struct string_list rules; /* --rules */
	bool apps_shipped;        /* the probe's own rules */
	uint32_t apps_packets;    /* of each direction of a flow */
	char *apps_cache;         /* directory, or "no"; NULL: /var/cache/panoptes */

	/* output */
	struct output_list outputs;
	enum record_format format; /* --format */
	uint32_t rotate_s;         /* --rotate; divides a day, or is whole days; 0: never */
	char *spool;               /* --spool dir; NULL: none */
	uint64_t spool_size;       /* --spool-size, bytes for each output */
	struct source_id source_id;
	uint16_t access_port; /* -P; 0: off */
	struct string_list bind_addresses;
	uint32_t clients_max, clients_per_address;
	struct string_list client_allow, client_deny; /* prefixes, see prefix.h */
	uint32_t min_ssf, max_ssf;

	/* process */
	bool daemon;
	bool set_pid;
	char *pid_path; /* NULL: /var/run */
	char *chroot_dir, *user, *group;
	uint32_t debug_level;
	struct string_list environment; /* ARGUS_ENV */
	struct string_list events;      /* ARGUS_EVENT_DATA, as written */

	/* panoptes's own */
	uint32_t workers;     /* --workers; 0: what the machine has */
	uint32_t flows;       /* --flows: table entries, all workers together; 0: default */
	uint32_t burst;       /* --burst, 1..VIEW_BURST */
	uint32_t ring_slots;  /* --ring-slots, records per worker */
	enum huge_pages huge; /* --huge, --no-huge */
	enum kernel_capture kernel_capture;
	enum timestamps timestamps;
	enum power power;
	enum spread spread;
	enum overload_policy overload;
	uint32_t mbufs;  /* --mbufs, a receive queue; 0: by its descriptors */
	char *lcores;    /* --lcores, a list of CPUs; NULL: all that the process may use */
	char *name;      /* --name: of the directory of the telemetry socket */
	char *eal;       /* --eal "...": passed to EAL */
	bool statistics; /* --stats: the ledger on stderr at the end */

	/* warnings met while loading, one line each, for the caller to print */
	struct string_list warnings;

	uint8_t origin[KEY_COUNT]; /* enum config_origin of each row */
};

/* Fills in the defaults; without memory that could be missing. */
void config_init(struct config *);
void config_fini(struct config *);

/*
 * Reads /etc/argus.conf (unless -X or -F is on the line), then the command line
 * from left to right, as argus does. 0: loaded, see action. -EINVAL: a malformed
 * argument or file; 'error' then holds one line: what, where, what would be right.
 */
int config_load(struct config *, int argc, char *const argv[], char *error, size_t error_size);

/* Reads one argus.conf. Errors as config_load; -ENOENT when it can't be opened. */
int config_load_file(struct config *, const char *path, char *error, size_t error_size);

/* The same from memory; 'name' stands for the path in messages. What the fuzzer calls. */
int config_load_text(struct config *, const char *name, const char *text, size_t len, char *error,
                     size_t error_size);

/*
 * Is all that was asked for there in this version? 0, or -ENOTSUP and one line that
 * says what isn't. What a file says about live capture alone is no matter.
 */
int config_check_available(const struct config *, char *error, size_t error_size);

/* Whether records tell of the tunnels that flows came in: format 5 has words for it. */
bool config_tells_tunnels(const struct config *);

/* Whether captures are read; else interfaces are listened to. */
bool config_reads_captures(const struct config *);

/*
 * Whether clients may come in. A file's port is no matter while captures are read as fast as they
 * go, as in argus: what is configured for the live probe must not get in its way.
 */
bool config_listens(const struct config *);

/* -h and the manual page (roff), both from the table. */
void config_print_help(FILE *);
void config_print_manual(FILE *);

#endif
