#define _GNU_SOURCE
#include "cshim_procevents.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { receive_buffer = 1 << 20 };

static int listen_to(int fd)
{
	union {
		struct nlmsghdr header;
		char bytes[NLMSG_LENGTH(sizeof(struct cn_msg) + sizeof(enum proc_cn_mcast_op))];
	} request = {};
	struct cn_msg message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(enum proc_cn_mcast_op)};
	enum proc_cn_mcast_op operation = PROC_CN_MCAST_LISTEN;

	request.header.nlmsg_len = sizeof(request.bytes);
	request.header.nlmsg_type = NLMSG_DONE;
	memcpy(NLMSG_DATA(&request.header), &message, sizeof(message));
	memcpy((char *)NLMSG_DATA(&request.header) + sizeof(message), &operation, sizeof(operation));
	return send(fd, &request, sizeof(request.bytes), 0) < 0 ? -1 : 0;
}

int cshim_process_events_open(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	int size = receive_buffer;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen_to(fd)) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* Whether the event is one of a process, and which. */
static int understand(const struct proc_event *from, struct cshim_process_event *to)
{
	switch (from->what) {
	case PROC_EVENT_FORK:
		*to = (struct cshim_process_event){CSHIM_PROCESS_FORK, from->event_data.fork.child_tgid,
						   from->event_data.fork.parent_tgid};
		return from->event_data.fork.child_pid == from->event_data.fork.child_tgid;
	case PROC_EVENT_EXEC:
		*to = (struct cshim_process_event){CSHIM_PROCESS_EXEC, from->event_data.exec.process_tgid, 0};
		return 1;
	case PROC_EVENT_COMM:
		*to = (struct cshim_process_event){CSHIM_PROCESS_NAME, from->event_data.comm.process_tgid, 0};
		return from->event_data.comm.process_pid == from->event_data.comm.process_tgid;
	case PROC_EVENT_EXIT:
		*to = (struct cshim_process_event){CSHIM_PROCESS_EXIT, from->event_data.exit.process_tgid, 0};
		return from->event_data.exit.process_pid == from->event_data.exit.process_tgid;
	default:
		return 0;
	}
}

int cshim_process_events_read(int fd, struct cshim_process_event *events, int count)
{
	union {
		struct nlmsghdr header;
		char bytes[4096];
	} buffer;
	int found = 0;

	while (found < count) {
		struct sockaddr_nl from = {};
		socklen_t size = sizeof(from);
		struct cn_msg message;
		struct proc_event event;
		ssize_t length = recvfrom(fd, &buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &size);

		if (length < 0)
			return found || errno == EAGAIN ? found : -1;
		/* The kernel sends one event a message; what others send doesn't count. */
		if (from.nl_pid || length < (ssize_t)(NLMSG_HDRLEN + sizeof(message) + sizeof(event)))
			continue;
		memcpy(&message, NLMSG_DATA(&buffer.header), sizeof(message));
		memcpy(&event, (char *)NLMSG_DATA(&buffer.header) + sizeof(message), sizeof(event));
		if (message.id.idx == CN_IDX_PROC && message.id.val == CN_VAL_PROC &&
		    understand(&event, &events[found]))
			found++;
	}
	return found;
}
