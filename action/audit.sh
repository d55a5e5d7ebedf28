#!/usr/bin/env bash
# The audit, and what it says: in the log, as annotations, as the summary of the job, as files for the steps that follow.
set -uo pipefail

# The audit runs no code of what it judges. It has no secret all the same, whatever the job has in its environment.
while IFS= read -r name; do
  case $name in *TOKEN* | *SECRET* | *PASSWORD* | *CREDENTIAL* | *_KEY) unset "$name" ;; esac
done < <(compgen -e)

if [[ ! ${NAME:-} =~ ^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$ ]]; then
  echo "::error title=agent-compliance::the input 'name' may have letters, digits, '.', '_' and '-', a hundred of them"
  exit 2
fi
out="$RUNNER_TEMP/agent-compliance/$NAME" # a second audit of this job leaves it as it is
rm -rf "$out"
mkdir -p "$out"

words=(audit --repo "$CHECKOUT" --fail-on "${FAIL_ON:-error}" --head "${HEAD:-HEAD}")
[ -n "${PROFILE:-}" ] && words+=(--profile "$PROFILE")
[ -n "${POLICY:-}" ] && words+=(--policy "$POLICY")
[ -n "${BASE:-}" ] && words+=(--base "$BASE")
while read -r option; do
  [ -n "$option" ] && words+=("$option")
done <<<"${OPTIONS:-}"
words+=(--output text --output "json:$out/audit.json" --output "sarif:$out/audit.sarif" --output "github:$out/annotations.txt")
words+=(--output "github-summary:$out/summary.md" --output "markdown:$out/comment.md" --output "html:$out/audit.html")

# Nothing that the log shows of the audited tree is obeyed by the runner, whatever it looks like.
quiet=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$quiet"
FORCE_COLOR=${FORCE_COLOR-1} "$COMMAND" "${words[@]}" 2>"$out/errors.txt"
code=$?
cat "$out/errors.txt"
printf '\n::%s::\n' "$quiet"

[ "$code" -ne 0 ] || [ -s "$out/summary.md" ] || code=3 # nothing was said, whatever that was

case $code in
  0) verdict=kept ;;
  1) verdict=broken ;;
  2) verdict=error ;;
  *) verdict=undecided ;;
esac
if [ -s "$out/summary.md" ]; then
  [ "${ANNOTATIONS:-true}" = true ] && grep -a '^::' "$out/annotations.txt" # its last line is in the text above
else
  echo "::error title=agent-compliance::there is no verdict; the log of this step says why"
  for file in summary comment; do
    { printf '## ❔ Agent compliance: no verdict\n\n'; head -c 20000 "$out/errors.txt" | sed 's/^/    /'; echo; } >"$out/$file.md"
  done
fi
cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
{
  echo "code=$code"
  echo "verdict=$verdict"
  for pair in json:audit.json sarif:audit.sarif report:audit.html comment:comment.md; do
    [ -s "$out/${pair#*:}" ] && echo "${pair%%:*}=$out/${pair#*:}"
  done
} >>"$GITHUB_OUTPUT"
exit 0 # the last step fails the job, when all that reports has run
