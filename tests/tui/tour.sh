#!/usr/bin/env bash
# A tour of the app: demo yards with real work, the app in tmux, keys, and what was on the screen after each.
#
#   tests/tui/tour.sh [--watch] [--quick] [FRAMES]
#
#   FRAMES    folder for the pictures: NN-name.txt (plain) and NN-name.ans (with colours: less -R); default: none is kept
#   --watch   attach, so that you see it happen (needs a terminal of 160x50 or more)
#   --quick   no pauses between the keys
#
# JOBYARD names the command (default: jobyard). Exit 1 if something that is promised does not show up.
# Nothing is left behind: the yard, the tmux server and the processes are its own.

set -euo pipefail

WATCH='' PAUSE=1.2 FRAMES=''
for word in "$@"; do
    case $word in
        --watch) WATCH=yes ;;
        --quick) PAUSE=0 ;;
        -*) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
        *) FRAMES=$word ;;
    esac
done
command -v tmux >/dev/null || { echo 'tour: tmux is needed' >&2; exit 2; }

JOBYARD=${JOBYARD:-jobyard}
PLACE=$(mktemp -d "${TMPDIR:-/tmp}/jobyard-tour-XXXXXX")
FRAMES=${FRAMES:-$PLACE/frames}
mkdir -p "$FRAMES"
LAB=$PLACE/lab
export JOBYARD_HOME=$PLACE/demo XDG_STATE_HOME=$PLACE/state XDG_CONFIG_HOME=$PLACE/config JOBYARD_KEEPER_IDLE=1
unset NO_COLOR COLUMNS LINES # a caller's size is not that of the tour
SHORT=$(awk "BEGIN { print $PAUSE / 6 + 0.1 }") LONG=$(awk "BEGIN { print $PAUSE / 6 + 0.25 }") # after a key
SHOT=0
BEGINS='' # the lab, which begins meanwhile

tmux_() { tmux -S "$PLACE/tmux" -f /dev/null "$@"; }

away() {
    tmux_ kill-server 2>/dev/null || true
    wait "$BEGINS" 2>/dev/null || true
    $JOBYARD --yard "$LAB" demo --lab --stop >/dev/null 2>&1 || true
    $JOBYARD --yard "$JOBYARD_HOME" demo --stop >/dev/null 2>&1 || true
    rm -rf "$PLACE"
}
trap away EXIT

screen() { tmux_ capture-pane -p -t tour; }

# until the screen has these words; with a ! before them: has them no more
shows() {
    for _ in $(seq 200); do
        case $1 in
            !*) screen | grep -qF -- "${1#!}" || return 0 ;;
            *) screen | grep -qF -- "$1" && return ;;
        esac
        sleep 0.05
    done
    screen >&2
    echo "tour: not on the screen: $1" >&2
    exit 1
}

# one step: its name, what it shows, the keys (tmux's names), and the words that must be there then
step() {
    local name=$1 what=$2 words=$3
    shift 3
    [ -z "$WATCH" ] || tmux_ display-message -t tour -d 3000 "$what" || true
    for key in "$@"; do
        case $key in
            =*) tmux_ send-keys -t tour -l -- "${key#=}" ;;
            *) tmux_ send-keys -t tour -- "$key" ;;
        esac
        case $key in Escape | Enter) sleep "$LONG" ;; *) sleep "$SHORT" ;; esac # no alt of the next key; what it opens
    done
    shows "$words"
    sleep "$PAUSE"
    SHOT=$((SHOT + 1))
    local frame
    frame=$(printf '%s/%02d-%s' "$FRAMES" "$SHOT" "$name")
    screen >"$frame.txt"
    tmux_ capture-pane -e -p -t tour >"$frame.ans"
    printf '%2d  %-12s %s\n' "$SHOT" "$name" "$what"
}

