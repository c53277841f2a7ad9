#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The commands run, check, fmt and help: exit statuses, and what goes where. Arguments: the program, and on_terminal.
set -u
irqlab=$1
on_terminal=$2
bad=$(cd "$(dirname "$0")/../bad" && pwd)
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
printf 'requires gic-v4\n%s\ntick\n' "$machine" >skipped.irq
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
says out "skipped   skipped.irq: skipped.irq: this build has no 'gic-v4'"
says out '1 passed, 0 failed, 1 skipped'
status 77 "$irqlab" run skipped.irq skipped.irq
status 2 "$irqlab" run good.irq fails.irq wrong.irq
says out '1 passed, 2 failed, 0 skipped'
status 0 "$irqlab" run --tag=fast good.irq untidy.irq
says out '1 passed, 0 failed'
# What is wrong with the arguments, in a line.
refuses() { # TEXT ARGUMENT…
	text=$1
	shift
	status 2 "$irqlab" "$@"
	says err "irqlab $1: $text; see \`irqlab $1 --help\`"
	[ "$(wc -l <err)" -eq 1 ] || { cat err; wrong=1; }
	[ ! -s out ] || { cat out; wrong=1; }
}
for command in run check fmt replay; do
	refuses 'no file is named' $command
done
refuses 'a picture and a file are needed' show tape
refuses "no option '--frobnicate'" run --frobnicate good.irq
refuses "no option '--fromat'; did you mean '--format'?" run --fromat=tap good.irq
refuses "no option '-x'" run -x good.irq
refuses '--jobs needs a value: --jobs=2' run --jobs 2 good.irq
refuses '--combination needs a value: --combination=stack=plain' run --combination stack=plain good.irq
refuses '--tag needs a value: --tag=…' run good.irq --tag
refuses '--bless takes no value' run --bless=yes good.irq
refuses 'wrong value: "--format=xml"' run --format=xml good.irq
refuses '-j needs a number of 0 to 1024' run good.irq -j
refuses "no option '--nestin'; did you mean '--nesting'?" check --nestin=3 good.irq
refuses "no option '--chek'; did you mean '--check'?" fmt --chek good.irq
refuses '--irq needs a value: --irq=24' show path --irq 24 good.irq
refuses "no option '--jsno'; did you mean '--json'?" bench --jsno
for command in run check fmt show replay bench help; do
	status 0 "$irqlab" $command --help
	says out 'usage: irqlab'
done
status 0 "$irqlab" run good.irq --help
says out 'usage: irqlab run'
status 0 "$irqlab" --version
grep -qE '^irqlab [0-9]+\.[0-9]+\.[0-9]+$' out || { cat out; wrong=1; }

# A file that is not there is no wrong scenario, and no wrong recording.
for command in run check fmt 'show tape' replay 'replay --as-scenario'; do
	# shellcheck disable=SC2086 # words
	status 3 "$irqlab" $command missing.irq
done
status 2 "$irqlab" run --nesting=0 good.irq
status 0 "$irqlab" run --verbose good.irq
says err 'enable nic msix 0'
status 4 "$irqlab" run --actions=1 limit.irq
status 0 "$irqlab" run --help

# Nothing passes because nothing was run.
: >empty.irq
printf '%s\n' "$machine" >bare.irq
printf 'for each stack in plain other\n%s\ntick\n' "$machine" >matrix.irq
for file in empty.irq bare.irq; do
	status 2 "$irqlab" run "$file"
	says out 'nothing can fail'
	status 2 "$irqlab" check "$file"
done
status 2 "$irqlab" run --tag=slow good.irq untidy.irq
says err "no scenario has the tag 'slow'"
status 2 "$irqlab" run --tag=fast wrong.irq # it may have had the tag
says out "unknown verb 'enabel'"
status 3 "$irqlab" run --tag=fast missing.irq
status 0 "$irqlab" run --combination=stack=plain matrix.irq
says out '1 passed, 0 failed, 0 skipped'
status 0 "$irqlab" run --combination=stack=plain good.irq matrix.irq
says out "skipped   good.irq: good.irq: no combination of this is 'stack=plain'"
says out '1 passed, 0 failed, 1 skipped'
for words in stack=plai stac=plain tack=plain 'stack=plain mode=x' stack=plain-other; do
	status 2 "$irqlab" run --combination="$words" good.irq matrix.irq
	says err "no scenario has a combination '$words'"
	says out 'for each stack in plain other'
	status 2 "$irqlab" show tape --combination="$words" matrix.irq
