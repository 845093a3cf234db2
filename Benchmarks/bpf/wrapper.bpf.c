// SPDX-License-Identifier: GPL-2.0
/*
 * What stands between BPF_PROG_TEST_RUN and the program under test. A test run with `repeat` hands each run the packet that the
 * last one left: encapsulated, rewritten, no longer the packet that the benchmark names. So each run of `wrapper` restores
 * the frame, gives it its flow, and tail-calls the program under test. `empty` and `lookup` are the units of the figures.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "../abi/include/bench_abi.h"

#define inline_always static __attribute__((always_inline)) inline

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_state);
} bench_state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} under_test SEC(".maps");

struct lookup_key {
	__be32 source[4];
	__be32 destination[4];
	__u32 ports;
	__u32 protocol;
};
_Static_assert(sizeof(struct lookup_key) == 40, "the key that the figures' unit names");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct lookup_key);
	__type(value, __u64);
} lookup_flows SEC(".maps");

inline_always struct bench_state *state_now(void)
{
	__u32 zero = 0;
	return bpf_map_lookup_elem(&bench_state, &zero);
}

/*
 * The next flow's number. A linear congruential generator whose multiplier is 1 modulo 4 and whose increment is odd has full
 * period in its lower k bits, for any k: each of 2^k flows comes once a period.
 */
inline_always __u32 next_flow(struct bench_state *state)
{
	state->generator = state->generator * state->multiplier + 1013904223u;
	return state->flow_first + (state->generator & state->flow_mask);
}

/* Scatters flow numbers: one to one on BENCH_FLOW_BITS bits, as each step is. */
inline_always __u32 scatter(__u32 flow)
{
	const __u32 bits = (1u << BENCH_FLOW_BITS) - 1;
	flow &= bits;
	flow ^= flow >> 15;
	flow = flow * 0x2c1b3c6du & bits;
	flow ^= flow >> 12;
	flow = flow * 0x297a2d39u & bits;
	flow ^= flow >> 15;
	return flow;
}

/*
 * What a program under test does to a frame's length it does at the front. adjust_head is called even where nothing is to
 * be moved, lest the wrapper cost more with one program than with another.
 */
inline_always int restore_length(struct xdp_md *ctx, const struct bench_state *state)
{
	long length = (long)ctx->data_end - (long)ctx->data;
	/* The verifier wants the difference of two pointers in 64 bits. */
	asm volatile("" : "+r"(length));
	return bpf_xdp_adjust_head(ctx, (int)(length - state->length)) == 0;
}

inline_always int write_word(struct xdp_md *ctx, __u32 at, __be32 word)
{
	__be32 *to = (void *)(long)ctx->data + (at & 127);
	if ((void *)(to + 1) > (void *)(long)ctx->data_end)
		return 0;
	*to = word;
	return 1;
}

inline_always int restore_headers(struct xdp_md *ctx, const struct bench_state *state, __u32 flow)
{
	__u64 *to = (void *)(long)ctx->data;
	if ((void *)to + BENCH_TEMPLATE > (void *)(long)ctx->data_end)
		return 0;
#pragma unroll
	for (int i = 0; i < BENCH_TEMPLATE / 8; i++)
		to[i] = state->template[i];
	if (!write_word(ctx, state->vip_at, bpf_htonl(state->vip + (flow & state->vip_mask))) ||
	    !write_word(ctx, state->address_at, bpf_htonl(state->address + (flow >> 16))))
		return 0;
	__be16 *port = (void *)(long)ctx->data + (state->port_at & 127);
	if ((void *)(port + 1) > (void *)(long)ctx->data_end)
		return 0;
	*port = (__be16)flow;
	return 1;
}

SEC("xdp")
int wrapper(struct xdp_md *ctx)
{
	struct bench_state *state = state_now();
	if (!state)
		return XDP_ABORTED;
	state->runs++;
	if (restore_length(ctx, state) && restore_headers(ctx, state, scatter(next_flow(state))))
		bpf_tail_call(ctx, &under_test, 0);
	state->failed++;
	return XDP_ABORTED;
}

/* E0: what a tail call and a return cost; the wrapper's share of every figure. */
SEC("xdp")
int empty(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_TX;
}

inline_always int parse4(void *start, void *end, struct lookup_key *key)
{
	struct iphdr *ip = start;
	if ((void *)(ip + 1) > end)
		return 0;
	__u32 *ports = start + ip->ihl * 4;
	if ((void *)(ports + 1) > end)
		return 0;
	key->source[3] = ip->saddr;
	key->destination[3] = ip->daddr;
	key->protocol = ip->protocol;
	key->ports = *ports;
	return 1;
}

inline_always int parse6(void *start, void *end, struct lookup_key *key)
{
	struct ipv6hdr *ip = start;
	__u32 *ports = (void *)(ip + 1);
	if ((void *)(ports + 1) > end)
		return 0;
	__builtin_memcpy(key->source, &ip->saddr, sizeof(key->source));
	__builtin_memcpy(key->destination, &ip->daddr, sizeof(key->destination));
	key->protocol = ip->nexthdr;
	key->ports = *ports;
	return 1;
}

inline_always int parse(struct xdp_md *ctx, struct lookup_key *key)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	if ((void *)(ethernet + 1) > end)
		return 0;
	if (ethernet->h_proto == bpf_htons(ETH_P_IP))
		return parse4(ethernet + 1, end, key);
	return ethernet->h_proto == bpf_htons(ETH_P_IPV6) && parse6(ethernet + 1, end, key);
}

/* L1: the parse of a 5-tuple and one look-up in an LRU hash with a 40-byte key. */
SEC("xdp")
int lookup(struct xdp_md *ctx)
{
	struct lookup_key key = {};
	if (parse(ctx, &key) && bpf_map_lookup_elem(&lookup_flows, &key))
		return XDP_TX;
	struct bench_state *state = state_now();
	if (state)
		state->misses++;
	return XDP_DROP;
}

/* Puts the flow where `lookup` will find it. */
SEC("xdp")
int fill(struct xdp_md *ctx)
{
	struct lookup_key key = {};
	__u64 one = 1;
	if (!parse(ctx, &key) || bpf_map_update_elem(&lookup_flows, &key, &one, BPF_ANY))
		return XDP_DROP;
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
