# shellcheck shell=bash
# The directors: sluiced (or keepalived) in a node, as the instance lab-NODE. Sourced by Scripts/lab.

# Which file they read: the one given, or the mode's example. With VRRP the example's interval is exchanged.
choose_configuration() {
	local file=${config:-$root/Examples/$mode$([ "$family" = ipv4 ] || echo -ipv6)$([ -z "$vrrp" ] || echo -vrrp).conf}
	if [ -n "$vrrp" ] && [ -z "${config:-}" ] && [ "$vrrp" != 1 ]; then
		sed "s/^\( *advert_int\) [0-9.]*/\1 $vrrp/" "$file" >"$run/vrrp.conf" || die "can't write $run/vrrp.conf"
		file=$run/vrrp.conf
	fi
	echo "$file" >"$run/configuration"
}

forwarding() { on "$1" "$bin/sluicectl" status --instance "lab-$1"; }

has_vip() { ip -n "sluice-$1" -o address show dev eth0 | grep -qF " $([ "$family" = ipv4 ] && echo $vip4 || echo $vip6)/"; }

# Whether the daemon does what it is for: sluiced forwards, keepalived has made its files.
at_work() {
	if [ "$daemon" = sluiced ]; then forwarding "$1"; else [ -s "$run/$1-vrrp.pid" ]; fi
}

launch() {
	local node=$1 file
	file=$(cat "$run/configuration")
	if [ "$daemon" = keepalived ]; then
		rm -f "$run/$node-vrrp.pid"
		start "$node" "$node-keepalived" keepalived --vrrp --dont-fork --log-console --log-detail --config-id "$node" \
			-f "$file" -p "$run/$node-parent.pid" -r "$run/$node-vrrp.pid"
	elif [ -n "$vrrp" ]; then
		start "$node" "$node-sluiced" "$bin/sluiced" -f "$file" --instance "lab-$node" --config-id "$node"
	else
		start "$node" "$node-sluiced" "$bin/sluiced" -f "$file" --instance "lab-$node"
	fi
}

# start_director NODE: returns once it forwards (keepalived: once it runs).
start_director() {
	local node=$1 tries=150
	launch "$node"
	while :; do
		running "$node-$daemon" >/dev/null || die "$daemon ended on $node: $(tail -n1 "$run/$node-$daemon.log")"
		! at_work "$node" >/dev/null 2>&1 || break
		[ $((tries -= 1)) -gt 0 ] || die "$daemon is not at work on $node after 15 s, see $run/$node-$daemon.log"
		sleep 0.1
	done
}

# Those that the lab begins with: d1, or with VRRP both, until d1 has the VIP.
start_directors() {
	local node patience=20
	if [ -z "$vrrp" ]; then
		step "$daemon on d1 with $(cat "$run/configuration")" start_director d1
		return
	fi
	say "$daemon on d1 and d2 with $(cat "$run/configuration"), an advert every $vrrp s"
	for node in d1 d2; do start_director "$node"; done
	wait_until "$patience" has_vip d1 || [ -n "${config:-}" ] ||
		die "d1 has no VIP after $patience s, see $run/d1-$daemon.log"
}

# director start|stop|kill|reload|pid [NODE]: what an operator, or a crash, does to the daemon.
director() {
	local action=$1 node=${2:-d1} pid
	[ -e "$run/mode" ] || die "no lab is up: sudo Scripts/lab up"
	case $node in d1 | d2) ;; *) die "no director $node: d1 or d2" ;; esac
	pid=$(running "$node-$daemon") || pid=
	case $action:$pid in
	reload: | pid:) die "$daemon is not running on $node" ;;
	esac
	case $action in
	start) [ -n "$pid" ] || start_director "$node" ;;
	stop) stop "$node-$daemon" ;;
	kill) stop "$node-$daemon" KILL ;;
	reload) kill -HUP "$pid" ;;
	pid) echo "$pid" ;;
	*) die "unknown action $action (start, stop, kill, reload, pid)" ;;
	esac
}

# The process that goes on with VRRP after a director was killed, if there is one.
end_stand_in() {
	local pid
	{ read -r pid <"/run/sluice/lab-$1.stand-in"; } 2>/dev/null || return 0
	! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q -- "--stand-in .*--instance lab-$1 " || kill -KILL "$pid"
}

# What an instance leaves behind when it is killed: stand-in, pins, lock and socket.
remove_instances() {
	local node
	for node in d1 d2; do end_stand_in "$node"; done
	for node in d1 d2; do rm -rf "/sys/fs/bpf/sluice/lab-$node" /run/sluice/"lab-$node" /run/sluice/"lab-$node".*; done
	rmdir /sys/fs/bpf/sluice/decap /sys/fs/bpf/sluice /run/sluice 2>/dev/null || true
}
