#!/usr/bin/env bash
# eng/conformance.sh SUITE [DIR]: hold a suite against reference answers (default ../shared/conformance).
# Ends with "SUITE: N passed, N failed, N refused"; exit 0 all equal, 1 differences, 2 suite not implemented or wrong usage.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=${1:-}
directory=${2:-$root/../shared/conformance}
exec dotnet run --project "$root/tests/TrlSharp.Conformance" --configuration Release -- "$suite" "$directory"
