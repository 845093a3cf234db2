// SPDX-License-Identifier: GPL-2.0
/*
 * The forwarder. A packet's way: parse, find its virtual service, find its flow, or schedule a new one, rewrite, count.
 * ARCHITECTURE.md has the rules; each stage returns the verdict that ends the way, or GO_ON.
 */
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "counters.h"
#include "service.h"
#include "schedule.h"
#include "flow.h"
#include "flow_insert.h"
#include "connection.h"
#include "hop.h"
#include "rewrite_dr.h"
#include "rewrite_tun.h"
#include "rewrite_nat.h"
#include "icmp.h"
#include "accept.h"

#define GO_ON (-1)

/* A packet that can belong to no flow (a fragment, cut-off headers): dropped if its address is ours, else the kernel's. */
inline_always int without_flow(const struct packet *packet, int verdict)
{
	struct sluice_service *marker = marker_find(packet->key.destination, packet->key.family);
	if (marker && marker->kind == SLUICE_SLOT_VIP)
		return is_on(marker) ? verdict : SLUICE_PASS_BACKUP;
	if (config.nat && packet->fragment) {
		marker = marker_find(packet->key.source, packet->key.family);
		if (marker && marker->kind == SLUICE_SLOT_SERVER)
			return verdict;
	}
	return SLUICE_PASS_NOT_SERVICE;
}

inline_always int parse(struct xdp_md *ctx, struct packet *packet)
{
	int verdict = parse_ethernet(ctx, packet);
	if (verdict != PARSED)
		return verdict;
	verdict = packet->key.family == 4 ? parse_ipv4(ctx, packet) : parse_ipv6(ctx, packet);
	if (verdict != PARSED)
		return verdict;
	if (!is_for_this_host(ctx, packet->ifindex))
		return SLUICE_PASS_OTHER_HOST;
	if (packet->fragment)
		return without_flow(packet, SLUICE_DROP_FRAGMENT);
	if (packet->key.protocol == PROTOCOL_UNREACHED)
		return without_flow(packet, packet->malformed ? SLUICE_DROP_MALFORMED : SLUICE_DROP_EXTENSIONS);
	return GO_ON;
}

/* Less than a hop left, or no room on the way: answered. GO_ON if neither. */
inline_always int check_fits(struct xdp_md *ctx, struct packet *packet, const struct sluice_destination *to)
{
	void *ip = frame_at(ctx, packet->l3);
	if (ip + sizeof(struct iphdr) > frame_end(ctx))
		return SLUICE_DROP_MALFORMED;
	__u8 ttl = packet->key.family == 4 ? ((struct iphdr *)ip)->ttl : ((struct ipv6hdr *)ip)->hop_limit;
	if (ttl <= 1)
		return answer_ttl(ctx, packet);
	__u32 overhead = 0;
	if (to->mode == SLUICE_MODE_TUN)
		overhead = to->family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	if (packet->length + overhead > to->mtu)
		return answer_too_big(ctx, packet, to->mtu - overhead);
	return GO_ON;
}

/* On to the real server. */
inline_always int forward(struct xdp_md *ctx, struct packet *packet, const struct sluice_destination *to,
			  const struct quoted *quoted)
{
	if (!to || !(to->flags & SLUICE_DESTINATION_RESOLVED))
		return SLUICE_DROP_NO_NEIGHBOUR;
	int verdict = check_fits(ctx, packet, to);
	if (verdict != GO_ON)
		return verdict;
	packet->egress = to->ifindex;
	packet->counted = 1;
	if (to->mode == SLUICE_MODE_TUN)
		verdict = rewrite_tun(ctx, packet, to);
	else if (to->mode == SLUICE_MODE_NAT && !quoted)
		verdict = rewrite_nat(ctx, packet, to);
	else if (to->mode == SLUICE_MODE_NAT && !nat_icmp(ctx, packet, quoted, NAT_DESTINATION, to->address, to->port))
		verdict = SLUICE_DROP_MALFORMED;
	else
		verdict = rewrite_dr(ctx, packet, to);
	return quoted && verdict == SLUICE_FORWARDED ? SLUICE_ICMP_FORWARDED : verdict;
}

