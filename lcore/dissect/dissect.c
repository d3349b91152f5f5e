/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The walk: link header, then handler after handler, each naming the next, until
 * one ends it or there are more headers than any real packet has.
 */
#include "lcore/dissect/dissect.h"

#include "lcore/dissect/walk.h"

static enum layer (*const handlers[LAYER_COUNT])(struct walk *) = {
#define LAYER(name, handler) [LAYER_##name] = (handler),
	LAYERS(LAYER)
#undef LAYER
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

static bool
key_is_classic(const struct dissect_options *o)
{
	return !o->key_vlan && !o->key_mpls && !o->key_l2 && !o->key_mac && !o->key_l3_matrix &&
	       !o->key_mpls_stack && !o->key_vni && !o->key_tunnel;
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
	w.cut = false;
	w.tunnels = (uint8_t)options->tunnels;
	if (!link_header(&w, view->link_type, &first))
		return DISSECT_SHORT;
	walk_run(&w, first);
	if (!key_is_classic(options))
		key_options(&w, options);
	return DISSECT_OK;
}

enum dissect_result
dissect(const struct dissect_options *options, const struct packet_view *view,
        struct packet *packet)
{
	if (key_is_classic(options) &&
	    dissect_fast(view, options->tunnels == TUNNELS_INNER, packet))
		return DISSECT_OK;
	return dissect_walk(options, view, packet);
}
