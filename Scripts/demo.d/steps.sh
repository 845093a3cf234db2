# shellcheck shell=bash
# What the demo does in each mode and family. Each step says one or two lines, leaves its figures as JSON in $scratch and
# returns 1, with the reason in $scratch/error, if something did not hold. Sourced by Scripts/demo.

address() { if [ "$family" = ipv4 ]; then echo 192.0.2.10; else echo 2001:db8::10; fi; }
url() { if [ "$family" = ipv4 ]; then echo http://192.0.2.10; else echo 'http://[2001:db8::10]'; fi; }
client() { "$lab" exec client "$@"; }
tell() { say "$mode $family: $*"; }
show() { sed 's/^/      /' >&2; }
fail() { printf '%s\n' "$*" >"$scratch/error" && return 1; }

# Lines of names to {"r1":10,...}
count_names() { sort | uniq -c | jq -nRc '[inputs | capture("^ *(?<n>[0-9]+) (?<name>.+)$")] | map({key: .name, value: (.n | tonumber)}) | from_entries'; }
spread() { jq -r 'to_entries | map("\(.key) \(.value)") | join(", ")'; }

capture() { # capture NAME PORT: in the background, once it listens; its process is added to `captures`
	"$lab" exec switch tcpdump -Z root --immediate-mode -U -n -i "$2" -w "$scratch/$1.pcap" tcp or ip proto 4 or ip proto 41 or ip6 proto 4 \
		or ip6 proto 41 2>"$scratch/$1.tcpdump" &
	captures+=($!)
	for _ in {1..50}; do
		grep -qs 'listening on' "$scratch/$1.tcpdump" && return
		sleep 0.05
	done
	fail "tcpdump does not start on $2: $(tail -n1 "$scratch/$1.tcpdump")"
}

# Thirty connections by curl, one after the other, while the switch's ports are captured.
step_who_answers() {
	captures=()
	capture client client-clients && capture d1-clients d1-clients || return 1
	[ "$mode" != nat ] || capture d1-servers d1-servers || return 1
	# shellcheck disable=SC2016
	client bash -c 'for i in {1..30}; do curl -s -m 3 "$1/" || echo "no answer"; done' - "$(url)" >"$scratch/names"
	sleep 0.2
	kill "${captures[@]}" && wait "${captures[@]}" 2>/dev/null
	count_names <"$scratch/names" >"$scratch/curl.json"
	tell "30 connections by curl, answered by $(spread <"$scratch/curl.json")"
	jq -e '(keys == ["r1", "r2", "r3"]) and (add == 30)' "$scratch/curl.json" >/dev/null ||
		fail "curl: not every real server answered, or a request failed: $(spread <"$scratch/curl.json")"
}

step_wire() {
	tell "one of them on the wire:"
	"$root/Scripts/demo.d/wire-proof" "$mode" "$family" "$scratch" >"$scratch/wire" 2>"$scratch/wire.error" ||
		fail "$(tail -n1 "$scratch/wire.error")" || return 1
	show <"$scratch/wire"
}

step_udp() {
	client "$root/Scripts/lab.d/udp-ask" "$(address)" 53 30 >"$scratch/names"
	count_names <"$scratch/names" >"$scratch/udp.json"
	tell "30 UDP questions, answered by $(spread <"$scratch/udp.json")"
	jq -e '(keys == ["r1", "r2", "r3"]) and (add == 30)' "$scratch/udp.json" >/dev/null ||
		fail "UDP: not every real server answered, or an answer is missing: $(spread <"$scratch/udp.json")"
}

# load NAME CONNECTIONS SECONDS [HEADER]: wrk, its figures to $scratch/NAME.json
load() {
	client wrk -t 1 -c "$2" -d "$3s" --timeout 2s -s "$root/Scripts/demo.d/count.lua" ${4:+-H "$4"} "$(url)/" \
		>"$scratch/$1.wrk" 2>&1
	tail -n 1 "$scratch/$1.wrk" | jq -c . >"$scratch/$1.json" 2>/dev/null && [ -s "$scratch/$1.json" ] ||
		echo '{"requests":0,"failed":1,"microseconds":1,"per_server":{}}' >"$scratch/$1.json"
}

figures() {
	jq -r '"\(.requests) requests, \(.failed) failed, \(.requests * 1000000 / .microseconds | floor) a second\(
		if .longest_ms then ", longest \(.longest_ms) ms" else "" end)\(
		if .first_error then ": \(.first_error)" else "" end)"' "$scratch/$1.json"
}

