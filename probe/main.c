/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The composition root: configuration, then the parts in order, the run, and
 * the parts in the reverse order. The only file that prints to the operator and
 * decides on exit codes: 0 done, 1 a failure while running, 2 a wrong
 * configuration, filter or capture type.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/dlt.h>

#include "config/capture_name.h"
#include "config/config.h"
#include "export/outputs.h"
#include "lcore/apps/apps.h"
#include "lcore/dissect/dissect.h"
#include "lcore/filter.h"
#include "lcore/source_capture.h"
#include "probe/capture_list.h"
#include "probe/daemon.h"
#include "probe/doctor.h"
#include "probe/eal.h"
#include "probe/inputs.h"
#include "probe/pid_file.h"
#include "probe/pipeline.h"
#include "probe/placement.h"
#include "probe/privileges.h"
#include "probe/top.h"
#include "ring/log.h"

enum { EXIT_RUN = 1, EXIT_CONFIG = 2 };

#define LINE_MAX_BYTES 512

static struct control control; /* global for the signal handler alone */

static int
complain(int status, const char *line)
{
	log_line(status != 0 ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s", line);
	return status;
}

static void
on_signal(int number)
{
	(void)number;
	control_stop(&control);
}

static void
on_reload_signal(int number)
{
	(void)number;
	control_reload(&control);
}

/* argus's: one for more lines, one to be quiet again. */
static void
on_level_signal(int number)
{
	log_set_level(number == SIGUSR1 ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE);
}

/* A first signal ends the run in good order, a second one at once. Of a live probe that labels
 * applications, SIGHUP loads their rules anew. */
static void
signals_init(bool reloads)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction reload = { .sa_handler = on_reload_signal };
	struct sigaction stop = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	struct sigaction level = { .sa_handler = on_level_signal };

	sigemptyset(&stop.sa_mask);
	sigemptyset(&level.sa_mask);
	sigemptyset(&reload.sa_mask);
	sigaction(SIGUSR1, &level, NULL);
	sigaction(SIGUSR2, &level, NULL);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		sigaction(stops[i], &stop, NULL);
	if (reloads)
		sigaction(SIGHUP, &reload, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of its output */
}

/* A standard stream that is closed must not become a file of records, with lines in it. */
static void
streams_init(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_RDWR }; /* of use to nobody, but 2 */

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			_exit(EXIT_RUN);
}

/* Link types are known before anything runs, where the files can tell: a filter that does not fit
 * is an error of the configuration. */
static int
prepare_filter(struct filter *filter, const struct capture_probe *probe)
{
	char line[LINE_MAX_BYTES];

	for (unsigned i = 0; i < probe->links; i++) {
		if (!dissect_link_supported(probe->link_type[i]))
			continue;
		if (filter_prepare(filter, probe->link_type[i], probe->snaplen, line,
		                   sizeof(line)) < 0)
			return complain(EXIT_CONFIG, line);
	}
	if (probe->links == 0 && filter_prepare(filter, DLT_EN10MB, 0, line, sizeof(line)) < 0)
		return complain(EXIT_CONFIG, line);
	return 0;
}

static int
probe_captures(const struct config *c, const struct string_list *captures, struct filter *filter)
{
	for (size_t i = 0; i < captures->n; i++) {
		char line[LINE_MAX_BYTES];
		struct capture_probe probe;
		int rc = capture_probe(captures->v[i], c->tsh, &probe, line, sizeof(line));

		if (rc < 0 && (rc == -EINVAL || captures->n == 1))
			return complain(rc == -EINVAL ? EXIT_CONFIG : EXIT_RUN, line);
		if (rc == 0 && filter != NULL) {
			rc = prepare_filter(filter, &probe);
			if (rc != 0)
				return rc;
		}
		if (c->action == CONFIG_DUMP_FILTER && filter != NULL) {
			filter_dump(filter, probe.links != 0 ? probe.link_type[0] : DLT_EN10MB);
			break;
		}
	}
	return 0;
}

/* What the run has to say afterwards, and the exit status. */
static int
report(const struct config *c, const struct pipeline *p)
{
	struct ledger ledger;
	int status = 0, error = 0;
	const char *problem = pipeline_source_problem(p, &error);

	if (problem != NULL)
		status = complain(error == -EPROTONOSUPPORT ? EXIT_CONFIG : EXIT_RUN, problem);
	problem = pipeline_output_problem(p);
	if (problem != NULL)
		status = complain(EXIT_RUN, problem);
	problem = pipeline_output_notice(p);
	if (problem != NULL)
		(void)complain(0, problem);
	pipeline_ledger(p, &ledger);
	if (c->statistics)
		ledger_print(&ledger, stderr);
	if (ledger.packets_unaccounted != 0 || ledger.records_unaccounted != 0)
		status = complain(EXIT_RUN,
		                  "the ledger does not add up (see --stats); please report this");
	return status;
}

/* Whether flow exports are to be read out of any of the captures. */
static bool
imports(const struct string_list *captures)
{
	for (size_t i = 0; i < captures->n; i++) {
		enum capture_kind kind;

		if (capture_name_path(captures->v[i], &kind) != NULL && kind != CAPTURE_PACKETS)
			return true;
	}
	return false;
}