/* Back to the client (NAT): the packet is of a flow in the reply direction. */
inline_always int send_back(struct xdp_md *ctx, struct packet *packet, __u64 head, const struct quoted *quoted)
{
	struct sluice_destination *from = destination_find(sluice_head_destination(head));
	if (!from)
		return SLUICE_PASS_NOT_SERVICE;
	__u32 slot = from->service;
	struct sluice_service *service = bpf_map_lookup_elem(&services, &slot);
	void *ip = frame_at(ctx, packet->l3);
	if (!service || ip + sizeof(struct iphdr) > frame_end(ctx))
		return SLUICE_DROP_MALFORMED;
	if (packet->malformed)
		return SLUICE_DROP_MALFORMED;
	if ((packet->key.family == 4 ? ((struct iphdr *)ip)->ttl : ((struct ipv6hdr *)ip)->hop_limit) <= 1)
		return SLUICE_DROP_TTL;
	packet->destination = sluice_head_destination(head);
	packet->counted = 1;
	packet->reply = 1;
	if (!hop_to_client(ctx, packet, service))
		return SLUICE_DROP_NO_ROUTE;
	/* Before the MAC addresses are written: an answer takes them from the frame. */
	struct sluice_interface *egress = interface_find(packet->egress);
	if (egress && packet->length > egress->mtu)
		return answer_too_big(ctx, packet, (__u16)egress->mtu);
	struct ethhdr *ethernet = frame_start(ctx);
	if ((void *)(ethernet + 1) > frame_end(ctx))
		return SLUICE_DROP_MALFORMED;
	write_macs(ethernet, packet->macs);
	if (!quoted)
		return rewrite_nat_reply(ctx, packet, from, service);
	if (!nat_icmp(ctx, packet, quoted, NAT_SOURCE, service->address, service->port) || !take_hop(ctx, packet))
		return SLUICE_DROP_MALFORMED;
	return SLUICE_ICMP_FORWARDED;
}

/* Ages the flow and moves its state; in NAT the other half follows, and the client's last hop is noted. */
inline_always void flow_seen(struct xdp_md *ctx, struct packet *packet, struct flow *flow, __u32 tick, int nat)
{
	__u32 reply = sluice_head_reply(flow->value);
	enum flow_side side = !nat ? SIDE_INPUT_ONLY : reply ? SIDE_OUTPUT : SIDE_INPUT;
	__u32 state = next_state(sluice_head_state(flow->value), packet, side);
	if (!flow_touch(flow, tick, state) || !nat)
		return;
	if (!reply && !is_half_open(state))
		hop_learn(ctx, packet, 1);
	if (is_worth_mirroring(flow->value, tick, state))
		partner_mirror(&packet->key, flow->value, tick, state);
}

/*
 * A SYN may reuse the ports of a connection that is over (IPVS: conn_reuse_mode 1). FIN_WAIT is the last state of DR and TUN;
 * IPVS calls it over in conn_reuse_mode 2 only. Here it is if the server was removed: there is nothing left to spare.
 */
inline_always int is_reuse(const struct packet *packet, __u32 state, int removed)
{
	return packet->key.protocol == IPPROTO_TCP && is_opening(packet) &&
	       (state == SLUICE_TCP_TIME_WAIT || state == SLUICE_TCP_CLOSE ||
		(removed && state == SLUICE_TCP_FIN_WAIT));
}

/* The flow is known: SLUICE_FORWARDED if it goes on to its destination, GO_ON if it has to be scheduled anew. */
inline_always int known(struct xdp_md *ctx, struct packet *packet, struct sluice_service *service, struct flow *flow,
			__u32 tick, const struct sluice_destination *destination)
{
	if (!destination)
		return SLUICE_DROP_NO_SERVER;
	int removed = !(destination->flags & SLUICE_DESTINATION_AVAILABLE);
	int reuse = is_reuse(packet, sluice_head_state(flow->value), removed);
	if (removed && !reuse && !(service->flags & SLUICE_SERVICE_RESCHEDULE))
		return SLUICE_DROP_SERVER_REMOVED;
	if (removed || reuse) {
		__sync_val_compare_and_swap(flow->head, flow->value, 0);
		if (config.nat)
			partner_remove(&packet->key, flow->value);
		count_event(SLUICE_FLOW_RESCHEDULED);
		return GO_ON;
	}
	flow_seen(ctx, packet, flow, tick, config.nat && destination->mode == SLUICE_MODE_NAT);
	packet->destination = sluice_head_destination(flow->value);
	return SLUICE_FORWARDED;
}

inline_always int is_available(__u32 index)
{
	struct sluice_destination *destination = index == SLUICE_RING_NONE ? NULL : destination_find(index);
	return destination && destination->flags & SLUICE_DESTINATION_AVAILABLE;
}

inline_always int is_stateless(const struct sluice_service *service)
{
	return config.stateless && service->flags & SLUICE_SERVICE_STATELESS;
}

