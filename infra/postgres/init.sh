#!/bin/bash
# Run once, by the database container on an empty volume: a database for each service that has one, owned by
# a role that can see no other. Passwords come from the environment: a command line could be read by others.
set -euo pipefail

make_database() {
  psql -v ON_ERROR_STOP=1 --no-psqlrc -q -U "$POSTGRES_USER" -d postgres -v name="$1" -v variable="$2" <<'SQL'
\getenv password :variable
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}

make_database natter_auth AUTH_DB_PASSWORD
make_database natter_rooms ROOMS_DB_PASSWORD
make_database natter_notifications NOTIFICATIONS_DB_PASSWORD
psql -v ON_ERROR_STOP=1 --no-psqlrc -q -U "$POSTGRES_USER" -d postgres -c 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'
