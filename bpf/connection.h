/* SPDX-License-Identifier: GPL-2.0 */
/* A connection is one flow, or in NAT a pair: the client's and the reply's, which share age and state and die together. */
#pragma once

#include "flow_insert.h"
#include "schedule.h"
#include "service.h"

/* Ring entries that NAT tries before it gives up: a reply's 5-tuple can be taken. */
#define SCHEDULE_TRIES 8

/* The key of a flow's other half. False: it has none. */
inline_always int partner_key(const struct flow_key *key, __u64 head, struct flow_key *partner)
{
	struct sluice_destination *destination = destination_find(sluice_head_destination(head));
	if (!destination || destination->mode != SLUICE_MODE_NAT)
		return 0;
	partner->protocol = key->protocol;
	partner->family = key->family;
	partner->zero = 0;
	if (!sluice_head_reply(head)) {
		__be16 port = destination->port ? destination->port : destination_port(key->ports);
		copy_address(partner->source, destination->address);
		copy_address(partner->destination, key->source);
		partner->ports = make_ports(port, source_port(key->ports));
		return 1;
	}
	__u32 slot = destination->service;
	struct sluice_service *service = bpf_map_lookup_elem(&services, &slot);
	if (!service)
		return 0;
	__be16 port = service->port ? service->port : source_port(key->ports);
	copy_address(partner->source, key->destination);
	copy_address(partner->destination, service->address);
	partner->ports = make_ports(destination_port(key->ports), port);
	return 1;
}

/* Removes the other half of a flow that is gone or going. */
separate int partner_remove(const struct flow_key *key, __u64 head)
{
	struct insert_scratch *mine = scratch_now();
	return key && mine && partner_key(key, head, &mine->partner) ? flow_remove(&mine->partner) : 0;
}

/* Gives the other half the age and state that this one has now; `head` is what it was before. */
separate int partner_mirror(const struct flow_key *key, __u64 head, __u32 tick, __u32 state)
{
	struct insert_scratch *mine = scratch_now();
	return key && mine && partner_key(key, head, &mine->partner)
		       ? flow_mirror(&mine->partner, tick, sluice_head_state(head), state)
		       : 0;
}

/* Inserts one entry, and counts what came of it. */
separate int entry_insert(const struct flow_key *key, __u64 head, int evict)
{
	struct insert_scratch *mine = scratch_now();
	if (!key || !mine)
		return FLOW_BUSY;
	int result = flow_insert(key, head, evict);
	switch (result) {
	case FLOW_INSERTED:
		count_event(SLUICE_FLOW_INSERTED);
		break;
	case FLOW_NO_ROOM:
		count_event(SLUICE_FLOW_NO_ROOM);
		break;
	case FLOW_BUSY:
		count_event(SLUICE_FLOW_LOCK_BUSY);
		break;
	default:
		break;
	}
	__u64 victim = mine->victim.value;
	if (victim) {
		count_event(SLUICE_FLOW_EVICTED);
		if (config.nat) {
			mine->victim.key.ports = sluice_head_ports(victim);
			mine->victim.key.protocol =
				sluice_head_state(victim) < SLUICE_UDP_NEW ? IPPROTO_TCP : IPPROTO_UDP;
			mine->victim.key.family = key->family;
			partner_remove(&mine->victim.key, victim);
		}
	}
	return result;
}

enum connection_result {
	CONNECTION_OPENED, /* recorded; or, without NAT, forwarded all the same */
	CONNECTION_OVERTAKEN, /* another CPU has opened it, with another destination */
	CONNECTION_REPLY_TAKEN, /* NAT: the reply's key is another flow's: try another real server */
	CONNECTION_NO_ROOM, /* NAT: a reply that nobody could translate must not be provoked */
};

inline_always int is_recorded(int result) { return result == FLOW_INSERTED || result == FLOW_REFRESHED; }