/*
 * A stateless service: its ring decides. While a change of the ring is under way, flows keep the choice of the ring before:
 * a SYN whose choices differ is recorded with the new one, any other packet with the old one, and what is recorded counts.
 */
inline_always int schedule_stateless(struct packet *packet, struct sluice_service *service, __u32 tick)
{
	__be16 port = source_port(packet->key.ports);
	__u32 choice = hash_choice(service, ring_now(&service->ring), packet->key.source, port);
	struct sluice_ring previous = ring_now(&service->previous);
	if (previous.size) {
		__u32 before = hash_choice(service, previous, packet->key.source, port);
		if (before != choice) {
			if (!is_opening(packet) && is_available(before))
				choice = before;
			if (choice != SLUICE_RING_NONE)
				entry_insert(&packet->key,
					     sluice_head(packet->key.ports, choice, tick, first_state(packet), 0), 0);
		}
	}
	packet->destination = choice;
	return choice == SLUICE_RING_NONE ? SLUICE_DROP_NO_SERVER : SLUICE_FORWARDED;
}

inline_always int is_nat(__u32 index)
{
	struct sluice_destination *destination = destination_find(index);
	return destination && destination->mode == SLUICE_MODE_NAT;
}

/* A VIP sends nothing to a VIP: such a packet, forged, would go round between two services for ever. */
inline_always int is_vip(const __be32 *address, __u8 family)
{
	struct sluice_service *marker = marker_find(address, family);
	return marker && marker->kind == SLUICE_SLOT_VIP;
}

/* No flow: may the packet open one, and to where? */
inline_always int schedule_new(struct xdp_md *ctx, struct packet *packet, struct sluice_service *service, __u32 slot,
			       __u32 tick)
{
	if (is_vip(packet->key.source, packet->key.family))
		return SLUICE_DROP_SOURCE;
	if (is_stateless(service))
		return schedule_stateless(packet, service, tick);
	int verdict = connection_admit(packet, service);
	if (verdict != SLUICE_FORWARDED)
		return verdict;
	verdict = connection_schedule(packet, service, slot, tick);
	if (config.nat && verdict == SLUICE_FORWARDED && is_nat(packet->destination))
		hop_learn(ctx, packet, 0);
	return verdict;
}

/* For a virtual service: may it be forwarded at all? */
inline_always int check_service(const struct packet *packet, const struct sluice_service *service)
{
	if (!is_on(service))
		return SLUICE_PASS_BACKUP;
	if (packet->malformed)
		return SLUICE_DROP_MALFORMED;
	return is_bad_source(&packet->key) ? SLUICE_DROP_SOURCE : GO_ON;
}

/* An ICMP error about a packet that the VIP sent: its flow's destination, SLUICE_FORWARDED, or the verdict. */
inline_always int find_icmp_destination(struct packet *packet, const struct flow_key *key,
					struct sluice_service *service)
{
	struct flow flow = {};
	int verdict = check_service(packet, service);
	if (verdict != GO_ON)
		return verdict;
	int found = flow_find(key, tick_now(), &flow) && !sluice_head_reply(flow.value);
	if (!found && !(service->flags & SLUICE_SERVICE_ACTIVE))
		return SLUICE_PASS_BACKUP;
	if (!found && !is_hash_scheduler(service))
		return SLUICE_DROP_NO_FLOW;
	packet->destination = found ? sluice_head_destination(flow.value) : SLUICE_RING_NONE;
	if (!found && ring_now(&service->previous).size)
		packet->destination =
			hash_choice(service, ring_now(&service->previous), key->source, source_port(key->ports));
	if (!found && !is_available(packet->destination))
		packet->destination =
			hash_choice(service, ring_now(&service->ring), key->source, source_port(key->ports));
	if (packet->destination == SLUICE_RING_NONE)
		return SLUICE_DROP_NO_SERVER;
	struct sluice_destination *destination = destination_find(packet->destination);
	if (!destination || !(destination->flags & SLUICE_DESTINATION_AVAILABLE))
		return SLUICE_DROP_SERVER_REMOVED;
	return !found && destination->mode == SLUICE_MODE_NAT ? SLUICE_DROP_NO_FLOW : SLUICE_FORWARDED;
}

