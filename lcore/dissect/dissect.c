/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The walk: link header, then handler after handler, each naming the next, until
 * one ends it or there are more headers than any real packet has.
 */
#include "lcore/dissect/dissect.h"

#include "lcore/dissect/walk.h"

static enum layer (*const handlers[LAYER_COUNT])(struct walk *) = {
	[LAYER_ETHER] = layer_ether,   [LAYER_VLAN] = layer_vlan,   [LAYER_LLC] = layer_llc,
	[LAYER_MPLS] = layer_mpls,     [LAYER_PPPOE] = layer_pppoe, [LAYER_PPP] = layer_ppp,
	[LAYER_ARP] = layer_arp,       [LAYER_ISIS] = layer_isis,   [LAYER_IP] = layer_ip,
	[LAYER_IPV6] = layer_ipv6,     [LAYER_AH] = layer_ah,       [LAYER_GRE] = layer_gre,
	[LAYER_ERSPAN] = layer_erspan, [LAYER_TCP] = layer_tcp,     [LAYER_UDP] = layer_udp,
	[LAYER_PORTS] = layer_ports,   [LAYER_ICMP] = layer_icmp,   [LAYER_ICMPV6] = layer_icmpv6,
	[LAYER_IGMP] = layer_igmp,     [LAYER_ESP] = layer_esp,
};

void
walk_run(struct walk *w, enum layer layer)
{
	while (layer != LAYER_DONE) {
		if (w->depth++ == WALK_DEPTH_MAX) {
			w->packet->flags |= PACKET_MALFORMED;
			break;
		}
		layer = handlers[layer](w);
	}
}

enum dissect_result
dissect_walk(const struct dissect_options *options, const struct packet_view *view,
             struct packet *packet)
{
	struct walk w;
	enum layer first;

	packet_init(packet, view->data, view->time_ns, view->length);
	w.packet = packet;
	w.data = view->data;
	w.at = 0;
	/* Offsets are of 16 bits: headers lie within, payload may go on behind. */
	w.captured = view->captured < UINT16_MAX ? view->captured : UINT16_MAX;
	w.wire = view->length > view->captured ? view->length : view->captured;
	w.ip_end = 0;
	w.depth = 0;
	w.quoted = false;
	w.complete = false;
	if (!link_header(&w, view->link_type, &first))
		return DISSECT_SHORT;
	walk_run(&w, first);
	if (options->key_vlan || options->key_mpls || options->key_l2 || options->key_l3_matrix)
		key_options(&w, options);
	return DISSECT_OK;
}

enum dissect_result
dissect(const struct dissect_options *options, const struct packet_view *view,
        struct packet *packet)
{
	const bool plain = !options->key_vlan && !options->key_mpls && !options->key_l2 &&
	                   !options->key_l3_matrix;

	if (plain && dissect_fast(view, packet))
		return DISSECT_OK;
	return dissect_walk(options, view, packet);
}
