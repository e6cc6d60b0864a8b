// What `--help` shows.

export const HELP = `Natter, the operator's side:

  npm run natter -- backup FILE      all that lasts, in one archive, while the system runs
  npm run natter -- restore FILE     such an archive into a new, empty system
  npm run natter -- doctor           what is wrong here, and what to do about it
  npm run natter -- env              .env with fresh secrets, for Natter in containers

Each has a page: npm run natter -- backup --help

Which Natter is meant is said by the environment, as for \`npm start\`:

  NATTER_DATA                        its data folder                       (.natter)
  DATABASE_URL                       your PostgreSQL, if it runs on one
  AUTH_DATABASE_URL, ROOMS_DATABASE_URL, NOTIFICATIONS_DATABASE_URL
                                     each database by itself, as in containers
  NATTER_FILES_DIR                   the files people sent                 (files in the data folder)
  NATTER_S3_BUCKET                   set when they are in a bucket
  NATS_URL, HOST, PORT               for the doctor, where they are set for \`npm start\`
`;

export const ENV_HELP = `npm run natter -- env

Makes .env, the settings of \`docker compose up\`, from .env.example, with fresh passwords and keys, readable by its owner only.
What is set in the environment is taken from there: HTTP_PORT=8080 npm run natter -- env. One that is there already stays as it is.
Where nothing is installed, \`node infra/env.mjs\` does the same.
`;

export const BACKUP_HELP = `npm run natter -- backup FILE

Writes accounts, rooms, messages, notifications, keys and files to FILE, a tar archive. The system goes on meanwhile; what is in
the archive is one instant of it. Where Natter does not run, its PostgreSQL is started for as long as it takes.

FILE appears under its name when it is whole and on the disk. It must not be there yet. It is readable by you alone (mode 0600)
and should stay so: the keys that sign sessions and pushes are in it, password hashes and every message.

Files in a bucket are not in it: keep the bucket by its own means.

While it runs, do not start a newer version of Natter: its changes to the tables would wait for the backup, and the chat for them.

Exit code: 0 done; 1 there is no archive, the reason is told; 3 there is one, but the system itself has lost bytes of files.
`;

export const RESTORE_HELP = `npm run natter -- restore FILE [--keep-sessions]

Puts a backup into a system that holds nothing: a new data folder, or three new databases and an empty folder for files.
Natter must not run. The archive is checked to its last byte before anything is touched, and nothing appears before all of it
is there. The backup may be of an older Natter, not of a newer one.

Everybody has to sign in again, so that nobody is signed in who had signed out since. Not with

  --keep-sessions    when the system is only moved: it was stopped, then backed up

Exit code: 0 done; 1 nothing appeared, the reason is told.
`;

export const DOCTOR_HELP = `npm run natter -- doctor

Looks at the machine, PostgreSQL, NATS, the data folder and the keys. Each line begins with ok, with !! and what to do, or with -
when it cannot be told while Natter does not run. Changes nothing.

Exit code: 0 nothing is wrong; 1 something is.
`;