/* The pipeline, from start to end, in the jail. */
static int
run_confined(const struct config *c, const struct pipeline_options *options,
             const struct privileges *privileges)
{
	char line[LINE_MAX_BYTES];
	struct pipeline *p = pipeline_create(options, line, sizeof(line));
	int status = 0;

	if (p == NULL)
		return complain(EXIT_RUN, line);
	if (privileges_drop(privileges, inputs_capabilities(options->inputs), line, sizeof(line)) <
	    0) {
		status = complain(EXIT_RUN, line);
	} else {
		daemon_ready();
		pipeline_run(p);
		status = report(c, p);
	}
	pipeline_free(p);
	return status;
}

/* With EAL up and inputs open: what is read before the jail, and the rest in it. */
static int
run_pipeline(const struct config *c, struct inputs *in, const struct placement *placement,
             bool imports_flows)
{
	struct pipeline_options options = {
		.config = c,
		.placement = placement,
		.control = &control,
		.inputs = in,
		.imports = imports_flows,
		.filter = c->packet_filter,
	};
	struct privileges privileges;
	char line[LINE_MAX_BYTES];
	int status;

	if (privileges_find(&privileges, c->user, c->group, line, sizeof(line)) < 0)
		return complain(EXIT_CONFIG, line);
	if (c->apps) {
		const int rc =
		        apps_create(&options.apps, c, placement->workers, line, sizeof(line));

		if (rc < 0)
			return complain(rc == -ENOMEM ? EXIT_RUN : EXIT_CONFIG, line);
	}
	if (c->chroot_dir != NULL && privileges_confine(c->chroot_dir, line, sizeof(line)) < 0)
		status = complain(EXIT_RUN, line);
	else
		status = run_confined(c, &options, &privileges);
	apps_free(options.apps);
	return status;
}

static int
run_captures(const struct config *c, const struct string_list *captures,
             const struct placement *placement)
{
	const struct source_capture_options capture = {
		.paths = (const char *const *)captures->v,
		.path_count = captures->n,
		.follow = c->follow,
		.tsh = c->tsh,
		.time_scale = c->time_scale,
	};
	const char *expression = c->packet_filter;
	struct filter *filter = NULL;
	char line[LINE_MAX_BYTES];
	struct source *source;
	struct inputs in;
	int status;

	if (expression == NULL && c->action == CONFIG_DUMP_FILTER)
		expression = "";
	if (expression != NULL) {
		filter = filter_create(expression, c->filter_optimize);
		if (filter == NULL)
			return complain(EXIT_RUN, "no memory for the packet filter");
	}
	status = probe_captures(c, captures, filter);
	filter_free(filter);
	if (status != 0 || c->action == CONFIG_DUMP_FILTER)
		return status;
	source = source_capture_create(&capture, line, sizeof(line));
	if (source == NULL)
		return complain(EXIT_RUN, line);
	inputs_of_captures(&in, source, placement->workers);
	status = run_pipeline(c, &in, placement, imports(captures));
	inputs_close(&in);
	return status;
}

static int
run_live(const struct config *c, const struct interface_list *live,
         const struct placement *placement)
{
	struct pid_file pid_file = { .directory = -1, .fd = -1 };
	char line[LINE_MAX_BYTES];
	struct inputs in = { 0 };
	int status = 0;

	if (c->daemon && c->set_pid)
		status = pid_file_create(&pid_file, c->pid_path, live->v[0].name, line,
		                         sizeof(line));
	if (status == 0)
		status = inputs_open_live(&in, c, live, placement, line, sizeof(line));
	if (status < 0)
		status = complain(status == -EINVAL ? EXIT_CONFIG : EXIT_RUN, line);
	else
		status = run_pipeline(c, &in, placement, in.imports);
	inputs_close(&in);
	pid_file_remove(&pid_file);
	return status;
}

/* The filter of live packets is compiled before anything is opened: for Ethernet, which they
 * mostly are. */
static int
check_live_filter(const struct config *c)
{
	const struct capture_probe none = { 0 };
	struct filter *filter;
	int status;

	if (c->packet_filter == NULL)
		return 0;
	filter = filter_create(c->packet_filter, c->filter_optimize);
	if (filter == NULL)
		return complain(EXIT_RUN, "no memory for the packet filter");
	status = prepare_filter(filter, &none);
	filter_free(filter);
	return status;
}

/* Huge pages for packet buffers where there are enough, unless something else was said. */
static bool
use_huge(const struct config *c, uint64_t buffers, uint64_t bytes)
{
	uint64_t free_bytes;

	if (buffers == 0 || c->huge != HUGE_AUTO)
		return c->huge == HUGE_YES;
	free_bytes = eal_huge_free();
	if (free_bytes > bytes + bytes / 4)
		return true;
	log_line(LOG_LEVEL_WARNING,
	         "no huge pages for packet buffers (%" PRIu64 " MiB free, %" PRIu64
	         " MiB needed): plain memory, which is slower; scripts/nic-setup reserves them",
	         free_bytes >> 20, bytes >> 20);
	return false;
}