play() {
    step start 'queues, jobs, and the job under the cursor' 'calibrate'
    step filter 'what fails, in the filter language' 'unit-tests' / '=state:failed' Enter
    step no-filter 'escape drops it' '!state:failed' Escape
    step why 'why a job waits, and for whom' 'warming up until' : '=cool-down' Enter
    step detail 'all about one job: its log to the right' 'pulse tables' : '=calibrate' Enter
    step into 'enter goes into it' 'pulse tables' Enter
    step back 'escape goes back to the table' 'calibrate' Escape
    step columns 'choose the columns' 'Columns' O
    step columns-out 'and leave it' '!Columns' Escape
    step sort 'put the jobs in another order' 'Sort by' o
    step sorted 'by what is chosen' 'reason' Down Down Enter
    step natural 'and back to the order in which they run' 'calibrate' o k k k k k k Enter
    step mark 'mark what waits in a queue, for one command' '3 marked' / '=state:pending queue:qick' Enter Space Space Space
    step question 'a command on several asks first, and counts' 'Cancel 3 jobs?' c
    step cancelled 'enter does it' 'ancelled' Enter
    step undo 'u takes it back' 'Undid' Escape Escape u
    step form 'a new job is a form, with the command line that does the same' 'jobyard submit' a '=echo hello'
    step submitted 'enter submits it' 'ubmitted' Enter
    step theme 'themes, with a preview' 'high-contrast' C-t Down
    step theme-out 'and leave it' '!high-contrast' Escape
    step help 'every key, with a filter' 'Take back your last change' '?' '=undo'
    step jobs 'that was the list of jobs' '!Take back' Escape
    step link 'another job by its name' 'estimate    5s' : '=link' Enter
    step graph 'what it waits for, and what waits for it' 'critical path' 2
    step boxes 'its neighbours as boxes' '╭─' Enter
    step lanes 'and back to the list with lanes' 'critical path' Escape
    step timeline 'what ran when, and what waits where it should run' 'busy' 3
    step closer 'closer' 'busy' '[' '['
    step found 'a job by its name' 'pulse tables' 1 : '=calibrate' Enter
    step log 'all that it wrote' '▸4 Logs' 4
    step search 'search it, with a regular expression' '/pul.e' / '=pul.e' Enter
    step workers 'who works, what runs and what it uses, who has which resource' 'cryostat' 7
    step end-of-jobs 'that was a day of jobs' 'calibrate' 1
    wait "$BEGINS"
    tmux_ respawn-pane -k -t tour "$JOBYARD --yard '$LAB' --no-worker --screen results rabi-again"
    step results 'a day of a lab: what an experiment has measured, with its fit' 'gain (DAC units)'
    step over 'a run from before its calibration, over it' '1 marked' Space j j j
    step differ 'how the two differ: what made them, config, data' '$ jobyard diff' d
    step run 'all about a run on one page' 'provenance' Escape i
    step image 'and an image' 'detuning (MHz)' Escape Escape k k k k
    step configs 'versions of configs: which is main, how they and the file differ' 'differs from main' 5
    step values 'the values that a calibration has changed' '10950 → 9840' '=]]'
    step push 'what a push would change is shown before it is done' 'Make hardware_config.yml the main' p
    step left 'or left' '!Make hardware' Escape
    step experiment 'a new experiment is found by some letters of its class' 'T2RamseyExperiment  ' 1 A '=ramsey'
    step end 'that was it' '!New experiment' Escape
}

$JOBYARD --yard "$LAB" demo --lab >/dev/null &
BEGINS=$!
$JOBYARD --yard "$JOBYARD_HOME" demo >/dev/null
tmux_ new-session -d -s tour -x 160 -y 50 "$JOBYARD --yard '$JOBYARD_HOME' --no-worker"
if [ -n "$WATCH" ]; then
    (sleep 1; play >"$PLACE/story" 2>&1 || echo failed >"$PLACE/failed"; tmux_ kill-session -t tour) &
    tmux_ attach -t tour || true
    wait
    cat "$PLACE/story"
    [ ! -e "$PLACE/failed" ]
else
    play
fi
