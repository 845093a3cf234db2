/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NAT's way back to the client. A reply leaves by the last hop that the client's own packets came by, kept in a small
 * direct-mapped cache by client address. Where another client has taken the place, the kernel's routing table is asked.
 */
#pragma once

#include "counters.h"
#include "maps.h"
#include "packet.h"
#include "rewrite_dr.h"
#include "service.h"

#ifndef AF_INET
#define AF_INET 2
#define AF_INET6 10
#endif

inline_always struct sluice_hop *hop_at(const __be32 *client)
{
	__u64 h = client[0] * config.secret[0] + client[1] * config.secret[1] + client[2] * config.secret[2] +
		  client[3] * config.secret[3];
	__u32 index = (__u32)(h >> 32) & config.hop_mask;
	return bpf_map_lookup_elem(&hops, &index);
}

/* Notes by which hop this client's packet came. Two writers at once: one of them wins. */
inline_always void hop_learn(struct xdp_md *ctx, const struct packet *packet)
{
	struct sluice_hop *hop = hop_at(packet->key.source);
	struct ethhdr *ethernet = frame_start(ctx);
	if (!hop || (void *)(ethernet + 1) > frame_end(ctx))
		return;
	__u32 seq = *(volatile __u32 *)&hop->seq;
	if (seq & 1 || __sync_val_compare_and_swap(&hop->seq, seq, seq + 1) != seq)
		return;
	hop->ifindex = packet->ifindex;
	hop->family = packet->key.family;
	__builtin_memcpy(hop->mac, ethernet->h_source, ETH_ALEN);
	copy_address(hop->address, packet->key.source);
	__sync_fetch_and_add(&hop->seq, 1);
}

/* Asks the kernel's routing table for the way to the packet's destination; writes MACs and sets egress. */
separate int hop_route(struct xdp_md *ctx, struct packet *packet)
{
	if (!packet)
		return 0;
	struct bpf_fib_lookup fib = { .ifindex = packet->ifindex };
	if (packet->key.family == 4) {
		fib.family = AF_INET;
		fib.ipv4_src = packet->key.source[3];
		fib.ipv4_dst = packet->key.destination[3];
	} else {
		fib.family = AF_INET6;
		__builtin_memcpy(fib.ipv6_src, packet->key.source, 16);
		__builtin_memcpy(fib.ipv6_dst, packet->key.destination, 16);
	}
	count_event(SLUICE_HOP_LOOKED_UP);
	if (bpf_fib_lookup(ctx, &fib, sizeof(fib), 0) != BPF_FIB_LKUP_RET_SUCCESS)
		return 0;
	struct ethhdr *ethernet = frame_start(ctx);
	if ((void *)(ethernet + 1) > frame_end(ctx))
		return 0;
	packet->egress = fib.ifindex;
	/* In the struct they lie at odd places of the stack, where the verifier allows loads of bytes only. */
	struct mac_pair macs = {};
	__builtin_memcpy(&macs.to, fib.dmac, ETH_ALEN);
	__builtin_memcpy(&macs.from, fib.smac, ETH_ALEN);
	write_macs(ethernet, macs);
	return 1;
}

/* Directs the packet to its destination address, a client. False: no way is known. */
inline_always int hop_to_client(struct xdp_md *ctx, struct packet *packet)
{
	struct sluice_hop *hop = hop_at(packet->key.destination);
	struct ethhdr *ethernet = frame_start(ctx);
	if (!hop || (void *)(ethernet + 1) > frame_end(ctx))
		return 0;
	__u32 seq = *(volatile __u32 *)&hop->seq;
	if (seq & 1 || hop->family != packet->key.family || !same_address(hop->address, packet->key.destination))
		return hop_route(ctx, packet);
	struct mac_pair macs = { .to = mac_load(hop->mac) };
	packet->egress = hop->ifindex;
	struct sluice_interface *egress = interface_find(packet->egress);
	if (!egress || *(volatile __u32 *)&hop->seq != seq)
		return hop_route(ctx, packet);
	macs.from = mac_load(egress->mac);
	write_macs(ethernet, macs);
	return 1;
}
