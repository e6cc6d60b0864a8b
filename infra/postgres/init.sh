#!/bin/bash
# Run once, by the database container on an empty volume: a database for each service that has one, owned by
# a role that can see no other.
set -euo pipefail

make_database() {
  local name=$1 password=$2
  psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" -d postgres -v name="$name" -v password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}

make_database natter_auth "$AUTH_DB_PASSWORD"
make_database natter_rooms "$ROOMS_DB_PASSWORD"
make_database natter_notifications "$NOTIFICATIONS_DB_PASSWORD"
