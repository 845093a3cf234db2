/* SPDX-License-Identifier: GPL-2.0 */
/* NAT: the VIP becomes the real server's address on the way in, and the real server's the VIP on the way out. */
#pragma once

#include "csum.h"
#include "rewrite_dr.h"

enum nat_side {
	NAT_SOURCE,
	NAT_DESTINATION,
};

/* Replaces one address of the IP header at `l3`; IPv4's header checksum follows. */
inline_always int nat_address(struct xdp_md *ctx, __u32 l3, int family, enum nat_side side, const __be32 *to)
{
	void *end = frame_end(ctx);
	if (family == 4) {
		struct iphdr *ip = frame_at(ctx, l3);
		if ((void *)(ip + 1) > end)
			return 0;
		__be32 *at = side == NAT_SOURCE ? &ip->saddr : &ip->daddr;
		ip->check = csum_gain(ip->check, csum_change(*at, to[3]));
		*at = to[3];
	} else {
		struct ipv6hdr *ip = frame_at(ctx, l3);
		if ((void *)(ip + 1) > end)
			return 0;
		__builtin_memcpy(side == NAT_SOURCE ? &ip->saddr : &ip->daddr, to, 16);
	}
	return 1;
}

/* Replaces one port (0: keeps it) and adds `gain` to the checksum, unless it is UDP's zero. */
inline_always int nat_transport(struct xdp_md *ctx, const struct packet *packet, enum nat_side side, __be16 port,
				__u32 gain)
{
	void *end = frame_end(ctx);
	void *start = frame_at(ctx, packet->l4);
	__be16 *ports = start;
	__u16 *check;
	if (packet->key.protocol == IPPROTO_TCP) {
		if (start + sizeof(struct tcphdr) > end)
			return 0;
		check = &((struct tcphdr *)start)->check;
		*check = csum_gain(*check, gain);
	} else {
		if (start + sizeof(struct udphdr) > end)
			return 0;
		check = &((struct udphdr *)start)->check;
		/* RFC 768: zero is no checksum, and a sum that comes out zero is sent as all ones. */
		if (*check) {
			__u16 sum = csum_gain(*check, gain);
			*check = sum ? sum : 0xffff;
		}
	}
	if (port)
		ports[side == NAT_SOURCE ? 0 : 1] = port;
	return 1;
}

inline_always int rewrite_nat(struct xdp_md *ctx, struct packet *packet, const struct sluice_destination *to)
{
	if (!nat_address(ctx, packet->l3, packet->key.family, NAT_DESTINATION, to->address) ||
	    !nat_transport(ctx, packet, NAT_DESTINATION, to->port, to->sum))
		return SLUICE_DROP_MALFORMED;
	return rewrite_dr(ctx, packet, to);
}

/* The way back: the sum loses what it had gained. */
inline_always int rewrite_nat_reply(struct xdp_md *ctx, struct packet *packet, const struct sluice_destination *from,
				    const struct sluice_service *service)
{
	if (!nat_address(ctx, packet->l3, packet->key.family, NAT_SOURCE, service->address) ||
	    !nat_transport(ctx, packet, NAT_SOURCE, service->port, (__u16)~from->sum) || !take_hop(ctx, packet))
		return SLUICE_DROP_MALFORMED;
	return SLUICE_REPLIED;
}
