// probe ADDRESS: every millisecond an ICMP echo request to the address itself, and a UDP question to port 53 behind it.
//
// Commands come by standard input, a line each; each is answered by a line of JSON:
//   begin   forget everything, and count from now on
//   look    what there is since then, of both kinds: questions that were sent, those that were lost (no answer for a
//           quarter of a second), the longest outage and the present silence in microseconds
// An outage lasts from the first question that has no answer in its turn (or from when the next answer was due, if that is
// later) to the next answer. So a probe that sends late itself reports no outage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 1 << 18, PORT = 53 };
static const int64_t interval = 1000000, patience = 250000000;

struct question {
	uint32_t window; // which `begin` it belongs to
	uint32_t number;
};

struct kind {
	const char *name;
	int socket;
	bool is_icmp;
	uint32_t sent, answered;
	int64_t last_answer, outage;
	uint32_t next; // the one after the latest that was answered
	int64_t sent_at[LIMIT];
	bool has_answer[LIMIT];
};

static struct kind kinds[2] = {{.name = "icmp", .is_icmp = true}, {.name = "udp"}};
static uint32_t window;

// By the clock that the kernel stamps packets with.
static int64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint16_t checksum(const void *data, size_t length)
{
	const uint16_t *words = data;
	uint32_t sum = 0;
	for (size_t i = 0; i < length / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static void open_socket(struct kind *kind, struct sockaddr_in *address)
{
	int on = 1, size = 1 << 20;
	struct icmp_filter filter = {.data = ~(1u << ICMP_ECHOREPLY)};
	kind->socket = kind->is_icmp ? socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP)
				     : socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (kind->socket < 0 || connect(kind->socket, (struct sockaddr *)address, sizeof *address))
		die(kind->name);
	if (kind->is_icmp && setsockopt(kind->socket, IPPROTO_RAW, ICMP_FILTER, &filter, sizeof filter))
		die("ICMP_FILTER");
	setsockopt(kind->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (setsockopt(kind->socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on))
		die("SO_TIMESTAMPNS");
}

static void ask(struct kind *kind)
{
	struct {
		struct icmphdr header;
		struct question question;
	} echo = {.header = {.type = ICMP_ECHO, .un.echo.id = htons(getpid() & 0xffff)}};
	if (kind->sent >= LIMIT)
		return;
	echo.question = (struct question){.window = window, .number = kind->sent};
	echo.header.un.echo.sequence = htons(kind->sent & 0xffff);
	echo.header.checksum = checksum(&echo, sizeof echo);
	kind->sent_at[kind->sent++] = now();
	// What can't be sent (no neighbour, an ICMP error that came back) is a question without an answer.
	if (kind->is_icmp)
		(void)!send(kind->socket, &echo, sizeof echo, 0);
	else
		(void)!send(kind->socket, &echo.question, sizeof echo.question, 0);
}

static void answered(struct kind *kind, struct question question, int64_t at)
{
	uint32_t number = question.number;
	if (question.window != window || number >= kind->sent || kind->has_answer[number])
		return;
	kind->has_answer[number] = true;
	kind->answered++;
	if (number >= kind->next) {
		int64_t start = kind->sent_at[kind->next];
		if (kind->last_answer && start < kind->last_answer + interval)
			start = kind->last_answer + interval;
		if (at - start > kind->outage)
			kind->outage = at - start;
		kind->next = number + 1;
	}
	kind->last_answer = at;
}

// The question that an answer repeats: at its end, whatever a header or a server's name is in front of it.
static void listen_to(struct kind *kind)
{
	for (;;) {
		char data[512], control[256];
		struct iovec part = {data, sizeof data};
		struct msghdr message = {
			.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
		ssize_t length = recvmsg(kind->socket, &message, 0);
		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (length < (ssize_t)sizeof(struct question))
			continue;
		struct question question;
		memcpy(&question, data + length - sizeof question, sizeof question);
		int64_t at = now();
		for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one; one = CMSG_NXTHDR(&message, one))
			if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SCM_TIMESTAMPNS) {
				struct timespec time;
				memcpy(&time, CMSG_DATA(one), sizeof time);
				at = time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
			}
		answered(kind, question, at);
	}
}

static void begin(void)
{
	window++;
	for (int i = 0; i < 2; i++) {
		struct kind *kind = &kinds[i];
		memset(kind->has_answer, 0, sizeof kind->has_answer);
		kind->sent = kind->answered = kind->next = 0;
		kind->last_answer = kind->outage = 0;
	}
	puts("{}");
}

static void look(void)
{
	int64_t time = now();
	for (int i = 0; i < 2; i++) {
		struct kind *kind = &kinds[i];
		uint32_t due = 0, lost = 0;
		for (; due < kind->sent && kind->sent_at[due] < time - patience; due++)
			lost += !kind->has_answer[due];
		int64_t since = kind->last_answer ? kind->last_answer : kind->sent ? kind->sent_at[0] : time;
		printf("%s\"%s\": {\"sent\": %u, \"lost\": %u, \"outage_us\": %lld, \"silent_us\": %lld}",
		       i ? ", " : "{", kind->name, due, lost, (long long)(kind->outage / 1000),
		       (long long)((time - since) / 1000));
	}
	puts("}");
}

// False at the end of standard input.
static bool obey(void)
{
	char line[64];
	if (!fgets(line, sizeof line, stdin))
		return false;
	if (!strcmp(line, "begin\n"))
		begin();
	else
		look();
	fflush(stdout);
	return true;
}

int main(int count, char **words)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	if (count != 2 || inet_pton(AF_INET, words[1], &address.sin_addr) != 1) {
		fprintf(stderr, "usage: probe IPV4-ADDRESS\n");
		return 2;
	}
	for (int i = 0; i < 2; i++)
		open_socket(&kinds[i], &address);
	setvbuf(stdin, NULL, _IONBF, 0);
	mlockall(MCL_CURRENT | MCL_FUTURE);
	// Where that is not permitted, the figures have the machine's own pauses in them.
	sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 20});
	struct pollfd polls[3] = {{0, POLLIN, 0}, {kinds[0].socket, POLLIN, 0}, {kinds[1].socket, POLLIN, 0}};
	for (int64_t next = now();;) {
		int64_t wait = next - now();
		struct timespec pause = {0, wait > 0 ? wait : 0};
		if (wait > 0)
			ppoll(polls, 3, &pause, NULL);
		else
			poll(polls, 3, 0);
		for (int i = 0; i < 2; i++)
			if (polls[i + 1].revents)
				listen_to(&kinds[i]);
		if (polls[0].revents && !obey())
			return 0;
		int64_t time = now();
		if (time < next)
			continue;
		for (int i = 0; i < 2; i++)
			ask(&kinds[i]);
		next = time - next > interval ? time + interval : next + interval;
	}
}
