import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeDataFolder } from './data-folder.js';
import { RunFile, stopLeftovers } from './leftovers.js';
import { isAlive, type ProcessId, processById } from './processes.js';

let folder: string;
let child: ChildProcess;
let childId: ProcessId;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'natter-leftovers-'));
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  childId = processById(child.pid ?? 0) ?? expect.fail('the child does not run');
});

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('remembers what runs, and forgets the file with the last of it', () => {
  const file = join(folder, 'run.json');
  const running = new RunFile(file);
  running.add('room-1', childId);
  expect(new RunFile(file).readLast()).toEqual([{ name: 'room-1', ...childId }]);
  running.remove('room-1');
  expect(existsSync(file)).toBe(false);
  expect(new RunFile(file).readLast()).toEqual([]);
});

it('takes a damaged file for an empty one', () => {
  const file = join(folder, 'run.json');
  writeFileSync(file, '{"children":[{"na');
  expect(new RunFile(file).readLast()).toEqual([]);
});

it('names and stops a child that was left running', async () => {
  const said: string[] = [];
  await stopLeftovers([{ name: 'room-1', ...childId }], (sentence) => said.push(sentence));
  expect(said).toEqual([`room-1 (pid ${childId.pid}) was left running by a launcher that was killed: stopping it`]);
  expect(isAlive(childId)).toBe(false);
});

it('spares another process that has the pid now', async () => {
  const said: string[] = [];
  await stopLeftovers([{ name: 'room-1', pid: childId.pid, started: 'long ago' }], (sentence) => said.push(sentence));
  expect(said).toEqual([]);
  expect(isAlive(childId)).toBe(true);
});

it('lets one launcher at a time use a data folder', () => {
  const first = takeDataFolder(folder);
  expect(() => takeDataFolder(folder)).toThrow(`launcher pid ${process.pid}`);
  first.release();
  takeDataFolder(folder).release();
});

it('takes over from a launcher that is gone, not from one that is alive', () => {
  const lock = join(folder, 'launcher.lock');
  writeFileSync(lock, JSON.stringify({ pid: childId.pid, started: 'long ago' }));
  takeDataFolder(folder).release();
  writeFileSync(lock, JSON.stringify(childId));
  expect(() => takeDataFolder(folder)).toThrow(`launcher pid ${childId.pid}`);
  writeFileSync(lock, 'half a');
  takeDataFolder(folder).release();
});