all_answered() {
	jq -e '.requests > 0 and .failed == 0' "$scratch/$1.json" >/dev/null || fail "$2: $(figures "$1")"
}

step_load() {
	load kept 30 "$load_seconds"
	tell "wrk, 30 connections kept open: $(figures kept)"
	all_answered kept "wrk on open connections" || return 1
	load fresh 30 "$load_seconds" "Connection: close"
	tell "wrk, a connection for each request: $(figures fresh)"
	all_answered fresh "wrk with new connections"
}

sluicectl() { "$lab" exec d1 "$SLUICE_BIN/sluicectl" "$1" --instance lab-d1 "${@:2}"; }

step_counters() {
	sluicectl services >"$scratch/services" 2>&1 && sluicectl services --json >"$scratch/services.json" ||
		fail "sluicectl services: $(tail -n1 "$scratch/services")" || return 1
	sluicectl stats >"$scratch/stats" 2>&1 && sluicectl stats --json >"$scratch/stats.json" ||
		fail "sluicectl stats: $(tail -n1 "$scratch/stats")" || return 1
	tell "what sluicectl services shows, and of sluicectl stats the verdicts:"
	show <"$scratch/services"
	sed '/^$/,$d' "$scratch/stats" | show
}

# sluiced dies by kill -9 under load and a 10 MB download, stays dead for a while, and is started again.
step_crash() {
	local pid third=$((crash_seconds * 2 / 7)) jobs=()
	load pressure 15 "$crash_seconds" &
	jobs+=($!)
	client "$root/Scripts/demo.d/strict-load" "$(address)" "$crash_seconds" 10 10 >"$scratch/strict" 2>&1 &
	jobs+=($!)
	# shellcheck disable=SC2016
	client bash -c 'curl -s -m 60 --limit-rate "$2" "$1/10m" | sha256sum | cut -d" " -f1' - "$(url)" \
		$((10000000 / (crash_seconds - 1))) >"$scratch/download" &
	jobs+=($!)
	sleep "$third"
	pid=$("$lab" sluiced pid)
	"$lab" sluiced kill
	tell "kill -9 of sluiced (pid $pid) under load"
	sleep "$third"
	! "$lab" sluiced pid >/dev/null 2>&1 || fail "sluiced is still running after kill -9"
	client curl -sf -m 3 "$(url)/" >/dev/null || fail "no answer to a new connection while sluiced is dead"
	"$lab" sluiced start 2>"$scratch/restart" || fail "after kill -9: $(tail -n1 "$scratch/restart")"
	tell "sluiced started again (pid $("$lab" sluiced pid)), still under load"
	wait "${jobs[@]}"
	jq -c .kept "$scratch/strict" >"$scratch/kept-crash.json"
	jq -c .fresh "$scratch/strict" >"$scratch/fresh-crash.json"
	tell "while it was killed and started: open connections: $(figures kept-crash)"
	tell "                                 new connections:  $(figures fresh-crash)"
	all_answered pressure "wrk while sluiced was killed and started"
	all_answered kept-crash "open connections while sluiced was killed and started"
	all_answered fresh-crash "new connections while sluiced was killed and started"
	[ "$(cat "$scratch/download")" = "$(cat /run/sluice-lab/10m.sha256)" ] || fail "the 10 MB download broke"
	[ ! -e "$scratch/error" ] && tell "a 10 MB download begun before and ended after: intact"
}
