#define _GNU_SOURCE
#include "cshim_socket.h"
#include "cshim.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* TC_PRIO_CONTROL: before all else in the queue. */
static const int control_priority = 7;

static int fail_closing(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

int cshim_raw4_open(int protocol)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd < 0)
		return -1;
	if (set(fd, IPPROTO_IP, IP_HDRINCL, 1) || set(fd, IPPROTO_IP, IP_PKTINFO, 1) ||
	    set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0) || set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0) ||
	    set(fd, SOL_SOCKET, SO_PRIORITY, control_priority))
		return fail_closing(fd);
	return fd;
}

int cshim_raw4_join(int fd, uint32_t group, uint32_t ifindex, bool join)
{
	struct ip_mreqn request = {.imr_multiaddr.s_addr = htonl(group), .imr_ifindex = (int)ifindex};

	return setsockopt(fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request, sizeof(request));
}

int cshim_raw4_send(int fd, const void *packet, size_t size, uint32_t destination, uint32_t ifindex)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(destination)};
	struct in_pktinfo info = {.ipi_ifindex = (int)ifindex};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(info))] = {};
	struct iovec part = {(void *)packet, size};
	struct msghdr message = {.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &part, .msg_iovlen = 1};

	if (ifindex) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = IPPROTO_IP;
		header->cmsg_type = IP_PKTINFO;
		header->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(header), &info, sizeof(info));
	}
	return sendmsg(fd, &message, 0) < 0 ? -1 : 0;
}

ssize_t cshim_raw4_receive(int fd, void *buffer, size_t size, uint32_t *ifindex)
{
	_Alignas(struct cmsghdr) char control[128];
	struct iovec part = {buffer, size};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	ssize_t length = recvmsg(fd, &message, 0);

	*ifindex = 0;
	if (length < 0)
		return -1;
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		struct in_pktinfo info;
		if (header->cmsg_level != IPPROTO_IP || header->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(header), sizeof(info));
		*ifindex = (uint32_t)info.ipi_ifindex;
	}
	return length;
}

static struct in6_addr address6(uint64_t high, uint64_t low)
{
	uint64_t words[2] = {htobe64(high), htobe64(low)};
	struct in6_addr address;

	memcpy(&address, words, sizeof(address));
	return address;
}

static void split6(struct in6_addr address, uint64_t *high, uint64_t *low)
{
	uint64_t words[2];

	memcpy(words, &address, sizeof(words));
	*high = be64toh(words[0]);
	*low = be64toh(words[1]);
}

int cshim_raw6_open(int protocol)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd < 0)
		return -1;
	if (set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) || set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) ||
	    set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) || set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0) ||
	    set(fd, IPPROTO_IPV6, IPV6_TCLASS, 0xc0) || set(fd, SOL_SOCKET, SO_PRIORITY, control_priority))
		return fail_closing(fd);
	/* A virtual MAC's interface sends from the link-local address of the one below, which it doesn't have itself: who asks
	 * for that address must not be told the virtual MAC. */
	if (set(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1))
		return fail_closing(fd);
	return fd;
}

int cshim_raw6_join(int fd, uint64_t high, uint64_t low, uint32_t ifindex, bool join)
{
	struct ipv6_mreq request = {.ipv6mr_multiaddr = address6(high, low), .ipv6mr_interface = ifindex};

	return setsockopt(fd, IPPROTO_IPV6, join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP, &request,
			  sizeof(request));
}

static struct cmsghdr *put6(struct msghdr *message, struct cmsghdr *after, int type, const void *value, size_t size)
{
	struct cmsghdr *header = after ? CMSG_NXTHDR(message, after) : CMSG_FIRSTHDR(message);

	header->cmsg_level = IPPROTO_IPV6;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(header), value, size);
	return header;
}

int cshim_raw6_send(int fd, const void *bytes, size_t size, const struct cshim_envelope6 *envelope)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_addr = address6(envelope->destination_high, envelope->destination_low),
		.sin6_scope_id = envelope->ifindex,
	};
	struct in6_pktinfo info = {
		.ipi6_addr = address6(envelope->source_high, envelope->source_low),
		.ipi6_ifindex = envelope->ifindex,
	};
	int hops = envelope->hop_limit;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(info)) + CMSG_SPACE(sizeof(hops))] = {};
	struct iovec part = {(void *)bytes, size};
	struct msghdr message = {.msg_name = &to,
				 .msg_namelen = sizeof(to),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};

	struct cmsghdr *first = put6(&message, NULL, IPV6_PKTINFO, &info, sizeof(info));
	put6(&message, first, IPV6_HOPLIMIT, &hops, sizeof(hops));
	return sendmsg(fd, &message, 0) < 0 ? -1 : 0;
}

ssize_t cshim_raw6_receive(int fd, void *buffer, size_t size, struct cshim_envelope6 *envelope)
{
	struct sockaddr_in6 from = {};
	_Alignas(struct cmsghdr) char control[256];
	struct iovec part = {buffer, size};
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t length = recvmsg(fd, &message, 0);

	if (length < 0)
		return -1;
	*envelope = (struct cshim_envelope6){.hop_limit = -1};
	split6(from.sin6_addr, &envelope->source_high, &envelope->source_low);
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		if (header->cmsg_level != IPPROTO_IPV6)
			continue;
		if (header->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(header), sizeof(info));
			split6(info.ipi6_addr, &envelope->destination_high, &envelope->destination_low);
			envelope->ifindex = info.ipi6_ifindex;
		} else if (header->cmsg_type == IPV6_HOPLIMIT) {
			memcpy(&envelope->hop_limit, CMSG_DATA(header), sizeof(int));
		}
	}
	return length;
}

int cshim_packet_open(void) { return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

int cshim_packet_send(int fd, const void *frame, size_t size, uint32_t ifindex)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex, .sll_halen = 6};

	if (size < 14) {
		errno = EINVAL;
		return -1;
	}
	memcpy(to.sll_addr, frame, 6);
	return sendto(fd, frame, size, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? -1 : 0;
}

int cshim_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cshim_poll_until(void *polls, size_t count, uint64_t deadline_ns)
{
	struct timespec wait = {};
	uint64_t now = cshim_monotonic_ns();

	if (deadline_ns == UINT64_MAX)
		return ppoll(polls, count, NULL, NULL);
	if (deadline_ns > now) {
		wait.tv_sec = (time_t)((deadline_ns - now) / 1000000000u);
		wait.tv_nsec = (long)((deadline_ns - now) % 1000000000u);
	}
	return ppoll(polls, count, &wait, NULL);
}

int cshim_realtime(int priority)
{
	struct sched_param parameters = {.sched_priority = priority};

	return sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters);
}

int cshim_stream_connect(const void *address, size_t size)
{
	const struct sockaddr *to = address;
	int fd;

	if (size < sizeof(to->sa_family)) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, to, (socklen_t)size) && errno != EINPROGRESS)
		return fail_closing(fd);
	return fd;
}

int cshim_stream_type(void) { return SOCK_STREAM; }
