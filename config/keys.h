/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every setting, one row each: argus.conf, the command line, the defaults, -h and
 * the manual page all follow from here. Included once for each use, with KEY
 * defined; so there is no include guard.
 *
 *	KEY(id, variable, letter, option, kind, field, initial, min, max,
 *	    argument, bare, use, help)
 *
 *	variable  name in argus.conf, or NULL
 *	letter    short option, or 0; option: long one, or NULL
 *	kind      VALUE_kind of config/key.h: how text becomes the value of field
 *	initial   the default, as it would be written in argus.conf; NULL: empty
 *	min, max  range of numbers; VALUE_INTERVAL: in nanoseconds, and 0 besides
 *	argument  what -h calls the option's argument; NULL: the option has none
 *	bare      what the option stands for when it has no argument
 *	use       USE_ bits of config/key.h
 *	help      in the reader's words, no full stop at the end
 *
 * A HEADING row is a title in -h and in the manual page.
 */
#define HEADING(id, title) KEY(id, NULL, 0, NULL, HEADING, action, NULL, 0, 0, NULL, NULL, 0, title)

/* A variable of argus 5 or one that argus itself never reads: known, without effect. */
#define IGNORED(id, variable, use, help) \
	KEY(id, variable, 0, NULL, IGNORED, action, NULL, 0, 0, NULL, NULL, use, help)

/* clang-format off */

HEADING(heading_input, "Input")
KEY(capture_files, NULL, 'r', NULL, FILES, capture_files, NULL, 0, 0, "file ...", NULL, 0,
    "read packets from these capture files, in this order; - is standard input. Words up to "
    "the next option are files. cisco:file (or netflow:, ipfix:, paloalto:) takes the flow "
    "exports that the capture's UDP packets carry for flows as well, sflow:file the packets "
    "that are sampled there")
KEY(capture_dirs, NULL, 0, NULL, DIRS, capture_dirs, NULL, 0, 0, "dir ...", NULL, 0,
    "(-R followed by a directory) read each capture file below the directory, by name")
KEY(interfaces, "ARGUS_INTERFACE", 'i', NULL, INTERFACES, interfaces, NULL, 0, 0, "interface",
    NULL, USE_RESET,
    "capture live: from a kernel's interface, a device by its PCI address, or a virtual device "
    "of DPDK (net_memif0,role=client); repeatable. eth0/srcid gives its records an id; ind:a,b "
    "keeps the interfaces' flows apart, bond:a,b and dup:a,b join them; [a,b]/srcid; all. Without "
    "any input it is the first that is up")
KEY(collect, "PANOPTES_COLLECT", 0, "collect", INTERFACES, interfaces, NULL, 0, 0,
    "udp://addr:port", NULL, USE_RESET,
    "listen for flow exports (NetFlow, IPFIX, sFlow) at this address, a multicast group, or any "
    "(udp://:2055); repeatable, also beside -i")
KEY(follow, NULL, 'f', NULL, BOOL, follow, "no", 0, 0, NULL, "yes", 0,
    "go on reading at the end of the capture file, as it grows")
KEY(tsh, NULL, 't', NULL, BOOL, tsh, "no", 0, 0, NULL, "yes", 0,
    "the capture files are in NLANR's time sequenced header format")
KEY(time_scale, NULL, 'T', NULL, SCALE, time_scale, "0", 0, 1000000, "scale", NULL, 0,
    "play a capture back in its own time, this many times as fast; 0 is as fast as it goes")
KEY(packet_range, NULL, 'N', NULL, RANGE, first_packet, NULL, 1, UINT64_MAX, "n | a-b", NULL, 0,
    "process the first n packets; with a-b skip the first a and stop after packet b")
KEY(snaplen, NULL, 's', NULL, U32, snaplen, "0", 0, INT32_MAX, "bytes", NULL, USE_RESET,
    "how much of each packet live capture takes; 0 is as much as needed")
KEY(promiscuous, "ARGUS_GO_PROMISCUOUS", 'p', NULL, BOOL, promiscuous, "yes", 0, 0, NULL, "no",
    USE_RESET, "leave the interface out of promiscuous mode (the variable says yes to enter it)")
KEY(packet_filter, "ARGUS_FILTER", 0, NULL, FILTER, packet_filter, NULL, 0, 0, NULL, NULL,
    USE_RESET,
    "packets to account for, in tcpdump's language; the words after - or -- replace it")
