#!/usr/bin/env bash
# One comment on the pull request, found again by its first line and by who wrote it, and replaced.
set -euo pipefail

export GH_HOST=${GITHUB_SERVER_URL#*://} GH_PROMPT_DISABLED=1
token=${TOKEN:-}
unset TOKEN
api() { GH_TOKEN=$token GH_ENTERPRISE_TOKEN=$token gh api "$@"; } # gh has it, and no other program

export MARK="<!-- agent-compliance: $NAME -->" ME
body="$RUNNER_TEMP/agent-compliance/$NAME/marked.md"
{ echo "$MARK"; sed '1{/^<!-- .* -->$/d;}' "$COMMENT"; } >"$body"

written() {
  # What REST would say of the token's owner, it says to people alone. Somebody else's comment that begins with the mark is not ours.
  ME=$(api graphql --raw-field 'query={viewer{login}}' --jq .data.viewer.login) || return
  local comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" found
  found=$(api --paginate "$comments?per_page=100" \
    --jq '.[] | select(.user.login == env.ME and (.body | startswith(env.MARK))) | .id') || return
  found=${found%%$'\n'*}
  if [ -n "$found" ]; then
    api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$found" --field "body=@$body"
  else
    api --silent --method POST "$comments" --field "body=@$body"
  fi
}
written || echo "::warning title=agent-compliance::no comment was written; it takes 'gh' and the permission pull-requests: write"
