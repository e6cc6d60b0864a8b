// From nothing to a system that can be used: without secrets it does not start, with them it does.
import { join } from 'node:path';
import { docker } from './docker.js';
import { demand, type Step } from './step.js';

const BUILD_MS = 20 * 60_000;
const UP_MS = 5 * 60_000;

export const secrets: Step = {
  name: 'no start without secrets',
  async act({ installation }) {
    const { code, err } = await installation.tryWith('/dev/null', ['up', '--detach', '--no-build']);
    demand(code !== 0, 'it started without .env');
    const said = err.trim().split('\n');
    const sentence = said.at(-1) ?? '';
    const isClear = /required variable [A-Z_]+ is missing a value: run node infra\/env\.mjs/.test(sentence);
    demand(said.length === 1 && isClear, `without .env it says: ${err.trim()}`);
    demand((await installation.leftovers()).length === 0, 'it made something before it missed them');
    return sentence;
  },
};

export const build: Step = {
  name: 'build the images',
  async act({ installation, say }) {
    const tell = (text: string): void => {
      const failed = text.split('\n').filter((line) => /ERROR|failed/.test(line));
      for (const line of failed) say(`  ${line.trim()}`);
    };
    await installation.compose(['--profile', 'operator', 'build'], { timeoutMs: BUILD_MS, onText: tell });
    const names = await installation.compose(['--profile', 'operator', 'config', '--images']);
    const own = names.split('\n').filter((name) => name.startsWith('natter-'));
    const sizes = await docker(['image', 'inspect', '--format', '{{index .RepoTags 0}} {{.Size}}', ...own]);
    const lines = sizes
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const shown = lines.map(
      ([name = '', bytes]) => `${name.replace(/^natter-|:.*$/g, '')} ${Math.round(Number(bytes) / 1e6)}`,
    );
    return `MB: ${shown.sort().join(', ')}`;
  },
};

export const start: Step = {
  name: 'start',
  async act({ installation, ground, logs }) {
    await installation.compose(['up', '--detach', '--no-build', '--wait'], { timeoutMs: UP_MS });
    installation.follow(join(logs, 'all.log'));
    // Healthy is usable: nothing is waited for any more.
    const { status, text } = await ground.system.api.get('/readyz');
    demand(status === 200, `all is said to be well, and /readyz answers ${status} ${text}`);
    const containers = await installation.whenWell();
    return `${containers.length} containers are well; /readyz ${text}`;
  },
};

export const doctor: Step = {
  name: 'the doctor',
  async act({ installation, ground }) {
    const said = await installation.compose(['run', '--rm', '-T', 'natter', 'doctor'], { timeoutMs: UP_MS });
    ground.exits.take();
    const findings = said.split('\n').filter((line) => /^(ok|!!|- )/.test(line));
    return `${findings.filter((line) => line.startsWith('ok')).length} of ${findings.length} looked at are well`;
  },
};
