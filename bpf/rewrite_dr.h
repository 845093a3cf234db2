/* SPDX-License-Identifier: GPL-2.0 */
/* DR: a new Ethernet header and one hop less; addresses and ports stay. */
#pragma once

#include "csum.h"
#include "packet.h"

inline_always void write_macs(struct ethhdr *ethernet, const __u8 *to, const __u8 *from)
{
	__builtin_memcpy(ethernet->h_dest, to, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, from, ETH_ALEN);
}

/* One hop less, in either family; false if the headers are out of the frame. */
inline_always int take_hop(struct xdp_md *ctx, const struct packet *packet)
{
	void *end = frame_end(ctx);
	if (packet->key.family == 4) {
		struct iphdr *ip = frame_at(ctx, packet->l3);
		if ((void *)(ip + 1) > end)
			return 0;
		decrement_ttl(ip);
	} else {
		struct ipv6hdr *ip = frame_at(ctx, packet->l3);
		if ((void *)(ip + 1) > end)
			return 0;
		ip->hop_limit--;
	}
	return 1;
}

inline_always int rewrite_dr(struct xdp_md *ctx, struct packet *packet, const struct sluice_destination *to)
{
	struct ethhdr *ethernet = frame_start(ctx);
	if ((void *)(ethernet + 1) > frame_end(ctx))
		return SLUICE_DROP_MALFORMED;
	write_macs(ethernet, to->dmac, to->smac);
	return take_hop(ctx, packet) ? SLUICE_FORWARDED : SLUICE_DROP_MALFORMED;
}
