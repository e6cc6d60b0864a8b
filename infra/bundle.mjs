// One file for each service instead of a thousand: finding, reading and linking modules is more than half of what a start costs.
// Node alone runs `dist/main.js` as well as `dist/bundle/main.js`; the launcher takes the bundle when nothing it is made of is newer.
// With --operator the commands of `npm run natter` instead, for their image.
import { writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bundleOf, NATIVE, OPERATOR, SERVICES } from './programs.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const programs = process.argv.includes('--operator') ? OPERATOR : SERVICES.map((service) => `${service}/dist/main.js`);

for (const program of programs) await bundle(program);

async function bundle(program) {
  const folder = join(ROOT, bundleOf(program));
  const build = await rolldown({
    cwd: ROOT,
    input: join(ROOT, program),
    platform: 'node',
    external: (id) => NATIVE.includes(id),
    // What it takes for a call without effect may throw, and a `catch` may be all that a function is about: it made
    // `try { decodeURIComponent(text); return true }` answer true whatever the text.
    treeshake: false,
    onLog: (level, log, report) => {
      // Nest and TypeORM name many packages that they only want when they are asked for: not installed, not bundled.
      if (['UNRESOLVED_IMPORT', 'EVAL'].includes(log.code)) return;
      report(level, log);
    },
  });
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    entryFileNames: basename(program),
    chunkFileNames: '[name].js',
    sourcemap: true,
    minify: false, // nor is code left out that seems dead, for the same reason
    keepNames: true, // TypeORM and Nest know classes by name
    strictExecutionOrder: true, // decorators need reflect-metadata before them
  });
  const inputs = output.flatMap((chunk) => chunk.moduleIds ?? []).map((id) => relative(ROOT, id));
  const own = inputs.filter((id) => !id.includes('node_modules') && !id.startsWith('..') && !id.startsWith('\0'));
  writeFileSync(join(folder, 'inputs.json'), `${JSON.stringify(own)}\n`);
}