static int
dry_run(const struct placement *placement, const struct eal_plan *plan)
{
	printf("workers %u\ndispatchers %u\ncpus %u\npinned %s\nidle %s\nmemory_mib %" PRIu64
	       "\nhuge_pages %s\n",
	       placement->workers, placement->dispatchers, placement->cpus,
	       placement->pinned ? "yes" : "no", placement->poll ? "poll" : "sleep",
	       plan->memory_bytes >> 20, plan->huge ? "yes" : "no");
	eal_print(plan, stdout);
	return 0;
}

/* 'live' NULL: captures. */
static int
start(const struct config *c, const struct string_list *captures, const struct interface_list *live)
{
	struct placement placement;
	struct eal_plan plan = { .extra = c->eal, .live = live };
	uint64_t buffers = 0;
	char line[LINE_MAX_BYTES];
	int status = placement_init(&placement, c, live, line, sizeof(line));

	if (status < 0)
		return complain(EXIT_CONFIG, line);
	plan.lcores = placement.lcores_at;
	plan.name = c->name != NULL || live == NULL ? c->name : "panoptes";
	if (live != NULL)
		buffers = inputs_memory(c, live, &placement);
	plan.memory_bytes = pipeline_memory(c, &placement) + buffers;
	plan.huge = use_huge(c, buffers, plan.memory_bytes);
	if (c->action == CONFIG_DRY_RUN)
		return dry_run(&placement, &plan);
	if (c->daemon && (live != NULL || c->origin[KEY_daemon] == ORIGIN_LINE) &&
	    daemon_begin(line, sizeof(line)) < 0)
		return complain(EXIT_RUN, line);
	status = eal_start(&plan, line, sizeof(line));
	if (status < 0)
		return complain(status == -EINVAL ? EXIT_CONFIG : EXIT_RUN, line);
	signals_init(live != NULL && c->apps);
	status = live != NULL ? run_live(c, live, &placement)
	                      : run_captures(c, captures, &placement);
	eal_stop();
	return status;
}

static int
start_captures(const struct config *c)
{
	struct string_list captures;
	char line[LINE_MAX_BYTES];
	int status;

	if (capture_list_init(&captures, c, line, sizeof(line)) < 0)
		return complain(EXIT_RUN, line);
	status = start(c, &captures, NULL);
	capture_list_fini(&captures);
	return status;
}

static int
take_first_up(struct interface_list *live)
{
	char line[LINE_MAX_BYTES];

	if (interface_list_first_up(live, line, sizeof(line)) < 0)
		return complain(EXIT_CONFIG, line);
	log_line(LOG_LEVEL_NOTICE,
	         "no input was named (-i, -r or -R): capturing from %s, the first interface that "
	         "is up",
	         live->v[0].name);
	return 0;
}

static int
start_live(const struct config *c)
{
	struct interface_list live;
	char line[LINE_MAX_BYTES];
	int status;

	if (interface_list_read(&live, &c->interfaces, line, sizeof(line)) < 0)
		status = complain(EXIT_CONFIG, line);
	else if (live.n == 0)
		status = take_first_up(&live);
	else
		status = 0;
	if (status == 0)
		status = check_live_filter(c);
	if (status == 0)
		status = start(c, NULL, &live);
	interface_list_clear(&live);
	return status;
}

static int
act(const struct config *c)
{
	char line[LINE_MAX_BYTES];

	switch (c->action) {
	case CONFIG_HELP:
		config_print_help(stdout);
		return 0;
	case CONFIG_MANUAL:
		config_print_manual(stdout);
		return 0;
	case CONFIG_VERSION:
		printf("panoptes %s\n", PANOPTES_VERSION);
		return 0;
	case CONFIG_DOCTOR:
		return doctor_run(c, getenv("PANOPTES_SYSFS_ROOT"), stdout);
	case CONFIG_RUN:
	case CONFIG_DRY_RUN:
	case CONFIG_DUMP_FILTER:
		break;
	}
	if (c->debug_level != 0)
		log_set_level(LOG_LEVEL_DEBUG);
	if (config_check_available(c, line, sizeof(line)) < 0 ||
	    outputs_check_filters(c, line, sizeof(line)) < 0)
		return complain(EXIT_CONFIG, line);
	return config_reads_captures(c) ? start_captures(c) : start_live(c);
}

int
main(int argc, char *argv[])
{
	struct config config;
	char line[LINE_MAX_BYTES];
	int status;

	streams_init();
	if (argc > 1 && strcmp(argv[1], "top") == 0)
		return top_main(argc - 1, argv + 1);
	config_init(&config);
	if (config_load(&config, argc, argv, line, sizeof(line)) < 0) {
		status = complain(EXIT_CONFIG, line);
	} else {
		for (size_t i = 0; i < config.warnings.n; i++)
			(void)complain(0, config.warnings.v[i]);
		status = act(&config);
	}
	config_fini(&config);
	if (fflush(stdout) != 0)
		status = status != 0 ? status : complain(EXIT_RUN, strerror(errno));
	return status;
}