KEY(filter_optimize, "ARGUS_FILTER_OPTIMIZER", 'O', NULL, BOOL, filter_optimize, "yes", 0, 0,
    NULL, "no", USE_RESET, "compile the packet filter without its optimizer")
KEY(dump_filter, NULL, 'b', NULL, ACTION, action, NULL, 0, CONFIG_DUMP_FILTER, NULL, "yes", 0,
    "print the compiled packet filter and stop")
KEY(packet_capture_file, "ARGUS_PACKET_CAPTURE_FILE", 0, NULL, STRING, packet_capture_file, NULL,
    0, 0, NULL, NULL, USE_RESET, "write the packets to this file as well, as pcap")
KEY(packet_capture_on_error, "ARGUS_PACKET_CAPTURE_ON_ERROR", 0, NULL, BOOL,
    packet_capture_on_error, "no", 0, 0, NULL, NULL, 0,
    "write only those packets whose headers are cut or contradict themselves: those that the "
    "ledger counts as truncated, malformed and drop_undecodable")
KEY(pcap_buffer_size, "ARGUS_PCAP_BUF_SIZE", 0, NULL, SIZE, pcap_buffer_size, "0", 0,
    UINT64_C(1) << 40, NULL, NULL, 0,
    "bytes of the kernel's capture buffer; K, M and G stand for thousands, millions, billions")

HEADING(heading_flows, "Flows")
KEY(flow_type, "ARGUS_FLOW_TYPE", 0, NULL, FLOW_TYPE, unidirectional, "Bidirectional", 0, 0,
    NULL, NULL, 0, "Bidirectional, or Unidirectional: each direction is a flow of its own")
KEY(flow_key, "ARGUS_FLOW_KEY", 0, NULL, FLOW_KEY, flow_key, "CLASSIC_5_TUPLE", 0, 0, NULL, NULL,
    0,
    "what makes packets one flow, joined by +: CLASSIC_5_TUPLE, LAYER_2, LAYER_2_MATRIX, "
    "LAYER_3_MATRIX, VLAN, MPLS, LOCAL_MPLS, COMPLETE_MPLS, VNI (of VXLAN, Geneve, NVGRE), "
    "TUNNEL_ID (of any tunnel that is looked into)")
KEY(status_interval, "ARGUS_FLOW_STATUS_INTERVAL", 'S', NULL, INTERVAL, status_interval_ns, "5",
    1000, UINT64_C(31536000000000000), "secs", NULL, USE_RESET,
    "report on a flow that goes on every this many seconds; fractions are fine, 0 is a record "
    "for each packet")
KEY(ip_timeout, "ARGUS_IP_TIMEOUT", 0, NULL, SECONDS, ip_timeout_s, "30", 0, 31536000, NULL, NULL,
    0, "seconds of silence that end a flow of UDP or of another protocol over IP. This and the "
    "next six: 0 is the default, and a default begins behind the status interval, as argus's")
KEY(tcp_timeout, "ARGUS_TCP_TIMEOUT", 0, NULL, SECONDS, tcp_timeout_s, "60", 0, 31536000, NULL,
    NULL, 0, "seconds of silence that end a TCP flow")
KEY(icmp_timeout, "ARGUS_ICMP_TIMEOUT", 0, NULL, SECONDS, icmp_timeout_s, "5", 0, 31536000, NULL,
    NULL, 0, "seconds of silence that end an ICMP flow")
KEY(igmp_timeout, "ARGUS_IGMP_TIMEOUT", 0, NULL, SECONDS, igmp_timeout_s, "30", 0, 31536000, NULL,
    NULL, 0, "seconds of silence that end an IGMP flow")
KEY(frag_timeout, "ARGUS_FRAG_TIMEOUT", 0, NULL, SECONDS, frag_timeout_s, "5", 0, 31536000, NULL,
    NULL, 0, "seconds of silence that end a flow of fragments without their first")
KEY(arp_timeout, "ARGUS_ARP_TIMEOUT", 0, NULL, SECONDS, arp_timeout_s, "5", 0, 31536000, NULL,
    NULL, 0, "seconds of silence that end an ARP flow")
KEY(other_timeout, "ARGUS_OTHER_TIMEOUT", 0, NULL, SECONDS, other_timeout_s, "30", 0, 31536000,
    NULL, NULL, 0, "seconds of silence that end any other flow")
