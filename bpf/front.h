/* SPDX-License-Identifier: GPL-2.0 */
/* Room before the IP header, for a tunnel's header or an ICMP answer. */
#pragma once

#include "rewrite_dr.h"

/* Opens `size` bytes before the IP header and moves Ethernet header and tags to the new front, with a new ethertype. */
inline_always int open_front(struct xdp_md *ctx, const struct packet *packet, int size, __be16 type, struct mac_pair macs)
{
	if (bpf_xdp_adjust_head(ctx, -size))
		return 0;
	struct ethhdr *ethernet = frame_start(ctx);
	__u32 *old_tag = (void *)(ethernet + 1) + size - 2;
	__u32 *new_tag = (void *)(ethernet + 1) - 2;
	if ((void *)(ethernet + 1) + size + SLUICE_MAX_VLAN_TAGS * 4 > frame_end(ctx))
		return 0;
	write_macs(ethernet, macs);
#pragma unroll
	for (int i = 0; i < SLUICE_MAX_VLAN_TAGS; i++)
		if (i < packet->tags)
			new_tag[i] = old_tag[i];
	switch (packet->tags) {
	case 0:
		ethernet->h_proto = type;
		break;
	case 1:
		*(__be16 *)(new_tag + 1) = type;
		break;
	default:
		*(__be16 *)(new_tag + 2) = type;
		break;
	}
	return 1;
}
