/* SPDX-License-Identifier: GPL-2.0 */
/* TUN: the packet goes whole into an outer IP header (RFC 2003, RFC 2473, RFC 4213), either family in either. */
#pragma once

#include "csum.h"
#include "front.h"
#include "rewrite_dr.h"

/* What of the inner header the outer one repeats. */
struct inner {
	__u8 traffic_class;
	__u8 ttl;
	__be16 id;
	__be16 dont_fragment;
	__u8 protocol; /* as the outer header names it: IPPROTO_IPIP or IPPROTO_IPV6 */
};

inline_always int read_inner(struct xdp_md *ctx, const struct packet *packet, struct inner *inner)
{
	void *end = frame_end(ctx);
	if (packet->key.family == 4) {
		struct iphdr *ip = frame_at(ctx, packet->l3);
		if ((void *)(ip + 1) > end)
			return 0;
		inner->traffic_class = ip->tos;
		inner->ttl = ip->ttl;
		inner->id = ip->id;
		inner->dont_fragment = ip->frag_off & bpf_htons(0x4000);
		inner->protocol = IPPROTO_IPIP;
	} else {
		struct ipv6hdr *ip = frame_at(ctx, packet->l3);
		if ((void *)(ip + 1) > end)
			return 0;
		inner->traffic_class = (__u8)(bpf_ntohs(*(__be16 *)ip) >> 4);
		inner->ttl = ip->hop_limit;
		inner->id = 0;
		inner->dont_fragment = bpf_htons(0x4000);
		inner->protocol = IPPROTO_IPV6;
	}
	return 1;
}

inline_always int write_outer4(struct xdp_md *ctx, const struct packet *packet, const struct sluice_destination *to, const struct inner *inner)
{
	if (!open_front(ctx, packet, sizeof(struct iphdr), bpf_htons(ETH_P_IP), destination_macs(to)))
		return SLUICE_DROP_HEADROOM;
	struct iphdr *ip = frame_at(ctx, packet->l3);
	if ((void *)(ip + 1) > frame_end(ctx))
		return SLUICE_DROP_HEADROOM;
	*(__u16 *)ip = (__u16)(0x45 | inner->traffic_class << 8);
	ip->tot_len = bpf_htons(packet->length + sizeof(*ip));
	ip->id = inner->id;
	ip->frag_off = inner->dont_fragment;
	*(__u16 *)&ip->ttl = (__u16)(inner->ttl | inner->protocol << 8);
	ip->saddr = to->source[3];
	ip->daddr = to->address[3];
	ip->check = ~csum_fold(to->sum + (inner->traffic_class << 8) + ip->tot_len + ip->id + ip->frag_off + inner->ttl);
	return SLUICE_FORWARDED;
}

inline_always int write_outer6(struct xdp_md *ctx, const struct packet *packet, const struct sluice_destination *to, const struct inner *inner)
{
	if (!open_front(ctx, packet, sizeof(struct ipv6hdr), bpf_htons(ETH_P_IPV6), destination_macs(to)))
		return SLUICE_DROP_HEADROOM;
	struct ipv6hdr *ip = frame_at(ctx, packet->l3);
	if ((void *)(ip + 1) > frame_end(ctx))
		return SLUICE_DROP_HEADROOM;
	*(__be32 *)ip = bpf_htonl(6u << 28 | (__u32)inner->traffic_class << 20);
	ip->payload_len = bpf_htons(packet->length);
	ip->nexthdr = inner->protocol;
	ip->hop_limit = inner->ttl;
	__builtin_memcpy(&ip->saddr, to->source, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, to->address, sizeof(ip->daddr));
	return SLUICE_FORWARDED;
}

inline_always int rewrite_tun(struct xdp_md *ctx, struct packet *packet, const struct sluice_destination *to)
{
	struct inner inner;
	if (!take_hop(ctx, packet) || !read_inner(ctx, packet, &inner))
		return SLUICE_DROP_MALFORMED;
	return to->family == 4 ? write_outer4(ctx, packet, to, &inner) : write_outer6(ctx, packet, to, &inner);
}
