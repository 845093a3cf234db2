#define _GNU_SOURCE
#include "cshim_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

/* Offsets from the start of the frame. */
enum { ethernet_type = 12, ipv6_next_header = 20, icmpv6_type = 54 };
enum { icmpv6 = 58, neighbour_advertisement = 136 };

static struct sock_filter announcements[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, ethernet_type),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 5, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 5),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ipv6_next_header),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, icmpv6, 0, 3),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, icmpv6_type),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, neighbour_advertisement, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 128),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int cshim_announcements_open(void)
{
	struct sock_fprog program = {sizeof(announcements) / sizeof(announcements[0]), announcements};
	struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int one = 1;
	/* Protocol 0: nothing is heard before the filter is there. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&all, sizeof(all))) {
		int saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

ssize_t cshim_frame_receive(int fd, void *buffer, size_t size, uint32_t *ifindex)
{
	struct sockaddr_ll from = {};
	socklen_t length = sizeof(from);
	ssize_t received = recvfrom(fd, buffer, size, 0, (struct sockaddr *)&from, &length);

	*ifindex = received < 0 ? 0 : (uint32_t)from.sll_ifindex;
	return received;
}
