#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What has no IP address: bridges, routers and old networks keyed as argus keys them.
. "$(dirname "$0")/_init.sh"

# ends CAPTURE: protocol, ends, packets and state of each flow.
ends()
{
	rm -f out.argus
	panoptes -X -S 60 -r "$captures/$1.pcap" -w out.argus
	ra -nn -c , -L -1 -r out.argus -s proto saddr sport daddr dport pkts state - not man | sort
}

check_equal "IS-IS by what each PDU is about" \
	"131,02:00:00:00:00:01,254,01:80:c2:00:00:14,254,2,INT
isis,1921.6800.0001,,1921.6800.0009.01,0xfdff,,2,L1-IIH
isis,1921.6800.0001,,1921.6800.0009.01,0xff9f,,2,L2-IIH
isis,1921.6800.0001.00,,(null),0xfeb5,,2,L1-CSNP
isis,1921.6800.0001.00,,(null),0xfeb5,,2,L2-CSNP
isis,1921.6800.0001.00-00,,0x00000007,0x1234,,1,L1-LSP
isis,1921.6800.0001.00-00,,0x00000007,0x1234,,1,L2-LSP
isis,1921.6800.0001.00-00,,0x00000008,0x1235,,1,L1-LSP
isis,1921.6800.0001.00-00,,0x00000008,0x1235,,1,L2-LSP
isis,1921.6800.0002.00,,(null),0x7faf,,2,L1-PSNP
isis,1921.6800.0002.00,,(null),0x7faf,,2,L2-PSNP" "$(ends control-isis)"

layer2=$(ends control-layer2)
# flow NAME LINE: the capture has it.
flow()
{
	check "$1" grep -qxF "$2" <<<"$layer2"
}
bridge=02:00:00:00:00:01
host=02:00:00:00:00:02
flow "spanning tree" "0,$bridge,66,01:80:c2:00:00:00,66,2,INT"
flow "CDP, and per-VLAN spanning tree beside it" "0,$bridge,170,01:00:0c:cc:cc:cc,170,4,INT"
flow "LLDP" "35020,$bridge,0,01:80:c2:00:00:0e,0,2,INT"
flow "LACP" "34825,$bridge,0,01:80:c2:00:00:02,0,2,INT"
flow "802.1X" "34958,$bridge,0,01:80:c2:00:00:03,0,2,INT"
flow "IPX without LLC" "0,$bridge,255,$host,255,2,INT"
flow "IPX in LLC" "0,$bridge,224,$host,224,2,INT"
flow "IPX in SNAP" "0,$bridge,170,$host,170,2,INT"
flow "IPX in Ethernet" "33079,$bridge,0,$host,0,2,INT"
flow "NetBEUI datagrams" "0,$bridge,240,$host,240,2,INT"
flow "NetBEUI sessions" "0,$bridge,241,$host,240,2,INT"
flow "CLNS, ES-IS and the inactive network layer" "0,$bridge,254,$host,254,6,INT"
flow "AppleTalk" "32923,$bridge,0,$host,0,2,INT"
flow "DECnet" "24579,$bridge,0,$host,0,2,INT"
flow "LLC's own test frames" "0,$bridge,0,$host,0,2,INT"
check_equal "nothing else" 16 "$(wc -l <<<"$layer2")"

check_equal "PPP's control protocols are one flow of their link, packets are not in it" \
	"17,10.0.0.1,5017,10.0.0.2,6017,3,INT
17,2001:db8::1,5018,2001:db8::2,6018,3,INT
34916,02:00:00:00:00:01,0,02:00:00:00:00:02,0,36,CON" "$(ends control-ppp)"

# With the reference: the same but for addresses, of which argus names the smaller one first, and
# sequence numbers of link state PDUs, whose bytes it turns round.
[ -n "$argus" ] || { skip "as argus" "argus is not installed"; finish; }
for name in control-isis control-layer2 control-ppp; do
	rm -f reference.argus
	timeout 60 "$argus" -X -S 60 -r "$captures/$name.pcap" -w reference.argus >/dev/null 2>&1
	check_equal "$name: as argus" \
		"$(ra -nn -c , -L -1 -r reference.argus -s proto saddr sport daddr dport pkts state \
			- not man | cut -d, -f1,3,5- | sort)" \
		"$(ends "$name" | cut -d, -f1,3,5- | sort)"
done
finish