/* An ICMP error follows the flow that its quote names, towards the real server or (NAT) the client. */
separate int process_icmp(struct xdp_md *ctx, struct packet *packet)
{
	struct quoted quoted = {};
	struct flow_key key;
	struct flow flow = {};
	__u32 slot;
	if (!packet || !parse_icmp_error(ctx, packet, &quoted))
		return SLUICE_PASS_NOT_SERVICE;
	packet->icmp = 1;
	reverse_key(&quoted.key, &key);
	/* An error goes to whom it quotes. */
	if (!same_address(key.destination, packet->key.destination))
		return SLUICE_PASS_NOT_SERVICE;
	struct sluice_service *service =
		service_find(key.destination, destination_port(key.ports), key.protocol, key.family, &slot);
	if (service) {
		int verdict = find_icmp_destination(packet, &key, service);
		if (verdict != SLUICE_FORWARDED)
			return verdict;
		return forward(ctx, packet, destination_find(packet->destination), &quoted);
	}
	if (!config.nat || !flow_find(&key, tick_now(), &flow) || !sluice_head_reply(flow.value))
		return SLUICE_PASS_NOT_SERVICE;
	return send_back(ctx, packet, flow.value, &quoted);
}

/* TCP or UDP: its virtual service, its flow, or a new one; in NAT also the replies. */
inline_always int process_transport(struct xdp_md *ctx, struct packet *packet)
{
	struct flow flow = {};
	__u32 slot = 0, tick = tick_now();
	int verdict = GO_ON;
	struct sluice_service *service = service_find(packet->key.destination, destination_port(packet->key.ports),
						      packet->key.protocol, packet->key.family, &slot);
	if (!service && !config.nat)
		return SLUICE_PASS_NOT_SERVICE;
	if (service)
		verdict = check_service(packet, service);
	if (verdict != GO_ON)
		return verdict;
	int by_ring_alone = service && is_stateless(service) && ring_now(&service->previous).size == 0;
	if (packet->tcp_flags & TCP_SYN && !by_ring_alone)
		flow_prefetch_second(&packet->key);
	int found = !by_ring_alone && flow_find(&packet->key, tick, &flow);
	if (!service) {
		if (!found || !sluice_head_reply(flow.value))
			return SLUICE_PASS_NOT_SERVICE;
		if (!packet->malformed)
			flow_seen(ctx, packet, &flow, tick, 1);
		return send_back(ctx, packet, flow.value, NULL);
	}
	const struct sluice_destination *to = found ? destination_find(sluice_head_destination(flow.value)) : NULL;
	if (found && sluice_head_reply(flow.value))
		return send_back(ctx, packet, flow.value, NULL);
	if (found)
		verdict = known(ctx, packet, service, &flow, tick, to);
	if (verdict == GO_ON) {
		verdict = schedule_new(ctx, packet, service, slot, tick);
		to = destination_find(packet->destination);
	}
	return verdict == SLUICE_FORWARDED ? forward(ctx, packet, to, NULL) : verdict;
}

inline_always int process(struct xdp_md *ctx, struct packet *packet)
{
	int verdict = parse(ctx, packet);
	if (verdict != GO_ON)
		return verdict;
	if (!is_transport(packet->key.protocol))
		return is_icmp(packet) ? process_icmp(ctx, packet) : SLUICE_PASS_NOT_SERVICE;
	if (!parse_transport(ctx, packet))
		return without_flow(packet, SLUICE_DROP_MALFORMED);
	return process_transport(ctx, packet);
}

inline_always int is_sent(int verdict) { return verdict >= SLUICE_FORWARDED && verdict < SLUICE_DROP_MALFORMED; }

SEC("xdp")
int sluice(struct xdp_md *ctx)
{
	struct packet packet = {.ifindex = ctx->ingress_ifindex};
	int verdict = process(ctx, &packet);
	if (config.no_accept && is_refused(ctx, &packet, verdict))
		verdict = SLUICE_DROP_NOT_ACCEPTED;
	count_verdict(verdict);
	if (verdict < SLUICE_FORWARDED)
		return XDP_PASS;
	if (!is_sent(verdict))
		return XDP_DROP;
	if (packet.counted && verdict <= SLUICE_ICMP_FORWARDED)
		count_destination(&packet);
	return packet.egress == packet.ifindex ? XDP_TX : bpf_redirect(packet.egress, 0);
}

/* Not attached: the controller runs it once to learn jiffies, which the kernel tells nobody else. Written to the packet's start. */
SEC("xdp")
int read_clock(struct xdp_md *ctx)
{
	__u64 *now = frame_start(ctx);
	if ((void *)(now + 1) > frame_end(ctx))
		return XDP_ABORTED;
	*now = bpf_jiffies64();
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
