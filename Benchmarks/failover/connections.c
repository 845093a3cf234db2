// connections ADDRESS COUNT: so many TCP connections to port 80 that never rest. Every 20 ms each of them sends or receives:
// the even ones ask for a short answer, the odd ones read 16 KiB of one that is 10 MB long. HTTP/1.1, one request after the
// other on each.
//
// Commands come by standard input, a line each; each is answered by a line of JSON:
//   begin   open those that are not, wait until all have received, and count from now on
//   mark    from now on, look for progress
//   look    connections that were closed, reset or timed out since `begin`, and those that received nothing since `mark`
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1000, CHUNK = 16384 };
static const int64_t pace = 20000000, patience = 5000000000;

struct connection {
	int socket; // -1: none
	bool broken, is_asked;
	int64_t progress; // when it received last; 0: never
	int64_t left; // of the answer, once its head is read
	size_t head_length;
	char head[1024];
};

static struct connection connections[MOST];
static int count;
static struct sockaddr_in address = {.sin_family = AF_INET};
static int64_t mark;

static int64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void open_connection(struct connection *connection)
{
	int size = 65536, on = 1;
	memset(connection, 0, sizeof *connection);
	connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(connection->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) {
		perror("connections: connect");
		exit(1);
	}
}

static void break_off(struct connection *connection)
{
	close(connection->socket);
	connection->socket = -1;
	connection->broken = true;
}

// Takes the answer's head apart once it is whole. Returns how many of the bytes belong to it.
static size_t take_head(struct connection *connection, const char *data, size_t length)
{
	size_t used = 0;
	while (used < length && connection->left < 0) {
		if (connection->head_length >= sizeof connection->head - 1) {
			break_off(connection);
			return length;
		}
		connection->head[connection->head_length++] = data[used++];
		connection->head[connection->head_length] = 0;
		if (connection->head_length < 4 || strcmp(connection->head + connection->head_length - 4, "\r\n\r\n"))
			continue;
		const char *field = strstr(connection->head, "Content-Length: ");
		connection->left = field ? atoll(field + 16) : 0;
	}
	return used;
}

static void receive(struct connection *connection)
{
	char data[CHUNK];
	ssize_t length = recv(connection->socket, data, sizeof data, 0);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0)
		return break_off(connection);
	connection->progress = now();
	for (size_t used = 0; used < (size_t)length && connection->socket >= 0;) {
		used += take_head(connection, data + used, length - used);
		int64_t rest = length - used;
		int64_t body = rest < connection->left ? rest : connection->left;
		connection->left -= body;
		used += body;
		if (connection->left == 0)
			connection->is_asked = false;
		if (body == 0 && connection->left == 0)
			break;
	}
}

static void step(struct connection *connection, bool is_long)
{
	const char *question =
		is_long ? "GET /10m HTTP/1.1\r\nHost: lab\r\n\r\n" : "GET /name HTTP/1.1\r\nHost: lab\r\n\r\n";
	if (connection->socket < 0)
		return;
	receive(connection);
	if (connection->socket < 0 || connection->is_asked)
		return;
	ssize_t sent = send(connection->socket, question, strlen(question), MSG_NOSIGNAL);
	if (sent == (ssize_t)strlen(question)) {
		connection->is_asked = true;
		connection->left = -1;
		connection->head_length = 0;
	} else if (sent >= 0 || (errno != EAGAIN && errno != ENOTCONN)) {
		break_off(connection);
	}
}

static void step_all(void)
{
	for (int i = 0; i < count; i++)
		step(&connections[i], i % 2);
}

static void rest(void) { nanosleep(&(struct timespec){0, pace}, NULL); }

static int silent_since(int64_t time)
{
	int silent = 0;
	for (int i = 0; i < count; i++)
		silent += !connections[i].broken && connections[i].progress < time;
	return silent;
}

static void begin(void)
{
	int64_t start = now();
	for (int i = 0; i < count; i++) {
		// One that has stalled is no beginning either.
		if (!connections[i].broken && connections[i].socket >= 0 && connections[i].progress < start - patience)
			break_off(&connections[i]);
		if (connections[i].socket < 0)
			open_connection(&connections[i]);
	}
	while (silent_since(start) > 0 && now() < start + patience) {
		step_all();
		rest();
	}
	int silent = silent_since(start);
	for (int i = 0; i < count; i++)
		silent += connections[i].broken;
	mark = start;
	printf("{\"failed\": %d}\n", silent);
}

static void look(void)
{
	int broken = 0;
	for (int i = 0; i < count; i++)
		broken += connections[i].broken;
	printf("{\"broken\": %d, \"silent\": %d}\n", broken, silent_since(mark));
}

static bool obey(void)
{
	char line[64];
	if (!fgets(line, sizeof line, stdin))
		return false;
	if (!strcmp(line, "begin\n")) {
		begin();
	} else {
		if (!strcmp(line, "mark\n"))
			mark = now();
		look();
	}
	fflush(stdout);
	return true;
}

int main(int number, char **words)
{
	address.sin_port = htons(80);
	count = number == 3 ? atoi(words[2]) : 0;
	if (count < 1 || count > MOST || inet_pton(AF_INET, words[1], &address.sin_addr) != 1) {
		fprintf(stderr, "usage: connections IPV4-ADDRESS COUNT (1 to %d)\n", MOST);
		return 2;
	}
	setvbuf(stdin, NULL, _IONBF, 0);
	for (int i = 0; i < count; i++)
		connections[i].socket = -1;
	for (;;) {
		struct pollfd input = {0, POLLIN, 0};
		if (poll(&input, 1, 0) > 0 && !obey())
			return 0;
		step_all();
		rest();
	}
}
