#!/usr/bin/env bash
# Look into the outbox of a hub that runs with nothing set, as the tour of the README does:
#   outbox.sh id NAME      the Message-ID of the newest copy for an address that contains NAME
#   outbox.sh reply NAME   the address to which that copy asks for replies
#   outbox.sh show NAME    the copy itself
set -euo pipefail

folder="${HUB_DATA:-$(cd "$(dirname "$0")/../.." && pwd)/var}/outbox"
what="${1:?id, reply or show}" name="${2:?part of an address}"
# Names begin with the time, so the last one is the newest. A copy from a list has a List-Id; other letters do not.
copy=""
for path in "$folder"/*-*"$name"*.eml; do
    if [ -e "$path" ] && grep -qi '^list-id:' "$path"; then copy="$path"; fi
done
[ -n "$copy" ] || { echo "No copy for $name in $folder yet" >&2; exit 1; }

# Unfold the header, then take one field of it.
field() {
    tr -d '\r' <"$copy" | sed '/^$/q' | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n[ \t]\+/ /g' |
        sed -n "s/^$1: *//Ip" | head -n 1
}
case "$what" in
    id) field Message-ID | tr -d '<> ' ;;
    reply) field Reply-To | grep -o '[^<>, ]*+r\.[^<>, ]*@[^<>, ]*' | head -n 1 ;;
    show) cat "$copy" ;;
    *) echo "Write id, reply or show" >&2; exit 2 ;;
esac