KEY(track_duplicates, "ARGUS_TRACK_DUPLICATES", 0, NULL, BOOL, track_duplicates, "no", 0, 0, NULL,
    NULL, 0, "tell packets that were captured twice from retransmissions")
KEY(tunnel_discovery, "ARGUS_TUNNEL_DISCOVERY", 0, NULL, BOOL, tunnel_discovery, "no", 0, 0, NULL,
    NULL, 0, "account for the flows inside of tunnels: as PANOPTES_TUNNEL=inner, which overrules it")
KEY(tunnel, "PANOPTES_TUNNEL", 0, "tunnel", TUNNEL, tunnel, "argus", 0, 0,
    "argus|outer|inner|both", NULL, 0,
    "which flow a packet in a tunnel belongs to: outer, the one between the tunnel's ends; inner, "
    "the innermost; both, one record each; argus, the inner one of GRE and the outer one of all "
    "others")

HEADING(heading_records, "Records")
KEY(source_id, "ARGUS_MONITOR_ID", 'e', NULL, SOURCE_ID, source_id, NULL, 0, 0, "id", NULL,
    USE_RESET,
    "name of this probe in each record: an IPv4 address, a number, \"text\" of up to four "
    "characters in double quotes, or a host name that has an IPv4 address; in a file also "
    "`hostname`; with --format 5 also an IPv6 address or a UUID, as [ipv6:]2001:db8::1 or "
    "[uuid:]8-4-4-4-12 hexadecimal digits")
KEY(start_records, "ARGUS_GENERATE_START_RECORDS", 0, NULL, BOOL, start_records, "no", 0, 0, NULL,
    NULL, 0, "write a record at the first packet of a flow")
KEY(app_bytes, "ARGUS_GENERATE_APPBYTE_METRIC", 'A', NULL, BOOL, app_bytes, "no", 0, 0, NULL,
    "yes", USE_RESET, "count application bytes")
KEY(jitter, "ARGUS_GENERATE_JITTER_DATA", 'J', NULL, BOOL, jitter, "no", 0, 0, NULL, "yes",
    USE_RESET, "report the intervals between packets and their jitter")
KEY(mac, "ARGUS_GENERATE_MAC_DATA", 'm', NULL, BOOL, mac, "no", 0, 0, NULL, "yes", USE_RESET,
    "report MAC addresses")
KEY(mar_interval, "ARGUS_MAR_STATUS_INTERVAL", 'M', NULL, SECONDS, mar_interval_s, "60", 0,
    31536000, "secs", NULL, USE_RESET,
    "report on the probe itself every this many seconds; 0 is at start and end alone")
KEY(response_time, "ARGUS_GENERATE_RESPONSE_TIME_DATA", 'R', NULL, BOOL, response_time, "no", 0,
    0, NULL, "yes", USE_RESET, "report response times (-R that no directory follows)")
KEY(packet_size, "ARGUS_GENERATE_PACKET_SIZE", 'Z', NULL, BOOL, packet_size, "no", 0, 0, NULL,
    "yes", 0, "report the smallest and the largest packet of each direction")
KEY(tcp_performance, "ARGUS_GENERATE_TCP_PERF_METRIC", 0, NULL, BOOL, tcp_performance, "yes", 0,
    0, NULL, NULL, 0, "report TCP windows, handshake times, base sequence numbers, losses")
KEY(bidirectional_times, "ARGUS_GENERATE_BIDIRECTIONAL_TIMESTAMPS", 0, NULL, BOOL,
    bidirectional_times, "no", 0, 0, NULL, NULL, USE_RESET,
    "report first and last time of each direction")
KEY(user_data_size, "ARGUS_CAPTURE_DATA_LEN", 'U', NULL, U32, user_data_size, "0", 0, 32000,
    "bytes", NULL, USE_RESET | USE_CAPPED, "keep this much user data of each direction")
KEY(control_plane, "ARGUS_CAPTURE_FULL_CONTROL_DATA", 'C', NULL, BOOL, control_plane, "no", 0, 0,
    NULL, "yes", USE_RESET,
    "keep all user data of control plane protocols: of ARGUS_CONTROLPLANE_PROTO, and of what is "
    "no IP")
