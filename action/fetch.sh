#!/usr/bin/env bash
# The history that a shallow checkout lacks: both ends of the run, and all that lies between them. Says both as ids.
set -euo pipefail

token=${TOKEN:-}
unset TOKEN # no process that is started below has it, but the one git that fetches
export GIT_TERMINAL_PROMPT=0 GIT_NO_REPLACE_OBJECTS=1
server="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader"

fail() {
  echo "::error title=agent-compliance::$1" >&2
  exit 3
}

# In a container the checkout belongs to somebody else. Its hooks are not ours.
here() {
  git -C "$CHECKOUT" -c 'safe.directory=*' -c core.hooksPath=/dev/null -c core.fsmonitor=false -c gc.auto=0 \
    -c maintenance.auto=false "$@"
}

# The token stands in the environment of this one git, and in no file and on no command line. Where the checkout has kept one
# (actions/checkout does), a second would be a second header, which GitHub refuses.
fetched() {
  local words=(fetch --quiet --no-tags --no-recurse-submodules "$@")
  if [ -z "$token" ] || here config --get-all "$server" >/dev/null; then
    here "${words[@]}"
    return
  fi
  local basic count=${GIT_CONFIG_COUNT:-0}
  basic=$(printf 'x-access-token:%s' "$token" | base64 | tr -d '\n')
  (
    export GIT_CONFIG_COUNT=$((count + 2))
    export "GIT_CONFIG_KEY_$count=credential.helper" "GIT_CONFIG_VALUE_$count=" # asks nobody else
    export "GIT_CONFIG_KEY_$((count + 1))=$server" "GIT_CONFIG_VALUE_$((count + 1))=AUTHORIZATION: basic $basic"
    here "${words[@]}"
  )
}

is_id() { [[ $1 =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ && ! $1 =~ ^0+$ ]]; }

has() { here cat-file -e "$1^{commit}" 2>/dev/null; }

# The id of a commit that is named by an id, a branch of the remote, or as this clone knows it.
resolved() {
  local name=${1#refs/heads/}
  name=${name#origin/}
  if is_id "$1"; then
    has "$1" || fetched origin "$1" || fail "the commit $1 is not in the repository; is it one of a fork, or gone?"
    echo "$1"
  elif here check-ref-format "refs/heads/$name" && fetched origin "+refs/heads/$name:refs/remotes/origin/$name" 2>/dev/null; then
    here rev-parse --verify --quiet "refs/remotes/origin/$name^{commit}"
  else
    here rev-parse --verify --quiet --end-of-options "$1^{commit}" || fail "$2 names neither a commit nor a branch of the repository"
  fi
}

here rev-parse --git-dir >/dev/null 2>&1 || fail "there is no repository in 'path'; use actions/checkout before this action"
if [ "$(here rev-parse --is-shallow-repository)" = true ]; then
  wanted=("$(here rev-parse HEAD)")
  for commit in "${EVENT_BASE:-}" "${EVENT_HEAD:-}"; do
    if is_id "$commit"; then wanted+=("$commit"); fi
  done
  fetched --unshallow origin "${wanted[@]}" \
    || fail "the history could not be fetched; set fetch-depth: 0 in actions/checkout, or let the job have contents: read"
fi

if [ -n "${HEAD:-}" ]; then
  head=$(resolved "$HEAD" "the input 'head'")
elif [ -n "${EVENT_HEAD:-}" ]; then
  head=$(resolved "$EVENT_HEAD" "the event")
else
  head=$(here rev-parse HEAD)
fi

# What a pull request goes to, as it stands now: the commit that the event names may be older than what was merged into the
# branch since, and then what others did would count as the run's. Where the request is merged already, the event's it is.
base=
if [ -n "${BASE:-}" ]; then
  base=$(resolved "$BASE" "the input 'base'")
elif [ -n "${EVENT_BASE:-}" ]; then
  base=$(resolved "$EVENT_BASE" "the event")
  target="refs/remotes/origin/${GITHUB_BASE_REF:-}"
  if [ -n "${GITHUB_BASE_REF:-}" ] && fetched origin "+refs/heads/$GITHUB_BASE_REF:$target" \
    && ! here merge-base --is-ancestor "$head" "$target"; then
    base=$(here rev-parse --verify --quiet "$target^{commit}")
  fi
elif [ "${GITHUB_REF:-}" != "refs/heads/${DEFAULT_BRANCH:-}" ]; then
  if [ -n "${DEFAULT_BRANCH:-}" ]; then base=$(resolved "$DEFAULT_BRANCH" "the event"); fi
elif is_id "${BEFORE:-}"; then
  base=$(resolved "$BEFORE" "the event") # a push to the default branch itself
fi
{
  echo "base=$base"
  echo "head=$head"
} >>"$GITHUB_OUTPUT"