done
# A file that is a test of its own may have nothing of it: skipped, which is no pass either.
status 77 "$irqlab" run --or-skip --tag=slow good.irq
says err "no scenario has the tag 'slow'"
status 77 "$irqlab" run --or-skip --combination=stack=plai matrix.irq
status 2 "$irqlab" run --or-skip --tag=slow wrong.irq
status 0 "$irqlab" run --or-skip --tag=fast good.irq untidy.irq
status 2 "$irqlab" run --combination=plain matrix.irq
says err 'wrong value: "--combination=plain"'

# Several at a time: the same output, byte by byte, in every format.
files='good.irq fails.irq wrong.irq missing.irq limit.irq skipped.irq untidy.irq matrix.irq empty.irq'
same() { # FORMAT JOBS…: with so many jobs it is as with one
	# shellcheck disable=SC2086
	"$irqlab" run $1 $files >one.out 2>one.err
	one=$?
	format=$1
	shift
	for jobs in "$@"; do
		# shellcheck disable=SC2086
		status "$one" "$irqlab" run $jobs $format $files
		cmp out one.out && cmp err one.err || { echo "with $jobs $format"; wrong=1; }
	done
}
same --format=human -j2 '-j 4' --jobs=100 --jobs=0
for format in --format=tap --format=ktap --format=junit --format=jsonl --diagnostics=json \
	--diagnostics=sarif '--format=tap --diagnostics=sarif' --verbose --tag=fast; do
	same "$format" -j3
done
for jobs in -j -jx --jobs=-1 --jobs=9999; do
	status 2 "$irqlab" run $jobs
done
"$irqlab" run --diagnostics=json missing.irq >out
says out '"id":"cannot-open"'

# What ends a worker costs its file only; what is over at once is reported behind it all the same.
printf '%s\nrepeat 100000000\n  enable nic msix 0 as q\n  free-vectors nic\nend\n' "$machine" >long.irq
status 3 sh -c 'ulimit -c 0; ulimit -t 1; exec "$@"' sh "$irqlab" run --actions=4294967295 -j2 \
	--format=jsonl good.irq long.irq fails.irq