KEY(control_protocols, "ARGUS_CONTROLPLANE_PROTO", 0, NULL, CONTROL, control_protocols,
    "sip, domain, udp:name, udp:nicname, udp:netbios-ns, xns-time, udp:ntp, udp:router, udp:ripng, "
    "timed, mdns, mdnsresponder, bootps, bootpc, tcp:6633, tcp:openflow, tcp:bgp, ldp, ip:igmp, "
    "ip:rsvp, ip:eigrp, ip:ospf, ip:pim, ip:vrrp", 0, 0, NULL, NULL, USE_FIVE,
    "which IP traffic is control plane: services or ports with commas between, of TCP and UDP "
    "both or with tcp: or udp: before them, and IP protocols with ip: before them. The first one "
    "in a file replaces the default, others add to it")
KEY(keystroke, "ARGUS_KEYSTROKE", 0, NULL, KEYSTROKE, keystroke, "no", 0, 0, NULL, NULL, 0,
    "count keystrokes: no, yes or tcp for any TCP flow, ssh for ssh alone")
KEY(keystroke_conf, "ARGUS_KEYSTROKE_CONF", 0, NULL, KEYSTROKE_CONF, keystroke_conf,
    "DC_MIN=48;DC_MAX=128;GS_MAX=3;DS_MIN=24;DS_MAX=256;IC_MIN=50000;LCS_MAX=50000;GPC_MAX=3;"
    "ICR_MIN=0.892;ICR_MAX=1.122", 0, UINT32_MAX, NULL, NULL, 0,
    "what a keystroke looks like: payload sizes of client and server (DC, DS; bytes), gaps "
    "(GS, GPC; packets), intervals (IC, LCS; microseconds), their ratio (ICR), joined by ;")

HEADING(heading_applications, "Applications")
KEY(apps, "PANOPTES_APPS", 0, "apps", APPS, apps, "no", 0, 0, "+item,...", "yes", 0,
    "label each flow with its application, by what the first bytes of both directions say; with "
    "items also with what they tell: sni, alpn, tlsv, ja4 (TLS and QUIC), qname, rcode (DNS), host, "
    "method, status, agent (HTTP), ssh, sshd (banners), all")
KEY(rules, "PANOPTES_RULES", 0, "rules", LIST, rules, NULL, 0, 0, "file", NULL, 0,
    "rules that name applications, besides those that come with the probe; repeatable")
KEY(apps_shipped, "PANOPTES_APPS_SHIPPED", 0, NULL, BOOL, apps_shipped, "yes", 0, 0, NULL, NULL, 0,
    "use the rules that come with the probe")
KEY(apps_packets, "PANOPTES_APPS_PACKETS", 0, NULL, U32, apps_packets, "4", 1, 32, NULL, NULL, 0,
    "how many packets with payload of each direction are looked at, unless the application is "
    "known before")
KEY(apps_cache, "PANOPTES_APPS_CACHE", 0, NULL, STRING, apps_cache, NULL, 0, 0, NULL, NULL, 0,
    "directory that compiled rules are kept in, for a faster start; else /var/cache/panoptes; no is "
    "none")

HEADING(heading_output, "Output")
KEY(outputs, "ARGUS_OUTPUT_FILE", 'w', NULL, OUTPUT, outputs, NULL, 0, 0, "out [\"filter\"]",
    NULL, USE_RESET,
    "append records to this file; - is standard output, argus-udp://host[:port] sends them as "
    "datagrams, argus-tcp://host[:port] connects and sends them as a stream. Repeatable; the next word, unless it is an option, is a filter of records. The "
    "first one replaces those of the files before")
KEY(output_stream, "ARGUS_OUTPUT_STREAM", 0, NULL, OUTPUT, outputs, NULL, 0, 0, NULL, NULL,
    USE_RESET, "send records to this URL, as in \"argus-udp://host:561 'filter'\"")
KEY(access_port, "ARGUS_ACCESS_PORT", 'P', NULL, U16, access_port, "0", 0, 65535, "port", NULL,
    USE_RESET,
    "let clients fetch records at this TCP port, usually 561; 0 is off. In a file it is no matter "
    "while captures are read without -f and -T. A capture that is read so, and written nowhere "
    "else, waits for the first client")
KEY(bind_addresses, "ARGUS_BIND_IP", 'B', NULL, ADDRESSES, bind_addresses, NULL, 0, 0,
    "addr[,addr]", NULL, USE_RESET,
    "addresses that clients may come in at; none: 127.0.0.1 and ::1 alone, where argus takes all")
