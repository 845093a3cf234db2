# shellcheck shell=bash
# Processes of the lab: started in a node, recorded with their start time, and only those are ever ended. Sourced.

# The start time of a process (clock ticks since boot), which tells it from a later one of the same id. Empty: it's gone.
start_time() {
	local line
	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
	# shellcheck disable=SC2086 # the fields after "pid (name)", from the third on
	set -- ${line##*) }
	[ "$1" = Z ] || echo "${20}"
}

record() { # record NAME PID
	echo "$2 $(start_time "$2")" >"$run/pids/$1"
}

# running NAME: prints the id of a recorded process that is still there.
running() {
	local pid since
	{ read -r pid since <"$run/pids/$1"; } 2>/dev/null || return 1
	[ -n "$since" ] && [ "$(start_time "$pid")" = "$since" ] && echo "$pid"
}

# start NODE NAME COMMAND...: in the background, in a session of its own (^C doesn't reach it), output to its log.
start() {
	local node=$1 name=$2
	shift 2
	# shellcheck disable=SC2016
	setsid nsenter --net="/run/netns/sluice-$node" -- "$@" </dev/null >>"$run/$name.log" 2>&1 9>&- &
	record "$name" $!
}

# stop NAME [SIGNAL]: ends a recorded process and waits until it is gone; after ten seconds, by force.
stop() {
	local pid waited=0
	pid=$(running "$1") || { rm -f "$run/pids/$1" && return; }
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	while running "$1" >/dev/null; do
		[ $((waited += 1)) -le 200 ] || kill -KILL "$pid" 2>/dev/null
		sleep 0.05
	done
	rm -f "$run/pids/$1"
}

stop_all() {
	local file name
	for file in "$run"/pids/*; do
		name=${file##*/}
		[ -e "$file" ] || continue
		kill -TERM "$(running "$name")" 2>/dev/null
	done
	for file in "$run"/pids/*; do [ ! -e "$file" ] || stop "${file##*/}"; done
}

# wait_until SECONDS COMMAND...: tries ten times a second.
wait_until() {
	local tries=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}
