#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Flow exports within a capture become records, and nothing of them is lost silently.
. "$(dirname "$0")/_init.sh"

exports=$source_root/tests/support/exports.py

# imported FILE: the records that exports told of, in the generator's form; of samples, those
# that are not the carriers'.
imported()
{
	local flag=N filter='not man'
	[[ $1 != sflow* ]] || { flag=. filter='not man and not port 2055'; }
	ra -nn -u -p 3 -c , -L -1 -r "$1" \
		-s flgs stime ltime proto saddr sport daddr dport spkts dpkts sbytes dbytes \
		- "$filter" |
		awk -F, -v OFS=, -v flag="$flag" '
			$1 ~ flag { sub(/^[^,]*,/, ""); $0 = $0
			  sub(/^6$/, "tcp", $3); sub(/^17$/, "udp", $3); sub(/^1$/, "icmp", $3)
			  sub(/^58$/, "ipv6-icmp", $3)
			  if ($3 != "tcp" && $3 != "udp") $5 = $7 = ""
			  print }' | sort
}

# import NAME [ARGUMENT...]: an export of the generator's.
import()
{
	local name=$1 prefix=cisco
	shift
	[[ $name != sflow* ]] || prefix=sflow
	rm -f "$name.argus"
	[ -e "$name.pcap" ] || "$exports" "$name" "$name.pcap"
	panoptes -X -r "$prefix:$name.pcap" -w "$name.argus" --stats "$@"
}

for name in $("$exports" list); do
	check "$name: is read" import "$name"
	check_equal "$name: what the exports tell" "$("$exports" flows "$name")" \
		"$(imported "$name.argus")"
	[[ $name == sflow* ]] ||
		check_equal "$name: a record for each flow" \
			"$("$exports" flows "$name" | wc -l)" "$(ledger import_flows)"
	check_equal "$name: no packet unaccounted" 0 "$(ledger unaccounted)"
	check_equal "$name: no record unaccounted" 0 "$(ledger records_unaccounted)"
	ra -nn -u -p 6 -L -1 -r "$name.argus" -s flgs stime proto saddr sport daddr dport \
		spkts - not man >one
	for variant in "--workers 2" "--workers 4" "--burst 1"; do
		# shellcheck disable=SC2086
		import "$name" $variant
		ra -nn -u -p 6 -L -1 -r "$name.argus" -s flgs stime proto saddr sport daddr dport \
			spkts - not man >other
		check "$name: same records in the same order with $variant" cmp one other
	done
done

import netflow5
check_equal "the exporter is the source" 192.0.2.1 \
	"$(ra -nn -L -1 -r netflow5.argus -s srcid - tcp | sort -u | tr -d ' ')"
check_equal "the state that TCP flags tell" FIN \
	"$(ra -nn -L -1 -r netflow5.argus -s state - tcp | sort -u | tr -d ' ')"
check_equal "carriers are packets as any" 2 "$(ledger flow_packets)"
import netflow5-gap
check_equal "flows that are missing" 7 "$(ledger import_lost_flows)"
import netflow5-damaged
check_equal "payloads that contradict themselves" 3 "$(ledger import_malformed)"
check_equal "payloads of no version" 3 "$(ledger import_unknown)"

import netflow5-cut
check_equal "exports that are not whole" 2 "$(ledger import_cut)"
check_equal "only whole ones are read" 1 "$(ledger import_datagrams)"
import netflow9
check_equal "a data set before its template" 1 "$(ledger import_no_template)"
check_equal "exports that are missing" 2 "$(ledger import_lost_datagrams)"
import netflow9-domains
check_equal "a template is its exporter's" 1 "$(ledger import_no_template)"
import ipfix-biflow
check_equal "flows that are missing, of IPFIX" 5 "$(ledger import_lost_flows)"
import ipfix-withdrawn
check_equal "templates withdrawn" 3 "$(ledger import_no_template)"
import ipfix-damaged
check_equal "messages that contradict themselves" 5 "$(ledger import_malformed)"
check_equal "templates of no use" 2 "$(ledger import_templates_refused)"
check_equal "data sets of them" 1 "$(ledger import_no_template)"

import sflow5
check_equal "packets that were sampled" 2 "$(ledger import_samples)"
check_equal "samples without a packet" 2 "$(ledger import_samples_skipped)"
check_equal "samples of counters" 2 "$(ledger import_counter_samples)"
check_equal "datagrams that are missing" 3 "$(ledger import_lost_datagrams)"
check_equal "only carriers are packets in flows" 2 "$(ledger flow_packets)"
import sflow5-large
check_equal "rates beyond a record" 1 "$(ledger import_samples_clamped)"
import sflow5-damaged
check_equal "sFlow that contradicts itself" 4 "$(ledger import_malformed)"
check_equal "sFlow of no version" 2 "$(ledger import_unknown)"
import sflow4
check_equal "sFlow 4: samples" 2 "$(ledger import_samples)"
check_equal "sFlow 4: counters" 2 "$(ledger import_counter_samples)"
check_equal "sFlow 4: addresses alone" 1 "$(ledger import_samples_skipped)"
check_equal "sFlow 4: all is followed" 0 "$(ledger import_malformed)"
import sflow2
check_equal "sFlow 2: samples" 2 "$(ledger import_samples)"
check_equal "sFlow 2: nothing is left over" 0 "$(ledger import_malformed)"

panoptes -X -r netflow5.pcap -w plain.argus --stats
check_equal "without a prefix nothing is imported" 0 "$(ledger import_datagrams)"
for prefix in netflow ipfix paloalto; do
	panoptes -X -r "$prefix:netflow5.pcap" -w alias.argus --stats
	check_equal "$prefix: is the same" 6 "$(ledger import_flows)"
done
panoptes -X -r nonsense:netflow5.pcap -w no.argus
check_equal "an unknown prefix: exit status" 2 $?
check "an unknown prefix: the known ones are told" grep -q "cisco:, netflow:" panoptes.err
cp netflow5.pcap nonsense:netflow5.pcap
check "a file of the whole name is a file" panoptes -X -r nonsense:netflow5.pcap -w no.argus
finish