/* Records a connection with its destination, the reply first: it may be taken. NAT has both entries or none. */
inline_always int connection_open(const struct flow_key *key, __u32 index, __u32 tick, __u32 state, int evict)
{
	__u64 head = sluice_head(key->ports, index, tick, state, 0);
	struct insert_scratch *mine = scratch_now();
	int replied = FLOW_INSERTED, is_pair = config.nat && mine && partner_key(key, head, &mine->reply);
	if (is_pair) {
		__u64 reply = sluice_head(mine->reply.ports, index, tick, state, 1);
		replied = entry_insert(&mine->reply, reply, 1);
		if (replied == FLOW_EXISTS)
			return CONNECTION_REPLY_TAKEN;
		if (!is_recorded(replied))
			return CONNECTION_NO_ROOM;
	}
	int result = entry_insert(key, head, evict);
	/* Only what this CPU has added is taken back: another may have opened the same connection. */
	if (is_pair && !is_recorded(result) && replied == FLOW_INSERTED)
		flow_remove(&mine->reply);
	if (result == FLOW_EXISTS)
		return CONNECTION_OVERTAKEN;
	if (is_pair && !is_recorded(result))
		return CONNECTION_NO_ROOM;
	count_connection(index);
	return CONNECTION_OPENED;
}

/* Another CPU was quicker: the packet follows what it has recorded. */
inline_always int connection_join(struct packet *packet, __u32 tick)
{
	struct flow flow = {};
	if (!flow_find(&packet->key, tick, &flow) || sluice_head_reply(flow.value))
		return SLUICE_DROP_REPLY_TAKEN;
	packet->destination = sluice_head_destination(flow.value);
	return SLUICE_FORWARDED;
}

inline_always __u32 first_state(const struct packet *packet)
{
	if (packet->key.protocol == IPPROTO_UDP)
		return SLUICE_UDP_NEW;
	return is_opening(packet) ? SLUICE_TCP_SYN_RECV : SLUICE_TCP_PICKED_UP;
}

/*
 * Schedules a new connection and records it. Returns SLUICE_FORWARDED with packet->destination set, or the verdict that
 * drops it. The caller has seen to it that the packet may open one.
 */
separate int connection_schedule(struct packet *packet, struct sluice_service *service, __u32 slot, __u32 tick)
{
	if (!packet || !service)
		return SLUICE_DROP_NO_SERVER;
	struct sluice_ring ring = ring_now(&service->ring);
	if (ring.size == 0)
		return SLUICE_DROP_NO_SERVER;
	__u32 start = schedule_index(service, slot, ring, packet);
	__u32 state = first_state(packet);
	for (__u32 i = 0; i < SCHEDULE_TRIES; i++) {
		__u32 at = start + i;
		__u32 index = ring_entry(ring, at < ring.size ? at : at % ring.size);
		if (index == SLUICE_RING_NONE)
			return SLUICE_DROP_NO_SERVER;
		struct sluice_destination *destination = destination_find(index);
		if (!destination)
			return SLUICE_DROP_NO_SERVER;
		if (!(destination->flags & SLUICE_DESTINATION_RESOLVED))
			return SLUICE_DROP_NO_NEIGHBOUR;
		int evict = !is_hash_scheduler(service) || destination->mode == SLUICE_MODE_NAT;
		int result = connection_open(&packet->key, index, tick, state, evict);
		if (result == CONNECTION_OVERTAKEN)
			return connection_join(packet, tick);
		if (result == CONNECTION_NO_ROOM)
			break;
		if (result == CONNECTION_OPENED) {
			packet->destination = index;
			if (state == SLUICE_TCP_PICKED_UP)
				count_event(SLUICE_FLOW_PICKED_UP);
			return SLUICE_FORWARDED;
		}
	}
	return SLUICE_DROP_REPLY_TAKEN;
}

/* May this packet open a connection? SLUICE_FORWARDED if so, else the verdict. */
inline_always int connection_admit(const struct packet *packet, const struct sluice_service *service)
{
	if (!(service->flags & SLUICE_SERVICE_ACTIVE))
		return SLUICE_PASS_BACKUP;
	if (packet->key.protocol == IPPROTO_UDP || is_opening(packet))
		return SLUICE_FORWARDED;
	if (packet->tcp_flags & TCP_RST || !is_hash_scheduler(service) ||
	    service->flags & SLUICE_SERVICE_DROP_MIDSTREAM)
		return SLUICE_DROP_NO_FLOW;
	return SLUICE_FORWARDED;
}
