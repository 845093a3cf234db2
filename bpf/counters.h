/* SPDX-License-Identifier: GPL-2.0 */
/* Counting: each packet one verdict, events beside it, and the destination's record. */
#pragma once

#include "maps.h"
#include "packet.h"

inline_always void count_event(enum sluice_event event)
{
	__u32 zero = 0;
	struct sluice_counters *mine = bpf_map_lookup_elem(&counters, &zero);
	if (mine)
		mine->event[event]++;
}

inline_always void count_verdict(__u32 verdict)
{
	__u32 zero = 0;
	struct sluice_counters *mine = bpf_map_lookup_elem(&counters, &zero);
	/* The compiler knows the bound and would leave the check out; the verifier wants to see it. */
	asm volatile("" : "+r"(verdict));
	if (mine && verdict < SLUICE_VERDICT_COUNT)
		mine->verdict[verdict]++;
}

inline_always void count_connection(__u32 destination)
{
	struct sluice_destination_counters *mine = bpf_map_lookup_elem(&destination_counters, &destination);
	if (mine)
		mine->connections++;
}

inline_always void count_destination(const struct packet *packet)
{
	__u32 index = packet->destination;
	struct sluice_destination_counters *mine = bpf_map_lookup_elem(&destination_counters, &index);
	if (!mine)
		return;
	if (packet->reply) {
		mine->packets_out++;
		mine->bytes_out += packet->length;
	} else {
		mine->packets_in++;
		mine->bytes_in += packet->length;
	}
}
