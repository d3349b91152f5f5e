/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every header that the walk knows, one row each: LAYER_name and its handler.
 * A handler takes the walk at its header and names the layer that follows;
 * LAYER_DONE is the end.
 */
#ifndef PANOPTES_LCORE_DISSECT_LAYERS_H
#define PANOPTES_LCORE_DISSECT_LAYERS_H

struct walk;

/* clang-format off */
#define LAYERS(LAYER)							\
	/* l2.c: links, tags and labels */				\
	LAYER(ETHER, layer_ether)					\
	LAYER(VLAN, layer_vlan)						\
	LAYER(LLC, layer_llc)						\
	LAYER(MPLS, layer_mpls)						\
	LAYER(PPPOE, layer_pppoe)					\
	LAYER(PPP, layer_ppp)						\
	/* bridge.c: frames in frames, and tags of switches */		\
	LAYER(PBB, layer_pbb)						\
	LAYER(FABRICPATH, layer_fabricpath)				\
	LAYER(TRILL, layer_trill)					\
	LAYER(ISL, layer_isl)						\
	LAYER(NSH, layer_nsh)						\
	LAYER(SECURITY_TAG, layer_security_tag)				\
	LAYER(VN_TAG, layer_vn_tag)					\
	LAYER(PORT_TAG, layer_port_tag)					\
	/* beside IP */							\
	LAYER(ARP, layer_arp)						\
	LAYER(ISIS, layer_isis)						\
	/* IP; the first is either version */				\
	LAYER(IP, layer_ip)						\
	LAYER(IPV6, layer_ipv6)						\
	LAYER(AH, layer_ah)						\
	LAYER(TCP, layer_tcp)						\
	LAYER(UDP, layer_udp)						\
	LAYER(PORTS, layer_ports)	/* whatever begins with two */	\
	LAYER(ICMP, layer_icmp)						\
	LAYER(ICMPV6, layer_icmpv6)					\
	LAYER(IGMP, layer_igmp)						\
	LAYER(ESP, layer_esp)						\
	/* gre.c */							\
	LAYER(GRE, layer_gre)						\
	LAYER(ERSPAN, layer_erspan)					\
	LAYER(ERSPAN3, layer_erspan3)					\
	/* tunnel_ip.c: right behind IP */				\
	LAYER(IN_IP, layer_in_ip)					\
	LAYER(ETHER_IN_IP, layer_ether_in_ip)				\
	LAYER(ETHERIP, layer_etherip)					\
	LAYER(MPLS_IN_IP, layer_mpls_in_ip)				\
	/* l2tp.c */							\
	LAYER(L2TP_IP, layer_l2tp_ip)					\
	LAYER(L2TP, layer_l2tp)						\
	/* tunnel_udp.c: behind UDP */					\
	LAYER(VXLAN, layer_vxlan)					\
	LAYER(VXLAN_GPE, layer_vxlan_gpe)				\
	LAYER(GENEVE, layer_geneve)					\
	LAYER(GTP, layer_gtp)						\
	LAYER(TEREDO, layer_teredo)
/* clang-format on */

enum layer {
	LAYER_DONE, /* the walk is over */
#define LAYER(name, handler) LAYER_##name,
	LAYERS(LAYER)
#undef LAYER
	        LAYER_COUNT
};

#define LAYER(name, handler) enum layer handler(struct walk *w);
LAYERS(LAYER)
#undef LAYER

#endif
