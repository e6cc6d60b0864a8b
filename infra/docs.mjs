// Writes docs/subjects.md, docs/configuration.md and infra/nats/users.conf from the code they follow from; with --check, says whether
// they are true.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const services = ['gateway', 'ws-gateway', 'auth-service', 'room-service', 'session-service', 'notification-service'];
const root = new URL('../', import.meta.url);
const load = (path) => import(new URL(path, root).href);
const row = (...cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |\n`;

async function subjectsPage() {
  const { buckets, subjects } = await load('packages/contracts/dist/subjects.js');
  const { busRoles } = await load('packages/contracts/dist/bus-access.js');
  const files = 'auth avatars admin rooms members invites messages files sessions notifications push'.split(' ');
  const answeredBy = ({ subject }) =>
    Object.values(busRoles).find(({ answers }) => answers.some((call) => call.subject === subject)).queue;
  let page =
    '# Subjects\n\nMade from `packages/contracts` by `npm run docs`. What travels on NATS; nothing here is part of the contract with clients.\n';
  page +=
    '\n## Calls\n\nRequest and reply in the envelope of Nest; each reaches one replica of the service (queue group of that name).\n\n';
  page += row('Subject', 'Call', 'Answered by', 'May fail with', 'Caller waits') + row(...Array(5).fill('---'));
  for (const file of files)
    for (const [name, value] of Object.entries(await load(`packages/contracts/dist/${file}.js`)))
      if (typeof value?.subject === 'string')
        page += row(
          `\`${value.subject}\``,
          name,
          answeredBy(value),
          value.errors.map((code) => `\`${code}\``).join(' ') || '–',
          `${value.timeoutMs / 1000} s`,
        );
  page +=
    '\nAny call may also fail with `bad_request`, `unavailable`, `timeout` and `internal`.\n\n## Hot path and events\n\n';
  page += row('Subject', 'Name') + row('---', '---');
  for (const [name, value] of Object.entries(subjects)) {
    const subject =
      typeof value === 'string' ? value : value('INSTANCE', 'N').replace('INSTANCE', '<instance>').replace(/N$/, '<n>');
    page += row(`\`${subject}\``, name);
  }
  page += '\n## Key-value buckets\n\n' + row('Bucket', 'Holds') + row('---', '---');
  for (const [name, value] of Object.entries(buckets)) page += row(`\`${value}\``, name);
  return page;
}

/** The locks of the bus, in the words of nats-server. */
async function usersOfNats() {
  const { busAccess, busUsers, nkeyVariable } = await load('packages/contracts/dist/bus-access.js');
  const list = (patterns) => patterns.map((pattern) => `          ${JSON.stringify(pattern)}\n`).join('');
  let text =
    '# Who may say and hear what on NATS. Made from packages/contracts/src/bus-access.ts by `npm run docs`: what is not listed is refused,\n# and so is whoever has no key. The public keys come from the environment. «subject queue» may be heard in that queue group only.\n# Nothing is denied by name: lists of what is allowed cost a look at a cache for each message sent and nothing for one delivered.\n\n';
  text += 'authorization {\n  timeout: 5 # seconds to sign in: a busy machine takes its time\n  users: [\n';
  for (const user of busUsers) {
    const { publish, subscribe } = busAccess(user);
    text += `    {\n      nkey: $${nkeyVariable(user)}\n      permissions: {\n`;
    text += `        publish: { allow: [\n${list(publish)}        ] }\n`;
    text += `        subscribe: { allow: [\n${list(subscribe)}        ] }\n      }\n    }\n`;
  }
  return `${text}  ]\n}\n`;
}

async function configurationPage() {
  let page =
    "# Configuration\n\nMade from each service's `config.ts` by `npm run docs`. Everything is read from the environment at start; a bad value is named and the service exits with 1.\n`npm start` sets all of it and passes on what you set yourself (its own settings: [infra/README.md](../infra/README.md)).\n";
  for (const service of services) {
    const { configSchema } = await load(`${service}/dist/config.js`);
    page += `\n## ${service}\n\n` + row('Name', 'Default', 'What') + row('---', '---', '---');
    for (const [name, field] of Object.entries(configSchema.shape)) {
      const json = z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' });
      const preset =
        json.default === undefined
          ? field.safeParse(undefined).success
            ? 'none'
            : '**required**'
          : json.default === ''
            ? 'empty'
            : `\`${json.default}\``;
      const bounds =
        json.minimum > -Number.MAX_SAFE_INTEGER && json.maximum < Number.MAX_SAFE_INTEGER
          ? ` (${json.minimum}–${json.maximum})`
          : '';
      page += row(`\`${name}\``, preset, (field.description ?? '') + bounds);
    }
  }
  return page;
}

const pages = {
  'docs/subjects.md': await subjectsPage(),
  'docs/configuration.md': await configurationPage(),
  'infra/nats/users.conf': await usersOfNats(),
};
for (const [path, text] of Object.entries(pages)) {
  const url = new URL(path, root);
  if (!process.argv.includes('--check')) writeFileSync(url, text);
  else if (readFileSync(url, 'utf8') !== text) {
    console.error(`${path} is not what the code says: run \`npm run docs\` and look at the change`);
    process.exitCode = 1;
  }
}
