/* SPDX-License-Identifier: GPL-2.0 */
/* The schedulers: each picks an entry of the service's ring, which the controller has filled. A new scheduler belongs here. */
#pragma once

#include "maps.h"
#include "packet.h"

/* The destination index that a ring entry names; SLUICE_RING_NONE for none. */
inline_always __u32 ring_entry(struct sluice_ring ring, __u32 index)
{
	__u32 at = ring.base + index;
	__u32 chunk = at / SLUICE_RING_CHUNK;
	struct ring_chunk *found = bpf_map_lookup_elem(&rings, &chunk);
	return found ? found->entry[at % SLUICE_RING_CHUNK] : SLUICE_RING_NONE;
}

/* Base and size as one: the controller switches them by one store. */
inline_always struct sluice_ring ring_now(struct sluice_ring *ring)
{
	__u64 both = *(volatile __u64 *)ring;
	struct sluice_ring now = {.base = (__u32)both, .size = (__u32)(both >> 32)};
	return now;
}

/* rr and wrr: the next turn. */
inline_always __u64 next_turn(__u32 slot)
{
	__u64 *cursor = bpf_map_lookup_elem(&cursors, &slot);
	return cursor ? __sync_fetch_and_add(cursor, 1) : 0;
}

inline_always int is_hash_scheduler(const struct sluice_service *service)
{
	return service->scheduler == SLUICE_SCHEDULER_SH || service->scheduler == SLUICE_SCHEDULER_MH;
}

/* sh and mh: the index that a client's address (and port) gives. */
inline_always __u32 hash_index(const struct sluice_service *service, __u32 size, const __be32 *client,
			       __be16 client_port)
{
	__u32 folded = bpf_ntohl(client[0] ^ client[1] ^ client[2] ^ client[3]);
	__u16 port = service->flags & SLUICE_SERVICE_HASH_PORT ? bpf_ntohs(client_port) : 0;
	if (service->scheduler == SLUICE_SCHEDULER_SH)
		return sluice_sh_bucket(folded, port);
	return sluice_ring_index(sluice_source_hash(folded, port), size);
}

/* The destination that a hash scheduler's ring gives a client; SLUICE_RING_NONE for none. */
inline_always __u32 hash_choice(const struct sluice_service *service, struct sluice_ring ring, const __be32 *client,
				__be16 client_port)
{
	return ring.size ? ring_entry(ring, hash_index(service, ring.size, client, client_port)) : SLUICE_RING_NONE;
}

/* Where in the ring a new flow's scheduling starts; the ring is not empty. */
inline_always __u32 schedule_index(const struct sluice_service *service, __u32 slot, struct sluice_ring ring,
				   const struct packet *packet)
{
	if (is_hash_scheduler(service))
		return hash_index(service, ring.size, packet->key.source, source_port(packet->key.ports));
	return (__u32)(next_turn(slot) % ring.size);
}
