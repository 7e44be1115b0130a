#!/usr/bin/env bash
# Makes the files that docker-compose.yml hands on as secrets; one that is there stays as it is.
set -eu
umask 077
folder=${1:-secrets}
mkdir -p "$folder"
for name in secret_key database_password redis_password; do
    [ -s "$folder/$name" ] || head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$folder/$name"
done
# Keys used before, one a line; the password of the server that your relay hands mail to. Both may stay empty.
for name in secret_key_old relayhost_password; do
    [ -e "$folder/$name" ] || : >"$folder/$name"
done
# Nobody else on this host gets into the folder; each container sees only the files it is given, whatever its user.
chmod 700 "$folder"
chmod 444 "$folder"/*