KEY(clients_max, "PANOPTES_CLIENTS_MAX", 0, NULL, U32, clients_max, "64", 1, 512, NULL, NULL, 0,
    "clients at a time")
KEY(clients_per_address, "PANOPTES_CLIENTS_PER_ADDRESS", 0, NULL, U32, clients_per_address, "32", 1,
    512, NULL, NULL, 0, "clients at a time from one address")
KEY(client_allow, "PANOPTES_CLIENT_ALLOW", 0, NULL, PREFIXES, client_allow, NULL, 0, 0, NULL, NULL,
    0, "prefixes of addresses that clients may come from, with commas between; none: all. The "
    "host's rules in hosts.allow and hosts.deny, for the daemon argus, are asked besides")
KEY(client_deny, "PANOPTES_CLIENT_DENY", 0, NULL, PREFIXES, client_deny, NULL, 0, 0, NULL, NULL,
    0, "prefixes of addresses that no client may come from, also where they are allowed")
KEY(min_ssf, "ARGUS_MIN_SSF", 0, NULL, U32, min_ssf, "0", 0, 65535, NULL, NULL, USE_LIVE,
    "least strength of encryption that a client must offer, in bits")
KEY(max_ssf, "ARGUS_MAX_SSF", 0, NULL, U32, max_ssf, "0", 0, 65535, NULL, NULL, USE_LIVE,
    "greatest strength of encryption that is offered to clients, in bits")

HEADING(heading_process, "Process")
KEY(config_file, NULL, 'F', NULL, INCLUDE, action, NULL, 0, 0, "file", NULL, 0,
    "read this file in argus.conf's syntax, here in the order of options; repeatable. With it, "
    "/etc/argus.conf isn't read")
KEY(config_reset, NULL, 'X', NULL, RESET, action, NULL, 0, 0, NULL, "yes", 0,
    "forget what was configured before; with it, /etc/argus.conf isn't read")
KEY(daemon, "ARGUS_DAEMON", 'd', NULL, BOOL, daemon, "no", 0, 0, NULL, "toggle", 0,
    "run in the background; -d turns round what the files say")
KEY(set_pid, "ARGUS_SET_PID", 0, NULL, BOOL, set_pid, "no", 0, 0, NULL, NULL,
    USE_RESET, "write the process id to a file while running in the background")
KEY(pid_path, "ARGUS_PID_PATH", 0, NULL, STRING, pid_path, NULL, 0, 0, NULL, NULL, 0,
    "directory of that file, else /var/run")
KEY(chroot_dir, "ARGUS_CHROOT_DIR", 'c', NULL, STRING, chroot_dir, NULL, 0, 0, "dir", NULL,
    0, "capturing live, confine the process to this directory once interfaces are open; output "
    "paths are relative to it")
KEY(user, "ARGUS_SETUSER_ID", 'u', NULL, STRING, user, NULL, 0, 0, "user", NULL, 0,
    "run as this user once inputs and outputs are open")
KEY(group, "ARGUS_SETGROUP_ID", 'g', NULL, STRING, group, NULL, 0, 0, "group", NULL, 0,
    "run as this group once inputs and outputs are open")
KEY(environment, "ARGUS_ENV", 0, NULL, LIST, environment, NULL, 0, 0, NULL, NULL, USE_LIVE,
    "NAME=value for the environment of the capture library; repeatable")
KEY(events, "ARGUS_EVENT_DATA", 0, NULL, EVENT, events, NULL, 0, 0, NULL, NULL, USE_LIVE,
    "file:path:interval[:compress] or prog:...: a file or a program's output to report at an "
    "interval with unit s, m, h or d; repeatable")
KEY(debug_level, "ARGUS_DEBUG_LEVEL", 'D', NULL, U32, debug_level, "0", 0, 65535, "level", NULL, 0,
    "say more of what happens; any level but 0 is the same. SIGUSR1 does so too, SIGUSR2 ends "
    "it")
KEY(help, NULL, 'h', "help", ACTION, action, NULL, 0, CONFIG_HELP, NULL, "yes", 0,
    "print this help")

HEADING(heading_own, "Of panoptes alone")
KEY(workers, "PANOPTES_WORKERS", 0, "workers", U32, workers, "0", 0, 64, "n", NULL, 0,
    "packet-processing cores; 0 is what the machine has. The records are the same for any number")
