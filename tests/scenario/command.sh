#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The commands run, check, fmt and help: exit statuses, and what goes where. Argument: the program.
set -u
irqlab=$1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
wrong=0

# status WANTED COMMAND…: runs it; output in out and err
status() {
	wanted=$1
	shift
	"$@" >out 2>err
	got=$?
	if [ "$got" -ne "$wanted" ]; then
		echo "status $got instead of $wanted: $*"
		cat out err
		wrong=1
	fi
}

# says FILE TEXT
says() {
	grep -qF -- "$2" "$1" && return
	echo "no \"$2\" in $1:"
	cat "$1"
	wrong=1
}

machine='topology
  cpus 2
  domain vec x86-vector
  device nic pci 00:03.0 msix=4 parent=vec
end'
printf '%s\nenable nic msix 0 as q\n' "$machine" >good.irq
printf '%s\nenable nic msix 9 as q\n' "$machine" >fails.irq
printf '%s\nenabel nic msix 0 as q\n' "$machine" >wrong.irq
printf 'limit actions=2\n%s\nrepeat 3\n  tick\nend\n' "$machine" >limit.irq
printf 'requires warp-drive\n%s\ntick\n' "$machine" >skipped.irq
printf 'tags   fast\n%s\ntick\n' "$machine" >untidy.irq

status 0 "$irqlab" run good.irq
says out '1 passed, 0 failed, 0 skipped'
status 1 "$irqlab" run fails.irq
says out 'failed with'
status 2 "$irqlab" run wrong.irq
says out "did you mean 'enable'?"
status 3 "$irqlab" run missing.irq
status 4 "$irqlab" run limit.irq
status 77 "$irqlab" run skipped.irq
status 0 "$irqlab" run good.irq skipped.irq
says out "skipped   skipped.irq: skipped.irq: this build has no 'warp-drive'"
says out '1 passed, 0 failed, 1 skipped'
status 77 "$irqlab" run skipped.irq skipped.irq
status 2 "$irqlab" run good.irq fails.irq wrong.irq
says out '1 passed, 2 failed, 0 skipped'
status 0 "$irqlab" run --tag=fast good.irq untidy.irq
says out '1 passed, 0 failed'
status 2 "$irqlab" run
status 2 "$irqlab" run --frobnicate good.irq
status 2 "$irqlab" run --nesting=0 good.irq
status 0 "$irqlab" run --verbose good.irq
says err 'enable nic msix 0'
status 4 "$irqlab" run --actions=1 limit.irq
status 0 "$irqlab" run --help

status 0 "$irqlab" check good.irq fails.irq
status 2 "$irqlab" check good.irq wrong.irq
says err "unknown verb 'enabel'"
status 2 "$irqlab" check --format=json wrong.irq
says out '"id":"unknown-verb"'
status 2 "$irqlab" check --format=xml wrong.irq

status 0 "$irqlab" fmt good.irq
cmp -s good.irq out || { echo "fmt changed good.irq"; wrong=1; }
status 1 "$irqlab" fmt --check good.irq untidy.irq
says out untidy.irq
status 0 "$irqlab" fmt --write untidy.irq
status 0 "$irqlab" fmt --check untidy.irq
status 2 "$irqlab" fmt wrong.irq

status 0 "$irqlab" help alloc
says out 'any | range RANGE'
status 0 "$irqlab" help verbs
status 0 "$irqlab" help run
status 2 "$irqlab" help aloc
says err "did you mean 'alloc'?"

printf '%s\nenable nic msix 0 as q\nsnapshot domains\nend\n' "$machine" >golden.irq
status 1 env CI=1 "$irqlab" run --bless golden.irq
status 0 env -u CI "$irqlab" run --bless golden.irq
says err '+ VECTOR'
status 0 "$irqlab" run golden.irq

exit "$wrong"
