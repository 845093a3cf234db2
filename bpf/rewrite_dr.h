/* SPDX-License-Identifier: GPL-2.0 */
/* DR: a new Ethernet header and one hop less; addresses and ports stay. */
#pragma once

#include "csum.h"
#include "packet.h"

/* Both addresses in two stores: the compiler would copy them byte by byte. */
inline_always void write_macs(struct ethhdr *ethernet, struct mac_pair macs)
{
	__u64 *first = (__u64 *)ethernet;
	__u32 *rest = (__u32 *)(first + 1);
	*first = (macs.to & MAC_MASK) | macs.from << 48;
	*rest = (__u32)(macs.from >> 16);
}

inline_always struct mac_pair destination_macs(const struct sluice_destination *to)
{
	struct mac_pair macs = { .to = *(const __u64 *)to->dmac, .from = *(const __u64 *)to->smac };
	return macs;
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
	write_macs(ethernet, destination_macs(to));
	return take_hop(ctx, packet) ? SLUICE_FORWARDED : SLUICE_DROP_MALFORMED;
}