KEY(flows, "PANOPTES_FLOWS", 0, "flows", U32, flows, "0", 0, UINT32_C(1) << 30, "n", NULL, 0,
    "flows to have room for, all workers together; K, M and G are known; 0 is the built-in "
    "number")
KEY(burst, "PANOPTES_BURST", 0, "burst", U32, burst, "32", 1, 64, "n", NULL, 0,
    "packets that are processed together")
KEY(ring_slots, "PANOPTES_RING_SLOTS", 0, "ring-slots", U32, ring_slots, "4096", 64,
    UINT32_C(1) << 20, "n", NULL, 0, "flow records between a worker and the collector")
KEY(huge, "PANOPTES_HUGE", 0, "huge", HUGE, huge, "auto", 0, 0, NULL, "yes", 0,
    "take memory from huge pages (the variable takes yes, no or auto)")
KEY(no_huge, NULL, 0, "no-huge", HUGE, huge, NULL, 0, 0, NULL, "no", 0,
    "do without huge pages")
KEY(lcores, "PANOPTES_LCORES", 0, "lcores", STRING, lcores, NULL, 0, 0, "cpus", NULL, 0,
    "CPUs to run on, as in 2-5,8: the first is for the collector, the others are for workers")
KEY(power, "PANOPTES_POWER", 0, "power", CHOICE, power, "auto", 0, 0, "auto|poll|sleep", NULL, 0,
    "what a core does that finds no packets: poll on, or sleep a little; auto polls where each "
    "worker has a CPU to itself and one is left")
KEY(kernel_capture, "PANOPTES_KERNEL_CAPTURE", 0, "kernel-capture", CHOICE, kernel_capture, "auto",
    0, 0, "auto|xdp|packet", NULL, 0,
    "how to capture from a kernel's interface: by AF_XDP, which takes its traffic away from the "
    "kernel, or AF_PACKET, which looks on; auto is AF_XDP where the interface has no address")
KEY(timestamps, "PANOPTES_TIMESTAMPS", 0, "timestamps", CHOICE, timestamps, "auto", 0, 0,
    "auto|port|cpu", NULL, 0,
    "whose time the packets of a port have: the one that the port stamps on each, or that of the "
    "CPU when their burst came; auto is the port's where it offers that")
KEY(spread, "PANOPTES_SPREAD", 0, "spread", CHOICE, spread, "address", 0, 0, "address|flow", NULL,
    0, "what ports spread packets over workers by: addresses, so that fragments and ICMP errors "
    "meet their flow, or addresses and ports, which is more even")
KEY(overload, "PANOPTES_OVERLOAD", 0, "overload", CHOICE, overload, "shed", 0, 0, "shed|lose", NULL, 0,
    "what a worker does live that runs short of time or room: shed work step by step, up to new "
    "flows that it samples, or lose what comes")
KEY(mbufs, "PANOPTES_MBUFS", 0, "mbufs", U32, mbufs, "0", 0, UINT32_C(1) << 24, "n", NULL, 0,
    "packet buffers of each receive queue; 0 is what its descriptors need")
KEY(dry_run, NULL, 0, "dry-run", ACTION, action, NULL, 0, CONFIG_DRY_RUN, NULL, "yes", 0,
    "print what would be set up: interfaces, lcores, memory, arguments to DPDK")
KEY(eal, "PANOPTES_EAL", 0, "eal", STRING, eal, NULL, 0, 0, "\"args\"", NULL, 0,
    "further arguments for DPDK's environment, separated by blanks")
KEY(name, "PANOPTES_NAME", 0, "name", STRING, name, NULL, 0, 0, "name", NULL, 0,
    "what this probe is called among others on the machine, else panoptes: its telemetry socket is "
    "dpdk/name/dpdk_telemetry.v2 below /var/run. Live there always is one, reading captures if a "
    "name is given")
KEY(format, "PANOPTES_FORMAT", 0, "format", FORMAT, format, "3", 0, 0, "3 | 5", NULL, 0,
    "write records for the clients of argus 3, which those of argus 5 read with faults, or of "
    "argus 5, which those of argus 3 refuse")
KEY(rotate, "PANOPTES_ROTATE", 0, "rotate", PERIOD, rotate_s, "0", 0, 0, "period", NULL, 0,
    "begin new files at whole periods of local time (30s, 5m, 1h, 1d; 0 is never), for outputs "
    "with a time in their name, in the conversions of strftime(3), as in "
    "/var/log/argus/%Y-%m-%d/%H.%M.%S.argus; directories are made")
