# shellcheck shell=bash
# The directors: sluiced in a node, as the instance lab-NODE. Sourced by Scripts/lab.

configuration() { echo "$root/Examples/$mode$([ "$family" = ipv4 ] || echo -ipv6).conf"; }

forwarding() { on "$1" "$bin/sluicectl" status --instance "lab-$1"; }

# start_director NODE: returns once sluiced forwards.
start_director() {
	local node=$1 tries=150
	start "$node" "$node-sluiced" "$bin/sluiced" -f "$(cat "$run/configuration")" --instance "lab-$node"
	while :; do
		running "$node-sluiced" >/dev/null || die "sluiced ended on $node: $(tail -n1 "$run/$node-sluiced.log")"
		! forwarding "$node" >/dev/null 2>&1 || break
		[ $((tries -= 1)) -gt 0 ] || die "sluiced does not forward on $node after 15 s, see $run/$node-sluiced.log"
		sleep 0.1
	done
}

# director start|stop|kill|reload|pid [NODE]: what an operator, or a crash, does to sluiced.
director() {
	local action=$1 node=${2:-d1} pid
	[ -e "$run/mode" ] || die "no lab is up: sudo Scripts/lab up"
	pid=$(running "$node-sluiced") || pid=
	case $action:$pid in
	reload: | pid:) die "sluiced is not running on $node" ;;
	esac
	case $action in
	start) [ -n "$pid" ] || start_director "$node" ;;
	stop) stop "$node-sluiced" ;;
	kill) stop "$node-sluiced" KILL ;;
	reload) kill -HUP "$pid" ;;
	pid) echo "$pid" ;;
	*) die "unknown action $action (start, stop, kill, reload, pid)" ;;
	esac
}

# What an instance leaves behind when it is killed: pins, lock and socket.
remove_instances() {
	local node
	for node in d1 d2; do rm -rf "/sys/fs/bpf/sluice/lab-$node" /run/sluice/"lab-$node" /run/sluice/"lab-$node".*; done
	rmdir /sys/fs/bpf/sluice/decap /sys/fs/bpf/sluice /run/sluice 2>/dev/null || true
}