says out '"id":"not-run"'
says out 'its process was ended by signal'
says out '"file":"long.irq","line":0'
says out '{"type":"total","passed":1,"failed":2,"skipped":0}'
[ "$(grep '"type":"result"' out | sed 's/.*"file":"\([a-z]*\).*/\1/' | tr '\n' ' ')" = "good long fails " ] ||
	{ echo "results are out of order"; wrong=1; }

# Each line of the report for programs has its type, and two files of one title two names.
printf 'scenario "twins"\n%s\ntick\n' "$machine" >one.irq
cp one.irq two.irq
status 1 "$irqlab" run --format=jsonl good.irq fails.irq skipped.irq
[ "$(grep -cvE '^\{"type":"(result|diagnostic|total)",' out)" -eq 0 ] || { cat out; wrong=1; }
status 0 "$irqlab" run --format=tap one.irq
says out 'ok 1 - twins'
status 0 "$irqlab" run --format=tap one.irq two.irq good.irq
says out 'ok 1 - one.irq: twins'
says out 'ok 2 - two.irq: twins'
says out 'ok 3 - good.irq'
[ "$(grep -c 'good.irq: good' out)" -eq 0 ] || { cat out; wrong=1; }
status 0 "$irqlab" run --format=ktap one.irq two.irq
says out 'ok 2 two.irq: twins'
status 0 "$irqlab" run --format=junit one.irq two.irq
says out 'classname="two.irq" name="twins"'

# No memory: not where the program itself needs more (sanitizers).
# shellcheck disable=SC3045
if (ulimit -v 4000000 && "$irqlab" --help) >/dev/null 2>&1; then
	status 3 sh -c 'ulimit -v 4000000; exec "$@"' sh "$irqlab" run --diagnostics=json good.irq
	says out '"id":"no-memory"'
fi

# Diagnostics for programs: instead of the report, or besides it.
status 2 "$irqlab" run --diagnostics=json fails.irq wrong.irq
says out '"id":"action-failed"'
[ "$(grep -c '^{"type":"diagnostic","file":' out)" -eq 2 ] && [ "$(wc -l <out)" -eq 2 ] || { cat out; wrong=1; }
status 2 "$irqlab" run --format=human --diagnostics=json fails.irq wrong.irq
says out '0 passed, 2 failed, 0 skipped'
says err '"id":"action-failed"'
status 2 "$irqlab" run --diagnostics=sarif fails.irq wrong.irq good.irq
says out '"ruleId":"unknown-verb"'
status 2 "$irqlab" check --diagnostics=sarif wrong.irq
says out '"startLine":6,"startColumn":1,"endColumn":7'

# The switches of a profile, unless the scenario names one.
printf '%s\nenable nic msix 0 as q\nrequest q\nrequest q trigger=high -> error EBUSY\n' "$machine" >trace.irq
status 1 "$irqlab" run trace.irq
says out 'left a trace'
status 0 "$irqlab" run --profile=intended trace.irq
status 1 "$irqlab" run --profile=linux-6.12 trace.irq
{ echo 'profile linux-6.12' && cat trace.irq; } >named.irq
status 1 "$irqlab" run --profile=intended named.irq
status 2 "$irqlab" run --profile=linux-7 trace.irq

# A machine that a run would refuse is refused before.
printf 'topology\n  cpus 9\n  apic logical-flat\n  domain vec x86-vector\nend\ntick\n' >nine.irq
status 2 "$irqlab" run nine.irq
sed -n 2,4p out >expected
status 2 "$irqlab" check nine.irq
cmp err expected || wrong=1
says err 'nine.irq:1:1: error: the machine refuses this: logical flat mode has room for 8 CPUs'
# Whichever combination it is in: lines that differ, another topology, the same one again.
printf 'for each fine in yes no\ntopology\n  cpus 9\n  apic logical-flat when fine=no\n  domain vec x86-vector\nend\ntick\n' >lines.irq
{
	printf 'for each other in a b\nfor each fine in yes no\ntopology when fine=yes\n  cpus 2\n  apic flat\n  domain vec x86-vector\nend\n'
	printf 'topology when fine=no\n  cpus 2\n  apic flat\n  domain vec x86-vector\nend\ntick\n'
} >both.irq
status 2 "$irqlab" check lines.irq
says err 'logical flat mode has room for 8 CPUs [fine=no]'
sed '9s/2/9/; 10s/flat/logical-flat/' both.irq >two.irq
status 2 "$irqlab" check two.irq
says err 'two.irq:8:1: error: the machine refuses this: logical flat mode has room for 8 CPUs [other=a fine=no]'
status 0 "$irqlab" check both.irq

status 0 "$irqlab" check good.irq fails.irq
status 2 "$irqlab" check good.irq wrong.irq
says err "unknown verb 'enabel'"
status 2 "$irqlab" check --format=json wrong.irq
says out '"id":"unknown-verb"'
status 2 "$irqlab" check --format=xml wrong.irq

# Pictures: status and diagnostics as of run.
for file in good.irq fails.irq wrong.irq limit.irq skipped.irq missing.irq empty.irq; do
	"$irqlab" run --keep-going "$file" >out 2>/dev/null
	status "$?" "$irqlab" show tape "$file"
done
for file in "$bad"/unknown-* "$bad"/*-differs.irq "$bad"/limit-* "$bad"/event-*; do
	"$irqlab" run --keep-going "$file" >out 2>/dev/null
	wanted=$?
	grep -vE '^((passed|failed|invalid|exhausted) +[^ ]*:|[0-9]+ passed)' out >diagnostics
	status "$wanted" "$irqlab" show tape "$file"
	cmp err diagnostics || wrong=1
done
status 2 "$irqlab" show tape good.irq wrong.irq
says out '# good.irq'
says err "did you mean 'enable'?"
# Between a kind of record and what follows stands a blank, whatever the kind's length.
status 0 "$irqlab" show tape "$bad/../scenario/its.irq"
says out ' command-args 0x'
status 2 "$irqlab" show domians good.irq
says err "there is no picture 'domians'; did you mean 'domains'?"
printf '%s\nenable nic msix 0 as q\nrequest q\n' "$machine" >path.irq
status 0 "$irqlab" show path path.irq
says out 'irq       24'
status 0 "$irqlab" show path --irq=24 path.irq
says out 'irq       24'
for irq in 5 4294967295; do
	status 2 "$irqlab" show path --irq="$irq" path.irq
	says err "no machine has an interrupt $irq"
done
for irq in 4294967296 -1 x ''; do
	status 2 "$irqlab" show path --irq="$irq" path.irq
	says err 'wrong value: "--irq='
done
status 0 "$irqlab" show debug --irq=24 path.irq
says out ' parent:'
status 0 "$irqlab" show json path.irq
says out "\"interrupts\":["
status 0 "$irqlab" show json "$bad/../../examples/first.irq"
says out '{"name":"first: one vector, delivered, moved, delivered again [stack=plain]","domains":'
[ "$(wc -l <out)" = 2 ] || { echo "not one line for each machine"; wrong=1; }
status 0 "$irqlab" show dot path.irq
says out 'irq24 -> domain2'
status 2 "$irqlab" show tape --irq=24 path.irq
says err '--irq goes with path'
status 2 "$irqlab" show path
status 4 "$irqlab" show tape --actions=1 path.irq

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
# The names of the lists are topics, too.
while read -r name line; do
	status 0 "$irqlab" help "$name"
	tr -s ' ' <out >squeezed
	says squeezed "$line"
	[ "$(wc -l <out)" -eq 1 ] || { cat out; wrong=1; }
done <<EOT
ENOSPC ENOSPC 28 no vector, table entry or number left
enospc ENOSPC 28
LAYER_VIOLATION LAYER_VIOLATION a layer called one that it may not call
matrix-total-drift matrix-total-drift DEVIATION linux-6.12 on intended off
unknown-verb unknown-verb invalid unknown verb
EOT
status 2 "$irqlab" help ENOSPCE
says err "did you mean 'ENOSPC'?"
status 2 "$irqlab" help aloc
status 2 "$irqlab" help aloc
says err "did you mean 'alloc'?"

printf '%s\nenable nic msix 0 as q\nsnapshot domains\nend\n' "$machine" >golden.irq
status 1 env CI=1 "$irqlab" run --bless golden.irq
status 0 env -u CI "$irqlab" run --bless golden.irq
says err '+ VECTOR'
status 0 "$irqlab" run golden.irq

# How far it has come, for people only, and gone again.
erase=$(printf '\r\033[K')
screen() { # WANTED SETTING… COMMAND…: like status; what the terminal got in tty, without carriage returns it adds
	expected=$1
	shift
	status "$expected" env -u CI TERM=xterm "$on_terminal" tty "$@"
}
for jobs in -j1 -j2; do
	screen 0 "$irqlab" run $jobs good.irq matrix.irq
	says tty "${erase}[0/2] "
	[ "$(tail -c 4 tty)" = "$erase" ] || { echo "$jobs: progress stays"; wrong=1; }
	says out '3 passed, 0 failed, 0 skipped'
	screen 0 env CI=1 "$irqlab" run $jobs good.irq matrix.irq
	[ -s tty ] && { echo "$jobs: progress though CI is set"; wrong=1; }
	screen 0 env TERM=dumb "$irqlab" run $jobs good.irq matrix.irq
	[ -s tty ] && { echo "$jobs: progress on a dumb terminal"; wrong=1; }
done
screen 3 "$irqlab" replay missing.jsonl
says tty "${erase}[0/1] missing.jsonl${erase}"
screen 0 "$irqlab" bench --quick --json fingerprint/2000/plain
says tty "${erase}[0/"
[ "$(tail -c 4 tty)" = "$erase" ] || { echo "bench: progress stays"; wrong=1; }

exit "$wrong"