KEY(spool, "PANOPTES_SPOOL", 0, "spool", STRING, spool, NULL, 0, 0, "dir", NULL, 0,
    "keep in this directory what an argus-tcp:// collector can't take now, and send it when it "
    "can")
KEY(spool_size, "PANOPTES_SPOOL_SIZE", 0, "spool-size", SIZE, spool_size, "1G", 16000000,
    UINT64_C(1000000000000), "bytes", NULL, 0,
    "the most that the spool of one output holds; K, M and G are known. Records beyond are lost, "
    "and counted")
KEY(statistics, "PANOPTES_STATS", 0, "stats", BOOL, statistics, "no", 0, 0, NULL, "yes", 0,
    "print the ledger of packets and records on standard error at the end")
KEY(doctor, NULL, 0, "doctor", ACTION, action, NULL, 0, CONFIG_DOCTOR, NULL, "yes", 0,
    "tell whether this machine is fit for live capture, a line for each check, and stop: memory, "
    "CPUs, clock, devices, and the ports with the other options")
KEY(version, NULL, 0, "version", ACTION, action, NULL, 0, CONFIG_VERSION, NULL, "yes", 0,
    "print the version")
KEY(manual, NULL, 0, "print-manual", ACTION, action, NULL, 0, CONFIG_MANUAL, NULL, "yes", 0,
    "print the manual page, as roff")

HEADING(heading_ignored, "Known and without effect")
IGNORED(collector, "ARGUS_COLLECTOR", USE_DEAD, "never had a meaning in argus 3")
IGNORED(jitter_histogram, "ARGUS_JITTER_HISTOGRAM", USE_DEAD, "never had a meaning in argus 3")
IGNORED(self_synchronize, "ARGUS_SELF_SYNCHRONIZE", USE_DEAD, "never had a meaning in argus 3")
IGNORED(id_include_inf, "ARGUS_MONITOR_ID_INCLUDE_INF", USE_FIVE,
	"add the interface's name to the source id")
IGNORED(scan_interval, "ARGUS_INTERFACE_SCAN_INTERVAL", USE_FIVE,
	"seconds between looks for new interfaces")
IGNORED(mar_inf_interval, "ARGUS_MAR_INTERFACE_INTERVAL", USE_FIVE,
	"seconds between reports on each interface")
IGNORED(log_priority, "ARGUS_LOG_DISPLAY_PRIORITY", USE_FIVE, "log level of the terminal")
IGNORED(timestamp_type, "ARGUS_TIMESTAMP_TYPE", USE_FIVE, "clock of live capture")
IGNORED(dispatch_num, "ARGUS_PCAP_DISPATCH_NUM", USE_FIVE, "packets per turn of the capture")
IGNORED(hashtable_size, "ARGUS_HASHTABLE_SIZE", USE_FIVE,
	"buckets of the flow table; here --flows sizes it")
IGNORED(hash_metrics, "ARGUS_GENERATE_HASH_METRICS", USE_FIVE, "report the flow's hash")
IGNORED(dedup, "ARGUS_DEDUP", USE_FIVE, "drop duplicate packets")
IGNORED(size_histogram, "ARGUS_PACKET_SIZE_HISTOGRAM", USE_FIVE, "histogram of packet sizes")
IGNORED(capture_on_proto, "ARGUS_PACKET_CAPTURE_ON_PROTO", USE_FIVE,
	"write packets of these protocols as pcap")
IGNORED(encaps_capture, "ARGUS_ENCAPS_CAPTURE", USE_FIVE, "keep the encapsulation headers")
IGNORED(tunnel_parsing, "ARGUS_TUNNEL_PARSING", USE_FIVE, "look into tunnels")
IGNORED(tunnel_information, "ARGUS_TUNNEL_INFORMATION", USE_FIVE, "report tunnels")
IGNORED(os_fingerprinting, "ARGUS_OS_FINGERPRINTING", USE_FIVE, "guess operating systems")
IGNORED(tcp_fallow, "ARGUS_TCP_FALLOW_TIMEOUT", USE_FIVE,
	"seconds to remember the direction of silent TCP flows")

/* clang-format on */
#undef IGNORED
#undef HEADING
#undef KEY
